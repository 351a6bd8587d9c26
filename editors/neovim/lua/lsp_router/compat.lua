--- What differs between Neovim 0.10, 0.11 and 0.12; nothing else asks for the version.
local M = {}

local methods = vim.fn.has("nvim-0.11") == 1

M.has_configs = methods -- vim.lsp.config and vim.lsp.enable
M.has_inline_completion = vim.lsp.inline_completion ~= nil

---@param client vim.lsp.Client
---@param method string
---@param params table?
---@param handler fun(err: table?, result: any, ctx: table?)
---@param buf integer?
---@return integer? id what `cancel` takes
function M.request(client, method, params, handler, buf)
  local sent, id
  if methods then
    sent, id = client:request(method, params, handler, buf)
  else
    sent, id = client.request(method, params, handler, buf)
  end
  return sent and id or nil
end

--- Lets `see` have the parameters and the handler of a kind of request before it is sent, once for a client.
---@param client vim.lsp.Client
---@param method string
---@param see fun(params: table, handler: function, buf: integer): table, function
function M.intercept(client, method, see)
  local mark = "_lsp_router " .. method
  local send = client.request
  if rawget(client, mark) then
    return
  end
  rawset(client, mark, true)
  local function pass(asked, params, handler, buf)
    if asked == method then
      return see(params, handler, buf)
    end
    return params, handler
  end
  if methods then
    client.request = function(self, asked, params, handler, buf)
      local seen, heard = pass(asked, params, handler, buf)
      return send(self, asked, seen, heard, buf)
    end
  else
    client.request = function(asked, params, handler, buf)
      local seen, heard = pass(asked, params, handler, buf)
      return send(asked, seen, heard, buf)
    end
  end
end

---@param client vim.lsp.Client
---@param method string
---@param params table
function M.notify(client, method, params)
  if methods then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

---@param client vim.lsp.Client
---@param id integer
function M.cancel(client, id)
  if methods then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

---@param client vim.lsp.Client
function M.stop(client)
  if methods then
    client:stop()
  else
    client.stop()
  end
end

--- The byte of a character that a server counts in its own encoding.
---@param line string
---@param character integer
---@param encoding string
---@return integer
function M.byte(line, character, encoding)
  if encoding == "utf-8" then
    return math.min(character, #line)
  elseif methods then
    return vim.str_byteindex(line, encoding, character, false)
  end
  local ok, byte = pcall(vim.str_byteindex, line, character, encoding == "utf-16")
  return ok and byte or #line
end

--- How long a text is in a server's encoding.
---@param text string
---@param encoding string
---@return integer
function M.length(text, encoding)
  if encoding == "utf-8" then
    return #text
  elseif methods then
    return vim.str_utfindex(text, encoding)
  end
  local points, units = vim.str_utfindex(text)
  return encoding == "utf-16" and units or points
end

--- The configuration of our server as the user changed it, with its root; for `vim.lsp.start`.
---@param ours vim.lsp.ClientConfig
---@return table
function M.config(ours)
  return methods and vim.deepcopy(vim.lsp.config.lsp_router) or ours
end

return M
