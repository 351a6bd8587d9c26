from __future__ import annotations

import subprocess
import sys

from lsp_router.context.document import Document
from lsp_router.context.similar import Folder, Windows, most_similar, near


def lines(word: str, count: int) -> str:
    return "".join(f"{word}_{number} = {word}_alpha + {word}_beta\n" for number in range(count))


def test_the_stretch_that_shares_most_words_is_found():
    folder = Folder()
    text = lines("other", 120) + lines("match", 60) + lines("noise", 120)
    document = Document("b.py", text, "python")
    full, half = most_similar(folder.fold(lines("match", 30)), [(document, folder.windows(document))])
    assert full.text.count("match_alpha") == full.text.count("\n") == 60
    assert half.text.count("\n") == 30
    assert half.text in full.text
    assert text[full.start :].startswith(full.text)


def test_one_window_a_file_and_the_best_four_files():
    folder = Folder()
    here = folder.fold(lines("match", 30))
    documents = [
        Document(f"{n}.py", lines("match", 2 + 4 * n) + lines(f"own{n}", 30 - 4 * n), "python") for n in range(8)
    ]
    found = list(most_similar(here, [(one, folder.windows(one)) for one in documents]))
    assert [one.path for one in found[::2]] == ["7.py", "6.py", "5.py", "4.py"]


def test_what_shares_nothing_is_not_shown():
    folder = Folder()
    document = Document("b.py", lines("other", 100), "python")
    assert list(most_similar(folder.fold(lines("match", 30)), [(document, folder.windows(document))])) == []


def test_small_empty_and_huge_documents():
    folder = Folder()
    assert list(most_similar(1, [(Document("b", "", "python"), folder.windows(Document("b", "", "python")))])) == []
    assert folder.windows(Document("b", "x" * 500_000)) == Windows()
    short = Document("b", "match_alpha match_beta", "python")
    assert next(most_similar(folder.fold(short.text), [(short, folder.windows(short))])).text == short.text


def test_words_fold_alike_in_every_process():
    code = "from lsp_router.context.similar import Folder; print(Folder().fold('alpha beta gamma delta'))"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PYTHONHASHSEED": "7"},
    ).stdout
    assert int(printed) == Folder().fold("alpha beta gamma delta")


def test_the_memory_of_words_is_bounded():
    folder = Folder()
    first = folder.fold("alpha")
    for start in range(0, 130_000, 1_000):
        folder.fold(" ".join(f"word{number}" for number in range(start, start + 1_000)))
    assert len(folder._bits) <= 60_000
    assert folder.fold("alpha") == first


def test_the_text_at_the_cursor_is_about_a_window():
    text = "".join(f"line {n}\n" for n in range(500))
    assert 55 <= near(text, 3_000).count("\n") <= 100
    assert len(near("x" * 50_000, 25_000)) <= 6_300
    assert near("", 0) == ""
