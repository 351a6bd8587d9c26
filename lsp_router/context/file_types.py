"""The editor's language id of a file, told from its name: for callers that have no editor to ask."""

from __future__ import annotations

from pathlib import PurePath

_BY_SUFFIX = {
    suffix: name
    for name, suffixes in {
        "python": "py pyi pyw",
        "javascript": "js mjs cjs",
        "javascriptreact": "jsx",
        "typescript": "ts mts cts",
        "typescriptreact": "tsx",
        "go": "go",
        "rust": "rs",
        "java": "java",
        "kotlin": "kt kts",
        "scala": "scala",
        "swift": "swift",
        "c": "c h",
        "cpp": "cc cpp cxx hpp hh hxx",
        "csharp": "cs",
        "ruby": "rb",
        "php": "php",
        "shellscript": "sh bash zsh",
        "lua": "lua",
        "html": "html htm",
        "css": "css",
        "scss": "scss",
        "json": "json",
        "yaml": "yaml yml",
        "toml": "toml",
        "sql": "sql",
        "markdown": "md markdown",
        "restructuredtext": "rst",
        "latex": "tex",
        "plaintext": "txt",
    }.items()
    for suffix in suffixes.split()
}
_BY_NAME = {"dockerfile": "dockerfile", "makefile": "makefile"}


def language_of_path(path: str) -> str:
    """The id, or an empty text when the name does not tell."""
    file = PurePath(path)
    return _BY_NAME.get(file.name.lower()) or _BY_SUFFIX.get(file.suffix.lower().lstrip("."), "")
