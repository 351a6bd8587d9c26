--- A suggestion in bytes of its buffer: what of it is still to be typed, and how it gets into the text.
local compat = require("lsp_router.compat")

---@class lsp_router.Item
---@field text string
---@field row integer the line it begins in, from 0
---@field from integer the byte it begins at
---@field replaces integer how many bytes after the cursor give way
---@field client_id integer
---@field raw table as the server sent it

local M = {}

---@param raw table
---@param buf integer
---@param client vim.lsp.Client
---@param position { line: integer, character: integer } where it was asked for
---@return lsp_router.Item
function M.read(raw, buf, client, position)
  local encoding = client.offset_encoding or "utf-16"
  local range = raw.range or { start = position, ["end"] = position }
  local line = vim.api.nvim_buf_get_lines(buf, range.start.line, range.start.line + 1, false)[1] or ""
  local from = compat.byte(line, range.start.character, encoding)
  local at = compat.byte(line, position.character, encoding)
  local last = range["end"].line == range.start.line and compat.byte(line, range["end"].character, encoding) or at
  local text = raw.insertText
  return {
    text = type(text) == "table" and text.value or text,
    row = range.start.line,
    from = from,
    replaces = math.max(0, last - at),
    client_id = client.id,
    raw = raw,
  }
end

---@param buf integer
---@return integer row
---@return integer col
local function cursor(buf)
  local win = vim.api.nvim_get_current_win()
  if buf ~= 0 and vim.api.nvim_win_get_buf(win) ~= buf then
    win = vim.fn.bufwinid(buf)
  end
  local at = vim.api.nvim_win_get_cursor(win == -1 and 0 or win)
  return at[1] - 1, at[2]
end
M.cursor = cursor

--- What was typed of it so far; nil when something else stands there.
---@param item lsp_router.Item
---@param buf integer
---@return string?
function M.typed(item, buf)
  local row, col = cursor(buf)
  if row < item.row or (row == item.row and col < item.from) then
    return nil
  end
  local ok, lines = pcall(vim.api.nvim_buf_get_text, buf, item.row, item.from, row, col, {})
  local typed = ok and table.concat(lines, "\n")
  return typed and vim.startswith(item.text, typed) and typed or nil
end

--- What is left of it at the cursor; nil when it does not fit there, or is there already.
---@param item lsp_router.Item
---@param buf integer
---@return string?
function M.rest(item, buf)
  local typed = M.typed(item, buf)
  return typed and #typed < #item.text and item.text:sub(#typed + 1) or nil
end

--- Types a text at the cursor, over as many bytes as give way, as one step of undo.
---@param buf integer
---@param text string
---@param replaces integer
function M.insert(buf, text, replaces)
  local row, col = cursor(buf)
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ""
  local lines = vim.split(text, "\n", { plain = true })
  vim.bo[buf].undolevels = vim.bo[buf].undolevels -- what was typed before is a step of its own
  vim.api.nvim_buf_set_text(buf, row, col, row, math.min(#line, col + replaces), lines)
  vim.api.nvim_win_set_cursor(0, { row + #lines, (#lines == 1 and col or 0) + #lines[#lines] })
end

--- Types a text instead of as many bytes before the cursor.
---@param buf integer
---@param bytes integer
---@param text string
function M.replace(buf, bytes, text)
  local row, col = cursor(buf)
  vim.api.nvim_win_set_cursor(0, { row + 1, col - bytes })
  M.insert(buf, text, bytes)
end

--- The next word of a text, with what stands before it.
---@param text string
---@return string
function M.word(text)
  return text:match("^%s*[%w_\128-\255]+") or text:match("^%s*[^%w%s_\128-\255]+") or text
end

--- The rest of the line, or the next line when this one is at its end.
---@param text string
---@return string
function M.line(text)
  return text:match("^\n?[^\n]*")
end

return M
