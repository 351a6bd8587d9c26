"""Tells prose from code by its looks, and chatter of a model from text that was asked for."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_INLINE_CODE = re.compile(r"`[^`\n]+`|\b[\w-]+\(\)")
_MARKER = re.compile(r"\A\s*(?:\d+[.)]|[-*+>]|#+)\s+")

_CODE_STARTS = (
    r"(?:export|public|private|protected|static|async|abstract|final|pub|unsafe|inline|extern|override|virtual)\s+\w+",
    r"(?:const|let|var|val|function|func|fn|def|class|struct|enum|interface|trait|impl)\s+[\w$*&<{\[]+\s*(?:[=({:<;,]|$)",
    r"(?:namespace|package|module|type|using)\s+[\w$*&<{\[]+\s*(?:[=({:<;,]|$)",
    r"import\s+[\w.*{\"']+(?:\s+(?:as|from)\b|[;,.]|\s*$)",
    r"from\s+[\w.\"']+\s+import\b",
    r"#\s*(?:include|define|if|pragma|!)",
    r"@\w+",
    r"(?:if|for|while|switch|catch|foreach|elif|match)\s*[(\[]",
    r"(?:if|for|while|elif|with)\b.*:\s*$",
    r"(?:else|try|finally|do|default)\s*[:{]|case\b.*:\s*$|return\s+[\w.]+(?:,\s*[\w.]+)+\s*$",
    r"(?:return|raise|throw|yield|await|break|continue|pass)\b\s*(?:[\w.$\"'(\[{-]*[;(.\[]|\w*\s*;?\s*$)",
    r"(?:SELECT|INSERT|UPDATE|DELETE|CREATE)\s+\S+",
    r"(?:echo|puts|print|assert|typeof|var|sleep|export)\s+[\w$\"'.]+(?:\s+\w+)?\s*$",
    r"new\s+\w+\(|lambda\b.*:",
    r"(?:npm|yarn|pip|git|cd|sudo|docker|cargo|go|apt|brew|curl)\s+[\w./-]+(?:\s|$)(?!.*[.!?]$)",
    r"</?\w[\w-]*[\s/>]",
    r"\$\s|//|/\*|\*\s|--\s|<!--|[)\]}]",
)
_CODE_PARTS = (
    r"[;{}]\s*$",
    r"=>|->|::|[=!<>+*/-]=|\s=\s|&&|\|\||\s\|\s|;\s+do\b|\$\{|`\w*\$",
    r"\w!?\(|\)\.\w|\w\[\w*\]|\w+\.\w+\(",
    r"[a-z]\w*_\w+|[a-z]+[A-Z]\w*(?:\s*[(=:;]|\.\w)",
    r"\w\s\*\w|\bif\s.*\belse\s\w+$|<\/?\w+[^>]*>",
    r"^\s*(?:- )?[a-z_][\w-]*:\s+\S+(?:\s\S+){0,2}(?<![.!?:])$",
    r"^\s*[\w-]+\s*:\s*[^\s].*[;,]\s*$|^\s*[\"'][\w-]+[\"']\s*:",
)
_SYMBOL = re.compile(r"[<>{}\[\]=|\\$&^~;]")
_CHATTER_STARTS = (
    r"(?:sure|certainly|of course|absolutely|okay|great|got it|alright|no problem|sorry|unfortunately)\b|ok[,!. ]",
    r"(?:note|please|explanation|how it works|assuming|based on|hope this|feel free)\b",
    r"here(?:'s| is| are|’s)\b|below (?:is|are)\b|there (?:is|are)\b|it (?:looks|seems|appears)\b",
    r"(?:the )?(?:following|missing|completed?|completion|updated|corrected|remaining|inserted|above|resulting)\b",
    r"the (?:code|function|method|rest|answer|solution|snippet|fix)\b",
    r"this (?:code|completes|completion|is|will|function|method|implementation|snippet|should|assumes)\b",
    r"(?:in order )?to (?:complete|fill|finish|implement|do|fix|solve)\b|in this (?:code|case|example)\b",
    r"you (?:can|could|may|should|need)\b|we (?:need|can|should|have)\b|if you (?:have|need|want)\b",
    r"i(?:'ve|’ve|'ll|’ll|'m|’m)\b|let(?:'s| me)\b|as (?:an ai|requested|you)\b",
    r"i (?:have|will|would|can|cannot|can't|am|kept|added|completed|think|see|apologi[sz]e|don't|need|assumed|used)\b",
    r"(?:completion|answer|output|solution|result|code|response)\s*:\s*$",
)
_CODE_START = re.compile(rf"\s*(?:{'|'.join(_CODE_STARTS)})")
_CODE_PART = re.compile("|".join(_CODE_PARTS))
_CHATTER = re.compile(rf"\s*(?:\*\*|[-*]\s+|>\s*)?(?:{'|'.join(_CHATTER_STARTS)})", re.IGNORECASE)


def is_prose(text: str) -> bool:
    """Whether a text reads as natural language rather than as code, in any tongue."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and 2 * sum(map(_is_prose_line, lines)) > len(lines)


def is_only_prose(text: str) -> bool:
    """Whether there is nothing but natural language in a text."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and all(map(_is_prose_line, lines))


def is_chatter(line: str) -> bool:
    """Whether a line is a model talking to a person: an opening that chats use, and no code in it."""
    return bool(_CHATTER.match(line)) and not _looks_coded(_INLINE_CODE.sub("x", line))


def _is_prose_line(line: str) -> bool:
    bare = _MARKER.sub("", line).strip()
    words = _WORD.findall(bare)
    if len(words) > 3:
        bare = _INLINE_CODE.sub("x", bare)
    if not words or _looks_coded(bare) or 6 * len(_SYMBOL.findall(bare)) > len(words):
        return False
    if len(words) == 1 and bare.isascii():
        return bare[:1].isupper() and bare[-1] in ".!?"
    return sum(map(len, words)) >= 0.7 * len("".join(bare.split()))


def _looks_coded(line: str) -> bool:
    return bool(_CODE_START.match(line) or _CODE_PART.search(line))
