from __future__ import annotations

import itertools
import statistics
import time

import pytest

from lsp_router.context.document import Document
from lsp_router.context.gather import Around, Gatherer
from lsp_router.context.privacy import Ruling, Withheld
from lsp_router.context.recent import RecentEdits
from lsp_router.context.window import Budget, window
from lsp_router.domain.task import Privacy

HELPER = Document("lib/helper.py", "import os\n\n\ndef load_table(path):\n    return os.stat(path)\n", "python")
HERE = Document("app.py", "from lib.helper import load_table\n\ntable = load_table(\n", "python")


def ask(here: Document = HERE, *tabs: Document, offset: int | None = None, **more) -> Around:
    at = len(here.text) - 1 if offset is None else offset
    return Around(here, at, window(here.text, at, Budget(tokens=200)), tabs, **more)


def gatherer(**more) -> Gatherer:
    return Gatherer(time.perf_counter, **more)


def test_the_definition_of_a_name_at_the_cursor_goes_along():
    (snippet,) = gatherer().gather(ask(HERE, HELPER)).snippets
    assert (snippet.kind, snippet.path) == ("definition", "lib/helper.py")
    assert snippet.text.startswith("def load_table(path):")


def test_imports_that_the_window_does_not_show_go_along():
    here = Document("app.py", "import json\nimport sqlite3\n" + "x = 1\n" * 500 + "json.", "python")
    kinds = {one.kind: one.text for one in gatherer().gather(ask(here)).snippets}
    assert kinds["imports"] == "import json\nimport sqlite3\n"


def test_definitions_of_this_file_outside_the_window_go_along_and_those_inside_do_not():
    here = Document(
        "app.py", "def early(a):\n    return a\n" + "x = 1\n" * 500 + "def late():\n    return early(", "python"
    )
    found = gatherer().gather(ask(here)).snippets
    assert [one.text for one in found if one.kind == "definition"] == ["def early(a):\n    return a\n"]


def test_recent_edits_of_other_files_go_along_last():
    edits = RecentEdits()
    edits.note("lib/other.py", 1, 0, 0)
    other = Document("lib/other.py", "a = 1\nchanged = 2\nb = 3\n", "python")
    found = gatherer().gather(ask(HERE, other, HELPER, edits=edits)).snippets
    assert [one.kind for one in found] == ["definition", "recent"]
    assert found[-1].text == "changed = 2\n"


def test_similar_windows_go_along():
    body = "".join(f"    total_{n} = compute_total(order_{n}, customer_rate)\n" for n in range(60))
    here = Document("a.py", "def one():\n" + body, "python")
    other = Document("b.py", "def two():\n" + body.replace("total_1 ", "sum_1 "), "python")
    kinds = [one.kind for one in gatherer().gather(ask(here, other), Budget(tokens=4_000)).snippets]
    assert "similar" in kinds


def test_everything_keeps_within_the_budget():
    tabs = [
        Document(f"{n}.py", "".join(f"def load_{m}(path):\n    return path\n" for m in range(300)), "python", n)
        for n in range(10)
    ]
    here = Document("app.py", "x = " + " + ".join(f"load_{m}" for m in range(40)), "python")
    budget = Budget(tokens=400, chars_per_token=3.0)
    request = ask(here, *tabs)
    found = gatherer().gather(request, budget).snippets
    assert found
    assert sum(len(one.text) for one in found) + request.window.size <= 400 * 3.0


def test_equal_content_has_an_equal_fingerprint_whatever_was_edited_lately():
    edits = RecentEdits()
    edits.note("lib/helper.py", 0, 0, 0)
    first = gatherer().gather(ask(HERE, HELPER))
    again = gatherer().gather(ask(HERE, Document(HELPER.path, HELPER.text, "python", version=9), edits=edits))
    changed = gatherer().gather(
        ask(HERE, Document(HELPER.path, HELPER.text.replace("stat", "open"), "python", version=2))
    )
    assert first.fingerprint == again.fingerprint != changed.fingerprint
    assert first.extra()[0][0] == "lib/helper.py"


def test_a_new_version_is_read_again():
    reader = gatherer()
    reader.gather(ask(HERE, HELPER))
    fresh = Document(HELPER.path, "def load_table(other):\n    pass\n", "python", version=2)
    assert "other" in reader.gather(ask(HERE, fresh)).snippets[0].text


RULINGS = {
    "private.py": Ruling(Privacy.LOCAL, rule="privacy.local_only: private.py"),
    ".env": Ruling(Privacy.LOCAL, shared=False, rule="a secret file by its name (.env)"),
    "vendor.py": Ruling(Privacy.LOCAL, ignored=True, shared=False, rule="ignored by .lsprouterignore: vendor.py"),
}


@pytest.mark.parametrize(
    ("level", "allowed"), [(Privacy.LOCAL, ["private.py"]), (Privacy.CLOUD, []), (Privacy.TRAINS, [])]
)
def test_files_that_may_not_go_there_stay_out_and_are_named(level, allowed):
    tabs = [Document(name, "def load_table(path):\n    pass\n", "python") for name in RULINGS]
    guarded = gatherer(judge=lambda document: RULINGS.get(document.path, Ruling()))
    found = guarded.gather(ask(HERE, *tabs, level=level))
    assert [one.path for one in found.snippets] == allowed
    kept_back = [name for name in RULINGS if name not in allowed]
    assert found.withheld == tuple(Withheld(RULINGS[name].rule, name) for name in kept_back)


def test_edits_in_a_file_that_may_not_go_there_stay_out():
    edits = RecentEdits()
    edits.note(".env", 0, 0, 0)
    guarded = gatherer(judge=lambda document: RULINGS.get(document.path, Ruling()))
    found = guarded.gather(ask(HERE, Document(".env", "A=1\n"), edits=edits, level=Privacy.TRAINS))
    assert found.snippets == ()


def test_work_stops_at_the_deadline_with_what_is_there():
    ticks = itertools.count(step=0.02)
    slow = Gatherer(lambda: next(ticks))
    here = Document("app.py", "import json\n" + "x = 1\n" * 500 + "load_table", "python")
    found = slow.gather(ask(here, *[Document(f"{n}.py", HELPER.text, "python") for n in range(20)]), deadline_ms=30)
    assert not found.complete
    assert [one.kind for one in found.snippets] == ["imports"]


def test_only_so_many_documents_are_remembered():
    reader = gatherer()
    for number in range(200):
        reader.warm(Document(f"{number}.py", "x = 1\n", "python"))
    assert len(reader._indexes) <= 41
    reader.forget("199.py")
    assert "199.py" not in reader._indexes


def test_ten_tabs_of_two_thousand_lines_take_a_few_milliseconds():
    tabs = [
        Document(
            f"{n}.py",
            "".join(f"def f{n}_{m}(alpha_{m}, beta):\n    return gamma_{m % 50}\n" for m in range(1_000)),
            "python",
        )
        for n in range(10)
    ]
    here = Document("app.py", tabs[0].text.replace("f0_", "g_") + "\nvalue = f3_77(", "python")
    reader = gatherer()
    for tab in tabs:
        reader.warm(tab)
    times = [reader.gather(ask(here, *tabs)).ms for _ in range(20)]
    assert statistics.median(times) < 10
