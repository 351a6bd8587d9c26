--- `:LspRouter`: what each word asks of the server, as a table, and how the answers are shown.
local Panel = require("lsp_router.panel")
local compat = require("lsp_router.compat")
local config = require("lsp_router.config")
local diagnostics = require("lsp_router.diagnostics")
local progress = require("lsp_router.progress")
local server = require("lsp_router.server")
local status = require("lsp_router.status")

local M = {}

local TASKS = vim.split(
  "completion explicit-completion boilerplate debugging algorithm review architecture refactor explain tests docs prose "
    .. "multimodal spec",
  " "
)

---@class lsp_router.Subcommand
---@field does string
---@field command? string of the server
---@field words? string the argument that the rest of the line becomes
---@field needs? string what to ask for when the line says nothing
---@field whole? boolean takes the document, never a range
---@field run? fun(call: lsp_router.Call)
---@field complete? fun(typed: string[]): string[]

---@class lsp_router.Call
---@field buf integer
---@field words string[]
---@field range? { start: table, ["end"]: table }
---@field line { start: table, ["end"]: table } the line of the cursor
---@field point { start: table, ["end"]: table } where the cursor stands

local function say(text, level)
  vim.notify("lsp-router: " .. text, level or vim.log.levels.INFO)
end

---@param buf integer
---@param name string
---@param argument table
---@param done fun(result: table)
---@param failed fun(message: string)?
---@return fun() stop
local function execute(buf, name, argument, done, failed)
  local client = server.client(buf)
  if not client then
    say("no server is running here; `:checkhealth lsp_router` says why", vim.log.levels.WARN)
    return function() end
  end
  argument = next(argument) and argument or vim.empty_dict()
  local params = { command = name, arguments = { argument } }
  local id = compat.request(client, "workspace/executeCommand", params, function(err, result)
    if not err then
      status.answered(client)
      done(result or {})
    elseif failed then
      failed(err.message)
    else
      say(err.message, vim.log.levels.ERROR)
    end
  end, buf)
  return function()
    if id then
      compat.cancel(client, id)
    end
  end
end

-- --- showing ---

---@param text string
---@return string
local function price(decision)
  local cost = decision and tonumber(decision.cost_usd) or 0
  return decision and ("%s%s"):format(decision.model or "?", cost > 0 and (", $%.4f"):format(cost) or "") or ""
end

--- Streams an explanation into a window; closing the window stops the model.
---@param argument table
---@param buf integer
function M.explain(argument, buf)
  local stop
  local panel = Panel.open("explain", function()
    stop()
  end)
  local token = progress.listen(function(value)
    if value.restart then
      panel:set("")
    elseif value.text then
      panel:append(value.text)
    end
  end)
  local request = vim.tbl_extend("force", argument, { partialResultToken = token, show = false })
  local cancel = execute(buf, "lspRouter.explain", request, function(result)
    progress.forget(token)
    panel:set(("%s\n\n*%s*"):format(vim.trim(result.text or panel.text), price(result.decision)))
  end, function(message)
    progress.forget(token)
    panel:append("\n\n" .. message)
  end)
  stop = function()
    progress.forget(token)
    cancel()
  end
end

---@param result { applied: boolean, problems: any[], decision: table? }
local function show_edit(result)
  local problems = vim.tbl_map(function(problem)
    return type(problem) == "table" and (problem.message or vim.inspect(problem)) or tostring(problem)
  end, type(result.problems) == "table" and result.problems or {})
  if result.applied then -- the server says by itself why nothing was
    local left = #problems > 0 and ("; mind: " .. table.concat(problems, "; ")) or ""
    say(("changed by %s%s"):format(price(result.decision), left))
  end
end

---@param result { findings: any[], decision: table? }
local function show_review(result)
  local count = type(result.findings) == "table" and #result.findings or 0
  say(("%s by %s"):format(count == 1 and "1 finding" or count .. " findings", price(result.decision)))
end

---@param value any
local function show_value(title, value)
  Panel.open(title):set("```lua\n" .. vim.inspect(value) .. "\n```")
end

