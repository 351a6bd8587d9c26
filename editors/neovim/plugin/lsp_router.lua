-- The command and the <Plug> maps. Nothing is loaded before one of them is used, and no key is taken.
if vim.g.loaded_lsp_router then
  return
end
vim.g.loaded_lsp_router = true

vim.api.nvim_create_user_command("LspRouter", function(call)
  require("lsp_router.command").run(call)
end, {
  nargs = "*",
  range = true,
  desc = "lsp-router: explain, review, refactor, fix, tests, document, why, pin, status, …",
  complete = function(...)
    return require("lsp_router.command").complete(...)
  end,
})

vim.api.nvim_set_hl(0, "LspRouterGhost", { link = "Comment", default = true })

---@type table<string, { [1]: string, [2]: string }> map → what of the plugin it calls, and what it types otherwise
local insert = {
  ["accept"] = { "accept", "" },
  ["accept-or-tab"] = { "accept", "<Tab>" },
  ["accept-word"] = { "accept_word", "" },
  ["accept-line"] = { "accept_line", "" },
  ["dismiss"] = { "dismiss", "" },
  ["next"] = { "next", "" },
  ["previous"] = { "previous", "" },
}

for name, map in pairs(insert) do
  vim.keymap.set("i", "<Plug>(lsp-router-" .. name .. ")", function()
    return require("lsp_router")[map[1]]() and "" or map[2]
  end, { expr = true, desc = "lsp-router: " .. name:gsub("-", " ") })
end

for _, name in ipairs({ "explain", "review", "fix", "why", "pause" }) do
  local keys = (":LspRouter %s<CR>"):format(name)
  vim.keymap.set({ "n", "x" }, "<Plug>(lsp-router-" .. name .. ")", keys, { silent = true, desc = "lsp-router: " .. name })
end
