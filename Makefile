# One task runner; CI calls the same targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: install check test editors e2e fix bench vsix gallery lock clean

install: $(BIN)/lsp-router ## an editable install with locked dependencies

$(BIN)/lsp-router: .ci/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -r .ci/requirements.txt
	$(BIN)/pip install -q --no-deps -e .
	@touch $@

check: install ## formatting, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install ## everything that must hold
	$(BIN)/pytest

editors: ## real editors for the end-to-end tests, below this folder (Chromium and tmux: with the system's packages)
	tests/e2e/install-vscode.sh
	tests/e2e/install-editors.sh .editors

e2e: install editors ## only the tests that drive editors; a missing one is a failure
	LSP_ROUTER_REQUIRE_E2E=1 $(BIN)/pytest tests/e2e tests/real

vsix: ## the VS Code extension with the server's wheel in it
	cd vscode-client && npm ci --ignore-scripts --no-audit --no-fund && npm run package

gallery: install editors ## the pictures of the README, taken anew
	LSP_ROUTER_GALLERY=1 $(BIN)/pytest tests/e2e/vscode
	$(BIN)/python -m tests.e2e.gallery editors/gallery

fix: install ## what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install ## ratios of one run: engine, decision, imports, classifier, simulation
	$(BIN)/python -m tests.bench.engine
	$(BIN)/python -m tests.bench.decision
	$(BIN)/python -m tests.bench.imports
	$(BIN)/python -m tests.bench.classify
	$(BIN)/python -m tests.bench.simulate
	$(BIN)/python -m tests.bench.completion

lock: ## refresh .ci/requirements.txt: versions and hashes, no addresses
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --upgrade -q -o .ci/requirements.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
