# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
EXTENSION := editors/vscode
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install dev demo test check pytest test-extension vsix test-vscode format docs bench clean

help:  ## Say what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

install: $(VENV)/.installed  ## Set up .venv with mlnc, mln and mln-lsp

dev: $(VENV)/.developed  ## The same with everything the tests need

$(VENV)/.installed: pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(PYTHON)" $(VENV) .
	@touch $@

$(VENV)/.developed: pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(PYTHON)" $(VENV) .[dev] "libvirt-python>=9"
	@touch $@ $(VENV)/.installed

demo: install  ## Check and compile a listing; then boot two machines, let one reach the other, and remove them
	@sh tools/demo.sh "$(abspath $(BIN))"

test: check pytest test-extension  ## Everything CI runs: style, types, layers, tests

check: dev  ## Style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

pytest: dev  ## The tests alone
	$(BIN)/pytest -n 2

test-extension:  ## The light tests of the extension for VS Code; needs Node.js with npm
	sh $(EXTENSION)/tools/test.sh

vsix: dev  ## Pack the extension for VS Code, with the server inside: dist/mln-<version>.vsix
	sh $(EXTENSION)/tools/pack.sh "$(abspath $(BIN)/python)" dist

test-vscode: vsix  ## The extension in a real VS Code, in Chromium; makes docs/images/vscode-*.png (700 MB, minutes)
	sh $(EXTENSION)/e2e/setup.sh "$(CURDIR)/.cache/vscode-e2e" "$(abspath $(BIN)/python)"
	sh $(EXTENSION)/e2e/run.sh "$(CURDIR)/.cache/vscode-e2e" dist/mln-*.vsix docs/images

format: dev  ## Put the sources into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: dev  ## Generate docs/reference from the tables
	$(BIN)/mlnc docs keywords > docs/reference/keywords.md
	$(BIN)/mlnc docs diagnostics > docs/reference/diagnostics.md
	$(BIN)/mlnc docs capabilities > docs/reference/capabilities.md
	$(BIN)/mlnc docs ir-schema > docs/reference/ir.schema.json
	$(BIN)/mlnc docs tmlanguage > editors/vscode/syntaxes/mln.tmLanguage.json
	$(BIN)/mlnc docs tmlanguage-conf > editors/vscode/syntaxes/mln-conf.tmLanguage.json
	$(BIN)/mlnc docs vim-syntax > editors/nvim/syntax/mln.vim

bench: dev  ## Measure speed and memory, beside the original's figures and netlab's
	$(BIN)/python bench/compile_speed.py
	$(BIN)/python bench/check_speed.py
	$(BIN)/python bench/mln_speed.py

clean:  ## Remove what was built
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
