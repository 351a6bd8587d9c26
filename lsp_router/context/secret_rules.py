"""The forms secrets have: tokens that give themselves away, and values beside names that do. Data, with its reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenRule:
    """Tokens of one kind, with a form of their own."""

    name: str
    hints: tuple[str, ...]
    """Lower-case pieces one of which a text with such a token always contains."""
    pattern: re.Pattern[str]
    """The secret is the group `s` where there is one, else the whole match."""
    spaced: bool = False
    """The hint may stand apart from the secret, or the secret be without digits: the whole text must be searched."""


def _rule(name: str, *forms: tuple[str, str]) -> TokenRule:
    """A rule from hints and the forms they announce; a token does not begin in the middle of a word."""
    pattern = "|".join(form for _, form in forms)
    return TokenRule(name, tuple(hint for hint, _ in forms), re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})"))


def _after(name: str, hints: tuple[str, ...], lead: str, secret: str, *, spaced: bool = False) -> TokenRule:
    """A rule for a secret that only what stands before it gives away."""
    return TokenRule(name, hints, re.compile(rf"{lead}(?P<s>{secret})"), spaced)


TOKEN_RULES: tuple[TokenRule, ...] = (
    _rule(
        "aws-key",
        ("akia", r"AKIA[A-Z2-7]{16}(?![A-Z0-9])"),
        ("asia", r"ASIA[A-Z2-7]{16}(?![A-Z0-9])"),
        ("abia", r"ABIA[A-Z2-7]{16}(?![A-Z0-9])"),
        ("acca", r"ACCA[A-Z2-7]{16}(?![A-Z0-9])"),
    ),
    _rule("gcp-key", ("aiza", r"AIza[\w-]{35}")),
    _rule("gcp-token", ("ya29.", r"ya29\.[\w-]{20,}"), ("gocspx-", r"GOCSPX-[\w-]{20,}")),
    _after("azure-key", ("accountkey=", "accesskey="), r"(?i:(?:Account|Access)Key=)", r"[A-Za-z0-9+/]{30,}={0,2}"),
    _after("azure-sas", ("sig=",), r"[?&;]sig=", r"[A-Za-z0-9%+/]{30,}(?:%3[dD]|=){0,2}"),
    _rule("azure-secret", ("7q~", r"[\w.~-]{3}7Q~[\w.~-]{31,34}"), ("8q~", r"[\w.~-]{3}8Q~[\w.~-]{31,34}")),
    _rule(
        "github-token",
        ("ghp_", r"ghp_[A-Za-z0-9]{20,}"),
        ("gho_", r"gho_[A-Za-z0-9]{20,}"),
        ("ghu_", r"ghu_[A-Za-z0-9]{20,}"),
        ("ghs_", r"ghs_[A-Za-z0-9]{20,}"),
        ("ghr_", r"ghr_[A-Za-z0-9]{20,}"),
        ("github_pat_", r"github_pat_\w{22,}"),
    ),
    _rule(
        "gitlab-token",
        ("glpat-", r"glpat-[\w.-]{20,}"),
        ("gldt-", r"gldt-[\w.-]{20,}"),
        ("glptt-", r"glptt-[\w.-]{20,}"),
        ("glrt-", r"glrt-[\w.-]{20,}"),
        ("glcbt-", r"glcbt-[\w.-]{20,}"),
        ("glsoat-", r"glsoat-[\w.-]{20,}"),
    ),
    _rule(
        "slack-token",
        ("xox", r"xox[abeoprs]-(?:\d-)?[A-Za-z0-9-]{10,}"),
        ("xapp-", r"xapp-\d-[A-Za-z0-9-]{20,}"),
    ),
    _after(
        "webhook",
        ("hooks.slack.com", "api/webhooks/", "webhook.office.com"),
        r"(?:hooks\.slack\.com/(?:services|workflows|triggers)/|/api/webhooks/\d+/|webhook\.office\.com/webhookb2/)",
        r"[\w/@-]{20,}",
    ),
    _rule("discord-token", (".", r"[MNO][A-Za-z\d]{23,25}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])")),
    _rule("telegram-token", (":aa", r"\d{8,10}:AA[\w-]{32,33}(?![\w-])")),
    _rule(
        "stripe-key",
        ("sk_live_", r"sk_live_\w{10,}"),
        ("sk_test_", r"sk_test_\w{10,}"),
        ("rk_live_", r"rk_live_\w{10,}"),
        ("rk_test_", r"rk_test_\w{10,}"),
        ("whsec_", r"whsec_[A-Za-z0-9+/]{20,}"),
    ),
    _rule("anthropic-key", ("sk-ant-", r"sk-ant-[\w-]{16,}")),
    _rule("openrouter-key", ("sk-or-", r"sk-or-[\w-]{16,}")),
    _rule(
        "openai-key",
        ("sk-", r"sk-(?:proj-|svcacct-|admin-)?(?=[\w-]*\d)(?=[\w-]*[A-Za-z])(?:[A-Za-z0-9]{20,}|[\w-]{40,})"),
    ),
    _rule(
        "model-key",
        ("gsk_", r"gsk_[A-Za-z0-9]{20,}"),
        ("csk-", r"csk-[a-z0-9]{20,}"),
        ("xai-", r"xai-[A-Za-z0-9]{30,}"),
        ("pplx-", r"pplx-[A-Za-z0-9]{30,}"),
        ("r8_", r"r8_[A-Za-z0-9]{30,}"),
        ("nvapi-", r"nvapi-[\w-]{30,}"),
        ("fw_", r"fw_[A-Za-z0-9]{20,}"),
        ("tvly-", r"tvly-[\w-]{20,}"),
        ("tgp_v1_", r"tgp_v1_[\w-]{30,}"),
        ("jina_", r"jina_[\w-]{40,}"),
        ("pcsk_", r"pcsk_\w{30,}"),
    ),
    _after("huggingface-token", ("hf_", "api_org_"), r"(?<!\w)", r"(?:hf|api_org)_[A-Za-z0-9]{30,}", spaced=True),
    _rule(
        "package-token",
        ("npm_", r"npm_[A-Za-z0-9]{30,}"),
        ("pypi-age", r"pypi-AgE[\w-]{40,}"),
        ("rubygems_", r"rubygems_[0-9a-f]{40,}"),
        ("cio", r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
        ("oy2", r"oy2[a-z0-9]{43}(?![A-Za-z0-9])"),
        ("dckr_", r"dckr_(?:pat|oat)_[\w-]{20,}"),
    ),
    _rule(
        "vault-token",
        ("hvs.", r"hvs\.[\w-]{20,}"),
        ("hvb.", r"hvb\.[\w-]{20,}"),
        (".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,}"),
        ("age-secret-key-", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    ),
    _rule(
        "mail-key",
        ("sg.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
        ("key-", r"key-[0-9a-f]{32}(?![0-9a-f])"),
        ("-us", r"[0-9a-f]{32}-us\d{1,2}(?!\d)"),
        ("xkeysib-", r"xkeysib-[0-9a-f]{64}-\w{16}"),
        ("sk", r"SK[0-9a-f]{32}(?![0-9a-f])"),
    ),
    _rule(
        "shop-token",
        ("shp", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
        ("sq0", r"sq0(?:atp|csp|idp)-[\w-]{22,}"),
        ("eaaa", r"EAAA[\w-]{60}(?![\w-])"),
        ("eaa", r"EAA[BC][A-Za-z0-9]{80,}"),
    ),
    _rule(
        "cloud-token",
        ("_v1_", r"do[opr]_v1_[0-9a-f]{64}"),
        ("dapi", r"dapi[0-9a-f]{32}(?:-\d)?"),
        ("fo1_", r"fo1_[\w+/=-]{40,}"),
        ("fm2_", r"fm2_[\w+/=-]{40,}"),
        ("rnd_", r"rnd_[A-Za-z0-9]{28,}"),
        ("pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{30,}"),
        ("sbp_", r"sbp_[0-9a-f]{40}"),
        ("sb_secret_", r"sb_secret_[\w-]{20,}"),
        ("dp.", r"dp\.(?:pt|st)\.[\w.-]{30,}"),
        ("pul-", r"pul-[0-9a-f]{40}"),
        ("hrku-", r"HRKU-[\w-]{30,}"),
    ),
    _rule(
        "work-token",
        ("secret_", r"secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])"),
        ("ntn_", r"ntn_[A-Za-z0-9]{40,}"),
        ("lin_api_", r"lin_api_[A-Za-z0-9]{30,}"),
        ("figd_", r"figd_[\w-]{30,}"),
        ("tt3", r"AT[AC]TT3[\w=-]{50,}"),
        ("glsa_", r"glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}"),
        ("glc_", r"glc_[A-Za-z0-9+/=]{40,}"),
        ("nrak-", r"NRAK-[A-Z0-9]{27}"),
        ("sntrys_", r"sntrys_[\w+/=-]{40,}"),
        ("sntryu_", r"sntryu_[\w+/=-]{40,}"),
        ("pmak-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ),
    _rule(
        "jwt", ("eyj", r"eyJ[\w-]{8,}\.(?:eyJ[\w-]{8,}|[\w-]{0,400}\.[\w-]{8,}\.[\w-]{8,})\.[\w-]{8,}")
    ),
    _after(
        "bearer",
        ("bearer", "basic"),
        r"[Bb](?:earer|EARER|asic|ASIC)[ \t]+",
        r"(?=[\w.+/~=-]*\d)[A-Za-z0-9+/_.~-]{20,}={0,2}",
        spaced=True,
    ),
    _after(
        "cookie",
        ("cookie",),
        r"(?i:\b(?:set-)?cookie[\"']?[ \t]*[:=][ \t]*[\"']?[^\n\"'=]{0,40}=)",
        r"(?=[^;\s\"']*\d)[A-Za-z0-9%+/_.~-]{24,}={0,2}",
        spaced=True,
    ),
)  # fmt: skip

URL_PASSWORD = re.compile(r"://[^\s:/@\"'<>`]{0,80}:(?P<s>[^\s/@\"'<>`]{3,200})@(?=[\w.\[{$%-])")
DSN_PASSWORD = re.compile(
    r"(?i:[;\"'?&\s](?:password|pwd|passwd)[ ]?=[ ]?)(?P<s>[^;\"'\s&<>{}$()\[\]]{4,200})(?=[;\"'&])"
)

PEM_BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)? ?-{4,5}")
PEM_END = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)? ?-{4,5}")
PEM_BODY = re.compile(
    r"(?:\\[nrt]|[\s\"'+,()\\;>|*#]|//)*+(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash): ?[^\n\\]*|[A-Za-z0-9+/=]{20,})"
)
"""What follows a real BEGIN line, however it is quoted; code that only mentions the line has something else there."""
PEM_TEXT = re.compile(r"[A-Za-z0-9+/=\s\"'\\(),;.:*#>|-]*")
KEY_LINE = re.compile(
    r"[ \t\"'+]*+(?=[^\n]*[a-z])(?=[^\n]*[A-Z])(?=[^\n]*\d)[A-Za-z0-9+/]{40,76}={0,2}(?:\\n)?[\"',+ \t]*\r?"
)
"""A line that is nothing but base64: at the edge of a piece of text it may be the middle of a key that was cut."""

STEMS = ("pass", "pwd", "secret", "token", "key", "credential", "auth", "salt", "webhook", "dsn", "cookie", "session")
"""What to look for in a text; how strong a name is, the whole of it tells."""
STRONG = ("password", "passwd", "passphrase", "passcode", "pwd")
MEDIUM = (
    "secret", "token", "apikey", "api_key", "api-key", "accesskey", "access_key", "access-key", "private_key",
    "privatekey", "signing_key", "encryption_key", "credential", "auth_key", "authkey", "master_key", "account_key",
)  # fmt: skip

NOT_SECRET_ENDINGS = frozenset(re.findall(r"\w+", """
    name names id ids type types field fields label labels url uri path paths file files filename dir env var vars
    header headers prefix suffix length len size count regex regexp pattern patterns format expires expiry ttl hash
    hashes hasher hashers placeholder hint help text message error errors param params class index list map enum
    algorithm alg encoding digest checksum schema scheme provider provided version column title description kind
    endpoint uuid date time at status state model role policy rule rules arn integrity sha sha1 sha256 sha512 md5
    public pub event action code codes char chars style css selector
