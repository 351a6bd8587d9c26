from __future__ import annotations

import re

import pytest

from lsp_router.context.secret_files import secret_file

SECRET = re.findall(
    r"\S+",
    """
.env .env.local .env.production prod.env app/.env config/.ENV .envrc /home/me/.ssh/config /home/me/.ssh/id_rsa
id_ed25519 server.pem tls/private.key cert.p12 store.jks release.keystore a.kdbx .netrc _netrc .npmrc .pypirc
.pgpass .git-credentials .htpasswd .aws/credentials /home/me/.aws/config .kube/config kubeconfig prod.kubeconfig
.docker/config.json credentials credentials.json config/credentials.yml.enc gcp-service-account.json
client_secret_123.json secrets.yml secrets.toml k8s/db-secret.yaml terraform.tfvars prod.auto.tfvars
terraform.tfstate terraform.tfstate.backup .vault-token .bash_history /home/me/.config/gcloud/creds.db
/home/me/.gnupg/secring.gpg /home/me/.m2/settings.xml C:\\Users\\me\\.ssh\\id_rsa Server.PEM
""",
)

ORDINARY = re.findall(
    r"\S+",
    """
.env.example .env.sample .env.template id_rsa.pub .ssh/known_hosts secrets.py credentials.py src/env.py key.ts
keys.go environment.yml monkey.json keyboard.md package-lock.json tokenizer.json settings.xml config.json README.md
Makefile auth.py password.rs .gitignore .editorconfig pyproject.toml certs.md api_key.ts secret_rules.py env/main.c
""",
)


@pytest.mark.parametrize("path", SECRET)
def test_files_that_hold_secrets_are_known_by_name(path):
    assert secret_file(path)


@pytest.mark.parametrize("path", ORDINARY)
def test_examples_and_code_are_not(path):
    assert secret_file(path) is None
