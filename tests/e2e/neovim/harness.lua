-- What a test's body may say. Every wait has a condition and an end; a failure prints its words and exits with 1.
local PATIENCE = 20000 -- milliseconds
local GHOSTS = { "nvim.lsp.inline_completion", "lsp_router.ghost" }

notes = {} -- what the user was told
vim.notify = function(text)
  table.insert(notes, text)
end
vim.o.swapfile = false
vim.o.columns, vim.o.lines = 120, 40

local body = coroutine.create(function()
  assert(loadstring(vim.env.E2E_SETUP or ""))()
  assert(loadfile(vim.env.E2E_BODY))()
end)

local function leave(code, text)
  if text then
    io.stdout:write(text, "\n")
  end
  for _, client in ipairs(vim.lsp.get_clients()) do
    pcall(client.stop, client)
  end
  vim.cmd(code == 0 and "qall!" or "cquit " .. code)
end

local function resume()
  local ok, problem = coroutine.resume(body)
  if not ok then
    leave(1, debug.traceback(body, tostring(problem)) .. "\nnotes: " .. vim.inspect(notes) .. "\nlines: " .. vim.inspect(lines()))
  elseif coroutine.status(body) == "dead" then
    leave(0)
  end
end

--- Waits until something holds and returns it; the editor goes on meanwhile.
function wait(what, holds)
  local start = vim.uv.now()
  while true do
    local found = holds()
    if found then
      return found
    end
    if vim.uv.now() - start > PATIENCE then
      error("it never came to pass: " .. what .. "; ghost: " .. vim.inspect(ghost()), 2)
    end
    vim.defer_fn(resume, 10)
    coroutine.yield()
  end
end

function same(found, expected, what)
  if not vim.deep_equal(found, expected) then
    error(("%s: %s instead of %s"):format(what or "found", vim.inspect(found), vim.inspect(expected)), 2)
  end
end

function contains(text, part)
  if not tostring(text):find(part, 1, true) then
    error(("%q is not in %s"):format(part, text), 2)
  end
end

--- Types keys as a person does: the editor handles them after this returns.
function press(keys)
  vim.api.nvim_input(keys)
end

--- One key after the other, each seen by the editor before the next; what was shown after each of them.
function type_slowly(letters)
  local shown = {}
  local group = vim.api.nvim_create_augroup("e2e", {})
  vim.api.nvim_create_autocmd("TextChangedI", {
    group = group,
    callback = function()
      table.insert(shown, ghost() or "nothing")
    end,
  })
  for index, letter in ipairs(vim.fn.split(letters, "\\zs")) do
    press(letter)
    wait("letter " .. letter, function()
      return #shown >= index
    end)
  end
  vim.api.nvim_clear_autocmds({ group = group })
  return shown
end

function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

function text()
  return table.concat(lines(), "\n")
end

--- The ghost text on the screen, whoever draws it.
function ghost()
  for _, name in ipairs(GHOSTS) do
    local namespace = vim.api.nvim_get_namespaces()[name]
    local marks = namespace and vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true }) or {}
    if marks[1] then
      local function join(chunks)
        return table.concat(vim.tbl_map(function(chunk)
          return chunk[1]
        end, chunks))
      end
      local shown = { join(marks[1][4].virt_text or {}) }
      for _, line in ipairs(marks[1][4].virt_lines or {}) do
        table.insert(shown, join(line))
      end
      return table.concat(shown, "\n")
    end
  end
end

function until_ghost(expected)
  wait("ghost text " .. vim.inspect(expected), function()
    return ghost() == expected
  end)
end

function until_lines(expected)
  wait("lines " .. vim.inspect(expected), function()
    return vim.deep_equal(lines(), expected)
  end)
end

local attached = {} -- buffer → client, once everything of its arrival is over
vim.api.nvim_create_autocmd("LspAttach", {
  callback = function(event)
    vim.schedule(function()
      attached[event.buf] = event.data.client_id
    end)
  end,
})

function client()
  local id = attached[vim.api.nvim_get_current_buf()]
  return id and vim.lsp.get_client_by_id(id)
end

--- Opens a file with the cursor where the bar is, and waits for the server.
function open(name, content)
  local path = vim.fn.getcwd() .. "/" .. name
  local before = content:match("^(.-)|") or ""
  vim.fn.writefile(vim.split((content:gsub("|", "", 1)), "\n", { plain = true }), path, "b")
  vim.cmd.edit(vim.fn.fnameescape(path))
  local row = select(2, before:gsub("\n", ""))
  vim.api.nvim_win_set_cursor(0, { row + 1, #before:match("[^\n]*$") })
  wait("the server", client)
end

--- The lines of the window that is open beside the code.
function panel()
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(win).relative ~= "" then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), "\n")
    end
  end
end

function note(part)
  return wait("a note that says " .. part, function()
    for _, said in ipairs(vim.list_extend({ vim.fn.execute("messages") }, notes)) do
      if said:find(part, 1, true) then
        return said
      end
    end
  end)
end

for _, map in ipairs({ { "<Tab>", "accept-or-tab" }, { "<C-f>", "accept-word" }, { "<C-l>", "accept-line" }, { "<C-e>", "dismiss" }, { "<C-n>", "next" } }) do
  vim.keymap.set("i", map[1], ("<Plug>(lsp-router-%s)"):format(map[2]))
end
vim.schedule(resume)
