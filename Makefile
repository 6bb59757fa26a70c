# Every target sets up what it needs by itself: a fresh machine has Python 3.11+, make, and this file.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup story demo screenshots run test bench check lock

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment from the locked requirements

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked requirements, a minute or so the first time…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip check --quiet
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

story: $(READY) ## Play the main job on the built-in sandbox and print what people see
	@$(BIN)/python -m bot story

PORT ?= 4000

demo: $(READY) ## Open a pretend workspace in the browser, with a few weeks of data (PORT=4000)
	@$(BIN)/python -m bot demo --port $(PORT)

screenshots: $(READY) ## Take the documentation's pictures anew, with headless Chromium
	@$(BIN)/python -m tests.browser.pictures

run: $(READY) ## Start the bot with the settings of .env (see README)
	@$(BIN)/python -m bot run

test: $(READY) ## Run every test, on SQLite and on PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term

bench: $(READY) ## Measure a refresh of 100,000 entries, and what else has to be quick, against its targets
	@$(BIN)/python -m benchmarks

check: $(READY) ## Lint, types, import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

lock: $(READY) ## Lock the requirements anew, with hashes and without hosts
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet \
		--constraint requirements.lock --output-file requirements-dev.lock
