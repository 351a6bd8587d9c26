"""Fill-in-the-middle formats as data: a model that is asked in another family's format answers with rubbish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from lsp_router.domain.wire import Hole, Prompt

SUFFIX = "suffix"
"""The endpoint takes prefix and suffix in fields of their own and knows its model's tokens."""


class UnknownTemplate(ValueError):  # noqa: N818 - the name says what is wrong with the setting
    """A configured FIM template does not exist; the message lists those that do."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown fim template {name!r}; use one of {', '.join(names())}")


@dataclass(frozen=True, slots=True)
class Fim:
    """How one family of models is asked to fill a hole.

    `alone` takes {prefix} and {suffix}; `among` also {repo}, {files} and {path}, and is used when other files go along.
    """

    name: str
    alone: str
    among: str
    file: str
    stops: tuple[str, ...]
    """The likeliest first: some endpoints take no more than four."""
    tokens: tuple[str, ...] = ()
    """Control tokens: text that happens to contain one is defused, or it would end the hole early."""
    repo: str = ""
    version: int = 1

    @property
    def id(self) -> str:
        return f"fim-{self.name}@{self.version}"

    def render(self, hole: Hole, repo: str = "") -> str:
        """The raw prompt, with every control token of this family that the user's own text contains made harmless."""
        prefix, suffix = self._defused(hole.prefix), self._defused(hole.suffix)
        if not hole.extra:
            return self.alone.format(prefix=prefix, suffix=suffix)
        return self.among.format(
            prefix=prefix,
            suffix=suffix,
            path=self._defused(hole.path or "untitled"),
            repo=self.repo.format(repo=self._defused(repo)) if repo and self.repo else "",
            files="".join(self._file(path, text, hole.path) for path, text in hole.extra),
        )

    def _file(self, path: str, text: str, beside: str) -> str:
        header = f"{comment_sign(beside or path)} {self._defused(path)}"
        return self.file.format(path=self._defused(path), header=header, text=self._defused(text.rstrip("\n")))

    def _defused(self, text: str) -> str:
        for token in self.tokens:
            if token in text:
                text = text.replace(token, f"{token[0]} {token[1:]}")
        return text


def fill(
    hole: Hole, name: str, *, repo: str = "", own_extra: bool = False, max_tokens: int = 128, temperature: float = 0.2
) -> Prompt:
    """The prompt for a hole in the format `name`, rendered into `Hole.raw` unless the endpoint takes prefix and suffix.

    `own_extra` says that such an endpoint has a field for other files; without one they go before the prefix.
    Secrets must be cleared before: what is rendered here can no longer be told from the template.
    """
    if name == SUFFIX:
        ready = hole if own_extra or not hole.extra else _folded(hole)
        return Prompt(hole=ready, max_tokens=max_tokens, temperature=temperature, template=f"fim-{SUFFIX}@1")
    fim = find(name)
    ready = replace(hole, raw=fim.render(hole, repo))
    return Prompt(hole=ready, stop=fim.stops, max_tokens=max_tokens, temperature=temperature, template=fim.id)


def find(name: str) -> Fim:
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownTemplate(name) from None


def names() -> tuple[str, ...]:
    """Every value `fim = …` may have in a configuration."""
    return (*_BY_NAME, SUFFIX)


def comment_sign(path: str) -> str:
    """How a line comment starts in the language a path suggests; `//` for all that is not known better."""
    return _SIGNS.get(PurePosixPath(path.replace("\\", "/")).suffix.lower(), "//")


def _folded(hole: Hole) -> Hole:
    """Other files before the prefix, each under a comment with its path, for endpoints with no place of their own."""
    sign = comment_sign(hole.path)
    files = "".join(f"{sign} {path}\n{text.rstrip(chr(10))}\n\n" for path, text in hole.extra)
    here = f"{sign} {hole.path}\n" if hole.path else ""
    return replace(hole, prefix=f"{files}{here}{hole.prefix}", extra=())


