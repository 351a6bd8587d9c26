"""What a file's name gives away: tests, decision records, requirements, texts in which every word is weighed."""

from __future__ import annotations

import re

from lsp_router.domain.task import Task

PROSE_LANGUAGES = frozenset(
    {"markdown", "mdx", "restructuredtext", "rst", "plaintext", "text", "latex", "tex", "asciidoc", "org", "typst"}
)

_TEST_FOLDER = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|testing|e2e|cypress|androidtest|unittests?)/", re.IGNORECASE
)
_TEST_NAME = re.compile(
    r"(?:^|/)test[_-][^/]*$"  # test_router.py, test-router.js
    r"|(?:^|/)conftest\.py$"
    r"|[._-](?:test|tests|spec|specs|e2e|cy|unittest|steps)\.\w+$"  # router.test.ts, router_test.go, router_spec.rb
    r"|[a-z0-9](?:Tests?|Spec|TestCase|IT)\.(?:java|kts?|groovy|scala|cs|vb|fs|swift|php|cpp|cc|mm?|hs|dart)$"
    r"|(?:^|/)Test[A-Z][^/]*\.(?:java|kt|php|cs)$"
    r"|\.(?:feature|bats|t)$"
)
_TEXT = r"\.(?:md|mdx|markdown|rst|adoc|org|html)$"
"""Not .txt: requirements.txt and its like are lists for machines."""
_ARCHITECTURE = (
    rf"(?:^|/)(?:adrs?|decisions|architecture-decisions)/[^/]+{_TEXT}|(?:^|/)(?:adr[-_]?\d[^/]*|architecture){_TEXT}"
)
_SPEC = (
    rf"(?:^|/)(?:requirements|prds?|rfcs?|user-stories|openspec|specs?|specifications?)/(?:[^/]+/)*[^/]+{_TEXT}"
    rf"|(?:^|/)(?:requirements|prd|spec|intent|user[-_]stor(?:y|ies))(?:[-_.][^/]*)?{_TEXT}"
)
_PROSE = (
    r"(?:^|/)(?:changelog|changes|history|news|releases?|release[-_]notes|licen[sc]e|copying|security|privacy|terms"
    r"|code[-_]of[-_]conduct|governance|eula|policy|notice)(?:[-_][^/.]*)?(?:\.(?:md|mdx|rst|txt|adoc|html))?$"
    rf"|(?:^|/)(?:polic(?:y|ies)|legal|changelog\.d)/[^/]+{_TEXT}"
    r"|(?:^|/)(?:locales?|i18n|l10n|translations?|lang)/(?:[^/]+/)*[^/]+\.(?:json|ya?ml|properties|ftl|md)$"
    r"|\.(?:po|pot|xlf|xliff|arb)$"
)
_PATTERNS = (
    (re.compile(_ARCHITECTURE), "the file records architecture", Task.ARCHITECTURE),
    (re.compile(_SPEC), "the file says what is to be built", Task.SPEC),
    (re.compile(_PROSE), "the file is a text in which wording counts", Task.PROSE),
)


def is_test(path: str) -> bool:
    """By the naming customs of the common languages; a name can mislead, so this is a hint and no verdict."""
    plain = path.replace("\\", "/")
    return bool(_TEST_NAME.search(plain) or _TEST_FOLDER.search(plain))


def written_kind(path: str) -> tuple[str, Task] | None:
    """What sort of written document a path names, in words and as a task."""
    plain = path.replace("\\", "/").lower()
    return next(((signal, task) for pattern, signal, task in _PATTERNS if pattern.search(plain)), None)
