"""What belongs to the model and its prompt, not to the text: control tokens, thoughts, headers of other files."""

from __future__ import annotations

import re

from lsp_router.assist.trim.languages import Blocks
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.scene import Scene

_MIDDLE = re.compile(r"<\|fim[_-]middle\|>|<fim[_-]middle>|<MID>|▁<MID>|<\uff5cfim▁end\uff5c>|\[MIDDLE\]")
_TOKEN = re.compile(
    r"<\|[\w▁/.-]{1,40}\|>"
    r"|<\uff5c[^\uff5c<>\n]{1,40}\uff5c>"
    r"|▁?<(?:PRE|SUF|MID|EOT|EOD|EOM|EOS|BOS)>"
    r"|</?(?:COMPLETION|MISSING|ANSWER|CODE_COMPLETION|QUERY)>"
    r"|<(?:fim[_-](?:prefix|middle|suffix|pad)|file_sep(?:arator)?|repo_?name|gh_stars|issue_(?:start|comment|closed)|commit_(?:before|msg|after)"
    r"|jupyter_(?:start|text|code|output)|empty_output|end_?of_?text|(?:end|start)_of_turn|eo[sdt]|bos|unk|pad)>"
    r"|(?:^|(?<=\n))\[(?:PREFIX|SUFFIX|MIDDLE|/?INST)\]"
    r"|\[(?:SUFFIX|PREFIX|MIDDLE)\]\Z"
)
_SENTENCE = re.compile(r"</?s>")
_BEGINNING = re.compile(r"mid|pre(?:fix)?\b|begin|bos|start|^<s>$|COMPLETION|MISSING|ANSWER|QUERY|INST", re.IGNORECASE)
_THOUGHT = re.compile(r"\s*<(think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)>")
_THOUGHT_END = re.compile(r"</(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)>[ \t]*\n?")
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")
_FILE_HEADER = re.compile(
    r"^[ \t]*(?://+|#+|--|;+|%|<!--|/\*+)[ \t]*(?:(?:file ?)?path|file ?name|file|language)[ \t]*:[ \t]*\S+[^\n]*$"
    r"|^\+{5} \S+$",
    re.IGNORECASE | re.MULTILINE,
)
_PROMPT_LINE = re.compile(
    r"^[ \t]*(?:\[/?(?:CODE|PYTHON|ANSWER|TESTS?|INST|END)\]|</?(?:CODE|STOP EDITING HERE|END)>"
    r"|(?:#|//)[ \t]*End of file\b[^\n]*"
    r"|#{3,4}[ \t]*(?:Instructions?|Response|Input|Output|Explanation|Question|Answer)[ \t]*:?[ \t]*"
    r"|(?:Human|User|Assistant|System)[ \t]*:[^\n]*|<{7} [A-Z]+|>{7} [A-Z]+)[ \t]*$",
    re.MULTILINE,
)


def without_control_tokens(draft: Draft, scene: Scene) -> Draft:
    """No template's token is ever text: drop those before the text, end at the first one after it."""
    text = draft.text
    middles = list(_MIDDLE.finditer(text)) if "<" in text or "[" in text else []
    if middles and middles[-1].group() not in scene.at.prefix:
        text = text[middles[-1].end() :]
    while (
        (token := _first_token(text, scene)) and not text[: token.start()].strip() and _BEGINNING.search(token.group())
    ):
        text = text[token.end() :]
    ends = [token.start()] if token else []
    ends += [at for stop in scene.at.stop if stop and (at := text.find(stop)) >= 0]
    return draft.end(text[: min(ends)]) if ends else draft.keep(text)


def without_thoughts(draft: Draft, scene: Scene) -> Draft:
    """Reasoning models think aloud first; an unfinished thought leaves nothing to show."""
    opening = _THOUGHT.match(draft.text)
    if opening is None and "</think" not in draft.text:
        return draft
    if f"<{opening.group(1)}>" in scene.text_before if opening else "</think" in scene.text_before:
        return draft
    endings = list(_THOUGHT_END.finditer(draft.text))
    if not endings:
        return draft.keep("")
    return draft.keep(_BLANK_LINES.sub("", draft.text[endings[-1].end() :]))


def without_prompt(draft: Draft, scene: Scene) -> Draft:
    """What a prompt is made of (headers of other files, tags, turns) ends the text, unless the file itself looks so."""
    text = draft.text
    if scene.syntax.blocks is not Blocks.PROSE:
        opening = _PROMPT_LINE.match(text)
        text = text[opening.end() :].lstrip("\n") if opening else text
    leak = next(filter(None, (_leak(pattern, text, scene) for pattern in (_FILE_HEADER, _PROMPT_LINE))), None)
    return draft.end(text[: leak.start()]) if leak else draft.keep(text)


def _first_token(text: str, scene: Scene) -> re.Match[str] | None:
    patterns = (_TOKEN,) if scene.syntax.blocks in (Blocks.MARKUP, Blocks.PROSE) else (_TOKEN, _SENTENCE)
    found = [
        token for pattern in patterns for token in pattern.finditer(text) if not _written_here(token.group(), scene)
    ]
    return min(found, key=lambda token: token.start(), default=None)


def _written_here(token: str, scene: Scene) -> bool:
    """A file about templates may hold their tokens; then they are text like any other."""
    return token in scene.text_before or token in scene.at.suffix[:4_000]


def _leak(pattern: re.Pattern[str], text: str, scene: Scene) -> re.Match[str] | None:
    if scene.syntax.blocks is Blocks.PROSE or scene.literal:
        return None
    found = pattern.search(text)
    return None if found is None or pattern.search(scene.text_before) else found
