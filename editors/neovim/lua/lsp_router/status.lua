--- What the statusline shows: whether a model is at work, what keeps suggestions away, what today cost.
local compat = require("lsp_router.compat")

local M = {}

---@class lsp_router.Status
---@field busy boolean
---@field kind "Normal"|"Warning"|"Error"|"Inactive"
---@field message string what keeps suggestions away
---@field spent? number

local known = {} ---@type table<integer, lsp_router.Status>
local spent = {} ---@type table<integer, number> US dollars of today

local signs = { Normal = "", Warning = " !", Error = " ✗", Inactive = " off" }

local asking = {} ---@type table<integer, boolean>

---@param client vim.lsp.Client
local function ask_what_it_cost(client)
  local params = { command = "lspRouter.status", arguments = { vim.empty_dict() } }
  compat.request(client, "workspace/executeCommand", params, function(err, result)
    if not err and result and result.budget then
      spent[client.id] = tonumber(result.budget.day_usd)
      vim.cmd.redrawstatus()
    end
  end)
end

--- Something was answered, and may have cost something: asked once for all that comes within a second.
---@param client vim.lsp.Client
function M.answered(client)
  if asking[client.id] then
    return
  end
  asking[client.id] = true
  vim.defer_fn(function()
    asking[client.id] = nil
    if vim.lsp.get_client_by_id(client.id) then
      ask_what_it_cost(client)
    end
  end, 1000)
end

--- Handler of the server's `didChangeStatus`.
function M.handler(_, params, ctx)
  known[ctx.client_id] = { busy = params.busy, kind = params.kind, message = params.message or "" }
  vim.cmd.redrawstatus()
end

---@param buf integer?
---@return lsp_router.Status?
function M.of(buf)
  local client = vim.lsp.get_clients({ bufnr = buf or 0, name = "lsp_router" })[1]
  local quiet = { busy = false, kind = "Normal", message = "" }
  return client and vim.tbl_extend("force", known[client.id] or quiet, { spent = spent[client.id] }) or nil
end

---@param buf integer?
---@return string
function M.line(buf)
  local status = M.of(buf)
  if not status then
    return ""
  end
  local cost = (status.spent or 0) > 0 and (" $%.4f"):format(status.spent) or ""
  return "lsp-router" .. (status.busy and " …" or signs[status.kind] or "") .. cost
end

return M
