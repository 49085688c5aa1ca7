" The language server by way of ALE, for Vim and for Neovim without its own client.

call ale#Set('mln_lsp_executable', 'mln-lsp')

call ale#linter#Define('mlnconf', {
      \ 'name': 'mln_lsp',
      \ 'lsp': 'stdio',
      \ 'executable': {buffer -> ale#Var(buffer, 'mln_lsp_executable')},
      \ 'command': '%e',
      \ 'language': 'mln-conf',
      \ 'project_root': {buffer -> fnamemodify(ale#path#FindNearestFile(buffer, 'mlnc.toml'), ':h:p')
      \   ?? fnamemodify(bufname(buffer), ':p:h')},
      \})
