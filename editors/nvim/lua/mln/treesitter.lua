-- Colours, folds and shell lines by tree-sitter, from Neovim 0.10 on, where the parser has been compiled.
local M = {}

local function here()
  return vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')
end

--- Where the compiled parser goes: a directory of the user that Neovim looks into.
function M.target()
  return vim.fn.stdpath('data') .. '/site/parser/mln.so'
end

--- Compile the parser with the system's C compiler; returns whether that went well.
function M.build(target)
  target = target or M.target()
  local source = here() .. '/../tree-sitter-mln/src'
  if vim.fn.filereadable(source .. '/parser.c') ~= 1 then
    vim.notify('MLN: the grammar is not beside the plugin: ' .. source, vim.log.levels.ERROR)
    return false
  end
  vim.fn.mkdir(vim.fn.fnamemodify(target, ':h'), 'p')
  local command = { 'cc', '-shared', '-fPIC', '-O2', '-I', source, '-o', target }
  local output = vim.fn.system(vim.list_extend(command, { source .. '/parser.c', source .. '/scanner.c' }))
  if vim.v.shell_error ~= 0 then
    vim.notify('MLN: the parser could not be compiled:\n' .. output, vim.log.levels.ERROR)
    return false
  end
  vim.notify('MLN: ' .. target)
  return true
end

--- Colour a buffer, if the parser is there.
function M.start(bufnr)
  if vim.fn.has('nvim-0.10') ~= 1 then
    return
  end
  vim.treesitter.language.register('mln', { 'mln', 'mlnconf' })
  pcall(vim.treesitter.start, bufnr, 'mln')
end

return M
