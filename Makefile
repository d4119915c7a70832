PYTHON ?= python3
PIP_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PYTEST := OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest
PARALLEL := -n auto
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet $(PIP_ARGS) -c constraints.txt

.PHONY: chat test test-unit test-slow lint format clean

chat: $(VENV)/.installed  ## Install if need be, then open a chat
	@$(BIN)/convotui chat $(ARGS)

test: $(VENV)/.installed-dev  ## Unit tests, screens, then tests on the real embedded model
	$(PYTEST) $(PARALLEL) -m "not screen and not real and not slow"
	$(PYTEST) $(PARALLEL) -m "screen and not real and not slow"
	$(PYTEST) -m "real and not slow"

test-unit: $(VENV)/.installed-dev  ## Unit tests only
	$(PYTEST) $(PARALLEL) -m "not screen and not real and not slow"

test-slow: $(VENV)/.installed-dev  ## Kill loops and other proofs that take minutes
	$(PYTEST) -m slow

lint: $(VENV)/.installed-dev  ## Format check, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing ConvoTUI into $(VENV) ..."
	$(INSTALL) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing ConvoTUI and its test tools into $(VENV) ..."
	$(INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.installed
