# Two commands matter to a newcomer: `make demo` and `make test`. `make help` lists the rest.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# Stamps instead of directories: their time says when a set-up last ended well, so an interrupted one is done again.
SETUP := $(VENV)/.set-up
FLINK := .venv-flink/.set-up
SPARK := .venv-spark/.set-up
TOOLS := .tools/.set-up
PEERS := $(VENV)/.peers
UV := .tools/bin/uv
PRISM := .tools/prism

# The first interpreter that is new enough and can make environments; name another with `make setup PYTHON=...`.
PYTHON ?=
PYTHONS := $(if $(PYTHON),$(PYTHON),python3 python3.12 python3.13 python3.11 python)
PYTHON_OK := import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
define PYTHON_MISSING
replay-signals needs Python 3.11, 3.12 or 3.13 with the venv module, and found none among: $(PYTHONS).
Install one (on Debian or Ubuntu: apt-get install python3 python3-venv) or name it: make setup PYTHON=/path/to/python3.12
endef
export PYTHON_MISSING

# uv must take the interpreter found above, and never fetch one of its own.
export UV_PYTHON_DOWNLOADS := never
# The cache may lie on another file system, where hard links fail with a warning for every package.
export UV_LINK_MODE ?= copy

.PHONY: help setup demo stack stack-down stream-demo chaos prism player test test-exhaustive test-stream test-fast check format accuracy impact bench lock clean

help: ## Print every target with what it does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: $(SETUP) ## Make .venv from the locked dependencies; the command is then .venv/bin/replay-signals

demo: $(SETUP) ## Backfill the recordings in examples/ into demo/warehouse, show the three worst problems, write a report
	@echo '$$ $(BIN)/replay-signals backfill examples --warehouse demo/warehouse --inbox demo/inbox --rules infra/demo-rules.toml'
	@$(BIN)/replay-signals backfill examples --warehouse demo/warehouse --inbox demo/inbox --rules infra/demo-rules.toml
	@echo
	@echo '$$ $(BIN)/replay-signals rank demo/warehouse --inbox demo/inbox --rules infra/demo-rules.toml --top 3'
	@$(BIN)/replay-signals rank demo/warehouse --inbox demo/inbox --rules infra/demo-rules.toml --top 3
	@echo
	@echo '$$ $(BIN)/replay-signals report demo/warehouse --recordings examples --output demo/report'
	@$(BIN)/replay-signals report demo/warehouse --recordings examples --output demo/report

stack: $(SETUP) $(FLINK) ## Start Kafka and a Flink cluster on this machine (needs Java 17)
	@$(BIN)/replay-signals stack up

stack-down: $(SETUP) ## Stop what `make stack` started
	@$(BIN)/replay-signals stack down

stream-demo: stack ## Play the examples in at 10x, watch the inbox fill, query the tables
	@$(BIN)/replay-signals stream --config infra/flink/demo.toml --warehouse demo/stream
	@$(BIN)/replay-signals replay examples --speed 10 & $(BIN)/replay-signals inbox follow --seconds 150; wait
	@$(BIN)/replay-signals sessions --warehouse demo/stream
	@$(BIN)/replay-signals signals --warehouse demo/stream
	@$(BIN)/replay-signals stream --config infra/flink/demo.toml --warehouse demo/stream --stop

CHAOS ?= --sessions 2000 --each 3
chaos: $(SETUP) $(FLINK) ## Kill every part of a running stream, and account for every message
	PYTHONPATH=tests $(BIN)/python tests/services/faults.py $(CHAOS)

prism: $(PRISM) ## Build Beam's portable runner Prism into .tools, for tests and `backfill --runner` (needs Go)

# What it builds is committed, so that nobody needs Node to use it. Versions are pinned by hash in package-lock.json.
player: ## Build the replay player of reports from npm (needs Node.js 20)
	cd infra/player && npm ci --ignore-scripts --no-audit --no-fund && npm run --silent build

JAVA_HERE := $(shell command -v java)
# REQUIRE_ALL=1 makes what could not run (no Java, no PostgreSQL, no Prism) a failure, after all that can run has run.
TESTS := not exhaustive
# One more than the least machine has cores: tests with engines wait for much of their time.
WORKERS := -n 3 --dist loadscope --no-loadscope-reorder
test: $(SETUP) $(if $(JAVA_HERE),$(FLINK) $(SPARK)) ## Run the tests; those of streaming start and end a Kafka and a Flink of their own
	$(BIN)/python -m pytest $(WORKERS) -m '$(TESTS)' --durations 15 $(if $(JAVA_HERE),,--ignore tests/services)
