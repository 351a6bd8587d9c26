--- Ghost text: Neovim's own where there is one, ours elsewhere; accepting is the same for both.
local Item = require("lsp_router.item")
local compat = require("lsp_router.compat")
local config = require("lsp_router.config")
local telemetry = require("lsp_router.telemetry")

local M = {}

---@return table
local function screen()
  local native = compat.has_inline_completion and config.options.native
  return require(native and "lsp_router.native" or "lsp_router.ghost")
end

---@param client vim.lsp.Client
---@param buf integer
function M.attach(client, buf)
  if not config.options.ghost_text then
    require("lsp_router.menu").attach(buf)
  elseif client.server_capabilities.inlineCompletionProvider then
    screen().attach(client, buf)
  end
end

---@param buf integer
function M.detach(buf)
  screen().detach(buf)
end

--- The suggestion on the screen and what is left of it.
---@param buf integer
---@return lsp_router.Item? item
---@return string? rest
local function visible(buf)
  local item = screen().current(buf)
  local rest = item and Item.rest(item, buf)
  return rest and item or nil, rest
end

--- Whether there is something to accept. It is typed after the key was handled, so that an <expr> map may ask.
---@param part fun(rest: string): string
---@return boolean
local function take(part)
  local buf = vim.api.nvim_get_current_buf()
  if not visible(buf) then
    return false
  end
  vim.schedule(function()
    local item, rest = visible(buf) -- keys typed in the meantime count
    if item and rest then
      local taken = part(rest)
      if taken == rest then
        screen().clear(buf)
        Item.insert(buf, rest, item.replaces)
        telemetry.accepted(item, buf)
      else
        Item.insert(buf, taken, 0)
        telemetry.partly(item, Item.typed(item, buf) or taken)
        screen().redraw(buf)
      end
    end
  end)
  return true
end

function M.accept()
  return take(function(rest)
    return rest
  end)
end

function M.accept_word()
  return take(Item.word)
end

function M.accept_line()
  return take(Item.line)
end

---@return boolean
function M.dismiss()
  local buf = vim.api.nvim_get_current_buf()
  local item = visible(buf)
  if not item then
    return false
  end
  vim.schedule(function()
    screen().clear(buf)
    telemetry.dismissed(item)
  end)
  return true
end

---@param step integer
---@return boolean
function M.cycle(step)
  local buf = vim.api.nvim_get_current_buf()
  if #vim.lsp.get_clients({ bufnr = buf, name = "lsp_router" }) == 0 then
    return false
  end
  vim.schedule(function()
    screen().cycle(buf, step)
  end)
  return true
end

return M
