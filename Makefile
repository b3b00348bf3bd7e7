# Entrepot: `make run` needs Python 3.11 or newer and nothing else. Every target sets up what it needs, once.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3 python 2>/dev/null))
SERVE ?= 1
WORKERS ?= 2

BIN := .venv/bin
STAMPS := .venv/.stamps
export PYTHONUTF8 := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.PHONY: help setup run test check-code pytest bench soak lint format lock clean
help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

setup: $(STAMPS)/dev ## make .venv with everything, tests and checkers included

run: $(STAMPS)/run ## sample shop from files to decisions, then the web app on 127.0.0.1:8000 (SERVE=0: no server)
	@$(BIN)/entrepot demo $(if $(filter 0 no false,$(SERVE)),--no-serve)

test: $(STAMPS)/dev $(STAMPS)/system ## everything: style, floors, types, tests on SQLite and on PostgreSQL
	@status=0; for part in check-code pytest; do $(MAKE) --no-print-directory $$part || status=1; done; exit $$status

lint: $(STAMPS)/dev ## style, import contracts and types
	@$(MAKE) --no-print-directory check-code

format: $(STAMPS)/dev ## let ruff mend what it can
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

soak: $(STAMPS)/dev $(STAMPS)/system ## the tests marked soak with many more steps, kills and examples
	ENTREPOT_SOAK=1 $(BIN)/pytest -n $(WORKERS) -m soak -o faulthandler_timeout=0

bench: $(STAMPS)/dev ## every benchmark; each prints one JSON line last
	$(BIN)/python tools/run_benchmarks.py

lock: ## resolve requirements/*.lock anew from pyproject.toml (needs uv)
	tools/lock.sh

clean: ## remove .venv, build products and caches
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# Every part runs even where one before it failed, so that one report shows all that is wrong.
check-code:
	@status=0; for check in "ruff check ." "ruff format --check --quiet ." "lint-imports --no-logo" pyright; do \
		echo "$$check"; $(BIN)/$$check || status=1; \
	done; exit $$status

# The last line adds up both databases.
pytest:
	@mkdir -p build; rm -f build/tests-*.xml; status=0; \
	$(BIN)/pytest -n $(WORKERS) --junitxml=build/tests-sqlite.xml || status=1; \
	$(BIN)/python -m tests.run_on_postgresql -n $(WORKERS) --junitxml=build/tests-postgresql.xml || status=1; \
	$(BIN)/python tools/closing_line.py build/tests-sqlite.xml build/tests-postgresql.xml || status=1; \
	exit $$status

# The stamps make a second call instant; a changed lock or project file runs its step again.
$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed, found $$("$(PYTHON)" --version); say which: make PYTHON=..."; exit 1; }
	test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv requirements/run.lock pyproject.toml
	tools/install.sh requirements/run.lock
	@touch $@

$(STAMPS)/dev: $(STAMPS)/venv requirements/dev.lock pyproject.toml
	tools/install.sh requirements/dev.lock
	@touch $@ $(STAMPS)/run

$(STAMPS)/system: $(STAMPS)/venv tools/system_packages.sh
	tools/system_packages.sh
	@touch $@