ifeq ($(JAVA_HERE),)
	@echo "Java 17 is not here: the streaming tests did not run." >&2
	@test -z "$(REQUIRE_ALL)"
endif

test-exhaustive: ## Run the tests that `make test` leaves out: one more moment of a kill, one more mode, and the like
	@$(MAKE) test TESTS=exhaustive

test-stream: $(SETUP) $(FLINK) $(SPARK) ## Run every streaming test, also those that kill processes (needs Java 17)
	$(BIN)/python -m pytest tests/services

test-fast: $(SETUP) ## Run the tests that need no engine and no child process
	$(BIN)/python -m pytest $(WORKERS) -m 'not slow'

check: $(SETUP) ## Check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(SETUP) ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

RECORDINGS ?=
DOCS ?=
accuracy: $(SETUP) ## Score labelled recordings (RECORDINGS=folders): recall, precision, lower bounds, misses and false alarms
	$(BIN)/python -m tests.accuracy.evaluate $(DOCS) $(RECORDINGS)

IMPACT ?=
impact: $(SETUP) ## Hold what is said of problems against a simulation's known truth, into docs/impact.md (about an hour)
	$(BIN)/python -m tests.impact.evaluate $(IMPACT)

bench: $(PEERS) ## Measure digest and judge beside their peers
	$(BIN)/python -m bench

# uv.lock names the index it was made from, so it stays local (.gitignore) and what is committed is exported from it:
# names, versions and hashes, valid with any index. One file for each of the two environments that cannot be one.
EXPORT := $(UV) export --quiet --frozen --no-emit-project --no-annotate --no-header
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
lock: $(TOOLS) ## Resolve the dependencies anew and write requirements/*.txt
	$(UV) lock --upgrade
	$(EXPORT) --no-dev -o requirements/core.txt
	$(EXPORT) --extra beam --extra kafka --extra postgres --extra sourcemaps --extra gate --extra analysis \
		--extra browser --extra agents -o requirements/beam.txt
	$(EXPORT) --extra flink --extra sourcemaps -o requirements/flink.txt
	$(COMPILE) requirements/bench.in -o requirements/bench.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) requirements/spark.in -o requirements/spark.txt
	$(COMPILE) requirements/uv.in -o requirements/uv.txt

clean: ## Remove the environment, caches and what the demo made
	@if [ -x $(BIN)/replay-signals ]; then $(BIN)/replay-signals stack down; fi
	rm -rf $(VENV) .venv-flink .venv-spark .stack .tools demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(TOOLS): requirements/uv.txt
	@python=; for p in $(PYTHONS); do if "$$p" -c '$(PYTHON_OK)' 2>/dev/null; then python=$$p; break; fi; done; \
	if [ -z "$$python" ]; then echo "$$PYTHON_MISSING" >&2; exit 1; fi; \
	echo "Setting up with $$("$$python" --version) ($$python)"; \
	"$$python" -m venv --clear .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# PyFlink's environment: it pins older versions of Beam and Arrow, so it cannot be the other one.
$(FLINK): $(TOOLS) requirements/flink.txt
	@$(UV) venv --quiet --allow-existing --python .tools/bin/python .venv-flink
	@$(UV) pip sync --quiet --python .venv-flink/bin/python --require-hashes requirements/flink.txt
	@touch $@

# Spark, to compare what it says of the views: for tests alone.
$(SPARK): $(TOOLS) requirements/spark.txt
	@$(UV) venv --quiet --allow-existing --python .tools/bin/python .venv-spark
	@$(UV) pip sync --quiet --python .venv-spark/bin/python --require-hashes requirements/spark.txt
	@touch $@

.venv-spark: $(SPARK)

# Every module by its hash in go.sum. After .tools, whose set-up clears the folder.
$(PRISM): infra/prism/go.mod infra/prism/go.sum | $(TOOLS)
	cd infra/prism && go build -mod=readonly -trimpath -buildvcs=false -ldflags='-s -w' -o $(abspath $@) \
		github.com/apache/beam/sdks/v2/go/cmd/prism

# The build backend is pinned by hash too (build constraints), else an install would run whatever is newest.
$(SETUP): $(TOOLS) requirements/beam.txt requirements/build.txt pyproject.toml
	@$(UV) venv --quiet --allow-existing --python .tools/bin/python $(VENV)
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/beam.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --build-constraints requirements/build.txt --editable .
	@touch $@
	@echo "Set up: $(BIN)/replay-signals"

# Apart from the set-up: nobody but the benchmark needs what it compares with.
$(PEERS): $(SETUP) requirements/bench.txt
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/bench.txt
	@touch $@