def _signs(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {f".{ending}": sign for sign, endings in rows for ending in endings.split()}


_SIGNS = _signs((
    ("#", "py pyi pyw rb sh bash zsh fish yaml yml toml pl r jl ex exs ps1 nim cmake mk tf nix"),
    ("--", "lua sql hs elm adb ads vhd"),
    (";", "el lisp clj cljs scm asm"),
    ("%", "erl tex m"),
))  # fmt: skip

_PIPES = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>")
_PLAIN = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<fim_pad>")
_WIDE_BAR = "\uff5c"
_BEGIN, _HOLE, _END, _START_OF_TEXT, _END_OF_TEXT = (
    f"<{_WIDE_BAR}{word}{_WIDE_BAR}>"
    for word in ("fim▁begin", "fim▁hole", "fim▁end", "begin▁of▁sentence", "end▁of▁sentence")
)
_DEEPSEEK = (_BEGIN, _HOLE, _END)
_SEED = ("<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>")
_QWEN = (*_PIPES, "<|endoftext|>", "<|repo_name|>", "<|file_sep|>", "<|im_start|>", "<|im_end|>")
_STARCODER2 = (*_PLAIN, "<|endoftext|>", "<repo_name>", "<file_sep>")
_STARCODER = (*_PLAIN, "<|endoftext|>", "<reponame>", "<filename>")

_PIPED = "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>"
_STARRED = "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>"

_FORMATS = (
    Fim(
        "qwen2.5-coder",
        alone=_PIPED,
        among="{repo}{files}<|file_sep|>{path}\n" + _PIPED,
        file="<|file_sep|>{path}\n{text}\n",
        repo="<|repo_name|>{repo}\n",
        stops=("<|endoftext|>", "<|file_sep|>", "<|im_end|>", *_PIPES, "<|repo_name|>", "<|im_start|>"),
        tokens=_QWEN,
    ),
    Fim(
        "starcoder2",
        alone=_STARRED,
        among="{repo}{files}<file_sep><fim_prefix>{path}\n{prefix}<fim_suffix>{suffix}<fim_middle>",
        file="<file_sep>{path}\n{text}\n",
        repo="<repo_name>{repo}",
        stops=("<|endoftext|>", "<file_sep>", *_PLAIN, "<repo_name>"),
        tokens=_STARCODER2,
    ),
    Fim(
        "starcoder",
        alone=_STARRED,
        among="{repo}{files}<filename>{path}\n" + _STARRED,
        file="<filename>{path}\n{text}\n",
        repo="<reponame>{repo}",
        stops=("<|endoftext|>", "<filename>", *_PLAIN, "<reponame>"),
        tokens=_STARCODER,
    ),
    Fim(
        "mellum",
        alone="<fim_suffix>{suffix}<fim_prefix>{prefix}<fim_middle>",
        among="{repo}{files}<filename>{path}\n<fim_suffix>{suffix}<fim_prefix>{prefix}<fim_middle>",
        file="<filename>{path}\n{text}\n",
        repo="<reponame>{repo}",
        stops=("<|endoftext|>", "<filename>", *_PLAIN, "<reponame>"),
        tokens=_STARCODER,
    ),
    Fim(
        "codellama",
        alone="<PRE> {prefix} <SUF>{suffix} <MID>",
        among="<PRE> {files}{prefix} <SUF>{suffix} <MID>",
        file="{header}\n{text}\n\n",
        stops=(" <EOT>", "<EOT>", "</s>", "<PRE>", "<SUF>", "<MID>"),
        tokens=("<PRE>", "<SUF>", "<MID>", "<EOT>"),
    ),
    Fim(
        "deepseek-coder",
        alone=f"{_BEGIN}{{prefix}}{_HOLE}{{suffix}}{_END}",
        among=f"{_BEGIN}{{files}}{{prefix}}{_HOLE}{{suffix}}{_END}",
        file="{header}\n{text}\n\n",
        stops=(_END_OF_TEXT, *_DEEPSEEK, "<|EOT|>"),
        tokens=(*_DEEPSEEK, _START_OF_TEXT, _END_OF_TEXT, "<|EOT|>"),
    ),
    Fim(
        "codestral",
        alone="[SUFFIX]{suffix}[PREFIX]{prefix}",
        among="[SUFFIX]{suffix}[PREFIX]{files}+++++ {path}\n{prefix}",
        file="+++++ {path}\n{text}\n\n",
        stops=("\n+++++ ", "[SUFFIX]", "[PREFIX]", "</s>", "[MIDDLE]"),
        tokens=("[PREFIX]", "[SUFFIX]", "[MIDDLE]"),
    ),
    Fim(
        "codegemma",
        alone=_PIPED,
        among="{files}{path}\n" + _PIPED,
        file="{path}\n{text}\n<|file_separator|>",
        stops=("<|file_separator|>", "<eos>", "<end_of_turn>", *_PIPES[:3]),
        tokens=(*_PIPES[:3], "<|file_separator|>", "<start_of_turn>", "<end_of_turn>", "<eos>"),
    ),
    Fim(
        "granite",
        alone=_PIPED,
        among="{files}" + _PIPED,
        file="{header}\n{text}\n\n",
        stops=("<|end_of_text|>", *_PIPES, "<|start_of_role|>"),
        tokens=(*_PIPES, "<|end_of_text|>", "<|start_of_role|>", "<|end_of_role|>"),
    ),
    Fim(
        "seed-coder",
        alone="<[fim-suffix]>{suffix}<[fim-prefix]>{prefix}<[fim-middle]>",
        among="<[fim-suffix]>{suffix}<[fim-prefix]>{files}{prefix}<[fim-middle]>",
        file="{header}\n{text}\n\n",
        stops=(*_SEED, "<[end▁of▁sentence]>"),
        tokens=(*_SEED, "<[begin▁of▁sentence]>", "<[end▁of▁sentence]>"),
    ),
)  # fmt: skip
_BY_NAME = {fim.name: fim for fim in _FORMATS}
