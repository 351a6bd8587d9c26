"""One canary per rule and per way of writing a secret down; a `·` cuts tokens so that no scanner believes them."""

from __future__ import annotations

import pytest

from lsp_router.context.secrets import find, redact

_MIX = "Zx9Qw3Er7Ty1Ui5Op2As8Df4Gh6Jk0LbVnMc"
_HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def mixed(length: int) -> str:
    return (_MIX * (length // len(_MIX) + 1))[:length]


def hexed(length: int) -> str:
    return (_HEX * (length // len(_HEX) + 1))[:length]


TOKENS = [
    ("aws-key", "AKIA·IOSFODNN7EXAMPLE"),
    ("aws-key", "ASIA·Y34FZKBOKMUTVV7A"),
    ("gcp-key", "AIza·" + mixed(35)),
    ("gcp-token", "ya29·." + mixed(40)),
    ("gcp-token", "GOCSPX-·" + mixed(28)),
    ("azure-secret", "abc8·Q~" + mixed(31)),
    ("github-token", "ghp·_" + mixed(36)),
    ("github-token", "github·_pat_" + mixed(22) + "_" + mixed(59)),
    ("gitlab-token", "glpat·-" + mixed(20)),
    ("slack-token", "xoxb·-123456789012-" + mixed(24)),
    ("slack-token", "xapp·-1-" + mixed(24)),
    ("discord-token", "MTA4·" + mixed(20) + ".Gh6Jk0." + mixed(30)),
    ("telegram-token", "123456789·:AA" + mixed(33)),
    ("stripe-key", "sk_·live_" + mixed(24)),
    ("stripe-key", "whsec·_" + mixed(32)),
    ("anthropic-key", "sk-·ant-api03-" + mixed(80)),
    ("openrouter-key", "sk-·or-v1-" + hexed(64)),
    ("openai-key", "sk-·proj-" + mixed(48)),
    ("openai-key", "sk-·" + mixed(48)),
    ("openai-key", "sk-·" + hexed(32)),
    ("model-key", "gsk·_" + mixed(52)),
    ("model-key", "xai·-" + mixed(80)),
    ("huggingface-token", "hf·_" + "abcdefghijKLMNOPqrstuvwxyzABCDEFGH"),
    ("package-token", "npm·_" + mixed(36)),
    ("package-token", "pypi·-AgE" + mixed(90)),
    ("package-token", "dckr·_pat_" + mixed(27)),
    ("vault-token", "hvs·." + mixed(24)),
    ("vault-token", "AGE-·SECRET-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2),
    ("mail-key", "SG·." + mixed(22) + "." + mixed(43)),
    ("mail-key", "SK·" + hexed(32)),
    ("shop-token", "shpat·_" + hexed(32)),
    ("cloud-token", "dop_·v1_" + hexed(64)),
    ("cloud-token", "dapi·" + hexed(32)),
    ("work-token", "lin_·api_" + mixed(40)),
    ("work-token", "glsa·_" + mixed(32) + "_" + hexed(8)),
    ("jwt", "eyJ·hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + mixed(43)),
]

FRAMES = [
    "{}",
    'KEY = "{}"',
    "curl -H 'X: {}' host",
    "# old one: {} do not use",
    "f({}, 1)",
    "x\n{}\ny",
    "url?a=1&k={}&b=2",
    '{{"a": "{}"}}',
]


@pytest.mark.parametrize(("rule", "token"), TOKENS, ids=lambda value: value[:24])
@pytest.mark.parametrize("frame", FRAMES)
def test_a_token_is_seen_wherever_it_stands(rule, token, frame):
    token = token.replace("·", "")
    text = frame.format(token)
    found = find(text)
    assert token not in redact(text, found)
    assert rule in {one.rule for one in found}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        # what stands before gives it away
        ("azure-key", "AccountName=x;AccountKey=⟦" + mixed(86) + "==⟧;EndpointSuffix=core"),
        ("azure-sas", "https://x.blob/y?sv=2022&sig=⟦" + mixed(43) + "%3D⟧&se=1"),
        ("webhook", "https://hooks.slack.com/services/⟦T00000000/B00000000/" + mixed(24) + "⟧"),
        ("webhook", "https://discord.com/api/webhooks/123456789/⟦" + mixed(60) + "⟧"),
        ("bearer", 'headers = {"Authorization": "Bearer ⟦' + mixed(40) + '⟧"}'),
        ("bearer", "Authorization: Basic ⟦dXNlcjpwYXNzd29yZDEyMzQ1Njc4⟧"),
        ("cookie", "Cookie: sid=⟦" + mixed(32) + "⟧; path=/"),
        # connection strings
        ("url-password", "postgres://admin:⟦S3cr3tCanary⟧@db.internal:5432/app"),
        ("url-password", 'url = "redis://:⟦p4ssw0rd!x⟧@cache:6379/0"'),
        ("url-password", "https://bot:⟦ci-7f3a9c⟧@git.example.com/x.git"),
        ("url-password", "mongodb+srv://u:⟦corre(ct)Horse⟧@cluster0.x.net/?retryWrites=true"),
        ("dsn-password", '"Server=db;User Id=sa;Password=⟦Hunter2Canary⟧;Encrypt=True"'),
        # assignments in the languages people keep secrets in
        ("password", 'password = "⟦hunter2⟧"'),
        ("password", "DB_PASSWORD = '⟦correcthorsebattery⟧'"),
        ("password", 'self.db_password: str = "⟦s3cr3t-canary⟧"'),
        ("password", 'const password: string = "⟦s3cr3t-canary⟧";'),
        ("password", 'String password = "⟦s3cr3t-canary⟧";'),
        ("password", 'let password: &str = "⟦s3cr3t-canary⟧";'),
        ("password", 'password := "⟦s3cr3t-canary⟧"'),
        ("password", "$password = '⟦s3cr3t-canary⟧';"),
        ("password", "'password' => '⟦s3cr3t-canary⟧',"),
        ("password", 'connect(user="x", password="⟦s3cr3t-canary⟧")'),
        ("password", '{"password": "⟦s3cr3t-canary⟧"}'),
        ("password", '{\\"password\\": \\"⟦s3cr3t-canary⟧\\"}'),
        ("password", "password: ⟦s3cr3t-canary⟧"),
        ("password", "  POSTGRES_PASSWORD: ⟦hunter2canary⟧\n  other: x"),
        ("password", "export DB_PASSWORD=⟦hunter2canary⟧"),
        ("password", "ENV ADMIN_PASSWORD=⟦hunter2canary⟧"),
        ("password", "spring.datasource.password=⟦hunter2canary⟧"),
        ("password", "# password: ⟦Tr0ub4dor&3⟧"),
        ("password", "<password>⟦hunter2canary⟧</password>"),
        ("password", "mysql --password=⟦x9K2m4Qz7⟧ -u root"),
        ("password", "CREATE USER a IDENTIFIED BY PASSWORD '⟦*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19⟧'"),
        ("password", 'os.environ["SMTP_PASS"] = "⟦s3cr3t-canary⟧"'),
        ("password", 'password = "⟦it\'s-S3cret⟧"'),
        ("password", 'passphrase = "⟦correct horse battery staple⟧"'),
        ("secret", 'API_KEY = "⟦canary-key-12345⟧"'),
        ("secret", "client_secret: '⟦" + mixed(32) + "⟧'"),
        ("secret", 'aws_secret_access_key = "⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧"'),
        ("secret", "AWS_SECRET_ACCESS_KEY=⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧"),
        ("secret", "define('AUTH_KEY', '⟦" + mixed(40) + "⟧');"),
        ("secret", '#define API_KEY "⟦' + hexed(32) + '⟧"'),
        ("secret", 'client.setApiKey("⟦' + hexed(32) + '⟧")'),
        ("secret", "ENCRYPTION_KEY=⟦" + hexed(64) + "⟧"),
        ("secret", 'curl -H "X-Api-Key: ⟦' + hexed(40) + '⟧" host'),
        ("secret", 'SECRET_KEY = "⟦django-insecure-4h$k2!x@9q#z7^w&1m*p5(r8)t⟧"'),
        ("secret", "token: ⟦" + mixed(24) + "⟧"),
        ("secret", 'salt = "⟦' + mixed(22) + '⟧"'),
    ],
    ids=lambda value: value[:40],
)
def test_a_secret_is_seen_by_what_stands_beside_it(rule, text):
    before, secret, after = text.replace("⟦", "⟧").split("⟧")
    text = before + secret + after
    found = find(text)
    assert [(one.rule, text[one.start : one.end]) for one in found] == [(rule, secret)]


KEY = "\n".join(mixed(64) for _ in range(12))


@pytest.mark.parametrize(
    "text",
    [
        f"-----BEGIN RSA PRIVATE KEY-----\n{KEY}\n-----END RSA PRIVATE KEY-----\n",
        f"-----BEGIN PRIVATE KEY-----\r\n{KEY}\r\n-----END PRIVATE KEY-----",
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{KEY}\n-----END OPENSSH PRIVATE KEY-----",
        f"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: A,1\n\n{KEY}\n-----END EC PRIVATE KEY-----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n" + KEY + "\n-----END PGP PRIVATE KEY BLOCK-----",
        f"-----BEGIN EC PRIVATE KEY-----\n{KEY}\n",  # the end was cut off
        f"{KEY}\n-----END RSA PRIVATE KEY-----\n",  # the beginning was cut off
        f"{KEY}\nx = 1\n",  # both were
        f"x = 1\n{KEY}",
        '{"private_key": "-----BEGIN PRIVATE KEY-----\\n'
        + KEY.replace("\n", "\\n")
        + '\\n-----END PRIVATE KEY-----\\n"}',
        'k = ("-----BEGIN PRIVATE KEY-----\\n"\n' + "\n".join(f'  "{line}\\n"' for line in KEY.split("\n")) + "\n)",
        "  key: |\n    -----BEGIN PRIVATE KEY-----\n" + "\n".join(f"    {line}" for line in KEY.split("\n")),
    ],
)
def test_no_line_of_a_private_key_is_left_however_it_is_cut(text):
    cleaned = redact(text, find(text))
    assert mixed(64) not in cleaned
    assert mixed(24) not in cleaned
    assert cleaned.count("\n") == text.count("\n"), "line numbers must stay true"


@pytest.mark.parametrize(
    "text",
    [
        'if "-----BEGIN RSA PRIVATE KEY-----" in text: x = parse(text)',
        "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        'password = "password"',
        'password = os.environ["DB_PASSWORD"]',
        'password = f"{user}-{secret}"',
        'password = "${DB_PASSWORD}"',
        "password: ${{ secrets.DB_PASSWORD }}",
        "password: $DB_PASSWORD",
        "password = get_password(user)",
        'password = input("Enter your password: ")',
        '"password": "Your password is too short, use 8 characters"',
        'password_hash = "$2b$12$abcdefghijklmnopqrstuv"',
        'PASSWORD_FIELD = "password1_field"',
        'token_type = "bearer2"',
        'api_key_env = "OPENROUTER_API_KEY"',
        'api_key = "your-api-key-here"',
        'api_key = "xxxxxxxxxxxx1234"',
        'API_KEY = "<your key 123>"',
        'public_key = "' + mixed(43) + '"',
        'primary_key = "customer_id_2"',
        '"integrity": "sha512-' + mixed(86) + '=="',
        "hash = " + hexed(40),
        "commit " + hexed(40),
        "for token in tokens2[:10]:",
        "    token = self.next_token()",
        "def authenticate(self, password: str) -> bool:",
        "postgres://user:password@localhost/db",
        "http://localhost:8080/@scope/package",
        "git@github.com:owner/repo.git",
        "keyboard_layout = 'de-latin1-nodeadkeys'",
        "const author = 'John Smith 1984';",
        'id = "123e4567-e89b-12d3-a456-426614174000"',
        "import { tokenize } from './tokenizer2'",
        "<redacted:password>",
        'password = "<redacted:password>"',
    ],
)
def test_ordinary_text_is_left_alone(text):
    assert find(text) == []


def test_redacting_twice_changes_nothing_more():
    text = "\n".join(frame.format(token.replace("·", "")) for _, token in TOKENS for frame in FRAMES[:3])
    once = redact(text, find(text))
    assert find(once) == []


def test_texts_whose_letters_grow_when_lowered_keep_their_offsets():
    text = 'İstanbul = 1\npassword = "s3cr3t-canary"\n'
    assert [text[one.start : one.end] for one in find(text)] == ["s3cr3t-canary"]
