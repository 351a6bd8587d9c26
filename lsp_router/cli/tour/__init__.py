"""The sections of `lsp-router try`: each shows one thing that the server does, with what it took and cost."""
