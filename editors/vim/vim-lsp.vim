" Three lines for your vimrc, with the plugin vim-lsp (the rest of this file does the same for all file types):
"   au User lsp_setup call lsp#register_server({'name': 'lsp-router',
"   \   'cmd': {server_info -> ['lsp-router']}, 'allowlist': ['*'],
"   \   'workspace_config': {'lspRouter': {}}})
"
" Untested: vim-lsp is in no package that the tests could install.

if executable('lsp-router')
    augroup lsp_router_vim_lsp
        autocmd!
        autocmd User lsp_setup call lsp#register_server({
        \   'name': 'lsp-router',
        \   'cmd': {server_info -> ['lsp-router']},
        \   'allowlist': ['*'],
        \   'workspace_config': {'lspRouter': {}},
        \   'initialization_options': {'editorInfo': {'name': 'vim', 'version': string(v:versionlong)}},
        \ })
    augroup END
endif
