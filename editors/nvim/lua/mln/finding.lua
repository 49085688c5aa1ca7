-- Where the server is, and what directory it is to look after.
local M = {}

--- A directory that holds one of these is a root, the innermost first; without one it is the file's own directory.
M.markers = { 'mlnc.toml', '.git', '.venv' }

local uv = vim.uv or vim.loop
local windows = vim.fn.has('win32') == 1

local function exists(path)
  return uv.fs_stat(path) ~= nil
end

local function parent(path)
  return vim.fn.fnamemodify(path, ':h')
end

--- The root of a file.
function M.root(file)
  local folder = parent(vim.fn.fnamemodify(file, ':p'))
  local at = folder
  while true do
    for _, marker in ipairs(M.markers) do
      if exists(at .. '/' .. marker) then
        return at
      end
    end
    local up = parent(at)
    if up == at then
      return folder
    end
    at = up
  end
end

local function resolved(path)
  local full = vim.fn.resolve(vim.fn.fnamemodify(vim.fn.expand(path), ':p'))
  return (full:gsub('[/\\]+$', ''))
end

--- Whether the user trusts a directory: `true`, or a list of directories that it is or lies in.
function M.is_trusted(root, trusted)
  if type(trusted) ~= 'table' then
    return trusted == true
  end
  local inside = resolved(root) .. '/'
  for _, folder in ipairs(trusted) do
    if vim.startswith(inside, resolved(folder) .. '/') then
      return true
    end
  end
  return false
end

local function listed(command)
  return type(command) == 'table' and vim.deepcopy(command) or { command }
end

--- The command that runs the server for a root; else nil, and a list of places with what was wrong with each.
function M.server(root, options)
  if options.cmd then
    local command = listed(options.cmd)
    command[1] = vim.fn.expand(command[1])
    if vim.fn.executable(command[1]) == 1 then
      return command, {}
    end
    return nil, { { 'the option cmd: ' .. command[1], 'no program is there' } }
  end
  local misses = {}
  local own = root .. (windows and '/.venv/Scripts/mln-lsp.exe' or '/.venv/bin/mln-lsp')
  local command
  if vim.fn.executable(own) ~= 1 then
    misses[#misses + 1] = { own, 'no program is there' }
  elseif not M.is_trusted(root, options.trusted) then
    misses[#misses + 1] = { own, 'the directory is not among the option trusted' }
  else
    command = own
  end
  if not command and vim.fn.executable('mln-lsp') == 1 then
    command = 'mln-lsp'
  end
  if not command then
    misses[#misses + 1] = { 'mln-lsp on the PATH', 'no program is there' }
    return nil, misses
  end
  return vim.list_extend({ command }, options.args or {}), misses
end

--- What to say when there is no server.
function M.complaint(misses)
  local lines = { 'MLN: there is no language server, so there are colours and no more. Looked at:' }
  for _, miss in ipairs(misses) do
    lines[#lines + 1] = '  ' .. miss[1] .. ': ' .. miss[2]
  end
  lines[#lines + 1] = '`make install` in the sources of MLN sets up .venv/bin/mln-lsp; see :help mln-server'
  return table.concat(lines, '\n')
end

return M
