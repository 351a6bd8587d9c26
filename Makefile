# One task runner; CI calls the same targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: install check test fix bench lock clean

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
