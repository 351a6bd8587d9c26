"""What is wrong is told with file, line, key and what is allowed; everything else holds as if it were not there."""

# ruff: noqa: E501 - a case is one line
from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_router.config.load import Loaded

from .conftest import World


def only(loaded: Loaded):
    (problem,) = loaded.warnings
    return problem


@pytest.mark.parametrize(
    ("text", "key", "line", "message", "allowed"),
    [
        ('profile = "fast"', "profile", 1, '"fast" does not fit, so "free-first" is used', '"free-first", "balanced"'),
        ("\n[budget]\nper_day_usd = -1", "budget.per_day_usd", 3, "-1 does not fit, so 1.0", 'a number, 0 or more or "unlimited"'),
        ("[budget]\nper_day_usd = nan", "budget.per_day_usd", 2, "nan", "a number, 0 or more"),
        ("[budget]\nper_day_usd = inf", "budget.per_day_usd", 2, "inf", "a number, 0 or more"),
        ("[budget]\nper_day_usd = true", "budget.per_day_usd", 2, "true does not fit", "a number, 0 or more"),
        ("[budget]\npaid_share_alert = 5", "budget.paid_share_alert", 2, "so 0.05 is used", "a number from 0 to 1"),
        ("[tasks.review]\ntimeout_ms = 1.5", "tasks.review.timeout_ms", 2, "so 15000 is used", "a whole number from 50 to 600000"),
        ('[tasks.review]\nprefer = "speed"', "tasks.review.prefer", 2, "does not fit", '"latency", "value", "quality" or "price"'),
        ("[tasks]\nreviews = {}", "tasks.reviews", 2, "did you mean `review`?", ""),
        ("[tasks.guessing]\nhard = true", "tasks.guessing", 1, "unknown", "completion, explicit-completion"),
        ("[completion]\ndebounce = -3", "completion.debounce", 2, "-3", '"adaptive" or a whole number from 0 to 10000'),
        ("[completion]\nmax_line = 3", "completion.max_line", 2, "did you mean `max_lines`?", ""),
        ("[complete]\nenabled = false", "complete", 1, "did you mean `completion`?", ""),
        ("budget = 3", "budget", 1, "3 does not fit", "a table with per_request_usd"),
        ('completion.languages.markdown = "maybe"', "completion.languages.markdown", 1, '"maybe"', "true or false"),
        ("[privacy]\nuse_found_keys = 7", "privacy.use_found_keys", 2, 'so "ask" is used', 'true or false or "ask"'),
        ("[privacy]\nlocal_only = [1]", "privacy.local_only", 2, "this list does not fit", "a list of text"),
        ('[providers.x]\nbase_url = "ftp://x"', "providers.x.base_url", 2, "this value does not fit", "an http or https address"),
        ('[providers.groq]\nbase_url = "https://me:pw@x"', "providers.groq.base_url", 2, "this value", "without a user name"),
        ('[providers.groq]\nkind = "grok"', "providers.groq.kind", 2, "it is not used", '"openai", "anthropic"'),
        ("[providers.groq]\nmax_concurrency = 0", "providers.groq.max_concurrency", 2, "", "a whole number from 1 to 64"),
        ('[providers.mine]\nkind = "openai"', "providers.mine.base_url", 1, "needs an address", "openrouter"),
        ('[[models]]\nprovider = "groq"', "models", 1, "without a name", 'name = "…"'),
        ("models = [[], 3, {}]", "models", 1, "without a name", 'name = "…"'),
        ("models = 3", "models", 1, "3 does not fit", "tables, each with a name"),
        ('[[models]]\nname = "a"\n[[models]]\nname = "b"\ntier = "cheap"', "models.b.tier", 5, '"cheap"', '"local", "free" or "paid"'),
        ('[[models]]\nname = "b"\nquality = { default = 11 }', "models.b.quality.default", 3, "11", "a number from 0 to 10"),
        ('[[models]]\nname = "b"\nquality = { ux = 1 }', "models.b.quality.ux", 3, "unknown", "default, completion"),
        ('[[models]]\nname = "b"\ncapabilities = ["sing"]', "models.b.capabilities", 3, "this list", '"chat", "fim"'),
        ('[[models]]\nname = "b"\nprovider = "grok"', "models.b.provider", 3, "did you mean `groq`?", "openrouter"),
        ('[[models]]\nname = "b"\nprovider = "zzzzz"', "models.b.provider", 3, "[providers.zzzzz]", "openrouter"),
    ],
)  # fmt: skip
def test_a_warning_names_line_key_and_what_is_allowed(
    world: World, text: str, key: str, line: int, message: str, allowed: str
) -> None:
    world.user(text)
    problem = only(world.load())
    assert (problem.file, problem.key, problem.line) == (str(world.places.config_file), key, line)
    assert message in problem.message
    assert allowed in problem.allowed
    assert str(problem).startswith(f"{world.places.config_file}:{line}: {key}: ")


