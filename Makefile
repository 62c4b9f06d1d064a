# Everything runs in a virtual environment of its own, .venv, so a system Python that refuses packages will do.
# `make PYTHON=/path/to/python3 ...` picks another interpreter.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# Each worker loads the compiled code once, which is what a worker costs; more than four do not pay.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4

.PHONY: help demo test test-slow lint format check bench bench-against docs-figures clean

help:
	@echo "make demo          install, then simulate two published networks and draw their spikes"
	@echo "make test          install, then run the fast tests"
	@echo "make check         formatting, lint, types, fast tests: what has to pass before a commit"
	@echo "make test-slow     the longer verification"
	@echo "make bench         all benchmarks; writes benchmarks/results/"
	@echo "make bench-against eventsim beside NEST, Brian2 and plain C, where they are installed (benchmarks/against/README.md)"
	@echo "make docs-figures  the figures of the documentation and the pages of the neuron models"
	@echo "make format        let ruff rewrite the sources"
	@echo "make clean         remove .venv and everything compiled"

demo: .venv/.plot
	$(BIN)/eventsim demo

test: .venv/.test warm
	$(PYTEST) -m "not slow"

test-slow: .venv/.test warm
	$(PYTEST) -m slow

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.bench
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.micro
	$(BIN)/python -m benchmarks.network
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.report

bench-against: .venv/.bench .venv/.plot
	$(BIN)/python -m benchmarks.against
	$(BIN)/python -m benchmarks.report
	$(BIN)/python docs/figures/speed.py

docs-figures: .venv/.dev
	for script in docs/figures/*.py; do $(BIN)/python $$script || exit 1; done
	for name in fi_curve three_regimes own_model memristive_digits; do $(BIN)/python examples/$$name.py --plot docs/figures/$$name.png || exit 1; done
	$(BIN)/python docs/models/build.py

clean:
	rm -rf .venv build eventsim.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Compiled code is kept on disk. Compiling it once before the workers start spares each of them doing it.
.PHONY: warm
warm: .venv/.test
	@echo "compiling (kept on disk, only after a change of the sources) ..."
	@for example in examples/*.py; do $(BIN)/python $$example > /dev/null || exit 1; done

# .venv/.test says that the extra "test" is installed, and so on; a change of pyproject.toml installs again.
.venv/.%: pyproject.toml | $(BIN)/pip
	@echo "installing eventsim[$*] into .venv ..."
	@$(PIP) --editable ".[$*]"
	@touch $@

# Debian splits ensurepip off into python3-venv: without it, the system's pip can still install into .venv.
$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "eventsim needs Python >= 3.11; name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv > .venv.log 2>&1 \
		|| { $(PYTHON) -m venv --without-pip --clear .venv && $(PYTHON) -m pip --python .venv/bin/python install -qq pip; } >> .venv.log 2>&1 \
		|| { cat .venv.log; rm -rf .venv .venv.log; echo "could not make .venv; on Debian: apt install python3-venv"; exit 1; }
	@rm -f .venv.log
