from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from lsp_router.embedded.feedback import Feedback
from lsp_router.embedded.guess.agreement import SIGNS
from lsp_router.embedded.guess.answer import Kind, Suggestion
from lsp_router.embedded.guess.confidence import LineSign, PrefixSign
from lsp_router.embedded.guess.constants import FOLDER, UNSURE, Constants, load_constants
from lsp_router.embedded.guess.context import Context
from lsp_router.embedded.guess.experts import GROUNDS, Evidence, Expert, gather
from lsp_router.embedded.guess.features import Feature, Place
from lsp_router.embedded.index.builder import refresh
from lsp_router.embedded.index.library import REST_AFTER, Library
from lsp_router.embedded.index.segment import Segment
from lsp_router.embedded.recall import MAX_OPEN, Recall
from lsp_router.embedded.settings import Mode, Settings, Thresholds

PROJECT = {
    f"shop/{name}.py": f"""
import logging

from shop.storage import Storage

logger = logging.getLogger(__name__)


class {name.title()}Service:
    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.cache: dict[str, {name.title()}] = {{}}

    def load(self, key: str) -> {name.title()}:
        logger.debug("loading %s", key)
        if key not in self.cache:
            self.cache[key] = self.storage.load(key)
        return self.cache[key]

    def store(self, key: str, value: {name.title()}) -> None:
        logger.debug("storing %s", key)
        self.storage.store(key, value)
        self.cache.pop(key, None)
"""
    for name in ("order", "customer", "product", "invoice", "basket")
}
ABOVE = """
import logging

from shop.storage import Storage

logger = logging.getLogger(__name__)


class VoucherService:
    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.cache: dict[str, Voucher] = {}

"""


def ask(recall: Recall, text: str, language: str = "python", path: str = "new.py", **settings) -> Suggestion | None:
    """`|` marks the cursor."""
    offset = text.index("|")
    return recall.suggest(text.replace("|", "", 1), offset, language, path, Settings(**settings))


def without_doubt(family: str) -> Constants:
    """Whatever comes to mind is said."""
    return replace(load_constants(family), normal=Thresholds(0.0, 0.0))


@pytest.fixture
def shop(write, tmp_path: Path) -> Recall:
    root, folder = write(PROJECT), tmp_path / "index"
    folder.mkdir()
    refresh(root, folder)
    return Recall(Library(folder, root, time.monotonic))


LOAD = """    def load(self, key: str) -> Voucher:
        logger.debug("loading %s", key)
        if key not in self.cache:
"""
STORED = "            self.cache[key] = self.storage.load(key)\n"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("    def load(self, k: str) -> Voucher:\n        if k not in self.ca|", "che:"),
        (LOAD + "            self.cache[key] = self.|", "storage.load(key)"),
        (LOAD + "            self.cache[key] = self.storage.load(|", "key)"),
        (LOAD + "            self.cache[key] = self.storage.load(|)", "key"),
        (LOAD + STORED + "        return self.|", "cache[key]"),
        (LOAD + STORED + "        return self.cache[|]", "key"),
    ],
)
def test_recalls_what_the_project_says(shop: Recall, typed: str, shown: str) -> None:
    found = ask(shop, ABOVE + typed, next_line=False)
    assert found is not None
    assert found.text == shown
    assert found.kind is Kind.LINE
    assert 0.3 < found.confidence <= 1
    assert found.why


@pytest.mark.parametrize(("score", "shown"), [(0.1, ":"), (-0.1, None)])
def test_a_single_character_is_shown_when_it_is_rather_right_than_wrong(
    shop: Recall, score: float, shown: str | None
) -> None:
    judged = replace(load_constants("python"), line=[score] + [0.0] * (len(LineSign) - 1))
    found = ask(Recall(shop.library, constants=lambda _: judged), ABOVE + LOAD.strip("\n").removesuffix(":") + "|")
    assert (found and found.text) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("        if code not in self.|", "cache:"),
        ("        if code not in self.cache:\n            self.cache[code] = self.|", "storage.load(code)"),
    ],
)
def test_renames_along_with_the_file(shop: Recall, typed: str, shown: str) -> None:
    found = ask(shop, ABOVE + "    def load(self, code: str) -> Voucher:\n" + typed, next_line=False)
    assert found is not None
    assert found.text == shown


