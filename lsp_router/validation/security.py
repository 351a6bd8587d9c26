"""Ways of writing code that open a door; each message says what to write instead. Mostly data."""

from __future__ import annotations

import re

from lsp_router.domain.decision import Problem
from lsp_router.validation.difference import Difference
from lsp_router.validation.fresh import LineRule, new_hits, rule

_JS = ("javascript", "javascriptreact", "typescript", "typescriptreact", "html", "vue", "svelte")


def _door(message: str, pattern: str, *languages: str) -> LineRule:
    return rule("security", message, pattern, *languages)


_FREE = r"(?<![\w.$>:])"
"""Not a method and not the end of another name."""

_CODE: tuple[LineRule, ...] = (
    _door(
        "eval or exec runs whatever it is given; parse the input instead",
        rf"{_FREE}(?:eval|exec)\s*\((?!\s*\))",
        "python",
    ),
    _door("os.system goes through a shell; use subprocess.run with a list", r"\bos\.(?:system|popen)\s*\(", "python"),
    _door("shell=True goes through a shell; pass a list of arguments instead", r"\bshell\s*=\s*True\b", "python"),
    _door(
        "pickle runs code from its input; use json or another data format",
        r"\b(?:c?[pP]ickle|dill|marshal|shelve)\.(?:loads?|open)\s*\(",
        "python",
    ),
    _door("yaml.load builds arbitrary objects; use yaml.safe_load", r"\byaml\.load\s*\((?!.*Safe)", "python"),
    _door("verify=False switches certificate checks off; leave it on", r"\bverify\s*=\s*False\b", "python"),
    _door("tempfile.mktemp is a race; use NamedTemporaryFile or mkstemp", r"\btempfile\.mktemp\s*\(", "python"),
    _door(
        "a debugger or debug server does not belong in an edit",
        r"\bpdb\.set_trace\(|\.run\([^)]*debug\s*=\s*True",
        "python",
    ),
    _door(
        "eval runs whatever it is given; use JSON.parse or a table of functions",
        rf"{_FREE}eval\s*\(|\bnew\s+Function\s*\(",
        *_JS,
    ),
    _door(
        "setting HTML from data lets scripts in; use textContent",
        r"\.(?:innerHTML|outerHTML)\s*\+?=(?!=)|\.insertAdjacentHTML\s*\(|\bdocument\.write(?:ln)?\s*\(",
        *_JS,
    ),
    _door("dangerouslySetInnerHTML lets scripts in; render text", r"\bdangerouslySetInnerHTML\b", *_JS),
    _door(
        "exec goes through a shell; use execFile or spawn with a list",
        r"\bchild_process\b.*\.exec(?:Sync)?\s*\(|" + _FREE + r"execSync\s*\(",
        *_JS,
    ),
    _door(
        "certificate checks are switched off; leave them on",
        r"\brejectUnauthorized\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED",
        *_JS,
    ),
    _door("certificate checks are switched off; leave them on", r"\bInsecureSkipVerify\s*:\s*true", "go"),
    _door("template.HTML lets scripts in; let the template escape", r"\btemplate\.(?:HTML|JS)\s*\(", "go"),
    _door("certificate checks are switched off; leave them on", r"\bdanger_accept_invalid_certs\s*\(\s*true", "rust"),
    _door(
        "this function writes past the end of its buffer; use the bounded one",
        _FREE + r"(?:gets|strcpy|strcat|sprintf|vsprintf)\s*\(",
        "c",
        "cpp",
    ),
    _door(
        "system goes through a shell; use exec with a list of arguments", _FREE + r"(?:system|popen)\s*\(", "c", "cpp"
    ),
    _door(
        "Runtime.exec with one string is split like a shell; use ProcessBuilder with a list",
        r"\bgetRuntime\(\)\.exec\s*\(",
        "java",
        "kotlin",
    ),
    _door(
        "deserialising objects runs code from the input; use a data format",
        r"\bnew\s+(?:ObjectInputStream|XMLDecoder|BinaryFormatter|NetDataContractSerializer)\b",
        "java",
        "kotlin",
        "csharp",
    ),
    _door(
        "eval runs whatever it is given; use public_send with a list of names, or a parser",
        _FREE + r"(?:eval|instance_eval|class_eval)\s*[( ]\s*[\"'\w]",
        "ruby",
    ),
    _door(
        "this loads arbitrary objects; use YAML.safe_load or JSON",
        r"\b(?:Marshal\.load|YAML\.(?:unsafe_)?load)\b",
        "ruby",
    ),
    _door(
        "eval and unserialize run code from the input; use json_decode",
        _FREE + r"(?:eval|unserialize|assert)\s*\(\s*\$",
        "php",
    ),
    _door(
        "a variable in a shell command; use proc_open with a list or escapeshellarg",
        _FREE + r"(?:system|shell_exec|exec|passthru|popen)\s*\((?!.*escapeshell).*\$",
        "php",
    ),
    _door(
        "input is printed unescaped; wrap it in htmlspecialchars",
        r"\becho\b(?!.*htmlspecialchars).*\$_(?:GET|POST|REQUEST|COOKIE)",
        "php",
    ),
    _door(
        "eval runs whatever it is given; use arrays or functions", r"(?:^|[;&|]|\b(?:then|do))\s*eval\s", "shellscript"
    ),
    _door(
        "a download is run unseen; save it, check it, then run it",
        r"\b(?:curl|wget)\b[^|]*\|\s*(?:sudo\s+)?(?:ba|z)?sh\b",
        "shellscript",
    ),
    _door(
        "rm -rf on a variable that may be empty; guard it with ${name:?}",
        r"\brm\s+-\w*r\w*\s+[\"']?\$\{?\w+\}?[\"']?/\*?[\"']?\s*(?:$|[;&|])",
        "shellscript",
    ),
    _door(
        "load runs whatever it is given; parse the input instead",
        _FREE + r"(?:loadstring|load)\s*\(\s*[a-z_]\w*\s*[,)]",
        "lua",
    ),
)

