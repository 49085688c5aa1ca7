" MLN projects, and the configuration of MLN: /etc/mln/mln.conf, mln.conf of the user, ~/.mln.
" `*.conf` has a file type already, so this sets it whatever was found before.
autocmd BufNewFile,BufRead *.mln
      \ execute 'setlocal filetype=' . (expand('<afile>:t') ==# '.mln' ? 'mlnconf' : 'mln')
autocmd BufNewFile,BufRead mln.conf setlocal filetype=mlnconf
