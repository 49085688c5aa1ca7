-- Runs inside a real Neovim: does what a user would do, and writes what there was to see as JSON.
-- Given in g:mln_test: { folder, server, report, listing }.

local given = vim.g.mln_test
local seen = {}
local errors = {}

local function step(name, action)
  local fine, result = pcall(action)
  if fine then
    seen[name] = result == nil and true or result
  else
    errors[name] = tostring(result)
  end
end

local function wait(condition)
  return vim.wait(15000, condition, 10)
end

local function clients()
  return vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = 0 }) or vim.tbl_values(vim.lsp.buf_get_clients(0))
end

local function open(name)
  vim.cmd('edit! ' .. vim.fn.fnameescape(given.folder .. '/' .. name))
  wait(function()
    return #clients() > 0
  end)
end

local function diagnostics(bufnr)
  wait(function()
    return #vim.diagnostic.get(bufnr) > 0
  end)
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(bufnr)) do
    found[#found + 1] = { line = each.lnum + 1, column = each.col + 1, code = each.code, message = each.message }
  end
  return found
end

local function request(method, more)
  local params = vim.tbl_extend('force', { textDocument = { uri = vim.uri_from_bufnr(0) } }, more or {})
  local answers, problem = vim.lsp.buf_request_sync(0, method, params, 15000)
  assert(answers, problem)
  for _, answer in pairs(answers) do
    assert(not answer.err, vim.inspect(answer.err))
    return answer.result
  end
end

-- Where a pattern is found, behind `\zs` if it has one; `more` columns on. The lines are ASCII up to there.
local function place(pattern, more)
  vim.fn.cursor(1, 1)
  local line, column = unpack(vim.fn.searchpos(pattern, 'c'))
  assert(line > 0, pattern)
  return { position = { line = line - 1, character = column - 1 + (more or 0) } }
end

local function groups()
  local lines = {}
  for line = 1, vim.fn.line('$') do
    local text, names, last = vim.fn.getline(line), {}, nil
    for column = 1, #text do
      local name = vim.fn.synIDattr(vim.fn.synID(line, column, 1), 'name')
      if text:sub(column, column):match('%S') then
        if name ~= last then
          names[#names + 1] = name .. ' '
        end
        names[#names + 1] = text:sub(column, column)
        last = name
      else
        last = nil
        names[#names + 1] = #names > 0 and names[#names] ~= ' ' and ' ' or nil
      end
    end
    lines[line] = vim.trim(table.concat(names))
  end
  return lines
end

local function buffer(name)
  local bufnr = vim.fn.bufnr(given.folder .. '/' .. name)
  return table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n')
end

local said = {}
vim.notify = function(text)
  said[#said + 1] = text
end

if not vim.g.mln_test_enable then
  require('mln').setup({ cmd = given.server, settings = { configPaths = {} }, keymaps = true, trusted = true })
else
  vim.env.PATH = vim.fn.fnamemodify(given.server, ':h') .. ':' .. vim.env.PATH
  vim.lsp.config('mln', { settings = { mln = { configPaths = {} } } })
  vim.lsp.enable('mln')
end

step('faulty', function()
  open('faulty.mln')
  return diagnostics(0)
end)
step('options', function()
  return { vim.bo.filetype, vim.bo.commentstring, vim.bo.shiftwidth, vim.bo.omnifunc, vim.fn.exists(':MlnGraph') }
end)
step('status', function()
  wait(function()
    return require('mln').status():find('error') ~= nil
  end)
  return require('mln').status()
end)
step('listing', function()
  vim.cmd('edit! ' .. vim.fn.fnameescape(given.listing))
  return diagnostics(0)
end)

step('rename', function()
  open('fragment.mln')
  open('main.mln')
  local params = vim.tbl_extend('force', place([[superclass \zscommon]], 1), { newName = 'shared' })
  local result = request('textDocument/rename', params)
  vim.lsp.util.apply_workspace_edit(result, clients()[1].offset_encoding)
  return { buffer('main.mln'), buffer('fragment.mln') }
end)
step('hover', function()
  local result = request('textDocument/hover', place('address', 2))
  return result.contents.value or result.contents
end)
step('completion', function()
  local result = request('textDocument/completion', place('switch la', 9))
  local labels = {}
  for _, item in ipairs(result.items or result) do
    labels[#labels + 1] = item.label
  end
  return labels
end)
step('omnifunc', function()
  place('switch la')
  local text
  vim.defer_fn(function() -- one that fits is put in at once
    wait(function()
      return vim.fn.getline('.'):find('switch lan') ~= nil
    end)
    text = vim.fn.getline('.')
    vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes('<Esc>', true, false, true), 'n', false)
  end, 50)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes('A<C-x><C-o>', true, false, true), 'nx!', false)
  return text
end)

step('show_host', function()
  open('main.mln')
  vim.cmd('MlnShowHost web')
  wait(function()
    return vim.bo.buftype == 'nofile'
  end)
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.cmd('bwipeout!')
  return lines
end)
step('show_file', function()
  vim.cmd('MlnShowFile local/build.sh')
  wait(function()
    return vim.bo.buftype == 'nofile'
  end)
  local found = { vim.bo.filetype, vim.fn.getline(1) }
  vim.cmd('bwipeout!')
  return found
end)
step('graph', function()
  local path = given.folder .. '/picture.svg'
  vim.cmd('MlnGraph! ' .. vim.fn.fnameescape(path))
  wait(function()
    return vim.fn.filereadable(path) == 1
  end)
  return table.concat(vim.fn.readfile(path), '\n')
end)
step('check', function()
  vim.cmd('MlnCheck')
  wait(function()
    return #vim.fn.getqflist() > 0
  end)
  vim.cmd('cclose')
  return vim.fn.getqflist()
end)
step('said', function()
  return said
end)

step('configuration', function()
  open('mln.conf')
  return { vim.bo.filetype, diagnostics(0), groups() }
end)
step('syntax', function()
  open('colours.mln')
  if vim.treesitter and vim.treesitter.stop then
    pcall(vim.treesitter.stop, 0)
    vim.bo.syntax = 'mln'
  end
  return groups()
end)
step('indent', function()
  vim.cmd('silent %left | silent normal! gg=G')
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.cmd('edit!')
  return lines
end)
step('folds', function()
  vim.wo.foldmethod = 'syntax'
  local levels = {}
  for line = 1, vim.fn.line('$') do
    levels[line] = vim.fn.foldlevel(line)
  end
  return levels
end)

step('treesitter', function()
  local treesitter = require('mln.treesitter')
  assert(treesitter.build())
  local names = { 'highlights', 'injections', 'locals', 'folds' }
  if vim.fn.has('nvim-0.10') ~= 1 then
    vim.treesitter.require_language('mln', treesitter.target())
    for index, name in ipairs(names) do
      names[index] = vim.treesitter.get_query('mln', name) ~= nil
    end
    return { names, {} }
  end
  vim.opt.runtimepath:append(vim.fn.stdpath('data') .. '/site')
  for index, name in ipairs(names) do
    names[index] = vim.treesitter.query.get('mln', name) ~= nil
  end
  open('colours.mln')
  treesitter.start(0)
  vim.treesitter.get_parser(0, 'mln'):parse(true)
  local captures = {}
  for _, pattern in ipairs({ 'global', '=', [[\$mem]], 'alice', 'staff', 'lib.mln', '10.0.0.2', [[lan;]], '[.][.][.]' }) do
    local at = place(pattern).position
    local last = ''
    for _, each in ipairs(vim.treesitter.get_captures_at_pos(0, at.line, at.character)) do
      last = each.capture:sub(1, 1) == '_' and last or each.capture
    end
    captures[#captures + 1] = last
  end
  return { names, captures }
end)

step('finding', function()
  local finding = require('mln.finding')
  vim.env.PATH = given.folder
  local root = finding.root(given.folder .. '/rooted/deep/x.mln')
  local function found(options)
    local command, misses = finding.server(root, options)
    return { command or false, finding.complaint(misses) }
  end
  return {
    root = root,
    untrusted = found({}),
    trusted = found({ trusted = { given.folder } }),
    beside = found({ trusted = { given.folder .. '/root' } }),
    option = found({ cmd = '/nowhere/mln-lsp' }),
  }
end)
step('health', function()
  vim.cmd('checkhealth mln')
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end)
step('version', function()
  local version = vim.version()
  return { version.major, version.minor }
end)

local file = assert(io.open(given.report, 'w'))
file:write(vim.fn.json_encode({ seen = seen, errors = errors, messages = vim.fn.execute('messages') }))
file:close()
vim.cmd('qall!')
