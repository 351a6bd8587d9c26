--- What every server and linter says of some lines. Neovim tells a server only what that server said itself; ours mends
--- what others find.
local compat = require("lsp_router.compat")

local M = {}

---@param it vim.Diagnostic
---@param encoding string
---@return table an LSP diagnostic
local function told(it, encoding)
  local function position(row, col)
    local line = vim.api.nvim_buf_get_lines(it.bufnr, row, row + 1, false)[1] or ""
    return { line = row, character = compat.length(line:sub(1, col), encoding) }
  end
  return {
    range = { start = position(it.lnum, it.col), ["end"] = position(it.end_lnum or it.lnum, it.end_col or it.col) },
    message = it.message,
    severity = it.severity,
    source = it.source,
    code = it.code,
  }
end

---@param buf integer
---@param range { start: { line: integer }, ["end"]: { line: integer } }
---@param encoding string?
---@return table[]
function M.at(buf, range, encoding)
  local found = {}
  for _, it in ipairs(vim.diagnostic.get(buf)) do
    if (it.end_lnum or it.lnum) >= range.start.line and it.lnum <= range["end"].line then
      table.insert(found, told(it, encoding or "utf-16"))
    end
  end
  return found
end

---@param client vim.lsp.Client
function M.attach(client)
  compat.intercept(client, "textDocument/codeAction", function(params, handler, buf)
    local known = {}
    for _, it in ipairs(params.context.diagnostics) do
      known[it.message .. it.range.start.line] = true
    end
    for _, it in ipairs(M.at(buf, params.range, client.offset_encoding)) do
      if not known[it.message .. it.range.start.line] then
        table.insert(params.context.diagnostics, it)
      end
    end
    return params, handler
  end)
end

return M
