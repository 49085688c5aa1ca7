" What editing a project needs: comments, blanks, where includes are, folds if they are wanted.

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s
setlocal formatoptions-=t formatoptions+=croql
" As `mlnc fmt` writes it.
setlocal expandtab shiftwidth=4 softtabstop=4
" Names may have hyphens.
setlocal iskeyword+=-
setlocal include=^\s*#include\s suffixesadd=.mln
if executable('mlnc')
  setlocal formatprg=mlnc\ fmt
endif
if get(g:, 'mln_folding', 0)
  setlocal foldmethod=syntax
endif
let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< softtabstop< iskeyword<'
      \ . ' include< suffixesadd< formatprg< foldmethod<'
