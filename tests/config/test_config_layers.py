"""Which layer wins, who is named as the source of a value, and in how many spellings a key is understood."""

# ruff: noqa: E501 - a case is one line
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lsp_router.config.sources import Source
from lsp_router.domain.task import Task

from .conftest import World


@dataclass(frozen=True)
class Said:
    """What each layer says."""

    user: str = ""
    project: str = ""
    pyproject: str = ""
    initialization: dict = field(default_factory=dict)
    editor: dict = field(default_factory=dict)
    environ: dict = field(default_factory=dict)
    overrides: dict = field(default_factory=dict)

    def loaded(self, world: World):
        world.user(self.user)
        for name, text in (("lsp-router.toml", self.project), ("pyproject.toml", self.pyproject)):
            if text:
                world.project(text, name)
        world.environ |= self.environ
        options = {"trusted": True, **self.initialization}
        return world.load(initialization=options, editor=self.editor, overrides=self.overrides)


DAY = "[budget]\nper_day_usd = "
EVERY = Said(
    user=f"{DAY}2",
    project=f"{DAY}3",
    initialization={"budget": {"perDayUsd": 4}},
    editor={"budget": {"perDayUsd": 5}},
    environ={"LSP_ROUTER_BUDGET__PER_DAY_USD": "6"},
    overrides={"budget.per_day_usd": "7"},
)
ORDER = ["user", "project", "initialization", "editor", "environ", "overrides"]
SOURCES = [Source.USER, Source.PROJECT, Source.INITIALIZATION, Source.EDITOR, Source.ENVIRONMENT, Source.COMMAND_LINE]


@pytest.mark.parametrize("last", range(len(ORDER)))
def test_a_later_layer_wins_and_is_named(world: World, last: int) -> None:
    said = Said(**{name: getattr(EVERY, name) for name in ORDER[: last + 1]})
    loaded = said.loaded(world)
    assert loaded.settings.budget.per_day_usd == last + 2
    assert loaded.provenance["budget.per_day_usd"].source is SOURCES[last]
    assert loaded.provenance["budget.per_session_usd"].source is Source.DEFAULT
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("said", "key", "value", "source"),
    [
        (Said(), "profile", "free-first", Source.DEFAULT),
        (Said(user='profile = "balanced"'), "profile", "balanced", Source.USER),
        (Said(environ={"LSP_ROUTER_PROFILE": "local-only"}), "profile", "local-only", Source.ENVIRONMENT),
        (Said(overrides={"profile": "paid-first"}), "profile", "paid-first", Source.COMMAND_LINE),
        # the project's table in pyproject.toml, and not when there is a file of our own
        (Said(pyproject="[tool.lsp-router.cache]\nsize_mb = 9"), "cache.size_mb", 9, Source.PROJECT),
        (
            Said(project="[review]\nenabled = true", pyproject="[tool.lsp-router.cache]\nsize_mb = 9"),
            "cache.size_mb",
            256,
            Source.DEFAULT,
        ),
        (Said(pyproject="[tool.other]\nx = 1"), "cache.size_mb", 256, Source.DEFAULT),
        # editors: any spelling, nested or flat, bare or under the section, and null is "not set"
        (Said(editor={"lspRouter": {"completion": {"maxLines": 3}}}), "completion.max_lines", 3, Source.EDITOR),
        (Said(editor={"lsp-router": {"completion": {"max_lines": 3}}}), "completion.max_lines", 3, Source.EDITOR),
        (Said(editor={"completion": {"max-lines": 3}}), "completion.max_lines", 3, Source.EDITOR),
        (Said(editor={"completion.maxLines": 3}), "completion.max_lines", 3, Source.EDITOR),
        (Said(editor={"budget": {"perDayUSD": 3}}), "budget.per_day_usd", 3, Source.EDITOR),
        (Said(editor={"completion": {"maxLines": None}, "review": None}), "completion.max_lines", 12, Source.DEFAULT),
        (Said(editor={"tasks": {"explicitCompletion": {"hard": True}}}), "tasks.explicit-completion.hard", True, Source.EDITOR),
        # editors keep things of their own in the same section
        (Said(editor={"serverPath": "/x", "trace": {"server": "off"}}), "profile", "free-first", Source.DEFAULT),
        # the environment knows only text
        (Said(environ={"LSP_ROUTER_COMPLETION__EMBEDDED": "false"}), "completion.embedded", False, Source.ENVIRONMENT),
        (Said(environ={"LSP_ROUTER_COMPLETION__DEBOUNCE": "75"}), "completion.debounce", 75, Source.ENVIRONMENT),
        (Said(environ={"LSP_ROUTER_PRIVACY__USE_FOUND_KEYS": "true"}), "privacy.use_found_keys", True, Source.ENVIRONMENT),
        (Said(environ={"LSP_ROUTER_PRIVACY__LOCAL_ONLY": "a/**, *.key"}), "privacy.local_only", ["a/**", "*.key"], Source.ENVIRONMENT),
        (Said(environ={"LSP_ROUTER_PRIVACY__LOCAL_ONLY": '["a,b"]'}), "privacy.local_only", ["a,b"], Source.ENVIRONMENT),
        (Said(environ={"LSP_ROUTER_BUDGET": "{per_day_usd = 9}"}), "budget.per_day_usd", 9.0, Source.ENVIRONMENT),
        (
            Said(environ={"LSP_ROUTER_TASKS__EXPLICIT_COMPLETION__TIMEOUT_MS": "900"}),
            "tasks.explicit-completion.timeout_ms",
            900,
            Source.ENVIRONMENT,
        ),
        # a name that a layer below gave is found again, in the only spelling the environment allows
        (
            Said(
                user='[[models]]\nname = "qwen2.5-Coder"\nprovider = "ollama"',
                environ={"LSP_ROUTER_MODELS__QWEN2_5_CODER__QUALITY__EXPLICIT_COMPLETION": "9"},
            ),
            'models."qwen2.5-Coder".quality.explicit-completion',
            9.0,
            Source.ENVIRONMENT,
        ),
        (Said(overrides={'models."gpt-4.1".provider': "openai"}), 'models."gpt-4.1".provider', "openai", Source.COMMAND_LINE),
        (Said(overrides={"tasks.review.chain": "a,b"}), "tasks.review.chain", ["a", "b"], Source.COMMAND_LINE),
        (Said(overrides={"review.enabled": True}), "review.enabled", True, Source.COMMAND_LINE),
        # what is no limit says so
        (Said(user='[budget]\nper_day_usd = "unlimited"'), "budget.per_day_usd", "unlimited", Source.USER),
    ],
)  # fmt: skip
def test_value_and_source(world: World, said: Said, key: str, value: object, source: Source) -> None:
    loaded = said.loaded(world)
    assert loaded.values[key] == value
    assert loaded.provenance[key].source is source
    assert loaded.warnings == ()


