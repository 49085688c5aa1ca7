" `:compiler mlnc`, then `:make`: the problems of the file in the quickfix list.

if exists('g:current_compiler')
  finish
endif
let g:current_compiler = 'mlnc'

CompilerSet makeprg=mlnc\ check\ -q\ %:S
CompilerSet errorformat=%f:%l:%c:\ %t%*[a-z]:\ %m,%-G%.%#
