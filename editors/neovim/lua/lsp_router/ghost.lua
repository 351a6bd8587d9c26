--- Ghost text of our own, for Neovim 0.10 and 0.11: extmarks that follow what is typed.
local Item = require("lsp_router.item")
local compat = require("lsp_router.compat")
local telemetry = require("lsp_router.telemetry")

local M = {}

local METHOD = "textDocument/inlineCompletion"
local AUTOMATIC, INVOKED = 2, 1
local namespace = vim.api.nvim_create_namespace("lsp_router.ghost")

---@class lsp_router.Ghost
---@field client_id integer
---@field items lsp_router.Item[]
---@field index integer
---@field asked? string where and when was asked last
---@field request? integer
local buffers = {} ---@type table<integer, lsp_router.Ghost>

---@param text string
---@param buf integer
local function lines_of(text, buf)
  local tab = (" "):rep(vim.bo[buf].tabstop) -- virtual text shows a tab as a control character
  local lines = vim.split(text:gsub("\t", tab), "\n", { plain = true })
  return vim.tbl_map(function(line)
    return { { line, "LspRouterGhost" } }
  end, lines)
end

---@param item lsp_router.Item
---@param rest string
---@param buf integer
local function draw(item, rest, buf)
  local row, col = Item.cursor(buf)
  local gone = vim.api.nvim_get_current_line():sub(col + 1, col + item.replaces)
  if gone ~= "" and not rest:find("\n", 1, true) and vim.endswith(rest, gone) then
    rest = rest:sub(1, -#gone - 1) -- what gives way is typed again: it stays where it is
  end
  local lines = lines_of(rest, buf)
  vim.api.nvim_buf_set_extmark(buf, namespace, row, col, {
    virt_text = lines[1],
    virt_text_pos = "inline",
    virt_lines = vim.list_slice(lines, 2),
    hl_mode = "combine",
  })
end

--- Shows what still fits, in the same tick as the key: there is no frame without it.
---@param buf integer
local function redraw(buf)
  local ghost = buffers[buf]
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  local item = ghost.items[ghost.index]
  local rest = item and Item.rest(item, buf)
  if not rest then
    ghost.items = {}
    return
  end
  draw(item, rest, buf)
  telemetry.shown(item)
end

---@param buf integer
---@param kind integer
local function ask(buf, kind)
  local ghost = buffers[buf]
  local client = vim.lsp.get_client_by_id(ghost.client_id)
  local row, col = Item.cursor(buf)
  local asked = table.concat({ vim.api.nvim_buf_get_changedtick(buf), row, col, kind }, ":")
  if not client or (asked == ghost.asked and kind == AUTOMATIC) then
    return
  end
  ghost.asked = asked -- the server gives up an older request for a newer one; its late answer counts no more
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding or "utf-16")
  params.context = { triggerKind = kind }
  ghost.request = compat.request(client, METHOD, params, function(err, result)
    local here = vim.api.nvim_get_current_buf() == buf and vim.startswith(vim.api.nvim_get_mode().mode, "i")
    if ghost.asked ~= asked or not here then
      return
    end
    ghost.request = nil
    local found = not err and result and (result.items or result) or {}
    ghost.items = vim.tbl_map(function(raw)
      return Item.read(raw, buf, client, params.position)
    end, found)
    ghost.index = 1
    redraw(buf)
  end, buf)
end

---@param buf integer
local function clear(buf)
  local ghost = buffers[buf]
  local client = vim.lsp.get_client_by_id(ghost.client_id)
  if ghost.request and client then
    compat.cancel(client, ghost.request)
  end
  ghost.items, ghost.asked, ghost.request = {}, nil, nil
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
end

---@param client vim.lsp.Client
---@param buf integer
function M.attach(client, buf)
  buffers[buf] = { client_id = client.id, items = {}, index = 1 }
  local group = vim.api.nvim_create_augroup("lsp_router.ghost." .. buf, {})
  vim.api.nvim_create_autocmd({ "InsertEnter", "TextChangedI", "TextChangedP", "CursorMovedI" }, {
    group = group,
    buffer = buf,
    callback = function()
      redraw(buf)
      ask(buf, AUTOMATIC)
    end,
  })
  vim.api.nvim_create_autocmd("InsertLeave", {
    group = group,
    buffer = buf,
    callback = function()
      clear(buf)
    end,
  })
end

---@param buf integer
function M.detach(buf)
  if buffers[buf] then
    pcall(vim.api.nvim_del_augroup_by_name, "lsp_router.ghost." .. buf)
    if vim.api.nvim_buf_is_valid(buf) then
      clear(buf)
    end
    buffers[buf] = nil
  end
end

---@param buf integer
---@return lsp_router.Item?
function M.current(buf)
  local ghost = buffers[buf]
  return ghost and ghost.items[ghost.index]
end

M.clear = clear
M.redraw = redraw

--- Another suggestion; when there is only one, the models are asked for more.
---@param buf integer
---@param step integer
function M.cycle(buf, step)
  local ghost = buffers[buf]
  local count = #ghost.items
  if count < 2 then
    ask(buf, INVOKED)
    return
  end
  ghost.index = (ghost.index - 1 + step) % count + 1
  redraw(buf)
end

return M
