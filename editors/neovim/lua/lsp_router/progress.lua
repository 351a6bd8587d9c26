--- Texts that stream: a command is given a token, and what the server sends to it arrives here.
local M = {}

local listeners = {} ---@type table<string, fun(value: table)>
local last = 0

---@param hear fun(value: table)
---@return string token
function M.listen(hear)
  last = last + 1
  local token = "lsp_router." .. last
  listeners[token] = hear
  return token
end

---@param token string
function M.forget(token)
  listeners[token] = nil
end

--- Handler of `$/progress`; what is not ours is Neovim's.
function M.handler(err, params, ctx, ...)
  local hear = params and listeners[params.token]
  if hear then
    hear(params.value)
    return
  end
  return vim.lsp.handlers["$/progress"](err, params, ctx, ...)
end

return M
