--- Neovim's own inline completion (0.12), with what it does not do: forget what no longer fits, ignore answers that a
--- newer request has overtaken, and accept without doubling the letters typed since.
local Item = require("lsp_router.item")
local compat = require("lsp_router.compat")
local telemetry = require("lsp_router.telemetry")

local M = {}

local METHOD = "textDocument/inlineCompletion"
local INVOKED = 1

---@type table<integer, { items: lsp_router.Item[], asked: integer }>
local buffers = {}

--- Neovim's state of a buffer. It is not public; without it the first suggestion is taken for the selected one.
---@param buf integer
---@return table?
local function completor(buf)
  local ok, capability = pcall(require, "vim.lsp._capability")
  local inline = ok and capability.all and capability.all.inline_completion
  return inline and inline.active and inline.active[buf]
end

--- The selected suggestion, if it is one of ours: other servers may have some, too.
---@param buf integer
---@return lsp_router.Item?
function M.current(buf)
  local native = completor(buf)
  local items = buffers[buf] and buffers[buf].items or {}
  if not native then
    return items[1]
  end
  for _, item in ipairs(items) do
    local selected = native.current
    if selected and selected.client_id == item.client_id and selected.insert_text == item.raw.insertText then
      return item
    end
  end
end

--- Neovim goes on showing the tail of a suggestion whose letters were not typed.
---@param buf integer
local function hide_what_does_not_fit(buf)
  local item = M.current(buf)
  local row = Item.cursor(buf)
  if item and not (row == item.row and Item.rest(item, buf)) then
    M.clear(buf)
  end
end

---@param buf integer
function M.clear(buf)
  local native = completor(buf)
  if native then
    native.current = nil
  end
  buffers[buf].items = {}
  local namespace = vim.api.nvim_create_namespace("nvim.lsp.inline_completion")
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
end

--- Hands on what fits at the cursor, and tells what of it is shown.
---@param buf integer
---@param client vim.lsp.Client
---@param position { line: integer, character: integer }
---@param found table[]
---@param hand_on fun(items: table[])
local function take(buf, client, position, found, hand_on)
  local fitting = {}
  buffers[buf].items = {}
  for _, raw in ipairs(found) do
    local item = Item.read(raw, buf, client, position)
    if Item.rest(item, buf) then
      table.insert(fitting, raw)
      table.insert(buffers[buf].items, item)
    end
  end
  hand_on(fitting)
  local item = M.current(buf)
  if item then
    telemetry.shown(item)
  end
end

--- Sees the answers before Neovim does. An error or null would leave old ghost text; an overtaken answer would hide
--- what a newer one shows.
---@param client vim.lsp.Client
local function watch(client)
  compat.intercept(client, METHOD, function(params, handler, buf)
    local state = buffers[buf]
    if not state then
      return params, handler
    end
    state.asked = state.asked + 1
    local asked = state.asked
    return params,
      function(err, result, ctx)
        if state.asked == asked and vim.api.nvim_buf_is_valid(buf) then
          take(buf, client, params.position, not err and result and (result.items or result) or {}, function(items)
            handler(nil, { items = items }, ctx)
          end)
        end
      end
  end)
end

---@param client vim.lsp.Client
---@param buf integer
function M.attach(client, buf)
  watch(client)
  buffers[buf] = { items = {}, asked = 0 }
  vim.lsp.inline_completion.enable(true, { bufnr = buf })
  vim.api.nvim_create_autocmd({ "TextChangedI", "CursorMovedI" }, {
    group = vim.api.nvim_create_augroup("lsp_router.native." .. buf, {}),
    buffer = buf,
    callback = function()
      hide_what_does_not_fit(buf)
    end,
  })
end

---@param buf integer
function M.detach(buf)
  if buffers[buf] then
    pcall(vim.api.nvim_del_augroup_by_name, "lsp_router.native." .. buf)
    if vim.api.nvim_buf_is_valid(buf) then
      M.clear(buf)
    end
    buffers[buf] = nil
  end
end

--- Neovim redraws by itself when the cursor moves.
function M.redraw() end

---@param buf integer
---@param step integer
function M.cycle(buf, step)
  local native = completor(buf)
  if native and #buffers[buf].items < 2 then
    native:request(INVOKED)
  else
    vim.lsp.inline_completion.select({ bufnr = buf, count = step })
  end
end

return M
