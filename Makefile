# `make demo` and `make test` each work alone on a fresh Debian machine with Python 3.11, pip and make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help venv demo test lint browser web docs bench calibrate validate lock clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# One test process per core; another number: make test WORKERS=1
WORKERS ?= auto

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

venv: .venv/.installed ## Set up .venv with the locked packages and this project (the others do it too)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'ivigsim needs Python 3.11 or newer: make PYTHON=path/to/python3.11'; exit 2; }
	@# Debian keeps the pip for new environments in python3-venv; without it, the pip at hand fills the environment.
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null && $(PYTHON) -m venv .venv \
	  || $(PYTHON) -m venv --clear --without-pip .venv

PIP = $$($(BIN)/python -c 'import pip' 2>/dev/null && echo $(BIN)/python -m pip \
  || echo $(PYTHON) -m pip --python $(BIN)/python) --disable-pip-version-check

.venv/.locked: requirements.lock scripts/link_libpython.py | .venv/bin/python
	@echo 'Installing the locked packages into .venv (about a minute, once)'
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python scripts/link_libpython.py
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml src/ivigsim/_version.py
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/.installed ## Simulate 1,000 patients given IVIG 1 g/kg twice; table here, figure and files in demo/
	@rm -rf demo
	$(BIN)/ivigsim simulate "IVIG 1 g/kg daily x2" --population adult-chronic --patients 1000 --seed 1 --out demo
	@for figure in demo/*.png; do echo "The figure is $$figure"; done

test: lint browser ## Lint, check types, run every test
	$(BIN)/pytest -n $(WORKERS)

# The page is tested in Debian's chromium; where it is not and cannot be installed, those tests say so and are skipped.
browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo 'Installing chromium for the browser tests (a minute, once)'; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	      chromium fonts-dejavu-core >/dev/null; } || echo 'chromium could not be installed: browser tests are skipped'; \
	  else echo 'chromium is not installed: browser tests are skipped (Debian: apt-get install chromium)'; fi; }

web: .venv/.installed ## Serve the explorer at http://127.0.0.1:8000
	$(BIN)/ivigsim serve

lint: .venv/.installed ## Run ruff and mypy
	$(BIN)/ruff check
	$(BIN)/mypy

docs: .venv/.installed ## Build the documentation into docs/_build/html (needs no network)
	$(BIN)/sphinx-build -W --keep-going -n -b html docs docs/_build/html

bench: .venv/.installed ## Measure speed and memory (benchmarks/README.md)
	$(BIN)/python benchmarks/run.py

calibrate: .venv/.installed ## Estimate the parameters anew from published results (half an hour; goes on after a kill)
	$(BIN)/ivigsim calibrate --out build/calibration --write src/ivigsim

validate: .venv/.installed ## Simulate every published result as its trial (minutes); page in build/validation
	$(BIN)/ivigsim validate --out build/validation

# The versions in the lock file stay; newer ones: make lock UPGRADE=--upgrade
lock: .venv/bin/python ## Resolve requirements.lock anew from pyproject.toml
	@$(PIP) install --quiet --upgrade --target build/lock uv==0.13.8
	build/lock/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --generate-hashes --custom-compile-command 'make lock' --system-certs --quiet $(UPGRADE) -o requirements.lock

clean: ## Remove what the other targets made, .venv apart
	rm -rf build dist demo docs/_build docs/generated .mypy_cache .ruff_cache .pytest_cache .hypothesis
