# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install dev demo test check pytest format docs bench clean

help:  ## Say what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

install: $(VENV)/.installed  ## Set up .venv with mlnc, mln and mln-lsp

dev: $(VENV)/.developed  ## The same with everything the tests need

$(VENV)/.installed: pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(PYTHON)" $(VENV) .
	@touch $@

$(VENV)/.developed: pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(PYTHON)" $(VENV) .[dev]
	@touch $@ $(VENV)/.installed

demo: install  ## Check and compile the article's first listing, and show what was written
	@echo '$$ mlnc check examples/ldaptest.mln'
	@$(BIN)/mlnc check examples/ldaptest.mln
	@echo '$$ mlnc compile examples/ldaptest.mln -o out --tree'
	@$(BIN)/mlnc compile examples/ldaptest.mln -o out --tree
	@echo '$$ mlnc explain host.ldapserver.memory examples/ldaptest.mln'
	@$(BIN)/mlnc explain host.ldapserver.memory examples/ldaptest.mln

test: check pytest  ## Everything CI runs: style, types, layers, tests

check: dev  ## Style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

pytest: dev  ## The tests alone
	$(BIN)/pytest -n 2

format: dev  ## Put the sources into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: dev  ## Generate docs/reference from the tables
	$(BIN)/mlnc docs keywords > docs/reference/keywords.md
	$(BIN)/mlnc docs diagnostics > docs/reference/diagnostics.md
	$(BIN)/mlnc docs capabilities > docs/reference/capabilities.md
	$(BIN)/mlnc docs ir-schema > docs/reference/ir.schema.json

bench: dev  ## Measure speed and memory, beside the original's figures
	$(BIN)/python bench/compile_speed.py

clean:  ## Remove what was built
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
