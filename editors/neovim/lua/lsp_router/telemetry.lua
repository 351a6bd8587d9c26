--- What became of a suggestion, told to the server: it learns from it which model is worth its price.
local compat = require("lsp_router.compat")
local status = require("lsp_router.status")

local M = {}

local told -- the suggestion that was reported last: being redrawn is not being shown again

---@param item lsp_router.Item
---@return string?
local function ident(item)
  local arguments = item.raw.command and item.raw.command.arguments
  local first = arguments and arguments[1]
  return type(first) == "table" and first.id or first
end

---@param item lsp_router.Item
---@param tell fun(client: vim.lsp.Client, id: string)
local function about(item, tell)
  local client, id = vim.lsp.get_client_by_id(item.client_id), ident(item)
  if client and client.name == "lsp_router" and id then
    tell(client, id)
  end
end

---@param item lsp_router.Item
function M.shown(item)
  about(item, function(client, id)
    if told ~= id then
      told = id
      compat.notify(client, "textDocument/didShowCompletion", { item = item.raw })
      status.answered(client)
    end
  end)
end

---@param item lsp_router.Item
---@param text string all of it that was taken so far
function M.partly(item, text)
  about(item, function(client)
    local units = compat.length(text, "utf-16")
    compat.notify(client, "textDocument/didPartiallyAcceptCompletion", { item = item.raw, acceptedLength = units })
  end)
end

---@param item lsp_router.Item
---@param buf integer
function M.accepted(item, buf)
  local client, command = vim.lsp.get_client_by_id(item.client_id), item.raw.command
  if client and command then
    local params = { command = command.command, arguments = command.arguments }
    compat.request(client, "workspace/executeCommand", params, function() end, buf)
  end
end

---@param item lsp_router.Item
function M.dismissed(item)
  about(item, function(client, id)
    compat.request(client, "notifyRejected", { uuids = { id } }, function() end)
  end)
end

return M
