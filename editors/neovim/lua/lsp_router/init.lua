--- lsp-router for Neovim 0.10 and newer. Three lines for your init.lua; the rest is `:help lsp_router`:
---   require("lsp_router").setup()
---   vim.keymap.set("i", "<Tab>", "<Plug>(lsp-router-accept-or-tab)")
---   vim.keymap.set("i", "<M-f>", "<Plug>(lsp-router-accept-word)")
local M = {}

--- Starts the server for every file from now on. Nothing else is changed, and no key is mapped.
---@param options lsp_router.Options?
function M.setup(options)
  require("lsp_router.config").set(options)
  require("lsp_router.server").enable()
end

--- Accepts the ghost text; false when there is none, for maps that do something else then.
---@return boolean
function M.accept()
  return require("lsp_router.inline").accept()
end

---@return boolean
function M.accept_word()
  return require("lsp_router.inline").accept_word()
end

---@return boolean
function M.accept_line()
  return require("lsp_router.inline").accept_line()
end

---@return boolean
function M.dismiss()
  return require("lsp_router.inline").dismiss()
end

--- The next suggestion; asks for more when there is only one.
---@return boolean
function M.next()
  return require("lsp_router.inline").cycle(1)
end

---@return boolean
function M.previous()
  return require("lsp_router.inline").cycle(-1)
end

--- For the statusline: `%{v:lua.require'lsp_router'.statusline()}`.
---@return string
function M.statusline()
  return require("lsp_router.status").line()
end

return M