def test_the_value_of_the_layer_below_is_used(world: World) -> None:
    world.user("[cache]\nsize_mb = 9")
    world.project('[cache]\nsize_mb = "big"\n[completion]\nmax_lines = 2')
    loaded = world.vouched()
    assert "so 9 is used" in only(loaded).message
    assert (loaded.settings.cache.size_mb, loaded.settings.completion.max_lines) == (9, 2)


@pytest.mark.parametrize("text", ["profile = ", "\n\n[budget\n", "a = 1\na = 2", 'x = "\n'])
def test_broken_toml_skips_its_layer_and_says_the_line(world: World, text: str) -> None:
    world.user("[cache]\nsize_mb = 9")
    world.project(text)
    loaded = world.vouched()
    problem = only(loaded)
    assert problem.file == str(world.workspace / "lsp-router.toml")
    assert problem.line
    assert "not valid TOML" in problem.message
    assert loaded.settings.cache.size_mb == 9


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a = " + b"[" * 5_000, "nested too deeply"),
        (b"a = " + b"9" * 5_000, "not valid TOML"),
        (b"# " + b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_files_that_are_no_configuration(world: World, content: bytes, message: str) -> None:
    (world.workspace / "lsp-router.toml").write_bytes(content)
    assert message in only(world.load()).message


def test_a_byte_order_mark_is_no_fault(world: World) -> None:
    (world.workspace / "lsp-router.toml").write_bytes(b"\xef\xbb\xbf[completion]\r\nmax_lines = 2\r\n")
    loaded = world.load()
    assert (loaded.warnings, loaded.settings.completion.max_lines) == ((), 2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no named pipes")
def test_a_pipe_in_a_project_does_not_hang_anybody(world: World) -> None:
    os.mkfifo(world.workspace / "lsp-router.toml")
    assert "no regular file" in only(world.load()).message


def test_a_broken_pyproject_is_ours_to_tell_only_when_it_speaks_of_us(world: World) -> None:
    world.project("[tool.black", "pyproject.toml")
    assert world.load().warnings == ()
    world.project("[tool.lsp-router]\nprofile =", "pyproject.toml")
    assert only(world.load()).line == 2


def test_lines_in_pyproject_are_those_of_our_table(world: World) -> None:
    world.project("[tool.x]\nmax_lines = 1\n[tool.lsp-router.completion]\nmax_lines = 0\n", "pyproject.toml")
    assert (only(world.load()).line, only(world.load()).key) == (4, "completion.max_lines")


def test_environment_and_command_line_name_the_variable_and_themselves(world: World) -> None:
    world.environ |= {"LSP_ROUTER_BUDGET__PER_DAY": "2", "LSP_ROUTER_HOME": "/x", "LSP_ROUTERS": "1"}
    assert only(world.load()).file == "LSP_ROUTER_BUDGET__PER_DAY"
    world.environ.clear()
    assert only(world.load(overrides={"cache.size_mb": "no"})).file == "command line"


def test_a_slip_in_editor_settings_is_told_once(world: World) -> None:
    problem = only(world.load(editor={"completions": {"maxLines": 2}, "path": "/x", "enable": True}))
    assert (problem.file, problem.key) == ("editor settings", "completions")


def test_every_problem_is_told_at_once_in_the_order_of_the_file(world: World) -> None:
    world.user('[cache]\nsize_mb = 0\nsize = 1\n[budget]\nper_day_usd = "a"\n[nonsense]\n')
    assert [problem.line for problem in world.load().warnings] == [2, 3, 5, 6]


def test_a_project_that_is_no_folder_is_only_the_default(world: World) -> None:
    world.workspace = Path("/nowhere\0at all")
    assert [p.message for p in world.load().warnings] == [
        "cannot be read (its name is not valid), so nothing of it is used"
    ]
