from __future__ import annotations

import pytest

from lsp_router.embedded.guess.closers import fit_before, fits_before


@pytest.mark.parametrize(
    ("rest", "text", "fitted"),
    [
        ("", "a, b)", ("a, b)", 0)),
        (")", "a, b)", ("a, b", 0)),
        (")", "a, b", ("a, b", 0)),
        (")", "a, b):", ("a, b):", 1)),
        ("):", "a, b):", ("a, b", 0)),
        ("))", "a, b)", ("a, b", 0)),
        (")", "f(a))", ("f(a)", 0)),
        (")", "f(a)", ("f(a)", 0)),
        (")", "f(')')", ("f(')')", 0)),
        ("]", "x] = y[z]", ("x] = y[z]", 1)),
        ("})", "a: b })", ("a: b ", 0)),
        ("})", "a: b})", ("a: b", 0)),
        (":", "x is None:", ("x is None", 0)),
        (";", "f(x);", ("f(x)", 0)),
        (";", "f(x)", ("f(x)", 0)),
        (" )", "a)", ("a", 0)),
        ("]", "a)", None),
    ],
)
def test_never_doubles_what_stands_after_the_cursor(rest: str, text: str, fitted: tuple[str, int] | None) -> None:
    assert fit_before(rest, text) == fitted


@pytest.mark.parametrize(
    ("rest", "fits"),
    [("", True), ("  ", True), (")", True), ("})]", True), ('"):', True), (" {", True), ("x", False), ("= 1", False)],
)
def test_only_closers_may_follow(rest: str, fits: bool) -> None:
    assert fits_before(rest) is fits
