" A line stands one step deeper than the one that opens its block.

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=MlnIndent(v:lnum) indentkeys=0{,0},!^F,o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*MlnIndent')
  finish
endif

" Braces that mean something: not those behind a backslash, between quotes, in a comment.
function! s:Braces(line) abort
  let text = substitute(a:line, '\\.', '', 'g')
  let text = substitute(text, '"[^"]*"\|''[^'']*''', '', 'g')
  let text = substitute(text, '\%(^\|\s\)#.*', '', '')
  return substitute(text, '[^{}]', '', 'g')
endfunction

function! MlnIndent(lnum) abort
  let previous = prevnonblank(a:lnum - 1)
  if previous == 0
    return 0
  endif
  let braces = s:Braces(getline(previous))
  " What a line closes of others' blocks has moved the line itself already.
  let deeper = count(braces, '{') - count(substitute(braces, '^}', '', ''), '}')
  let closing = getline(a:lnum) =~# '^\s*}' ? 1 : 0
  return max([0, indent(previous) + (deeper - closing) * shiftwidth()])
endfunction
