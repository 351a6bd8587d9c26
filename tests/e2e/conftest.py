"""Every Neovim that people use."""

from __future__ import annotations

import pytest

from tests.e2e.neovim import Neovim
from tests.support.workshop import Workshop


@pytest.fixture(params=["0.12", "0.11", "0.10"])
def nvim(request: pytest.FixtureRequest, workshop: Workshop) -> Neovim:
    return Neovim(request.param, workshop)