def test_offers_the_next_line_only_when_very_sure(shop: Recall) -> None:
    """Five files go on in the same way, and so does this one: twelve times over there is little doubt."""
    above = ABOVE + 12 * (LOAD + STORED + "        return self.cache[key]\n\n")
    typed = above + LOAD.replace("load(", "fetch(").replace("cache:\n", "|")
    fitted = load_constants("python")
    always = replace(fitted, line=[9.0] + [0.0] * (len(LineSign) - 1))
    both, one = (ask(Recall(shop.library, constants=lambda family: always), typed, next_line=n) for n in (True, False))
    assert one is not None
    assert one.text == "cache:"
    assert both is not None
    assert both.text == "cache:\n            self.cache[key] = self.storage.load(key)"
    assert both.confidence <= one.confidence
    doubtful = replace(fitted, line=[1.0] + [0.0] * (len(LineSign) - 1))
    found = ask(Recall(shop.library, constants=lambda family: doubtful), typed)
    assert found is not None
    assert "\n" not in found.text


def test_does_not_offer_a_next_line_that_is_there(shop: Recall) -> None:
    above = ABOVE + 12 * (LOAD + STORED + "        return self.cache[key]\n\n")
    typed = above + LOAD.replace("load(", "fetch(").replace("cache:\n", "|")
    always = replace(load_constants("python"), line=[9.0] + [0.0] * (len(LineSign) - 1))
    found = ask(Recall(shop.library, constants=lambda family: always), typed + "\n" + STORED)
    assert found is not None
    assert found.text == "cache:"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "x = foo(a)\n# x = foo(|"),
        ("python", "x = foo(a)\ny = 'x = foo(|"),
        ("python", 'x = foo(a)\n"""\nx = foo(|'),
        ("typescript", "x = foo(a)\n// x = foo(|"),
        ("typescript", "x = foo(a)\n/*\nx = foo(|"),
        ("go", "x = foo(a)\ns := `\nx = foo(|"),
        ("rust", 'x = foo(a)\nlet s = "x = foo(|'),
        ("java", "x = foo(a)\n/** x = foo(|"),
    ],
)
def test_is_silent_in_comments_and_strings(language: str, text: str) -> None:
    eager = Recall(constants=without_doubt)
    above = "x = foo(a)\n" * 5
    assert ask(eager, above + text, language) is None
    assert ask(eager, above + "x = foo(|", language) is not None, "the same in code is no secret"


@pytest.mark.parametrize("text", ["|", "x|", "import |", "def f(|", "x = |", "\n\n|\n", "class A:\n    |"])
def test_an_empty_project_is_silent(text: str) -> None:
    assert ask(Recall(), text) is None


@pytest.mark.parametrize("language", ["markdown", "plaintext", "json", "", "klingon"])
def test_prose_and_the_unknown_are_left_alone(language: str) -> None:
    assert ask(Recall(), "x = foo(a)\n" * 5 + "x = foo(|", language) is None


@pytest.mark.parametrize("rest", ["bar", " = 1", "a, b)"])
def test_nothing_is_put_into_the_middle_of_a_line(shop: Recall, rest: str) -> None:
    assert ask(shop, ABOVE + f"    def load(self, key: str)|{rest}") is None


def test_off_is_off(shop: Recall) -> None:
    text = ABOVE + "    def load(self, key: str)|"
    assert ask(shop, text, mode=Mode.OFF) is None
    assert ask(shop, text, languages={"python": Mode.OFF}) is None
    assert ask(shop, text, mode=Mode.OFF, languages={"python": Mode.NORMAL}) is not None


