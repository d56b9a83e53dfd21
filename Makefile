# Akson: `make run` starts the product, `make test` tests it. Python 3.11 is all they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP = .venv/bin/python -m pip --disable-pip-version-check install -q

.PHONY: help run test check bench faults lock clean messages sbom audit

help: ## What can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: .venv/.product ## Start the whole product on this machine: make run ARGS="--port 3000"
	@exec .venv/bin/akson up $(ARGS)

test: .venv/.test ## Run every test, in parallel; make test ARGS="tests/unit -x" is a plain pytest
	@tests/install-chromium
	.venv/bin/python -m pytest $(or $(ARGS),-n auto)

check: .venv/.test ## Lint, types and the house's own rules
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy kit core_record results_service journal_api citizen_panel portal cli dev benchmarks
	.venv/bin/lint-imports

bench: .venv/.test ## Measure, each figure beside its limit
	.venv/bin/python -m benchmarks $(ARGS)

faults: .venv/.test ## Kill -9 what runs, a hundred times under load, and count what is left
	.venv/bin/python -m tests.faults --rounds 100 $(ARGS)

messages: .venv/.test ## Write the test messages anew
	.venv/bin/python -m dev.generator --out tests/messages

lock: .venv/.product ## Resolve and lock the requirements, with hashes
	$(PIP) uv
	cd requirements && ../.venv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
	  --no-annotate --no-header product.in -o product.lock
	cd requirements && ../.venv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
	  --no-annotate --no-header -c product.lock test.in -o test.lock

sbom: .venv/.product ## Write the bill of materials (CycloneDX): build/sbom.cdx.json
	.venv/bin/python -m dev.supply sbom

audit: .venv/.product ## Ask the advisory database about every package; says so when it cannot
	.venv/bin/python -m dev.supply audit $(ARGS)

clean: ## Remove what was installed and built here (your data stays)
	rm -rf .venv .web build *.egg-info .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Python 3.11 is needed; found none. Set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.product: .venv/bin/python requirements/product.lock pyproject.toml
	@echo "Installing the product's packages (about a minute the first time) …"
	@$(PIP) --require-hashes -r requirements/product.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test: .venv/.product requirements/test.lock requirements/compose.lock
	@echo "Installing the tests' packages …"
	@$(PIP) --require-hashes -r requirements/test.lock
	@rm -rf .venv/compose && $(PIP) --no-deps --target .venv/compose --require-hashes -r requirements/compose.lock
	@touch $@
