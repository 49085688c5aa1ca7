-- For `vim.lsp.enable('mln')` of Neovim 0.11 and newer, with or without require('mln').setup().
local mln = require('mln')
local finding = require('mln.finding')

local config = mln.client_config(vim.fn.getcwd())
config.name, config.root_dir, config.init_options = nil, nil, nil
config.filetypes = mln.filetypes

-- A buffer whose root has no server gets none, and it is said why.
config.root_dir = function(bufnr, on_dir)
  local root = finding.root(vim.api.nvim_buf_get_name(bufnr))
  if mln.command(root) then
    on_dir(root)
  end
end

config.cmd = function(dispatchers, resolved)
  local root = resolved and resolved.root_dir or vim.fn.getcwd()
  return vim.lsp.rpc.start(mln.command(root) or { 'mln-lsp' }, dispatchers, { cwd = root })
end

config.before_init = function(params, resolved)
  local own = mln.client_config(resolved.root_dir)
  params.initializationOptions = own.init_options
  resolved.settings = vim.tbl_deep_extend('force', own.settings, resolved.settings or {})
end

return config