_TOKENS = (
    r"\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}|\bsk-(?:ant-|proj-|or-)?[\w-]{20,}|\bAIza[\w-]{35}|"
    r"\bxox[abprs]-[\w-]{10,}|\b[sr]k_live_\w{16,}|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|"
    r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
)
_NAMED = (
    r"(?i)(?:password|passwd|pwd|secret|api[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key|client[_-]?secret)[\"']?\]?"
    r"\s*(?::\s*\w+\s*)?(?::=|=>|[:=])\s*[\"'`](?P<value>[^\"'`\s]{8,})[\"'`]"
)
_STAND_IN = re.compile(
    r"(?i)^(?:<.*>|\$\{?.*|%.*%|\{.*\}|x{3,}.*|\*{3,}.*|"
    r".*(?:your|change.?me|example|placeholder|dummy|redacted|test|fake|sample|todo).*|"
    r"[\w.]*_(?:key|token|secret|password)|/.*|https?:.*)$"
)
_TEXT: tuple[LineRule, ...] = (_door("a key stands in the code; read it from the environment", _TOKENS),)
_SECRET = _door("a secret stands in the code; read it from the environment", _NAMED)


def security_problems(
    raw: tuple[list[str], list[str]], code: tuple[list[str], list[str]], change: Difference, language: str
) -> tuple[Problem, ...]:
    """New doors; each pair is the lines before and after, `code` without the insides of strings and comments."""
    ours, theirs = ([_without_stand_ins(line) for line in lines] for lines in raw)
    return (
        *new_hits(_CODE, *code, change, language),
        *new_hits(_TEXT, *raw, change, language),
        *new_hits((_SECRET,), ours, theirs, change, language),
    )


def _without_stand_ins(line: str) -> str:
    """The line, empty if what looks like a secret is an example of one."""
    found = _SECRET.pattern.search(line)
    return "" if found and _STAND_IN.match(found["value"]) else line
