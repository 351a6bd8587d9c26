--- A window beside the code for texts of models: Markdown that may still be streaming; q or <Esc> closes it.
local config = require("lsp_router.config")

---@class lsp_router.Panel
---@field buf integer
---@field win integer
---@field text string
local Panel = {}
Panel.__index = Panel

---@param lines string[]
---@return { width: integer, height: integer, row: integer, col: integer }
local function place(lines)
  local width = math.min(100, math.max(40, vim.o.columns - 8))
  local height = math.min(math.max(8, #lines), math.max(3, vim.o.lines - 8))
  local row, col = (vim.o.lines - height) / 2 - 1, (vim.o.columns - width) / 2
  return { width = width, height = height, row = math.max(0, row), col = math.max(0, col) }
end

---@param title string
---@param on_close fun()?
---@return lsp_router.Panel
function Panel.open(title, on_close)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].filetype = "markdown"
  local shape = { relative = "editor", style = "minimal", border = config.options.border, title = " " .. title .. " " }
  local win = vim.api.nvim_open_win(buf, true, vim.tbl_extend("force", shape, place({})))
  vim.wo[win].wrap = true
  vim.wo[win].linebreak = true
  vim.wo[win].conceallevel = 2
  pcall(vim.treesitter.start, buf, "markdown")
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.keymap.set("n", key, "<Cmd>close<CR>", { buffer = buf, nowait = true, desc = "close" })
  end
  if on_close then
    vim.api.nvim_create_autocmd("BufWipeout", { buffer = buf, once = true, callback = on_close })
  end
  return setmetatable({ buf = buf, win = win, text = "" }, Panel)
end

---@param text string
function Panel:set(text)
  self.text = text
  if not vim.api.nvim_buf_is_valid(self.buf) then
    return
  end
  local lines = vim.split(text, "\n", { plain = true })
  vim.bo[self.buf].modifiable = true
  vim.api.nvim_buf_set_lines(self.buf, 0, -1, false, lines)
  vim.bo[self.buf].modifiable = false
  if vim.api.nvim_win_is_valid(self.win) then
    vim.api.nvim_win_set_config(self.win, vim.tbl_extend("force", { relative = "editor" }, place(lines)))
  end
end

---@param text string
function Panel:append(text)
  self:set(self.text .. text)
end

return Panel
