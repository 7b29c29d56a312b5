# `make` alone prints this help: every target with a ## line.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
WORKERS ?= 4# on two cores, too: tests wait for servers more than they compute

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench bench-console screenshots previews chaos chaos-rescue fund-bench fund-flips fund-flips-postgresql evaluate risk-curve mutate handbook clean constraints dashboards dashboards-types compose-init compose-test docs asyncapi client prometheus

help: ## Print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## Everything the project needs: system packages (as root), .venv with pinned packages

$(STAMP): pyproject.toml constraints.txt scripts/system-packages
	@scripts/system-packages
	@test -n "$(PYTHON)" || { echo "make setup needs Python 3.11 or newer" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,demo,docs,grafana,pg]'
	@touch $@

run: $(STAMP) ## The demo: simulated lifts and a page at http://127.0.0.1:8080/
	@exec $(BIN)/liftwatch demo

# tests start hundreds of processes of ours: compiled code is kept whatever the environment says
test: lint ## Lint, strict types, import rules, doctests and tests
	@folder=$$(scripts/test-folder) && trap 'rm -rf $$folder' EXIT INT TERM && \
	  TMPDIR=$$folder PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(STAMP) ## Style, strict types, import rules, and what is installed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/dependencies.py

bench: $(STAMP) ## Measure beside a bare subscriber on the same broker, in one run
	@$(BIN)/python -m bench.table

bench-console: $(STAMP) ## The console in Chromium over 10 000 lifts, with 50 changes a second (BENCH_CONSOLE_*)
	@$(BIN)/python -m bench.console

screenshots: $(STAMP) ## Pictures of every page of the console into docs/console, from a demo of its own
	@$(BIN)/python -m scripts.screenshots

chaos: $(STAMP) ## Break everything at random for CHAOS_S seconds (600), with SEED, and count
	@$(BIN)/python -m bench.chaos

chaos-rescue: $(STAMP) ## Kill what tells the rescue platform of CHAOS_INCIDENTS (1000), with SEED, and count
	@$(BIN)/python -m bench.chaos_rescue

fund-bench: $(STAMP) ## How long the fund's books take to verify (ENTRIES, 100000), and draws at once
	@$(BIN)/python -m bench.fund

fund-flips: $(STAMP) ## Flip bytes of a database (FLIPS, 1000), with SEED: verify must find each
	@$(BIN)/python -m bench.fund_flips

fund-flips-postgresql: $(STAMP) ## The same in a PostgreSQL cluster of its own (FLIPS, 100), with and without checksums
	@$(BIN)/python -m bench.fund_flips_postgresql

evaluate: $(STAMP) ## How good the detectors are, on lifts whose truth is known (EVAL_LIFTS, EVAL_DAYS)
	@$(BIN)/python -m bench.evaluate

risk-curve: $(STAMP) ## Whether the lifts that the risk score ranks worst fail more, into docs/risk.md (minutes)
	@$(BIN)/python -m bench.risk_curve --write

handbook: $(STAMP) ## Write docs/detectors.md, incidents.md, runbooks.md, fund-cases.md and logs.md anew from the code
	@$(BIN)/python -m detectors.handbook > docs/detectors.new
	@mv docs/detectors.new docs/detectors.md
	@$(BIN)/python -m liftwatch.incidents.handbook incidents > docs/incidents.new
	@mv docs/incidents.new docs/incidents.md
	@$(BIN)/python -m liftwatch.incidents.handbook runbooks > docs/runbooks.new
	@mv docs/runbooks.new docs/runbooks.md
	@$(BIN)/python -m liftwatch.fund.handbook > docs/fund-cases.new
	@mv docs/fund-cases.new docs/fund-cases.md
	@$(BIN)/python -m scripts.log_events > docs/logs.new
	@mv docs/logs.new docs/logs.md

asyncapi: $(STAMP) ## Write docs/asyncapi.json anew from the message types, and have AsyncAPI's parser check it (npm)
	@$(BIN)/python -m scripts.asyncapi

client: $(STAMP) ## A Python client generated from /openapi.json, into build/client (examples/on_duty.py uses it)
	@$(BIN)/python -m scripts.client

prometheus: ## Check and try the alert rules of deploy/prometheus (promtool)
	@scripts/prometheus

docs: $(STAMP) ## The documents as a site, strictly, into build/site (SERVE=1: at http://127.0.0.1:8000/)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs $(if $(SERVE),serve --open,build)
	@echo build/site/index.html

dashboards: $(STAMP) ## Write dashboards/json and dashboards/provisioning anew from the code
	@$(BIN)/liftwatch dashboards build

dashboards-types: $(STAMP) ## Hold every dashboard against Grafana's own types (npm, tsc --strict)
	@$(BIN)/python -m scripts.grafana_types

previews: $(STAMP) ## Pictures of all dashboards into docs/dashboards, drawn by the console's charts (PREVIEW_DAYS)
	@$(BIN)/python -m bench.previews

compose-init: ## The secrets that docker-compose.yml needs, into ./secrets, once (LIFT_NAMES)
	@scripts/compose-init

compose-test: $(STAMP) ## docker-compose.yml for real, with stand-ins; each container away in turn, and counted
	@scripts/system-packages docker.io iptables debootstrap
	@$(BIN)/python -m bench.compose

mutate: $(STAMP) ## Break the main comparison of every rule in turn: a test must fail each time
	@$(BIN)/python -m bench.mutation

constraints: $(STAMP) ## Write constraints.txt anew from what is installed
	@$(BIN)/python -m pip freeze --disable-pip-version-check --exclude-editable | grep -E '^[A-Za-z0-9._-]+==' | LC_ALL=C sort -f > constraints.new
	@mv constraints.new constraints.txt

clean: ## Remove the environment, caches and what was built
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
