"""What `lsp-router try` opens when no file is named: a small program with gaps (‸) where help is wanted."""