"""))  # fmt: skip
"""A name that ends so talks about a secret, it does not hold one."""

NOT_SECRET_NAMES = re.compile(
    r"public|pubkey|primary_?key|foreign_?key|keyboard|keyword|monkey|author(?!ization)|authors|tokeniz|checksum|"
    r"integrity|sort_?key|cache_?key|group_?key|partition_?key|object_?key|hotkey|keyframe|keycode|bypass|compass",
    re.IGNORECASE,
)

PLACEHOLDERS = re.compile(
    r"<[^<>]*>?|\[[^\[\]]*\]|\*+|\.{3,}|(.)\1*|(?i:x{3,}[x\d]*)|\$[A-Z_][A-Z0-9_]*|\$[a-z_.]+|"
    r"(?i:(?:password|passphrase|passwd|pass|pwd|placeholder|postgres|mysql|localhost|changeme|change|username|user|"
    r"undefined|required|redacted|optional|default|dummy|hidden|invalid|example|sample|secret|string|token|guest|admin|"
    r"value|valid|wrong|enter|insert|false|fake|mock|none|null|root|test|text|todo|true|your|some|here|good|host|"
    r"abc|add|bad|bar|foo|key|new|nil|old|put|the|123456789\d?|12345678?|12345?6?|123|an|me|my|a|[-_ .:!])++)"
)
"""Values that stand for a secret: matched against the whole value. Longer words first, for nothing is tried twice."""

INTERPOLATED = re.compile(r"\$\{|\$\(|\{\{|#\{|\{\w*\}|%\(\w+\)|%[sdr](?!\w)|^%\w+%$")
"""A value that is put together at run time holds a name, not a secret."""
