from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.task import Task, Trigger, Work
from lsp_router.routing.classify import classify
from lsp_router.routing.classify_paths import is_test, written_kind
from lsp_router.routing.words import DEFAULT


@pytest.mark.parametrize(
    ("trigger", "task"),
    [
        (Trigger.AUTOMATIC, Task.COMPLETION),
        (Trigger.INVOKED, Task.EXPLICIT_COMPLETION),
        (Trigger.QUICK_FIX, Task.DEBUGGING),
        (Trigger.REFACTOR_ACTION, Task.REFACTOR),
        (Trigger.SAVE, Task.REVIEW),
    ],
)
@pytest.mark.parametrize("syntax", ["code", "comment", "string"])
def test_the_trigger_comes_first(trigger: Trigger, task: Task, syntax: str) -> None:
    work = Work(trigger=trigger, instruction="write tests", language="markdown", path="tests/a.py", syntax=syntax)
    seen = classify(work)
    assert seen.task is task
    assert [e.speaks_for for e in seen.evidence] == [task.value]


def test_a_wish_beats_the_trigger_and_a_picture() -> None:
    work = Work(trigger=Trigger.AUTOMATIC, task=Task.EXPLAIN, has_image=True)
    assert classify(work).task is Task.EXPLAIN


def test_a_picture_needs_eyes() -> None:
    assert classify(Work(instruction="explain this diagram", has_image=True)).task is Task.MULTIMODAL


@pytest.mark.parametrize(
    ("work", "task"),
    [
        (Work(instruction="fix the crash"), Task.DEBUGGING),
        (Work(instruction="rename foo to bar"), Task.REFACTOR),
        (Work(instruction="write unit tests"), Task.TESTS),
        (Work(instruction="add a docstring"), Task.DOCS),
        (Work(instruction="what does this do?"), Task.EXPLAIN),
        (Work(instruction="hello"), Task.EXPLAIN),
        (Work(instruction="review this file"), Task.REVIEW),
        (Work(instruction="design the architecture of a plugin system"), Task.ARCHITECTURE),
        (Work(instruction="scaffold a django app"), Task.BOILERPLATE),
        (Work(instruction="generate a class with getters", kind="extra"), Task.BOILERPLATE),
        (Work(instruction="write a function that finds the longest palindrome in a string"), Task.ALGORITHM),
        (Work(instruction="draft a privacy policy"), Task.PROSE),
        (Work(instruction="write the release notes"), Task.PROSE),
        (Work(instruction="turn this into user stories with acceptance criteria"), Task.SPEC),
        (Work(instruction="Cannot find name 'x'.", kind="diagnostic"), Task.DEBUGGING),
        (Work(instruction="handle it", diagnostics=("'x' is not defined",)), Task.DEBUGGING),
        (Work(diagnostics=("unused import",)), Task.DEBUGGING),
        (Work(), Task.EXPLAIN),
        (Work(instruction="xyzzy"), Task.REFACTOR),  # words about code at hand that say nothing else: change it
    ],
)
def test_a_command_is_what_its_words_say(work: Work, task: Task) -> None:
    assert classify(work).task is task


@pytest.mark.parametrize(
    ("work", "task"),
    [
        (Work(instruction="make it shorter", language="markdown"), Task.DOCS),
        (Work(instruction="fix the second paragraph", language="latex"), Task.DOCS),
        (Work(instruction="explain this", language="markdown"), Task.EXPLAIN),
        (Work(instruction="make it shorter", language="python"), Task.REFACTOR),
        (Work(instruction="add an entry", path="/repo/CHANGELOG.md"), Task.PROSE),
        (Work(instruction="improve the wording", path="docs/policies/retention.md"), Task.PROSE),
        (Work(instruction="add the option we chose", path="docs/adr/0007-cache.md"), Task.ARCHITECTURE),
        (Work(instruction="add a section about login", path="specs/login.md"), Task.SPEC),
        (Work(instruction="explain this", path="CHANGELOG.md"), Task.EXPLAIN),
        (Work(instruction="add a case for empty input", path="tests/test_parser.py"), Task.TESTS),
        (Work(instruction="fix the crash", path="tests/test_parser.py"), Task.DEBUGGING),
        (Work(instruction="", syntax="comment", selected_lines=1), Task.DOCS),
    ],
)
def test_the_place_tells_what_the_words_leave_open(work: Work, task: Task) -> None:
    assert classify(work).task is task


