"""One catalogue for all tests here: it is frozen, so nobody can spoil it for the next."""

from __future__ import annotations

import pytest

from lsp_router.catalog.facts import Catalogue
from lsp_router.catalog.source import load
from lsp_router.prompts.families import template_for


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load(template_for)
