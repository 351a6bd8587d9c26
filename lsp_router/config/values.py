"""The kinds of values a setting may have, and how a setting says what it is for and who may set it."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

from lsp_router.config.problem import looks_like_key

UNTRUSTED = "x-untrusted"
Untrusted = Literal["free", "never", "lower", "grow", "stricter"]
"""What the project file of an untrusted workspace may do to a setting (see `restraint`)."""


class Table(BaseModel):
    """A table with fixed keys; unknown ones are told, not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def setting(why: str, *, default: Any, untrusted: Untrusted = "free", **limits: Any) -> Any:
    """A setting with its description; the default of a table is its class."""
    options: dict[str, Any] = {"default_factory" if callable(default) else "default": default, **limits}
    if untrusted != "free":
        options["json_schema_extra"] = {UNTRUSTED: untrusted}
    return Field(description=why, **options)


def untrusted_may(field: FieldInfo) -> Untrusted:
    extra = field.json_schema_extra
    return cast("Untrusted", extra.get(UNTRUSTED, "free")) if isinstance(extra, dict) else "free"


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number, not true or false")  # noqa: TRY004 - pydantic reports ValueError as a finding
    return value


def words(value: object) -> object:
    """One word, or several with commas, where a list belongs: the environment knows only text."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        port = parts.port or 1
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port or "@" in parts.netloc:
        raise ValueError("an http or https address without a user name or password in it")
    return value.rstrip("/")


def _variable(value: str) -> str:
    if not re.fullmatch(VARIABLE, value) or looks_like_key(value):
        raise ValueError("the name of an environment variable, never the key itself")
    return value


def _account(value: str) -> str:
    if not re.fullmatch(ACCOUNT, value):
        raise ValueError("service/user")
    return value


def _inside(value: str) -> str:
    """A path in the project, on every platform; one that leads out of it could overwrite anything."""
    parts = PureWindowsPath(value)
    if not value or parts.anchor or ".." in parts.parts or not value.isprintable():
        raise ValueError("a path relative to the project that stays in it")
    return value


def _public_headers(value: dict[str, str]) -> dict[str, str]:
    """Headers are shown, logged and kept in files, so a key must not be among them."""
    for name, text in value.items():
        if SECRET_HEADER.search(name) or looks_like_key(text):
            raise ValueError("headers without a key; for one that holds a key use header_env")
        if not re.fullmatch(HEADER_NAME, name) or not text.isprintable() or not text.isascii():
            raise ValueError("header names and values of printable ASCII")
    return value


VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
ACCOUNT = r"[^/]+/.+"
HEADER_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)

Count = Annotated[int, BeforeValidator(_no_bool)]
Number = Annotated[float, BeforeValidator(_no_bool)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_no_bool)]
Dollars = Annotated[float, Field(ge=0), BeforeValidator(_no_bool)]
Limit = Dollars | Literal["unlimited"]
Score = Annotated[float, Field(ge=0, le=10), BeforeValidator(_no_bool)]
Milliseconds = Annotated[int, Field(ge=0, le=10_000), BeforeValidator(_no_bool)]
Words = Annotated[list[str], BeforeValidator(words)]
Address = Annotated[str, AfterValidator(_web_address), Field(json_schema_extra={"format": "uri"})]
Variable = Annotated[str, AfterValidator(_variable), Field(json_schema_extra={"pattern": f"^{VARIABLE}$"})]
Account = Annotated[str, AfterValidator(_account), Field(json_schema_extra={"pattern": f"^{ACCOUNT}$"})]
Inside = Annotated[str, AfterValidator(_inside)]
Headers = Annotated[dict[str, str], AfterValidator(_public_headers)]
PrivacyLabel = Literal["local", "no-train", "cloud", "trains"]
