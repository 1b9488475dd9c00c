# Everything a developer or a newcomer types. Needs Python 3.11+, make and git; the rest
# is installed into .venv by the first target that needs it.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   := build/demo
CASES  ?= tests/edi/files

.DEFAULT_GOAL := help
.PHONY: help demo test check lint format samples samples-current docs pictures bench soak corpus clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(READY): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

demo: $(READY) ## play two nights on the samples, and show what came of them
	@$(BIN)/python -m samples.demo --folder $(DEMO)

test: $(READY) ## run all tests
	$(BIN)/python -m pytest -n auto

check: $(READY) lint ## lint, types, import directions, coverage
	$(BIN)/mypy
	$(BIN)/lint-imports setup.cfg
	$(BIN)/python -m pytest -n auto -m "not soak and not slow" --cov --cov-report=term:skip-covered --cov-fail-under=85

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## ruff: mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

samples: $(READY) ## make the files and answers of samples/ again from its encounters
	$(BIN)/python -m samples.make

samples-current: samples ## fail if samples/ is not what its encounters give
	git diff --exit-code --stat -- samples
	@test -z "$$(git status --porcelain -- samples)" || { git status --short -- samples; exit 1; }

docs: $(READY) ## write docs/rules.md from the rules
	$(BIN)/j3399 rules --format markdown > docs/rules.md

pictures: demo ## take the pictures of docs/pictures from the demonstration (needs chromium)
	$(BIN)/python -m tools.pictures $(DEMO)

bench: $(READY) ## speeds as ratios, side by side in one run
	$(BIN)/python -m tests.benchmarks.run

soak: $(READY) ## the long runs of the reliability list
	$(BIN)/python -m pytest -m soak -o addopts="--import-mode=importlib -ra -s"

corpus: $(READY) ## read every file below CASES=folder
	$(BIN)/python -m tests.corpus $(CASES)

clean: ## remove what was built; the .venv stays
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis htmlcov .coverage*