---@param decision table
---@return string[]
local function told(decision)
  local lines = { ("**%s** answered `%s`, %d ms, $%.5f, %s"):format(
    decision.model or "nobody", decision.task or "?", decision.latency_ms or 0, decision.cost_usd or 0, decision.cache or "?"
  ) }
  for _, attempt in ipairs(decision.attempts or {}) do
    table.insert(lines, ("- tried %s: %s %s"):format(attempt.model, attempt.outcome, attempt.reason or ""))
  end
  table.insert(lines, "")
  for _, candidate in ipairs(decision.candidates or {}) do
    local score = type(candidate.score) == "number" and ("%.3f"):format(candidate.score) or "out"
    table.insert(lines, ("- %s: %s %s"):format(candidate.model, score, candidate.reason or ""))
  end
  return lines
end

local function show_why(result)
  local lines = type(result.decision) == "table" and told(result.decision) or { "nothing was decided here yet" }
  if type(result.reason) == "string" and result.reason ~= "" then
    table.insert(lines, 1, result.reason .. "\n")
  end
  Panel.open("why"):set(table.concat(lines, "\n"))
end

--- Runs our program and shows what it prints.
---@param words string[]
---@param show fun(output: string)
local function shell(words, show)
  local line = vim.list_extend(vim.deepcopy(config.options.cmd), words)
  local ok, problem = pcall(vim.system, line, { text = true, cwd = vim.fn.getcwd() }, function(done)
    vim.schedule(function()
      if done.code == 0 then
        show(done.stdout)
      else
        say(vim.trim(done.stderr), vim.log.levels.ERROR)
      end
    end)
  end)
  if not ok then
    say(problem, vim.log.levels.ERROR)
  end
end

local dashboard ---@type vim.SystemObj?

--- The page lives as long as Neovim; asking again opens it again.
local function open_dashboard()
  if dashboard then
    dashboard:kill("sigterm")
  end
  local line = vim.list_extend(vim.deepcopy(config.options.cmd), { "dashboard" })
  dashboard = vim.system(line, {
    text = true,
    stdout = function(_, text)
      local address = text and text:match("http://%S+")
      if address then
        vim.schedule(function()
          say(address)
        end)
      end
    end,
  }, function(done)
    if done.signal == 0 and done.code ~= 0 then
      vim.schedule(function()
        say(vim.trim(done.stderr), vim.log.levels.ERROR)
      end)
    end
  end)
end

-- --- the words ---

--- Suggestions of the whole server stop; what is asked for explicitly still works.
local function pause(call)
  local client = server.client(call.buf)
  if not client then
    say("no server is running here", vim.log.levels.WARN)
    return
  end
  local settings = vim.deepcopy(client.config.settings or {})
  local completion = vim.tbl_get(settings, "lspRouter", "completion") or {}
  completion.enabled = completion.enabled == false
  settings.lspRouter = vim.tbl_extend("force", settings.lspRouter or {}, { completion = completion })
  client.config.settings = settings
  client.settings = settings
  compat.notify(client, "workspace/didChangeConfiguration", { settings = settings })
  say(completion.enabled and "suggestions are on again" or "suggestions are paused; the same command resumes them")
end

---@param call lsp_router.Call
local function pin(call)
  local task, model = call.words[1], call.words[2]
  if not task or not model then
    say("pin TASK MODEL; `none` instead of a model removes the pin", vim.log.levels.WARN)
    return
  end
  local argument = { task = task, model = model == "none" and vim.NIL or model }
  execute(call.buf, "lspRouter.pinModel", argument, function()
    say(model == "none" and ("%s is routed again"):format(task) or ("%s goes to %s"):format(task, model))
  end)
end

---@param typed string[]
---@return string[]
local function pins(typed)
  if #typed <= 1 then
    return TASKS
  end
  local client = server.client(0)
  local ask = { command = "lspRouter.status", arguments = { vim.empty_dict() } }
  local answer = client and vim.lsp.buf_request_sync(0, "workspace/executeCommand", ask, 1000) or {}
  local told = client and answer[client.id] and answer[client.id].result or {}
  return vim.list_extend({ "none" }, told.models or {})
end

