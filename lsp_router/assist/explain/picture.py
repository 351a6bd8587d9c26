"""Pictures: told by their first bytes and never by their names, refused when too large, and found behind a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lsp_router.domain.wire import Image

LARGEST = 4_000_000
"""Bytes; in the form in which they are sent they take a third more, and providers draw the line at 5 MB."""
LARGEST_DRAWING = 200_000
SVG = "image/svg+xml"
_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_OTHERS = ((b"BM", "BMP"), (b"II*\x00", "TIFF"), (b"MM\x00*", "TIFF"), (b"%PDF", "PDF"), (b"\x00\x00\x01\x00", "icon"))


class BadPictureError(Exception):
    """It is no picture that can be sent; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Either an image, or a drawing that is a text and is read as one."""

    path: str
    """As the user would name it."""
    image: Image | None = None
    drawing: str = ""


def picture(path: str, data: bytes) -> Picture:
    """Raises BadPictureError."""
    if len(data) > LARGEST:
        size = f"{len(data) / 1e6:.1f} MB"
        raise BadPictureError(f"{path} is too large ({size}; at most {LARGEST / 1e6:.0f} MB): scale it down or crop it")
    if drawing := _drawing(data):
        if len(drawing) > LARGEST_DRAWING:
            raise BadPictureError(f"{path} is too large for a drawing ({len(drawing)} characters): simplify it")
        return Picture(path, drawing=drawing)
    kind = media_type(data)
    if kind is None:
        other = next((name for sign, name in _OTHERS if data.startswith(sign)), "")
        what = f"a {other} file" if other else "no picture"
        raise BadPictureError(f"{path} is {what}: PNG, JPEG, GIF, WebP and SVG can be read")
    return Picture(path, Image(kind, data))


def media_type(data: bytes) -> str | None:
    """By its first bytes: a name can say anything."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS if data.startswith(sign)), None)


def is_picture(path: str) -> bool:
    """Whether a name promises a picture; what it is the bytes tell."""
    return bool(_NAME.search(path))


def linked(text: str, span: tuple[int, int]) -> str | None:
    """The picture behind the link at a cursor in Markdown: a path on this machine; None for everything else."""
    first = text.rfind("\n", 0, span[0]) + 1
    last = text.find("\n", span[1])
    line_end = len(text) if last < 0 else last
    found = [(at, target) for at, target in _links(text, first, line_end) if is_picture(target)]
    here = [target for (low, high), target in found if low <= span[1] and span[0] <= high]
    return here[0] if len(here) == 1 else None


_NAME = re.compile(r"\.(?:png|jpe?g|gif|webp|svg)$", re.IGNORECASE)
_LINK = re.compile(
    r"!?\[[^\]\n]*\]\(\s*(?:<(?P<angled>[^>\n]+)>|(?P<plain>[^\s)]+))[^)\n]*\)"
    r"|<img\b[^>\n]*?\bsrc\s*=\s*[\"'](?P<html>[^\"'\n]+)[\"'][^>\n]*>"
    r"|^\[[^\]\n]+\]:[ \t]+(?P<named>\S+)|^[ \t]*\.\. (?:image|figure):: (?P<rst>\S+)",
    re.MULTILINE | re.IGNORECASE,
)


def _links(text: str, start: int, end: int) -> Iterator[tuple[tuple[int, int], str]]:
    for found in _LINK.finditer(text, start, end):
        target = next(group for group in found.groups() if group is not None)
        parts = urlsplit(target.replace("\\", "/"))
        if not parts.scheme and not parts.netloc and parts.path:
            yield found.span(), unquote(parts.path)


def _drawing(data: bytes) -> str:
    """The text of an SVG; empty for anything else."""
    head = data[:4_096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith((b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg")) or b"<svg" not in data[:65_536]:
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