def test_quiet_says_less_but_nothing_else(shop: Recall) -> None:
    body = PROJECT["shop/order.py"]
    loud = quiet = 0
    for offset in range(0, len(body), 3):
        normal = shop.suggest(body[:offset], offset, "python", "new.py", Settings(next_line=False))
        sure = shop.suggest(body[:offset], offset, "python", "new.py", Settings(Mode.QUIET, next_line=False))
        loud += normal is not None
        quiet += sure is not None
        if sure and normal:
            assert normal.text.startswith(sure.text)
    assert 0 < quiet < loud


@pytest.mark.parametrize(("lines", "speaks"), [(4, False), (5, True)])
def test_a_text_below_lets_it_speak_sooner(shop: Recall, lines: int, speaks: bool) -> None:
    """What comes to mind there is right more often."""
    text = ABOVE + "    def load(self, key: str)|" + lines * "\n"
    line = ask(shop, text, next_line=False).confidence
    timid = replace(load_constants("python"), normal=Thresholds(line + 0.01, 1.0), below=0.1)
    found = ask(Recall(shop.library, constants=lambda _: timid), text)
    assert (found is not None) == speaks


def test_feedback_moves_the_thresholds(shop: Recall) -> None:
    body = PROJECT["shop/order.py"]
    timid = Recall(shop.library, Feedback({"python": 0.25}))
    offsets = range(0, len(body), 5)
    counts = [
        sum(one.suggest(body[:at], at, "python", "new.py") is not None for at in offsets) for one in (shop, timid)
    ]
    assert counts[1] < counts[0]


def test_a_file_is_not_its_own_witness(shop: Recall) -> None:
    """What the index holds of the file being edited is what it was before; other files may still say the same."""
    root = Path(shop.library._root)
    line = "        unheard_of_anywhere_else = compute_it_once(7)\n"
    path = root / "shop" / "alone.py"
    path.write_text(3 * line)
    refresh(root, shop.library._folder)
    fresh = Recall(Library(shop.library._folder, root, time.monotonic))
    typed = "        unheard_of_anywhere_else = |"
    fresh = Recall(fresh.library, constants=without_doubt)
    own, elsewhere = (ask(fresh, typed, path=str(root / "shop" / name)) for name in ("alone.py", "other.py"))
    assert own is None or "compute" not in own.text
    assert elsewhere is not None
    assert elsewhere.text.startswith("compute_it_once(7)")