@pytest.mark.parametrize("sent", [None, [], "x", 3, {"lspRouter": None}, {"lspRouter": []}, {3: 4}])
def test_an_editor_that_has_nothing_to_say(world: World, sent: object) -> None:
    loaded = world.load(initialization=sent, editor=sent)
    assert (loaded.warnings, loaded.trusted) == ((), False)


def test_the_origin_names_file_and_variable(world: World) -> None:
    loaded = Said(user="[cache]\nsize_mb = 5", environ={"LSP_ROUTER_REVIEW__ENABLED": "1"}).loaded(world)
    assert loaded.provenance["cache.size_mb"].where == str(world.places.config_file)
    assert loaded.provenance["review.enabled"].where == "LSP_ROUTER_REVIEW__ENABLED"


def test_tables_merge_deep_and_lists_do_not(world: World) -> None:
    said = Said(
        user='[tasks.review]\nchain = ["a", "b"]\ntemperature = 0.5\n[completion.languages]\nmarkdown = false',
        project='[tasks.review]\nchain = ["c"]\n[completion.languages]\nlatex = false',
    )
    settings = said.loaded(world).settings
    assert settings.tasks[Task.REVIEW].chain == ["c"]
    assert settings.tasks[Task.REVIEW].temperature == 0.5
    assert settings.completion.languages == {"markdown": False, "latex": False}


def test_models_merge_by_name_and_remember_what_was_set(world: World) -> None:
    said = Said(
        user='[[models]]\nname = "m"\nprovider = "groq"\nprice = { input = 1, output = 2 }\n[[models]]\nname = "n"\nprovider = "groq"',
        project='[[models]]\nname = "m"\nprice = { output = 3 }',
    )
    first, second = said.loaded(world).settings.models
    assert (first.name, first.price.input, first.price.output) == ("m", 1, 3)
    assert first.model_fields_set == {"name", "provider", "price"}
    assert (second.name, second.price.output) == ("n", 0)


def test_an_editor_may_give_models_as_a_table_of_names(world: World) -> None:
    settings = Said(editor={"models": {"m": {"provider": "groq", "contextWindow": 4096}}}).loaded(world).settings
    assert [(m.name, m.context_window) for m in settings.models] == [("m", 4096)]


def test_names_that_people_chose_keep_their_spelling(world: World) -> None:
    said = Said(editor={"providers": {"myGateway": {"baseUrl": "https://g.example/v1", "headers": {"X-Team": "core"}}}})
    table = said.loaded(world).settings.providers["myGateway"]
    assert (table.base_url, table.headers) == ("https://g.example/v1", {"X-Team": "core"})


def test_a_file_that_was_asked_for_takes_the_place_of_the_users(world: World, tmp_path: Path) -> None:
    world.user("[cache]\nsize_mb = 5")
    world.project("[review]\nenabled = true")
    other = tmp_path / "other.toml"
    other.write_text("[completion]\nmax_lines = 2", encoding="utf-8")
    loaded = world.load(config_file=other)
    assert (loaded.settings.cache.size_mb, loaded.settings.completion.max_lines) == (256, 2)
    assert loaded.settings.review.enabled
    world.environ["LSP_ROUTER_CONFIG"] = str(other)
    assert world.load().settings.completion.max_lines == 2


def test_a_file_that_was_asked_for_must_be_there(world: World, tmp_path: Path) -> None:
    (warning,) = world.load(config_file=tmp_path / "gone.toml").warnings
    assert "there is no such file" in str(warning)
