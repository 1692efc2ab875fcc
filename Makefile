# Four verbs: install, check, test, demo. Each makes what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Most of 26,000 modules are never imported; those that are get compiled then.
PIP := $(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check -c constraints.txt

# What some tests talk to and no package brings, built or fetched once per user; without it they
# are skipped and say so.
CACHE := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/stillhouse
LLAMA := llama-cpp-python==0.3.36
AIMOCK := @copilotkit/aimock@1.43.0
AXE := axe-core@4.14.1
TRL := trl==1.16.0 accelerate==1.15.0

# Where bytecode is not kept, each of the processes that tests start compiles for seconds what it imports.
export PYTHONDONTWRITEBYTECODE =

# Coverage has a verb of its own: measuring it makes the tests a quarter slower.
.PHONY: install check test test-long coverage demo llama-server aimock axe trl clean

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

# Three at a time, since tests of servers and kills wait as long as they compute; each module in one
# process, so that what is made for a module is made once.
test: check
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# The quick start at its full size, kills and races that benchmarks repeat, a walk in a browser.
test-long: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m long

coverage: $(STAMP)
	$(BIN)/python -m pytest --cov --cov-report=term

demo: $(STAMP)
	@$(BIN)/stillhouse build quickstart
	@echo "(first, once in a shell: source $(BIN)/activate)"

llama-server: $(CACHE)/llama-server

# The engine's sources come with the sdist of its Python package. About seven minutes of one core;
# -O1 halves them, and the tests' model has next to nothing to compute.
$(CACHE)/llama-server: | $(STAMP)
	@echo "Building llama-server in $(CACHE) (a few minutes, once)"
	@rm -rf $(CACHE)/llama-src && mkdir -p $(CACHE)/llama-src
	@$(BIN)/python -m pip download -qq --disable-pip-version-check --no-deps \
		--no-binary llama-cpp-python --dest $(CACHE)/llama-src $(LLAMA)
	@tar -xzf $(CACHE)/llama-src/*.tar.gz -C $(CACHE)/llama-src --strip-components=1
	@cmake -S $(CACHE)/llama-src/vendor/llama.cpp -B $(CACHE)/llama-src/build \
		-DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS='-O1 -w' -DCMAKE_CXX_FLAGS='-O1 -w' -DBUILD_SHARED_LIBS=OFF \
		-DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DGGML_CUDA=OFF -DGGML_OPENMP=OFF \
		-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF > $(CACHE)/llama-src/log 2>&1
	@cmake --build $(CACHE)/llama-src/build --target llama-server -j 2 >> $(CACHE)/llama-src/log 2>&1
	@mv $(CACHE)/llama-src/build/bin/llama-server $@ && rm -rf $(CACHE)/llama-src

aimock: $(CACHE)/aimock/node_modules/@copilotkit/aimock/package.json

# It fails as it is told to, and needs node.
$(CACHE)/aimock/node_modules/@copilotkit/aimock/package.json:
	@mkdir -p $(CACHE)/aimock
	@npm install --silent --no-audit --no-fund --prefix $(CACHE)/aimock $(AIMOCK)

axe: $(CACHE)/axe/node_modules/axe-core/package.json

# It finds what keeps people from reading a page; npm brings it, and Chromium runs it.
$(CACHE)/axe/node_modules/axe-core/package.json:
	@mkdir -p $(CACHE)/axe
	@npm install --silent --no-audit --no-fund --prefix $(CACHE)/axe $(AXE)

trl: $(CACHE)/trl

# Two packages, apart from .venv: transformers loads accelerate wherever it finds it, and all else
# would run on it. What they need beside each other is in .venv.
$(CACHE)/trl: | $(STAMP)
	@rm -rf $@.part
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --target $@.part $(TRL)
	@mv $@.part $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info
