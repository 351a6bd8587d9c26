--- `:checkhealth lsp_router`: is the program there, does the server run, can it suggest something?
local compat = require("lsp_router.compat")
local config = require("lsp_router.config")
local server = require("lsp_router.server")

local M = {}

local health = vim.health

local function check_editor()
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.10") == 0 then
    health.error("Neovim " .. version .. " is too old", "install Neovim 0.10 or newer")
  elseif compat.has_inline_completion and config.options.native then
    health.ok("Neovim " .. version .. ": ghost text is Neovim's own")
  else
    health.ok("Neovim " .. version .. ": ghost text is drawn by this plugin")
  end
end

---@return boolean
local function check_program()
  local program = config.options.cmd[1]
  if vim.fn.executable(program) == 0 then
    health.error(
      ("there is no program %q"):format(program),
      { "install it: uv tool install lsp-router", "or say where it is: setup { cmd = { … } }" }
    )
    return false
  end
  local line = vim.list_extend(vim.deepcopy(config.options.cmd), { "--version" })
  local done = vim.system(line, { text = true }):wait(15000)
  if done.code ~= 0 then
    health.error(("%s --version fails"):format(program), vim.trim(done.stderr or ""))
    return false
  end
  health.ok(vim.trim(done.stdout))
  return true
end

---@return vim.lsp.Client?
local function check_client()
  local client = server.client()
  if not client then
    health.warn("no server is running", {
      'open a file after `vim.lsp.enable("lsp_router")` or `require("lsp_router").setup()`',
      "`:checkhealth vim.lsp` and `:LspLog` tell more",
    })
    return nil
  end
  health.ok(("the server runs, in %s"):format(client.config.root_dir or vim.fn.getcwd()))
  if config.options.ghost_text and not client.server_capabilities.inlineCompletionProvider then
    health.error("the server offers no inline completion", "update lsp-router")
  end
  return client
end

---@param client vim.lsp.Client
local function check_models(client)
  local buf = next(client.attached_buffers)
  local ask = { command = "lspRouter.status", arguments = { vim.empty_dict() } }
  local answers = vim.lsp.buf_request_sync(buf, "workspace/executeCommand", ask, 5000) or {}
  local status = answers[client.id] and answers[client.id].result
  if not status then
    health.error("the server does not answer", "`:LspRouter restart`")
    return
  end
  local models = status.models or {}
  if #models > 0 then
    local first = table.concat(models, ", ", 1, math.min(5, #models))
    health.ok(("%d model%s, profile %s: %s"):format(#models, #models == 1 and "" or "s", status.profile, first))
  elseif status.embedded and status.embedded.ready then
    health.ok("no model is configured; suggestions come from your own project")
  else
    health.warn("no model is configured", "run `lsp-router init`: it looks for keys and local servers")
  end
  for scope, bench in pairs(status.health or {}) do
    health.warn(("%s rests: %s"):format(scope, bench.reason or "?"), "`lsp-router doctor` checks it")
  end
end

local function check_keys()
  for _, map in ipairs(vim.api.nvim_get_keymap("i")) do
    if map.rhs == "<Plug>(lsp-router-accept)" or map.rhs == "<Plug>(lsp-router-accept-or-tab)" then
      health.ok(("%s accepts ghost text"):format(map.lhs))
      return
    end
  end
  health.info('no key accepts ghost text: vim.keymap.set("i", "<Tab>", "<Plug>(lsp-router-accept-or-tab)")')
end

function M.check()
  health.start("lsp_router")
  check_editor()
  if check_program() then
    local client = check_client()
    if client then
      check_models(client)
    end
  end
  check_keys()
end

return M
