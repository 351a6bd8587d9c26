-- Three lines for your init.lua (Neovim 0.11 and newer); the rest is `:help lsp_router`:
--   vim.lsp.enable("lsp_router")
--   vim.keymap.set("i", "<Tab>", "<Plug>(lsp-router-accept-or-tab)")
--   vim.keymap.set("i", "<M-f>", "<Plug>(lsp-router-accept-word)")

return require("lsp_router.server").config()
