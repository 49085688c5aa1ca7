" Vim syntax file
" Language: mln.conf, the configuration of MLN

if exists('b:current_syntax')
  finish
endif
let b:mln_syntax = 'conf'
runtime! syntax/mln.vim
let b:current_syntax = 'mlnconf'
