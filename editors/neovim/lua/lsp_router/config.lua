--- What a user may set, with its defaults; `require("lsp_router").setup { … }` changes it.

---@class lsp_router.Options
---@field cmd? string[] how the server is started
---@field settings? table sent to the server as its section `lspRouter`: the tables of lsp-router.toml
---@field ghost_text? boolean false: suggestions come as ordinary completion items instead
---@field native? boolean false: our own ghost text also where Neovim has one (0.12)
---@field root_markers? string[] what marks the root of a project
---@field without? string[] file types that are left alone
---@field border? string border of the windows that explain

local M = {}

---@type lsp_router.Options
local defaults = {
  cmd = { "lsp-router" },
  settings = {},
  ghost_text = true,
  native = true,
  root_markers = { "lsp-router.toml", ".git" },
  without = { "gitcommit", "gitrebase", "help" },
  border = "rounded",
}

---@type lsp_router.Options
M.options = vim.deepcopy(defaults)

---@param options lsp_router.Options?
function M.set(options)
  for name in pairs(options or {}) do
    if defaults[name] == nil then
      error(("lsp_router: there is no option %q; `:help lsp_router-options` lists them"):format(name), 0)
    end
  end
  M.options = vim.tbl_extend("force", vim.deepcopy(defaults), options or {})
end

return M
