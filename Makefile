# Needs GNU make and a Python of 3.11 or later. Everything else comes into .venv, by the versions in uv.lock.

export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON := .venv/bin/python
export UV_PYTHON_DOWNLOADS := never
# A process starts in less than half the time where modules were compiled before, and tests start many.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PYTHON := $(BIN)/python
EVALUATION := $(wildcard services/reports/evaluation/*.py)
COMPILE := $(PYTHON) -m services.reports.board.kernels
SLOW := journeys faults firewall servers deploy cluster commands plans/api/test_examples.py tools/test_import_rules.py \
	tools/test_mutants.py tools/test_without_servers.py runtime/database/test_file_lock.py runtime/database/test_migrations.py \
	reports/board/test_same_answer.py reports/board/test_promised.py reports/consumers/test_on_tip_facts.py reports/usecases/test_alarm_laws.py tips/fuzz

# Through a whole service, or a database with much in it: run only for the service that is named.
THROUGH := plans/api reports/api reports/board reports/consumers reports/store referrals/api referrals/usecases tips/api tips/usecases \
	runtime/webhooks

.PHONY: help setup up up-cluster test test-fast check check-style check-types check-generated check-secrets generate bench soak mutants
.DEFAULT_GOAL := help

help: ## Say what there is to do
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r target purpose; do \
		printf '  make %-10s %s\n' "$$target" "$$purpose"; done

setup: .venv/.setup ## Install everything that developing needs

up: .venv/.product ## Run the whole product in one process, with its data in var/ (LANHMANH_PORT, LANHMANH_DATA)
	@exec $(BIN)/lanhmanh up

up-cluster: .venv/.setup ## Run it as in production: PostgreSQL, Kafka, two replicas of each service, a process each
	@exec $(BIN)/lanhmanh up-cluster

test: .venv/.setup ## Run all tests, also on a real PostgreSQL and a real Apache Kafka
	@$(PYTHON) -m lanhmanh.cluster.jars || echo "The run goes on without it, and says so again at its end." >&2
	@$(PYTHON) -m tools.manifests.obtain || echo "The run goes on without them." >&2
	@$(PYTHON) -m tools.tool_cache libfaketime || echo "The run goes on without it." >&2
	@$(PYTHON) -m pytest -n 2

test-fast: .venv/.setup ## Run the tests that need no server, no process and no patience (AREA=tips: all such of one service)
	@LANHMANH_TEST_EXAMPLES=20 $(PYTHON) -m pytest -n 2 -q -p tests.servers.without tests/$(AREA) \
		$(SLOW:%=--ignore=tests/%) $(if $(AREA),,$(THROUGH:%=--ignore=tests/%))

check: .venv/.setup ## Check style, types, imports, generated files, manifests and secrets
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-style check-types check-generated check-secrets
	@echo "All checks passed."

check-style:
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-logo
	@$(PYTHON) -m tools.lint

check-types:
	@$(BIN)/mypy

check-generated:
	@$(PYTHON) -m tools.schemas --check
	@$(PYTHON) -m tools.openapi --check
	@$(PYTHON) -m tools.api_matrix --check
	@$(PYTHON) -m tools.config_docs --check
	@$(PYTHON) -m tools.manifests.alerts --check
	@$(PYTHON) -m tools.manifests

check-secrets:
	@git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline
	@$(BIN)/uv lock --check --quiet

generate: .venv/.setup ## Write all generated files anew
	@$(PYTHON) -m tools.schemas
	@$(PYTHON) -m tools.openapi
	@$(PYTHON) -m tools.api_matrix
	@$(PYTHON) -m tools.config_docs
	@$(PYTHON) -m tools.manifests.alerts

soak: .venv/.setup ## Run the long tests (AREA=kills, AREA=faults, AREA=tips, AREA=fuzz, AREA=evaluation; MINUTES=10 is the least of the faults)
ifeq ($(filter-out kills,$(AREA)),)
	@LANHMANH_TEST_KILLS=$(or $(KILLS),50) $(PYTHON) -m pytest -q --timeout=0 tests/faults/test_kill.py
endif
ifeq ($(filter-out evaluation,$(AREA)),)
	@LANHMANH_TEST_CASES=1000000 LANHMANH_TEST_EXAMPLES=3000 $(PYTHON) -m pytest -q --timeout=0 tests/reports/evaluation
endif
ifeq ($(filter-out tips,$(AREA)),)
	@$(PYTHON) -m lanhmanh.cluster.jars
	@LANHMANH_TEST_TIPS=$(or $(TIPS),200000) LANHMANH_TEST_TIP_KILLS=$(or $(KILLS),100) \
		$(PYTHON) -m pytest -q --timeout=0 tests/faults/test_tips.py
endif
ifeq ($(filter-out fuzz,$(AREA)),)
	@LANHMANH_TEST_REQUESTS=$(or $(REQUESTS),20000) LANHMANH_TEST_SEED=$(or $(SEED),$$(date +%s)) \
		$(PYTHON) -m pytest -q --timeout=0 tests/tips/fuzz
endif
ifeq ($(filter-out faults,$(AREA)),)
	@$(PYTHON) -m lanhmanh.cluster.jars
	@$(PYTHON) -m tools.tool_cache libfaketime
	@LANHMANH_TEST_FAULTS=10 LANHMANH_TEST_WRITES=100000 LANHMANH_TEST_MINUTES=$(or $(MINUTES),inf) \
		$(PYTHON) -m pytest -q --timeout=0 tests/faults/test_matrix.py
endif

mutants: .venv/.setup ## Break the guarantee in each of the ways of tests/mutants, and see that a test notices
	@$(PYTHON) -m tools.mutants $(NAMES)

bench: .venv/.bench ## Measure speed beside a baseline, and hold it to its bounds (AREA=evaluation, AREA=events, AREA=tips)
	@$(PYTHON) -m lanhmanh.cluster.jars
	@$(PYTHON) -m tools.tool_cache wrk libluajit-5.1-2
	@$(PYTHON) -m bench $(AREA)

# Stamps: a second run finds them newer than what they depend on, and installs nothing.

.venv/.uv: tools/bootstrap.sh uv.lock
	@sh tools/bootstrap.sh
	@touch $@

.venv/.product: .venv/.uv pyproject.toml $(EVALUATION)
	@$(BIN)/uv sync --quiet --frozen --inexact --no-default-groups --group tool
	@$(COMPILE)
	@touch $@

.venv/.setup: .venv/.uv pyproject.toml $(EVALUATION)
	@$(BIN)/uv sync --quiet --frozen --inexact
	@$(COMPILE)
	@touch .venv/.product $@

.venv/.bench: .venv/.setup
	@$(BIN)/uv sync --quiet --frozen --inexact --group bench
	@touch $@
