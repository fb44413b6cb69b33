# `make help` lists what there is.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
# Hundreds of processes load the same modules, and each would compile them anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3.11
SCENARIO ?= sandbox/scenarios/jamundi-2026-01
OUT ?= build/demo
UV := .venv/bin/uv
UV_VERSION := 0.13.9
INSTALLED := .venv/installed
RUN := .venv/bin/python
# Half of all files are of services of OCI that nobody here asks, a cluster's client, and tests of libraries.
NEVER_LOADED := site-packages/oci/(?!(_vendor|auth|circuit_breaker|database|dns|identity|monitoring|object_storage|pagination|retry|usage_api|work_requests)/)\w+/|site-packages/kubernetes(_asyncio)?/|site-packages/.*/tests?/
LOCKS := requirements.txt sandbox/requirements.txt tests/requirements.txt
# What renders pages, starts a process or a server, or reads every word has tests that cost more than the rest together.
UNRENDERED := tests/unit $(foreach name,documents_* ordinary* defects_* spelling command sandbox_* signing*,--ignore-glob='*/test_$(name).py')
QUICK := $(UNRENDERED) $(foreach name,no_free_text quality sources_export_sheet sources_personal_data,--ignore-glob='*/test_$(name).py')

.PHONY: help demo up fault test test-fast test-whole check coverage lint format bench simulate golden lock defects words clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Close one month end to end (SCENARIO=folder, OUT=folder)
	$(RUN) -m sandbox.demo --scenario $(SCENARIO) --out $(OUT)

up: $(INSTALLED) ## The same, and stay up with the Airflow UI; begins with address and login
	$(RUN) -m sandbox.demo --scenario $(SCENARIO) --out $(OUT) --stay

fault: $(INSTALLED) ## While `make up` runs: plant a fault (FAULT=name; without it, a list)
	$(RUN) -m sandbox fault $(FAULT) --state $(OUT)/state

test: test-fast test-whole ## All tests, fast ones first

test-fast: $(INSTALLED) ## What is computed, read and printed, without a server
	nice -n 5 .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist worksteal tests/unit tests/golden tests/dags

test-whole: $(INSTALLED) ## What runs with PostgreSQL, S3, SMTP, OCI and Airflow
	.venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder tests/integration

check: lint $(INSTALLED) ## Before a commit: lint, and the quick tests of what reads, computes and keeps; a minute of CPU
	.venv/bin/python -m pytest -q $(QUICK)

coverage: $(INSTALLED) ## What the tests that render nothing reach of all but the documents: it must not become less
	.venv/bin/python -m coverage run -m pytest -q $(UNRENDERED)
	.venv/bin/python -m coverage report

lint: $(INSTALLED) ## Style, types, import rules, generated files
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/service-reports contract schema --check
	.venv/bin/service-reports reference --check
	$(RUN) -m tests.defects --check

format: $(INSTALLED) ## Rewrite the code in the project's style
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: $(INSTALLED) ## Speed, as ratios in one run (AIRFLOW=10,50,100: so many contracts through a real Airflow as well)
	$(RUN) -m tests.bench $(if $(AIRFLOW),--airflow $(AIRFLOW))

simulate: $(INSTALLED) ## A year in an hour: what grows (CONTRACTS=10,100,300 MONTHS=12 FULL=3)
	$(RUN) -m tests.simulation $(if $(CONTRACTS),--contracts $(CONTRACTS)) $(if $(MONTHS),--months $(MONTHS)) $(if $(FULL),--full $(FULL))

golden: $(INSTALLED) ## Write the goldens of the sample month anew
	UPDATE_GOLDEN=1 .venv/bin/python -m pytest -q tests/unit/test_documents_golden.py tests/unit/test_documents_changes.py -k look
	git --no-pager diff --stat tests/golden

lock: .venv/bin/uv ## Resolve requirements.in into requirements.txt, three times
	for lock in $(LOCKS); do
	  $(UV) pip compile --quiet --upgrade --python-version 3.11 --no-emit-index-url --generate-hashes --custom-compile-command "make lock" "$${lock%.txt}.in" --output-file "$$lock"
	done

defects: $(INSTALLED) ## Write docs/defects.md
	$(RUN) -m tests.defects

words: $(INSTALLED) ## Derive the words that masking keeps, from the lists of three libraries
	$(UV) pip install --quiet --target build/word_lists faker==40.63.0 pyspellchecker==0.9.1 simplemma==2.0.0
	PYTHONPATH=build/word_lists $(RUN) -m tests.word_lists

clean: ## Remove everything that was built, the environment too
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/uv:
	$(PYTHON) -m venv .venv || python3 -m venv .venv
	.venv/bin/python -c 'import sys; sys.exit("Python 3.11 is needed, this is " + sys.version.split()[0] if sys.version_info[:2] != (3, 11) else 0)'
	.venv/bin/python -m pip install --quiet uv==$(UV_VERSION)

$(INSTALLED): .venv/bin/uv $(LOCKS) pyproject.toml
	@echo "Installing the environment (about a minute with a warm cache)"
	$(UV) pip install --quiet $(foreach lock,$(LOCKS),--requirement $(lock))
	$(RUN) -m compileall -qq -j 0 -x '$(NEVER_LOADED)' .venv/lib || true
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
