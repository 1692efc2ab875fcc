# Four verbs: install, check, test, demo. Each makes what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt

# Measured coverage of a whole run is printed at the end of `make test`.
.PHONY: install check test demo clean

install: $(STAMP)

# PyTorch comes first and alone: its own index has the CPU build, which spares Linux users 3 GB of
# CUDA packages; where that index cannot be reached, pip takes what its other sources have.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; run: make PYTHON=python3.11 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) (a few minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --retries 0 --timeout 10 --extra-index-url https://download.pytorch.org/whl/cpu torch==2.13.0
	@$(PIP) --editable '.[dev]'
	@touch $@

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/python -m pytest --cov --cov-report=term

demo: $(STAMP)
	@$(BIN)/stillhouse build quickstart
	@echo "(first, once in a shell: source $(BIN)/activate)"

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info
