runtime! indent/mln.vim