---@type table<string, lsp_router.Subcommand>
M.words = {
  explain = { does = "explain the range or the function", command = "lspRouter.explain", words = "question" },
  refactor = {
    does = "change the range or the function as the words say",
    command = "lspRouter.refactor",
    words = "instruction",
    needs = "Refactor: ",
  },
  generate = {
    does = "write what the words say",
    command = "lspRouter.generate",
    words = "instruction",
    needs = "Generate: ",
  },
  fix = { does = "mend what the diagnostics of the line say", command = "lspRouter.fix" },
  tests = { does = "write tests for the range or the function", command = "lspRouter.generateTests" },
  document = { does = "document the range or the function", command = "lspRouter.document" },
  review = { does = "review the document; findings are diagnostics", command = "lspRouter.review", whole = true },
  why = { does = "which model answered last, and why", command = "lspRouter.why", whole = true },
  status = { does = "profile, budget, health, models", command = "lspRouter.status", whole = true },
  pin = { does = "TASK MODEL|none: always use one model for a task", run = pin, complete = pins },
  pause = { does = "no suggestions while typing, or again", run = pause },
  restart = { does = "stop the server and start it again", run = server.restart },
  stats = {
    does = "what was spent and saved",
    run = function(call)
      shell(vim.list_extend({ "stats" }, call.words), function(output)
        Panel.open("stats"):set(output)
      end)
    end,
  },
  dashboard = { does = "the figures as a page in the browser", run = open_dashboard },
}

local shows = {
  ["lspRouter.review"] = show_review,
  ["lspRouter.why"] = show_why,
  ["lspRouter.status"] = function(result)
    show_value("status", result)
  end,
}

---@param word lsp_router.Subcommand
---@param call lsp_router.Call
---@param text string
local function send(word, call, text)
  local argument = { uri = vim.uri_from_bufnr(call.buf), range = not word.whole and (call.range or call.point) or nil }
  if word.words and text ~= "" then
    argument[word.words] = text
  end
  if word.command == "lspRouter.fix" then
    local client = server.client(call.buf)
    argument.range = call.range or call.line
    argument.diagnostics = diagnostics.at(call.buf, argument.range, client and client.offset_encoding)
  end
  if word.command == "lspRouter.explain" then
    M.explain(argument, call.buf)
  else
    execute(call.buf, word.command, argument, shows[word.command] or show_edit)
  end
end

---@param buf integer
---@param row integer from 0
---@param col integer? bytes; the end of the line without
local function position(buf, row, col)
  local text = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ""
  local client = server.client(buf)
  local encoding = client and client.offset_encoding or "utf-16"
  return { line = row, character = compat.length(text:sub(1, col or #text), encoding) }
end

---@param buf integer
---@param first integer from 1
---@param last integer
local function lines(buf, first, last)
  return { start = position(buf, first - 1, 0), ["end"] = position(buf, last - 1) }
end

--- The function of `:LspRouter`.
function M.run(given)
  local typed = vim.deepcopy(given.fargs)
  local name = table.remove(typed, 1) or "status"
  local word = M.words[name]
  if not word then
    say(("there is no %q; it is one of %s"):format(name, table.concat(M.complete("", "LspRouter "), ", ")), vim.log.levels.ERROR)
    return
  end
  local buf = vim.api.nvim_get_current_buf()
  local here = vim.api.nvim_win_get_cursor(0)
  local point = position(buf, here[1] - 1, here[2])
  ---@type lsp_router.Call
  local call = {
    buf = buf,
    words = typed,
    range = given.range > 0 and lines(buf, given.line1, given.line2) or nil,
    line = lines(buf, here[1], here[1]),
    point = { start = point, ["end"] = point },
  }
  if word.run then
    word.run(call)
    return
  end
  local text = table.concat(typed, " ")
  if word.needs and text == "" then
    vim.ui.input({ prompt = word.needs }, function(answer)
      if answer and answer ~= "" then
        send(word, call, answer)
      end
    end)
    return
  end
  send(word, call, text)
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local typed = vim.split(line:gsub("^.-LspRouter!?%s+", ""), "%s+")
  local word = #typed > 1 and M.words[typed[1]]
  local offered = #typed <= 1 and vim.tbl_keys(M.words) or word and word.complete and word.complete(vim.list_slice(typed, 2)) or {}
  local fitting = vim.tbl_filter(function(it)
    return vim.startswith(it, lead)
  end, offered)
  table.sort(fitting)
  return fitting
end

return M
