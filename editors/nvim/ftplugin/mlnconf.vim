" The configuration is written like a project.
runtime! ftplugin/mln.vim
