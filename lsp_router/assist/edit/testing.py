"""Where the tests of a file belong, by the custom of its language and the folders that are there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from lsp_router.context.structure import is_test_path

Exists = Callable[[str], bool]
_SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_BESIDE = {"go": "{stem}_test.go", "csharp": "{stem}Tests.cs", "dart": "{stem}_test.dart", "swift": "{stem}Tests.swift"}
_INSIDE = frozenset({"rust"})
"""Tests stand at the end of the file they test."""


def tests_of(path: str, language: str, exists: Exists) -> str:
    """The path of the tests for a file; the file itself where tests live in it."""
    if language in _INSIDE or is_test_path(path):
        return path
    pure = PurePosixPath(path)
    if language in _BESIDE:
        return str(pure.with_name(_BESIDE[language].format(stem=pure.stem)))
    if language in _SCRIPTS:
        return _of_script(pure, exists)
    if language in {"java", "kotlin"}:
        return _of_java(pure)
    return _in_folder(pure, language, exists)


def _of_script(pure: PurePosixPath, exists: Exists) -> str:
    name = f"{pure.stem}.test{pure.suffix}"
    apart = pure.with_name("__tests__")
    return str(apart / name if exists(str(apart)) else pure.with_name(name))


def _of_java(pure: PurePosixPath) -> str:
    parts = ["test" if part == "main" else part for part in pure.parts[:-1]]
    return str(PurePosixPath(*parts, f"{pure.stem}Test{pure.suffix}"))


def _in_folder(pure: PurePosixPath, language: str, exists: Exists) -> str:
    """`tests/test_name`, below the same package where the tests mirror packages; beside the file without a project."""
    if language == "ruby":
        return f"spec/{pure.stem}_spec.rb" if exists("spec") else f"test/test_{pure.stem}.rb"
    if language == "php":
        return f"tests/{pure.stem}Test.php"
    name = f"test_{pure.stem}{pure.suffix}"
    if pure.is_absolute() or ":" in pure.parts[0]:
        return str(pure.with_name(name))
    root = "test" if exists("test") and not exists("tests") else "tests"
    package = PurePosixPath(*[part for part in pure.parts[:-1] if part not in {"src", "lib"}])
    mirrored = PurePosixPath(root, package)
    return str(mirrored / name if package.parts and exists(str(mirrored)) else PurePosixPath(root, name))
