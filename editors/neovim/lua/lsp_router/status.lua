--- What the statusline shows: whether a model is at work, what keeps suggestions away, what today cost.
local compat = require("lsp_router.compat")

local M = {}

---@class lsp_router.Status
---@field busy boolean
---@field kind "Normal"|"Warning"|"Error"|"Inactive"
---@field message string
---@field spent? number US dollars of today

local known = {} ---@type table<integer, lsp_router.Status>

local signs = { Normal = "", Warning = " !", Error = " ✗", Inactive = " off" }

---@param client vim.lsp.Client
local function ask_what_it_cost(client)
  local params = { command = "lspRouter.status", arguments = { vim.empty_dict() } }
  compat.request(client, "workspace/executeCommand", params, function(err, result)
    local status = known[client.id]
    if not err and result and status then
      status.spent = result.budget and tonumber(result.budget.day_usd)
      vim.cmd.redrawstatus()
    end
  end)
end

--- Handler of the server's `didChangeStatus`.
function M.handler(_, params, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  local before = known[ctx.client_id] or {}
  known[ctx.client_id] =
    { busy = params.busy, kind = params.kind, message = params.message or "", spent = before.spent }
  if client and before.busy and not params.busy then
    ask_what_it_cost(client)
  end
  vim.cmd.redrawstatus()
end

---@param buf integer?
---@return lsp_router.Status?
function M.of(buf)
  local client = vim.lsp.get_clients({ bufnr = buf or 0, name = "lsp_router" })[1]
  return client and (known[client.id] or { busy = false, kind = "Normal", message = "" })
end

---@param buf integer?
---@return string
function M.line(buf)
  local status = M.of(buf)
  if not status then
    return ""
  end
  local spent = (status.spent or 0) > 0 and (" $%.4f"):format(status.spent) or ""
  return "lsp-router" .. (status.busy and " …" or signs[status.kind] or "") .. spent
end

return M
