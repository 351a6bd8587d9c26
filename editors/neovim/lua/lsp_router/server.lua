--- How our server is started and found; the one place that knows its configuration.
local compat = require("lsp_router.compat")
local config = require("lsp_router.config")

local M = {}

M.NAME = "lsp_router"

---@return lsp.ClientCapabilities
local function capabilities()
  local ours = vim.lsp.protocol.make_client_capabilities()
  ---@diagnostic disable-next-line: assign-type-mismatch
  ours.textDocument.inlineCompletion = config.options.ghost_text and { dynamicRegistration = false } or vim.NIL
  return ours
end

---@return table
local function initialization()
  local version = vim.version()
  return {
    editorInfo = { name = "Neovim", version = ("%d.%d.%d"):format(version.major, version.minor, version.patch) },
    editorPluginInfo = { name = "lsp_router", version = "1" },
  }
end

---@param buf integer
---@return boolean
local function wanted(buf)
  return vim.bo[buf].buftype == "" and not vim.tbl_contains(config.options.without, vim.bo[buf].filetype)
end

---@param buf integer
---@return string
local function root(buf)
  return vim.fs.root(buf, config.options.root_markers) or vim.fn.getcwd()
end

--- For `vim.lsp.config` and `vim.lsp.start`.
---@return vim.lsp.ClientConfig
function M.config()
  return {
    name = M.NAME,
    cmd = config.options.cmd,
    root_dir = function(buf, start)
      if wanted(buf) then
        start(root(buf))
      end
    end,
    settings = { lspRouter = vim.tbl_isempty(config.options.settings) and vim.empty_dict() or config.options.settings },
    init_options = initialization(),
    capabilities = capabilities(),
    handlers = {
      ["didChangeStatus"] = function(...)
        require("lsp_router.status").handler(...)
      end,
      ["$/progress"] = function(...)
        return require("lsp_router.progress").handler(...)
      end,
    },
    commands = {
      ["lspRouter.explain"] = function(command, context)
        require("lsp_router.command").explain(command.arguments[1], context.bufnr)
      end,
    },
    on_attach = function(client, buf)
      require("lsp_router.inline").attach(client, buf)
      require("lsp_router.diagnostics").attach(client)
    end,
    on_exit = function(_, _, id)
      vim.schedule(function()
        M.gone(id)
      end)
    end,
  }
end

---@param buf integer?
---@return vim.lsp.Client?
function M.client(buf)
  return vim.lsp.get_clients({ name = M.NAME, bufnr = buf })[1]
end

---@param buf integer
function M.start(buf)
  local wish = compat.config(M.config())
  if vim.api.nvim_buf_is_loaded(buf) and wanted(buf) then
    wish.root_dir = root(buf)
    vim.lsp.start(wish, { bufnr = buf })
  end
end

--- Neovim 0.11 and newer start servers by themselves; 0.10 is told when.
function M.enable()
  if compat.has_configs then
    vim.lsp.config(M.NAME, M.config())
    vim.lsp.enable(M.NAME)
    return
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("lsp_router.enable", {}),
    callback = function(event)
      M.start(event.buf)
    end,
  })
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[buf].filetype ~= "" then
      M.start(buf)
    end
  end
end

local leaving = {} ---@type table<integer, integer[]> client → buffers that wait for its successor

function M.restart()
  for _, client in ipairs(vim.lsp.get_clients({ name = M.NAME })) do
    leaving[client.id] = vim.tbl_keys(client.attached_buffers)
    for _, buf in ipairs(leaving[client.id]) do
      require("lsp_router.inline").detach(buf)
    end
    compat.stop(client)
  end
end

--- Neovim forgets a client a little after its end, and would go on with it until then.
---@param id integer
function M.gone(id)
  if vim.lsp.get_client_by_id(id) then
    vim.defer_fn(function()
      M.gone(id)
    end, 20)
    return
  end
  local buffers = leaving[id] or {}
  leaving[id] = nil
  vim.tbl_map(M.start, buffers)
end

return M
