--- Suggestions as items of Neovim's own completion menu. It inserts plain text up to the first blank (0.11), to the end
--- of the first line (0.12) or as one line (0.10); here it becomes whole. Completion plugins need no help with that.
local Item = require("lsp_router.item")

local M = {}

---@return string? inserted what stands before the cursor
---@return string? whole what should
local function chosen()
  local item, reason = vim.v.completed_item, vim.v.event.reason
  local answer = vim.tbl_get(item, "user_data", "nvim", "lsp", "completion_item") or {}
  if vim.tbl_get(answer, "command", "command") ~= "lspRouter.accept" or (reason and reason ~= "accept") then
    return nil
  end
  local whole = vim.tbl_get(answer, "textEdit", "newText")
  local _, col = Item.cursor(0)
  local before = vim.api.nvim_get_current_line():sub(1, col):gsub("%z", "\n")
  if whole and vim.endswith(before, item.word) and vim.startswith(whole, item.word) then
    return item.word, whole
  end
end

---@param buf integer
function M.attach(buf)
  vim.api.nvim_create_autocmd("CompleteDone", {
    group = vim.api.nvim_create_augroup("lsp_router.menu." .. buf, {}),
    buffer = buf,
    callback = function()
      local inserted, whole = chosen()
      if inserted and whole and (inserted ~= whole or whole:find("\n", 1, true)) then
        vim.schedule(function()
          Item.replace(buf, #inserted, whole)
        end)
      end
    end,
  })
end

return M
