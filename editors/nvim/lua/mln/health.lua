-- :checkhealth mln
local M = {}

local health = vim.health or require('health')
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local warn = health.warn or health.report_warn
local info = health.info or health.report_info

function M.check()
  local finding = require('mln.finding')
  local options = require('mln').options
  local name = vim.api.nvim_buf_get_name(0)
  local root = name ~= '' and finding.root(name) or vim.fn.getcwd()
  start('MLN')
  info('root: ' .. root .. (finding.is_trusted(root, options.trusted) and ', trusted' or ', not trusted'))
  local command, misses = finding.server(root, options)
  for _, miss in ipairs(misses) do
    info(miss[1] .. ': ' .. miss[2])
  end
  if command then
    local version = vim.fn.system({ command[1], '--version' })
    ok('server: ' .. table.concat(command, ' ') .. ' (' .. vim.trim(version) .. ')')
  else
    warn('there is no mln-lsp: see :help mln-server')
  end
  local parsers = vim.api.nvim_get_runtime_file('parser/mln.so', false)
  if #parsers > 0 then
    ok('tree-sitter parser: ' .. parsers[1])
  else
    info('no tree-sitter parser, so the colours are those of syntax/mln.vim; :MlnTreeSitter compiles one')
  end
end

return M
