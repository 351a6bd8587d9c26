" Three lines for your vimrc; put the path of this file into the first one:
"   source /path/to/editors/vim/ale.vim
"   let g:ale_completion_enabled = 1
"   nmap <silent> <leader>a :ALECodeAction<CR>
"
" Suggestions come in ALE's completion menu, quick fixes and refactorings through :ALECodeAction (also for a visual
" range), reviews as ALE's own signs. ALE keeps the linters that it runs beside this one.

let g:lsp_router_command = get(g:, 'lsp_router_command', 'lsp-router')
let g:lsp_router_settings = get(g:, 'lsp_router_settings', {})
let g:lsp_router_filetypes = get(g:, 'lsp_router_filetypes', [
\   'c', 'cpp', 'cs', 'css', 'go', 'html', 'java', 'javascript', 'javascriptreact', 'kotlin', 'lua', 'php', 'python',
\   'ruby', 'rust', 'scala', 'sh', 'sql', 'swift', 'typescript', 'typescriptreact', 'vim', 'zig',
\ ])

function! LspRouterRoot(buffer) abort
    let l:directory = expand('#' . a:buffer . ':p:h')
    let l:file = findfile('lsp-router.toml', l:directory . ';')
    let l:git = finddir('.git', l:directory . ';')
    return empty(l:file) && empty(l:git) ? l:directory : fnamemodify(empty(l:file) ? l:git : l:file, ':p:s?/$??:h')
endfunction

" Beside the linters that ALE runs for a file type anyway: those it was told, or those it picks by itself.
function! s:Register(filetype) abort
    if !get(g:, 'loaded_ale', 0) || index(g:lsp_router_filetypes, a:filetype) < 0 || has_key(s:known, a:filetype)
        return
    endif
    let s:known[a:filetype] = 1
    let l:others = map(copy(ale#linter#Get(a:filetype)), 'v:val.name')
    call ale#linter#Define(a:filetype, {
    \   'name': 'lsp-router',
    \   'lsp': 'stdio',
    \   'executable': g:lsp_router_command,
    \   'command': '%e',
    \   'project_root': function('LspRouterRoot'),
    \   'lsp_config': {'lspRouter': g:lsp_router_settings},
    \   'initialization_options': {'editorInfo': {'name': 'vim', 'version': string(v:versionlong)}},
    \ })
    let g:ale_linters = extend(get(g:, 'ale_linters', {}), {a:filetype: l:others + ['lsp-router']})
endfunction

let s:known = {}

augroup lsp_router_ale
    autocmd!
    autocmd FileType * call s:Register(expand('<amatch>'))
augroup END
