"""What a person should be told reaches the editor's log, over the real server."""

from __future__ import annotations

import time

from lsp_router.app.records import Records
from lsp_router.config.places import places
from lsp_router.domain.model import Tier
from tests.support.records import entry
from tests.support.workshop import Workshop, until


async def test_too_large_a_paid_share_is_said_in_the_editor(workshop: Workshop) -> None:
    config = workshop.home / "config" / "config.toml"
    config.write_text(config.read_text().replace("paid_share_alert = 1.0", "paid_share_alert = 0.05"))
    records = Records(places({"LSP_ROUTER_HOME": str(workshop.home)}).state, time.time, lambda _: None)
    for n in range(30):
        records.desk.ledger.record(entry(f"e{n}", at=time.time() - 60, model="dear", tier=Tier.PAID, cost=0.001))
    records.close()
    async with workshop.editor() as editor:
        page = editor.open("a.py", "def add(a, b):\n    ")
        await editor.ready()
        await page.suggest()
        await until(lambda: any("requests were paid" in str(said) for said in editor.said()), patience=20)
    said = [str(params) for params in editor.said() if "requests were paid" in str(params)]
    assert len(said) == 1
    assert "alert above 5%" in said[0]
    assert "`lsp-router audit`" in said[0]