@pytest.mark.parametrize("task", [Task.REFACTOR, Task.ARCHITECTURE])
def test_many_files_and_lines_speak_for_the_larger_tasks(task: Task) -> None:
    def weight(work: Work) -> float:
        return sum(e.weight for e in classify(work).evidence if e.speaks_for == task.value)

    small = Work(instruction="modernise the data layer")
    large = Work(instruction="modernise the data layer", files=12, selected_lines=400)
    assert weight(large) > weight(small)


def test_a_users_words_reach_the_task() -> None:
    mine = DEFAULT.changed({"review": ["grill"]})
    assert classify(Work(instruction="grill it"), mine).task is Task.REVIEW


@given(
    st.builds(
        Work,
        instruction=st.text(max_size=60),
        path=st.text(max_size=20),
        language=st.sampled_from(["", "python", "markdown"]),
        syntax=st.sampled_from(["code", "comment"]),
        diagnostics=st.sampled_from([(), ("broken",)]),
        selected_lines=st.integers(0, 500),
        files=st.integers(1, 9),
    )
)
def test_the_task_is_the_one_with_the_weightiest_evidence(work: Work) -> None:
    seen = classify(work)
    totals = {e.speaks_for: 0.0 for e in seen.evidence}
    for item in seen.evidence:
        assert item.signal
        totals[item.speaks_for] += item.weight
    assert seen == classify(work)
    assert totals.get(seen.task.value, 0.0) == pytest.approx(max(totals.values(), default=0.0))


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_a.py", "a/test_b.py", "a_test.go", "router.test.ts", "router.spec.js", "App.test.tsx",
        "src/test/java/FooTest.java", "FooTests.cs", "FooSpec.scala", "foo_spec.rb", "src/__tests__/a.js",
        "C:\\repo\\Tests\\Foo.cs", "cypress/login.cy.ts", "FooTest.php", "foo_test.dart", "login.feature",
        "conftest.py", "foo_test.exs", "FooTestCase.swift", "FooIT.java", "test-router.mjs",
    ],
)  # fmt: skip
def test_test_files_of_many_languages(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize(
    "path",
    ["src/contest.py", "latest.py", "attest/a.go", "testimony.md", "protest.ts", "src/edit.java", "inspector.rb", ""],
)
def test_names_that_only_sound_like_tests(path: str) -> None:
    assert not is_test(path)


@pytest.mark.parametrize(
    ("path", "task"),
    [
        ("CHANGELOG", Task.PROSE),
        ("LICENSE.txt", Task.PROSE),
        ("SECURITY.md", Task.PROSE),
        ("locales/de/common.json", Task.PROSE),
        ("po/fr.po", Task.PROSE),
        ("docs\\adr\\0001-x.md", Task.ARCHITECTURE),
        ("ARCHITECTURE.md", Task.ARCHITECTURE),
        ("docs/requirements.md", Task.SPEC),
        ("specs/login/flow.md", Task.SPEC),
        ("requirements.txt", None),
        ("requirements/dev.txt", None),
        ("src/security.py", None),
        ("src/history.ts", None),
        ("locales/index.ts", None),
        ("decisions/tree.py", None),
        ("README.md", None),
    ],
)
def test_written_documents_by_name(path: str, task: Task | None) -> None:
    found = written_kind(path)
    assert (found[1] if found else None) is task
