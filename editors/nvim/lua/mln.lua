-- MLN for Neovim 0.7 and newer: starts mln-lsp for projects and for mln.conf. See :help mln.
local finding = require('mln.finding')
local M = {}

--- @class mln.Options
local defaults = {
  cmd = nil, -- the server: a path, or a list with arguments; nil: looked for
  args = {}, -- further arguments of a server that was looked for
  trusted = {}, -- directories whose .venv, plugins and paths are used; true: all
  settings = {}, -- what the server is to know, without the `mln.` in front: { backend = 'kvm' }
  on_attach = nil, -- function(client, bufnr)
  capabilities = nil, -- what a completion plugin adds
  keymaps = false, -- the keys that newer versions of Neovim have by themselves
  inlay_hints = false, -- from 0.10 on
  code_lens = false,
  treesitter = true, -- colours by tree-sitter where the parser is there, from 0.10 on
  opener = nil, -- function(path) that shows a picture; nil: what the system has for it
}

M.options = vim.deepcopy(defaults)
M.filetypes = { 'mln', 'mlnconf' }

local state = { text = '' }
local complained = {}

--- What the server last said of itself, for a status line.
function M.status()
  return state.text
end

local function on_status(_, result)
  result = result or {}
  local counts = {}
  for _, kind in ipairs({ 'error', 'warning' }) do
    local count = tonumber(result[kind .. 's']) or 0
    if count > 0 then
      counts[#counts + 1] = string.format('%d %s%s', count, kind, count == 1 and '' or 's')
    end
  end
  state.text = 'mln: ' .. (result.state == 'ready' and table.concat(counts, ', ') or tostring(result.state))
  if result.state == 'ready' and #counts == 0 then
    state.text = 'mln: fine'
  end
  if result.state == 'failed' and result.message then
    vim.notify('mln-lsp: ' .. result.message, vim.log.levels.ERROR)
  end
  vim.schedule(function()
    vim.cmd('redrawstatus!')
  end)
end

local function capabilities()
  return vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), M.options.capabilities or {})
end

--- What the server is started with, all but where it lies.
function M.client_config(root)
  local settings = vim.tbl_deep_extend('force', { trusted = finding.is_trusted(root, M.options.trusted) }, M.options.settings)
  local given = vim.tbl_deep_extend('force', settings, { clientCommands = { 'mln.lens.references' } })
  return {
    name = 'mln',
    root_dir = root,
    init_options = given,
    settings = { mln = settings },
    capabilities = capabilities(),
    get_language_id = function(_, filetype)
      return filetype == 'mlnconf' and 'mln-conf' or filetype
    end,
    handlers = { ['mln/status'] = on_status },
    on_attach = M.attached,
  }
end

local function set_keys(bufnr)
  local keys = {
    K = vim.lsp.buf.hover,
    gd = vim.lsp.buf.definition,
    grr = vim.lsp.buf.references,
    gri = vim.lsp.buf.implementation,
    grn = vim.lsp.buf.rename,
    gra = vim.lsp.buf.code_action,
    gO = vim.lsp.buf.document_symbol,
  }
  for key, action in pairs(keys) do
    vim.keymap.set('n', key, action, { buffer = bufnr })
  end
end

local function set_code_lens(bufnr)
  if vim.lsp.codelens.enable then -- 0.12
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    return
  end
  vim.lsp.codelens.refresh()
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'BufWritePost' }, {
    buffer = bufnr,
    callback = function()
      vim.lsp.codelens.refresh()
    end,
  })
end

--- Set up a buffer that the server looks after.
function M.attached(client, bufnr)
  if vim.bo[bufnr].omnifunc == '' then -- 0.7 leaves it to us
    vim.bo[bufnr].omnifunc = 'v:lua.vim.lsp.omnifunc'
  end
  require('mln.commands').define()
  if M.options.inlay_hints and vim.lsp.inlay_hint then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
  if M.options.code_lens then
    set_code_lens(bufnr)
  end
  if M.options.on_attach then
    M.options.on_attach(client, bufnr)
  end
end

--- The command that runs the server for a root, or nil after saying what is missing.
function M.command(root)
  local command, misses = finding.server(root, M.options)
  if not command and not complained[root] then
    complained[root] = true
    vim.notify(finding.complaint(misses), vim.log.levels.WARN)
  end
  return command
end

local clients = {} -- of 0.7, which does not look for one that runs already

local function start_client(config, bufnr)
  if vim.lsp.start then
    return vim.lsp.start(config, { bufnr = bufnr })
  end
  local id = clients[config.root_dir]
  if not id or not vim.lsp.get_client_by_id(id) then
    id = vim.lsp.start_client(config)
    clients[config.root_dir] = id
  end
  if id then
    vim.lsp.buf_attach_client(bufnr, id)
  end
  return id
end

--- Start the server for a buffer, or let the one that runs for its root look after it; returns the client's id.
function M.start(bufnr)
  bufnr = (bufnr and bufnr ~= 0) and bufnr or vim.api.nvim_get_current_buf()
  local name = vim.api.nvim_buf_get_name(bufnr)
  if name == '' or vim.bo[bufnr].buftype ~= '' then
    return nil
  end
  local root = finding.root(name)
  local command = M.command(root)
  if not command then
    return nil
  end
  if M.options.keymaps then -- here, since `:edit` forgets the keys of a buffer but not its client
    set_keys(bufnr)
  end
  local config = M.client_config(root)
  config.cmd = command
  return start_client(config, bufnr)
end

--- Set up everything; call it once. See :help mln-options.
function M.setup(options)
  M.options = vim.tbl_deep_extend('force', vim.deepcopy(defaults), options or {})
  complained = {}
  local group = vim.api.nvim_create_augroup('mln', { clear = true })
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = M.filetypes,
    callback = function(event)
      if M.options.treesitter then
        require('mln.treesitter').start(event.buf)
      end
      M.start(event.buf)
    end,
  })
  require('mln.commands').define()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.tbl_contains(M.filetypes, vim.bo[bufnr].filetype) then
      M.start(bufnr)
    end
  end
end

return M
