"""Files that hold secrets by nature, told from their names on every platform alike: letter case never matters."""

from __future__ import annotations

import re


def secret_file(path: str) -> str | None:
    """The pattern a path matches, or None; the file's own text is never looked at."""
    lowered = path.replace("\\", "/").lower()
    base = lowered.rsplit("/", 1)[-1]
    if _SHARED.search(base):
        return None
    return next((pattern for pattern, matches in _COMPILED if matches.fullmatch(lowered)), None)


_SHARED = re.compile(
    r"[.-](?:example|sample|template|dist|defaults?|schema)(?:\.\w+)?$|\.pub$|^known_hosts|"
    r"\.(?:py|pyi|jsx?|mjs|cjs|tsx?|go|rs|java|kt|cs|rb|php|c|h|cc|cpp|hpp|swift|scala|exs?|md|rst|html|css)$"
)
"""Examples made to be shared, and source code, which is searched for secrets like any other text."""

# fmt: off
_PATTERNS = (
    # environment files
    ".env", ".env.*", "*.env", ".envrc", ".env-*", "env.local", "*.secrets", ".secrets", ".secret", "secrets.json",
    "secrets.yml", "secrets.yaml",
    "secrets.toml", "secrets.ini", "secrets.env", "secrets.properties", "secrets.xml", "*.secret.yaml",
    "*.secret.yml", "*.secret.json",
    "*-secret.yaml", "*-secret.yml", "*-secrets.yaml", "*-secrets.yml", "local.settings.json", "usersecrets.json",
    # keys and key stores
    "*.pem", "*.key", "*.p8", "*.p12", "*.pfx", "*.pkcs12", "*.jks", "*.keystore", "*.ppk", "*.kdb", "*.kdbx",
    "*.agekey", "*.keytab", "*.gpg", "*.pgp", "*.ovpn",
    "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "identity.asc", "*private*.asc", "*_rsa", "*_ed25519",
    "wallet.dat",
    ".ssh/*", ".gnupg/*", ".password-store/*",
    # credentials of tools
    ".netrc", "_netrc", ".npmrc", ".yarnrc", ".pypirc", ".pgpass", "pgpass.conf", ".my.cnf", ".mylogin.cnf",
    ".git-credentials", ".gitcookies",
    ".htpasswd", ".dockercfg", ".docker/config.json", ".s3cfg", ".boto", ".vault-token", ".vault_pass*",
    ".terraformrc", "terraform.rc",
    "credentials", "credentials.*", "*credentials.json", "*-credentials.*", "client_secret*.json",
    "client-secret*.json",
    "*service-account*.json", "*service_account*.json", "*serviceaccount*.json",
    "application_default_credentials.json",
    "accesstokens.json", "azureprofile.json", "kubeconfig", "*.kubeconfig", "kubeconfig.*", "rclone.conf",
    "auth.json",
    ".aws/credentials", ".aws/config", ".azure/*", ".kube/config", ".docker/config.json", ".config/gcloud/*",
    ".config/gh/hosts.yml", ".m2/settings.xml", ".m2/settings-security.xml", ".cargo/credentials*",
    ".gem/credentials",
    # state and histories that quote secrets
    "*.tfvars", "*.tfvars.json", "*.tfstate", "*.tfstate.*", ".bash_history", ".zsh_history", ".python_history",
    ".psql_history",
    ".mysql_history", ".rediscli_history", ".node_repl_history", ".sh_history", ".xauthority", "passwd-", "shadow",
    "shadow-", "gshadow",
)
# fmt: on


def _compile(pattern: str) -> re.Pattern[str]:
    """A pattern matches whole names, at any depth; one with a folder matches the end of the path."""
    return re.compile(r"(?:.*/)?" + re.escape(pattern).replace(r"\*", "[^/]*" if "/" not in pattern else ".*"))


_COMPILED = tuple((pattern, _compile(pattern)) for pattern in _PATTERNS)
