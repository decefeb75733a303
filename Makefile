# The chores. On a bare machine with Python 3.11+ and make: `make demo`, `make test`.
.DEFAULT_GOAL := help
.PHONY: help env demo test lint format types imports browser coverage lock shots snapshots bench bench-metrics bench-web mutants clean

BIN := .venv/bin
PORT ?= 8050
SERVE ?= 1
WORKERS ?= 2
ARGS ?=
export PYTHON UV SETUP
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

help:  ## list the chores
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-13s %s\n' "$$name" "$$what"; done

env:  ## make .venv from requirements.lock (nothing to do when it fits)
	@sh .ci/environment.sh

demo: env  ## sample logs to settled month, then the dashboard on 127.0.0.1:8050 (SERVE=0: stop before, PORT=n)
	$(BIN)/clausemeter demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: lint types imports browser  ## everything: lint, types, imports, then every test (ARGS="-k tier", WORKERS=n)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: env  ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: env  ## ruff: mend what it can, and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: env  ## mypy: strict where the money is
	$(BIN)/mypy

imports: env  ## import-linter: the floors of pipelines and app
	$(BIN)/lint-imports

browser: env  ## find a Chromium for the browser tests, or try to install one
	$(BIN)/python tests/browser/chromium.py

coverage: env  ## branch coverage of the pure floors
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not browser" --cov --cov-report=term-missing $(ARGS)

lock: env  ## resolve pyproject.toml anew into requirements.lock, for every Python and platform
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --fork-strategy fewest --upgrade \
		--generate-hashes --no-annotate --no-header --no-emit-index-url --quiet --output-file requirements.lock

shots: env browser  ## pictures of every page in both languages, into shots/
	$(BIN)/python -m tests.browser.shots shots $(if $(wildcard data/warehouse/statements),--home data/warehouse) $(ARGS)

snapshots: env  ## rewrite tests/snapshots; read the diff before you commit it
	$(BIN)/python -m pytest tests/snapshots --rewrite-snapshots

bench: env  ## ratios against named rivals, kept in tests/bench/results.json
	$(BIN)/python -m tests.bench $(ARGS)

bench-metrics: env  ## twenty indicators over a month of 10 million (ARGS=N), against SQL by hand, pandas and polars
	$(BIN)/python -m tests.bench.interactions $(ARGS)

bench-web: env browser  ## the web over ten million interactions, fifty readers (ARGS="1000000 --seconds 60")
	$(BIN)/python -m tests.bench.web $(ARGS)

mutants: env  ## what the tests notice: metrics' expressions, scoring, worktime changed bit by bit (ARGS=metrics, code)
	$(BIN)/python -m tests.mutation $(ARGS)

clean:  ## remove .venv and what tools left behind; data stays
	rm -rf .venv mutants .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage* build *.egg-info shots
	find app pipelines tests -name __pycache__ -type d -prune -exec rm -rf {} +
