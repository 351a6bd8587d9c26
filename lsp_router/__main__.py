"""`python -m lsp_router` is `lsp-router`."""

import sys

from lsp_router.cli.main import main

sys.exit(main())
