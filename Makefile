# Two commands matter: `make demo` and `make test`. Each sets up all it needs in .venv.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
FUZZ_ARGS ?= --seconds 600
# Hundreds of processes start here; each would compile all that it imports, and pytest rewrite it, once more.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# uv takes a tenth of the time; pip knows indexes that uv was not told of.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python $(1) || $(PIP) install $(1)

.PHONY: demo test test-slow test-soak test-peers fuzz lint docs docs-check bench clean

demo: $(VENV)/demo
	$(BIN)/sogni image --network devnet "a cat wearing a hat" -o cat.png --overwrite

# Two processes a core; files stay together, since their tests share what is slow to start.
test: $(VENV)/dev
	$(BIN)/python -m pytest -q -m "not slow" -n auto --dist loadfile

test-slow: $(VENV)/dev
	$(BIN)/python -m pytest -q -m "slow and not peers and not soak" -n auto --dist loadfile

# About a minute; SOGNI_SOAK_SEED chooses when what goes wrong.
test-soak: $(VENV)/dev
	$(BIN)/python -m pytest -q -s -m soak tests/soak

# atheris is there for few Pythons; where it is not, the program says so and fuzzes nothing.
fuzz: $(VENV)/dev
	@$(PIP) install --only-binary :all: atheris==3.0.0 2>/dev/null || true
	$(BIN)/python tests/fuzz/run.py $(FUZZ_ARGS)

# The official SDKs, from their registries, in .cache/peers; the JavaScript one needs node.
test-peers: $(VENV)/dev
	$(BIN)/python -m pytest -q -m peers tests/peers

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy -p sogni_devnet -p sogni_gen -p sogni_multiangle -p sogni_photobooth -p sogni_video -p sogni_flipbook -p sogni_house_policy -p sogni_postcard -p sogni_shell -p tools
	$(BIN)/mypy tests/type_check/public_api.py
	$(BIN)/mypy --explicit-package-bases tests/conftest.py tests/integration $(addprefix tests/unit/,journal media network protocol settings)
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/dev
	$(BIN)/python -m tools.generate

docs-check: $(VENV)/dev
	$(BIN)/python -m tools.generate --check
	$(BIN)/python -m tools.links

bench: $(VENV)/dev
	$(BIN)/python -m bench $(BENCH_ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist .cache cat.png

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt uv || true
	@touch $@

$(VENV)/demo: $(VENV)/python pyproject.toml plugins/devnet/pyproject.toml plugins/gen/pyproject.toml constraints.txt
	$(call install,-c constraints.txt -e . -e plugins/devnet -e plugins/gen)
	@touch $@

$(VENV)/dev: $(VENV)/python pyproject.toml plugins/devnet/pyproject.toml plugins/gen/pyproject.toml plugins/multiangle/pyproject.toml plugins/photobooth/pyproject.toml plugins/video/pyproject.toml constraints.txt requirements-dev.txt
	$(call install,-c constraints.txt -r requirements-dev.txt)
	@touch $@
