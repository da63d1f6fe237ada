# CivicLoop: `make run` to try it, `make test` to check it, `make help` for the rest.

PYTHON_IN := .venv/bin/python
PYTEST := $(PYTHON_IN) -m pytest
OLDEST := 15
export DJANGO_SETTINGS_MODULE := civicloop.config.settings

.DEFAULT_GOAL := help
.PHONY: help run serve dev test lint types shape unit loops browser oldest shots messages lock clean setup setup-dev

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Set-up looks at a few sums and returns at once when nothing changed.  READY=yes leaves it out.
setup:
ifndef READY
	@bin/setup
endif

setup-dev:
ifndef READY
	@bin/setup dev
endif

run: setup ## a trial with the sample city: set up, start, print address and log-ins (Ctrl-C stops)
	@exec .venv/bin/civicloop run

serve: setup ## the same without sample data; settings in docs/deploy/settings.md
	@exec .venv/bin/civicloop serve

dev: setup-dev ## pages that follow every change of the code
	@$(PYTHON_IN) -c 'from civicloop.kernel import engine; engine.ensure_running()'
	@$(PYTHON_IN) -m django migrate --verbosity 0
	@CIVICLOOP_DEBUG=true exec $(PYTHON_IN) -m django runserver

test: setup-dev ## every check: lint, types, shape, unit, loops, browser; brings what it needs
	@bin/test

lint: setup-dev ## style of the code
	@$(PYTHON_IN) -m ruff check --quiet .
	@$(PYTHON_IN) -m ruff format --check --quiet .

types: setup-dev ## mypy, strict
	@$(PYTHON_IN) -m mypy --no-error-summary civicloop tests shots

shape: setup-dev ## the house: floors, rings, names, papers that must agree with the code
	@$(PYTHON_IN) -m tests.shape
	@$(PYTEST) -m shape tests/shape

unit: setup-dev ## what each part promises
	@$(PYTEST) -n auto -m 'not shape and not loops and not browser'

loops: setup-dev ## whole stories, from report to look-back
	@$(PYTEST) -n auto -m loops

browser: setup-dev ## the same stories walked in Chromium
	@$(PYTEST) -n auto -m browser

oldest: setup-dev ## kernel and stories on the oldest PostgreSQL that we support
	@if [ -x /usr/lib/postgresql/$(OLDEST)/bin/postgres ]; then \
		CIVICLOOP_TEST_PG=$(OLDEST) $(PYTEST) -n auto -m 'not shape and not browser' civicloop/kernel tests/loops; \
	else echo "  PostgreSQL $(OLDEST) is not installed here; left out"; fi

shots: setup-dev ## pictures of every page for every role into shots/out (beside a running `make run`)
	@$(PYTHON_IN) -m shots

messages: setup-dev ## collect new sentences into locale/en and say what is not translated (needs gettext)
	@$(PYTHON_IN) -m civicloop.config.messages

lock: setup-dev ## write the lock files anew from the *.in files and package.json
	@for name in requirements requirements-dev tools node; do \
		.venv/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate \
			--python-version 3.11 $$name.in --output-file $$name.lock; done
	@npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## remove what set-up made; data stay (see `civicloop engine status`)
	rm -rf .venv .node node_modules static/vendor .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
