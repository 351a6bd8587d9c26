"""What languages are called: by editors, on fences, and which of them are text rather than code. Data."""

from __future__ import annotations

PROSE = frozenset(
    {"markdown", "mdx", "plaintext", "text", "restructuredtext", "asciidoc", "latex", "tex", "org", "quarto"}
)
DATA = frozenset({"yaml", "toml", "ini", "properties", "dockercompose", "dotenv", "csv"})

_ALIASES = {
    "py": "python",
    "python3": "python",
    "pyi": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "node": "javascript",
    "jsx": "javascriptreact",
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "typescriptreact",
    "golang": "go",
    "rs": "rust",
    "c++": "cpp",
    "cc": "cpp",
    "cxx": "cpp",
    "hpp": "cpp",
    "h": "c",
    "cs": "csharp",
    "c#": "csharp",
    "c-sharp": "csharp",
    "rb": "ruby",
    "sh": "shellscript",
    "bash": "shellscript",
    "zsh": "shellscript",
    "shell": "shellscript",
    "console": "shellscript",
    "shell-session": "shellscript",
    "htm": "html",
    "json5": "jsonc",
    "yml": "yaml",
    "md": "markdown",
    "txt": "plaintext",
    "text": "plaintext",
    "kt": "kotlin",
    "patch": "diff",
}
_FAMILIES = {
    "javascriptreact": "javascript",
    "typescript": "javascript",
    "typescriptreact": "javascript",
    "cpp": "c",
    "jsonc": "json",
    "mdx": "markdown",
    "scss": "css",
    "less": "css",
}

KNOWN = frozenset(
    {*_ALIASES, *_ALIASES.values(), *_FAMILIES.values(), "java", "php", "lua", "swift", "scala", "toml", "sql"}
)


def canonical(name: str) -> str:
    """An editor's language id for whatever somebody calls it."""
    lowered = name.strip().lower()
    return _ALIASES.get(lowered, lowered)


def akin(one: str, other: str) -> bool:
    """Whether a fence with one name may well hold code in the other; models are careless between cousins."""
    return _family(one) == _family(other)


def _family(name: str) -> str:
    known = canonical(name)
    return _FAMILIES.get(known, known)
