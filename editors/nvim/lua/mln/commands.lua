-- The commands. They ask the server and show what it says.
local M = {}

--- The client that looks after a buffer.
local function client_of(bufnr)
  local clients
  if vim.lsp.get_clients then
    clients = vim.lsp.get_clients({ bufnr = bufnr, name = 'mln' })
  else
    clients = vim.tbl_values(vim.lsp.buf_get_clients(bufnr))
  end
  for _, client in ipairs(clients) do
    if client.name == 'mln' then
      return client
    end
  end
end

local function complain(text)
  vim.notify('MLN: ' .. text, vim.log.levels.ERROR)
end

--- Run a command of the server; `take` gets its result.
local function ask(command, argument, take)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = client_of(bufnr)
  if not client then
    complain('no language server looks after this buffer; see :checkhealth mln')
    return
  end
  local function answer(problem, result)
    if problem then
      complain(problem.message)
    elseif result then
      take(result)
    end
  end
  local params = { command = command, arguments = { argument } }
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('workspace/executeCommand', params, answer, bufnr)
  else
    client.request('workspace/executeCommand', params, answer, bufnr)
  end
end

local function this_file()
  return vim.uri_from_bufnr(0)
end

local function open(path)
  local opener = require('mln').options.opener
  if opener then
    opener(path)
  elseif vim.ui.open then
    vim.ui.open(path)
  else
    local program = vim.fn.has('mac') == 1 and 'open' or 'xdg-open'
    if vim.fn.executable(program) == 1 then
      vim.fn.jobstart({ program, path }, { detach = true })
    end
  end
end

local function write(path, text)
  vim.fn.mkdir(vim.fn.fnamemodify(path, ':h'), 'p')
  local file, problem = io.open(path, 'w')
  if not file then
    complain(problem)
    return false
  end
  file:write(text)
  file:close()
  return true
end

--- A buffer that is no file, in a split.
local function show(name, text, filetype)
  vim.cmd('new')
  local bufnr = vim.api.nvim_get_current_buf()
  vim.bo[bufnr].buftype, vim.bo[bufnr].bufhidden, vim.bo[bufnr].swapfile = 'nofile', 'wipe', false
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text, '\n', { plain = true }))
  pcall(vim.api.nvim_buf_set_name, bufnr, name)
  vim.bo[bufnr].modifiable = false
  -- Another's plugin for the file type may fail; the text is there all the same.
  pcall(function()
    vim.bo[bufnr].filetype = filetype
  end)
end

-- ---------------------------------------------------------------- the commands
--- Check every project of the workspace; what is found goes into the quickfix list.
function M.check()
  ask('mln.checkWorkspace', vim.empty_dict(), function(result)
    local counts = {}
    for _, kind in ipairs({ 'file', 'error', 'warning', 'note' }) do
      local count = result[kind .. 's']
      counts[#counts + 1] = string.format('%d %s%s', count, kind, count == 1 and '' or 's')
    end
    vim.notify('MLN: ' .. table.concat(counts, ', '))
    -- Messages about files come on their own; let those on their way arrive.
    vim.defer_fn(function()
      vim.diagnostic.setqflist({ title = 'MLN', open = result.errors + result.warnings > 0 })
    end, 50)
  end)
end

--- Draw the project's network: as SVG beside the cache's other pictures, shown; or into a file whose ending says how.
function M.graph(path, shown)
  local formats = { svg = 'svg', dot = 'dot', gv = 'dot', json = 'json', mmd = 'mermaid', mermaid = 'mermaid' }
  local stem = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t:r')
  local target = vim.fn.stdpath('cache') .. '/mln/' .. stem .. '.svg'
  if path ~= '' then
    target = vim.fn.fnamemodify(vim.fn.expand(path), ':p')
  end
  local format = formats[vim.fn.fnamemodify(target, ':e')]
  if not format then
    complain('a picture is .svg, .dot, .mmd or .json, not ' .. path)
    return
  end
  ask('mln.graph', { uri = this_file(), format = format }, function(result)
    if write(target, result.text) then
      vim.notify('MLN: ' .. target)
      if shown then
        open(target)
      end
    end
  end)
end

--- Every value of a host, and the lines that set it: of the one that the cursor is in, or the one that is named.
function M.show_host(host)
  local argument = { uri = this_file(), line = vim.api.nvim_win_get_cursor(0)[1] - 1 }
  if host ~= '' then
    argument.host = host
  end
  ask('mln.showHost', argument, function(result)
    show('mln://' .. result.host, result.markdown, 'markdown')
  end)
end

--- A file that compiling would write.
function M.show_file(path)
  local argument = { uri = this_file() }
  local filetypes = { shellscript = 'sh', properties = 'conf', plaintext = '' }
  local function fetch(choice)
    if choice then
      ask('mln.showArtefact', vim.tbl_extend('force', argument, { path = choice }), function(result)
        show('mln://' .. result.path, result.text, filetypes[result.languageId] or result.languageId)
      end)
    end
  end
  if path ~= '' then
    fetch(path)
  else
    ask('mln.showArtefact', argument, function(result)
      vim.ui.select(result.files, { prompt = 'What compiling would write' }, fetch)
    end)
  end
end

--- Write what the project compiles to.
function M.compile(output)
  output = output ~= '' and vim.fn.fnamemodify(vim.fn.expand(output), ':p') or nil
  ask('mln.compile', { uri = this_file(), output = output }, function(result)
    if #result.written > 0 then
      vim.notify(string.format('MLN: %d files, under %s', #result.written, output or 'out'))
    else
      complain(string.format('nothing is written: the project has %d problems', result.problems))
    end
  end)
end

-- ---------------------------------------------------------------- what the server calls
local function show_references(command, context)
  local locations = command.arguments and command.arguments[3] or {}
  local client = vim.lsp.get_client_by_id(context.client_id)
  local items = vim.lsp.util.locations_to_items(locations, client and client.offset_encoding or 'utf-16')
  vim.fn.setqflist({}, ' ', { title = command.title or 'References', items = items })
  vim.cmd('copen')
end

-- ---------------------------------------------------------------- how they are called
--- The hosts of the buffer that start like what was typed.
function M.complete_host(typed)
  local found = {}
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local name = line:match('^%s*host%s+([%w_.-]+)')
    if name and vim.startswith(name, typed) then
      found[#found + 1] = name
    end
  end
  return found
end

--- Define the commands. They are there for every buffer: those of a buffer would be gone after `:edit`.
function M.define()
  local add = vim.api.nvim_create_user_command
  add('MlnCheck', M.check, { desc = 'Check all projects of the workspace' })
  add('MlnGraph', function(given)
    M.graph(given.args, not given.bang)
  end, { nargs = '?', bang = true, complete = 'file', desc = 'Draw the network' })
  add('MlnShowHost', function(given)
    M.show_host(given.args)
  end, { nargs = '?', complete = M.complete_host, desc = 'Show a resolved host' })
  add('MlnShowFile', function(given)
    M.show_file(given.args)
  end, { nargs = '?', desc = 'Show what compiling would write' })
  add('MlnCompile', function(given)
    M.compile(given.args)
  end, { nargs = '?', complete = 'dir', desc = 'Write what the project compiles to' })
  add('MlnTreeSitter', function()
    require('mln.treesitter').build()
  end, { desc = 'Compile the tree-sitter parser of MLN' })
  vim.lsp.commands['mln.lens.references'] = show_references
end

return M