def test_follows_what_is_typed_without_reading_the_file_again(shop: Recall) -> None:
    lines = PROJECT["shop/order.py"] * 60
    text = lines + "    def load(self, key: str) -> Voucher:"
    for _ in shop.warm(text, "python", "long.py"):
        pass
    document = shop._open["long.py"]
    for end in range(len(lines), len(text)):
        shop.suggest(text[:end], end, "python", "long.py")
        assert shop._open["long.py"] is document
        assert document.lines[-1] == text[len(lines) : end]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The lines as far as they go where evidence was gathered."""
    lines: list[tuple[str, ...]] = []

    def counting(context: Context, partial: str = "") -> Evidence:
        lines.append(context.line)
        return gather(context, partial)

    monkeypatch.setattr("lsp_router.embedded.guess.decode.gather", counting)
    return lines


TYPED = LOAD + "            self.cache[key] = s|"


def test_typing_along_asks_only_about_the_word_in_hand(shop: Recall, looks: list[tuple[str, ...]]) -> None:
    first = ask(shop, ABOVE + TYPED)
    assert first is not None
    assert len(looks) > 3
    looks.clear()
    second = ask(shop, ABOVE + TYPED.replace("s|", "se|"))
    assert second is not None
    assert second.text == first.text[1:]
    assert second == ask(Recall(shop.library), ABOVE + TYPED.replace("s|", "se|"))
    assert len(looks) == len(set(looks)) + 1 > 2, "one look with the memory, and all of them without"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("import logging", "import logging, os"), id="another line"),
        pytest.param(lambda text: "import os\n" + text, id="one more line"),
        pytest.param(lambda text: text.replace("            self.cache", "        self.cache"), id="its indent"),
    ],
)
def test_nothing_is_remembered_beyond_that(shop: Recall, looks: list[tuple[str, ...]], change) -> None:
    ask(shop, ABOVE + TYPED)
    looks.clear()
    found = ask(shop, change(ABOVE + TYPED))
    after = len(looks)
    assert found == ask(Recall(shop.library), change(ABOVE + TYPED))
    assert len(looks) == 2 * after


def test_a_new_index_is_asked_at_once(shop: Recall, looks: list[tuple[str, ...]]) -> None:
    ask(shop, ABOVE + TYPED)
    looks.clear()
    shop.library = None
    ask(shop, ABOVE + TYPED)
    assert looks


def test_mapped_memory_is_given_back_now_and_then(shop: Recall, monkeypatch: pytest.MonkeyPatch) -> None:
    rests = []
    rest = Segment.rest
    monkeypatch.setattr(Segment, "rest", lambda self: rests.append(self) or rest(self))
    answers = [ask(shop, ABOVE + TYPED.replace("s|", "self.storage.load(|")) for _ in range(3 * REST_AFTER)]
    assert len(rests) == 3
    assert answers[0] is not None
    assert set(answers) == {answers[0]}


def test_a_cold_long_file_is_answered_from_what_is_near(shop: Recall) -> None:
    text = "x = 1\n" * 5_000 + ABOVE + LOAD + "            self.cache[key] = self.|"
    found = ask(shop, text, path="cold.py")
    assert found is not None
    assert found.text.startswith("storage.load(key)")
    assert "cold.py" not in shop._open


def test_a_cold_window_knows_that_it_lies_in_a_string(shop: Recall) -> None:
    text = "x = 1\n" * 1_000 + '"""\n' + "x = 1\n" * 1_000 + ABOVE + "    def load(self, key: str)|"
    assert ask(shop, text, path="cold.py") is None


def test_warming_comes_in_slices_and_only_once(shop: Recall) -> None:
    text = PROJECT["shop/order.py"] * 60
    assert sum(1 for _ in shop.warm(text, "python", "a.py")) > 10
    assert sum(1 for _ in shop.warm(text + "x = 1\n", "python", "a.py")) == 0
    shop.forget("a.py")
    assert sum(1 for _ in shop.warm(text, "python", "a.py")) > 10


def test_keeps_a_bounded_number_of_documents(shop: Recall) -> None:
    for number in range(3 * MAX_OPEN):
        ask(shop, "x = |", path=f"{number}.py")
    assert len(shop._open) == MAX_OPEN


def test_line_ends_of_other_systems_make_no_difference(shop: Recall) -> None:
    typed = ABOVE + "    def load(self, key: str)|"
    unix, dos = ask(shop, typed), ask(shop, typed.replace("\n", "\r\n") + "\r\n")
    assert unix is not None
    assert dos is not None
    assert "\r" not in dos.text


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_constants_have_the_shape_the_code_expects(path: Path) -> None:
    constants = load_constants(path.stem)
    weights = constants.weights
    assert {len(rows) for rows in (weights.experts, weights.silence, weights.features, weights.signs)} == {len(Place)}
    assert {len(grounds) for place in weights.experts for grounds in place} == {GROUNDS}
    assert {len(place) for place in weights.experts} == {len(Expert)}
    assert {len(place) for place in weights.features} == {len(Feature)}
    assert {len(place) for place in weights.signs} == {SIGNS}
    assert len(constants.line) == len(LineSign)
    assert len(constants.prefix) == len(PrefixSign)
    assert constants.normal.line < constants.quiet.line
    assert constants.normal.prefix < constants.quiet.prefix


def test_borrowed_constants_are_used_with_more_care() -> None:
    borrowed = load_constants("ruby")
    assert borrowed.thresholds(Mode.NORMAL, below=True) == borrowed.normal
    assert borrowed.normal.line == pytest.approx(load_constants("python").normal.line + UNSURE)
