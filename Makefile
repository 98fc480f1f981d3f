# Two commands do everything on a machine with Python 3.11+, git and make: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Behind what the machine has: the wheel of node serves where there is none.
# The versions that the suite was last run with, by Python; another Python, or `make test PINS=`, takes the newest.
PINS ?= $(wildcard .ci/pins-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])').txt)
PIP_INSTALL := -m pip install -q --disable-pip-version-check $(PINS:%=-c %)
export PATH := $(PATH):$(abspath $(BIN))

# What starts servers, databases and sandboxes runs by itself, so that nothing of one area reaches another.
AREAS := contract openapi gating egress perf migrations smoke rollout pricing onboarding
# What drives programs nobody here wrote: `make real`, after `bash tests/real/install`.
REAL := hooks real

.PHONY: demo test real bench lint types selfcheck wheel-test pins clean

$(VENV)/.installed: pyproject.toml $(PINS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --upgrade pip
	$(BIN)/python $(PIP_INSTALL) -e '.[all]' --group dev
	touch $@

demo: $(VENV)/.installed
	@$(BIN)/python examples/demo.py

test: $(VENV)/.installed
	$(BIN)/python -m pytest -q -n 2 $(TEST_OPTIONS) $(AREAS:%=--ignore=tests/%) $(REAL:%=--ignore=tests/%)
	set -e; for area in $(AREAS); do echo "== tests/$$area"; $(BIN)/python -m pytest -q -n 2 $(TEST_OPTIONS) tests/$$area; done

real: $(VENV)/.installed
	set -e; for area in $(REAL); do echo "== tests/$$area"; $(BIN)/python -m pytest -q -n 2 $(TEST_OPTIONS) tests/$$area; done

bench: $(VENV)/.installed
	$(BIN)/python -m tests.bench

lint: $(VENV)/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed
	$(BIN)/mypy

selfcheck: $(VENV)/.installed
	$(BIN)/letsbe selfcheck

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache

# The suite must work from a wheel too: data inside the package, nothing from the checkout.
wheel-test: $(VENV)/.installed
	rm -rf dist .venv-wheel
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/python -m pip install -q --disable-pip-version-check --upgrade pip
	.venv-wheel/bin/python $(PIP_INSTALL) "$$(echo dist/*.whl)[all]" --group dev
	mkdir -p .venv-wheel/run && rm -rf .venv-wheel/run/* && cp -r tests examples docs README.md CHANGELOG.md CONTRIBUTING.md pyproject.toml .pre-commit-hooks.yaml .venv-wheel/run/
	cd .venv-wheel/run && ../bin/python -m pytest -q -n 2 $(TEST_OPTIONS) $(AREAS:%=--ignore=tests/%) $(REAL:%=--ignore=tests/%)
	cd .venv-wheel/run && set -e; for area in $(AREAS); do echo "== tests/$$area"; ../bin/python -m pytest -q -n 2 $(TEST_OPTIONS) tests/$$area; done

# Take up what came out since: run the whole of .ci/run on it before it is committed.
pins:
	rm -rf .venv-pins && $(PYTHON) -m venv .venv-pins
	.venv-pins/bin/python -m pip install -q --disable-pip-version-check --upgrade pip
	.venv-pins/bin/python -m pip install -q --disable-pip-version-check -e '.[all]' --group dev
	.venv-pins/bin/python -m pip freeze --exclude-editable > .ci/pins-$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])').txt
	rm -rf .venv-pins

# The manifest's JSON Schema is made from the structs that read it.
schema: $(VENV)/.installed
	$(BIN)/letsbe schema > pytest_letsbe/letsbe.schema.json
