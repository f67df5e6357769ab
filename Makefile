# The commands of the project. `make setup` is run by the others and is instant when nothing changed.

UV_VERSION := 0.13.9
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,\
  $(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
PYTEST_ARGS ?=
BENCH_ARGS ?=
SOAK_ARGS ?=
FUZZ_BODIES ?= 100000
BIN := .venv/bin
STAMP := .venv/.shiftbot-$(UV_VERSION)

# An environment that is active in the caller's shell is not the one to fill.
unexport VIRTUAL_ENV
export UV_PYTHON_DOWNLOADS := never

# uv's own list of authorities does not know a company's proxy; the system's does, where there is one.
SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),--system-certs)

.PHONY: setup demo test lint bench soak eval screenshots fuzz audit
.DELETE_ON_ERROR:

setup: $(STAMP)
	@:

demo: $(STAMP)
	@$(BIN)/shiftbot demo

# One run for both majors: a test that asks for a database runs once on each, the others once.
test: $(STAMP)
	@SHIFTBOT_TEST_POSTGRES=16,18 $(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

# Twisted and shapeless requests to every webhook, other ones each time.
fuzz: $(STAMP)
	@FUZZ_BODIES=$(FUZZ_BODIES) $(BIN)/python -m pytest --show-capture=no --durations=5 tests/webhooks/test_any_body_is_answered.py

# Known vulnerabilities of what the lock names. It asks the PyPI's service, so it is no part of `make test`.
audit: $(STAMP)
	@$(BIN)/python -m tests.support.audit

# Numbers want an idle machine; it takes some minutes.
bench: $(STAMP)
	@$(BIN)/python -m tests.benchmarks $(BENCH_ARGS)

# Half an hour at 50 messages a second while processes are killed and the database is stopped; shorter: SOAK_ARGS="--seconds 60".
soak: $(STAMP)
	@$(BIN)/python -m tests.soak $(SOAK_ARGS)

# How well triage judges: the rules, and the model that ENABLE_LLM and OPENAI_... name.
eval: $(STAMP)
	@$(BIN)/python -m tests.eval

# The README's pictures, from the demo's play in a real browser.
screenshots: $(STAMP)
	@$(BIN)/python -m tests.support.screenshots docs/images

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

$(STAMP): pyproject.toml uv.lock Makefile
	@if [ -z "$(PYTHON)" ]; then \
	  echo "make: Python 3.11 or newer is needed and none was found; install it or name it: make PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi
	@if [ ! -x $(BIN)/python ] && ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  if command -v uv >/dev/null; then uv venv --quiet --seed --clear --python "$(PYTHON)" .venv; \
	  else echo "make: $(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; fi; \
	fi
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/uv --version 2>/dev/null | grep -q '^uv $(UV_VERSION)\b' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)' \
	  || { echo "make: uv $(UV_VERSION) could not be installed; is the package index reachable?" >&2; exit 1; }
	@echo "Installing the dependencies into .venv …"
	@$(BIN)/uv sync --quiet --locked --inexact $(SYSTEM_CERTS)
	@touch $@
