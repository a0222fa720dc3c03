# Every target does its own set-up; all that a machine needs is Python 3.11+, make and git.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Recipes see what blockwork/environment.py lets through, and a choice only if it is made on make's command line.
override SHELL := tools/shell
$(foreach name,PYTHON STAGE PORT FORCE,$(if $(filter command,$(origin $(name))),,$(eval override undefine $(name))))
override export WITH_AWS :=
override export ALONE :=

RUN := .venv/.ready
DEV := .venv/.ready-dev
NODE := node_modules/.package-lock.json
COMMAND := .venv/bin/blockwork

# Installers say why they fail, so none is told to be silent; this says what to do then.
CANNOT_INSTALL = error: could not install $(or $(<:%=what % names),uv), the lines above say why. \
  Mend that (often a registry that does not answer, a proxy, a full disk), then run make again.

help:  ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(COMMAND)  ## Run the whole platform on this machine (PORT=4566)
	@python -m blockwork local up $(if $(PORT),--port "$(PORT)")

down: $(COMMAND)  ## Stop it and keep its state
	@python -m blockwork local down

clean: $(COMMAND)  ## Stop it and forget its state
	@python -m blockwork local clean

status: $(COMMAND)  ## Say whether it runs, where, and how much memory it takes
	@python -m blockwork local status

dev: $(COMMAND)  ## Run it, with each save in effect at once (PORT=4566)
	@python -m blockwork dev $(if $(PORT),--port "$(PORT)")

test: $(DEV) $(NODE)  ## Run every check and every test
	@python -m tools.verify all

test-unit: $(DEV) $(NODE)  ## Run the quick tests
	@python -m tools.verify unit

lint: $(DEV) $(NODE)  ## Check style, types and layers
	@python -m tools.verify lint

format: $(DEV)  ## Put the code into its form
	@ruff format . && ruff check --fix .

build: $(RUN) $(NODE)  ## Build the web app
	@npm run --loglevel=error build

synth: $(RUN) $(NODE)  ## Build the templates of every stage, or of one (STAGE=dev)
	@mkdir -p .local/home && HOME="$$PWD/.local/home" cdk synth --quiet --no-notices $(if $(STAGE),-c stage="$(STAGE)")

diff deploy verify: override export WITH_AWS := yes
diff: build  ## Show what a deployment would change (STAGE=dev)
	@cdk diff --no-notices -c stage="$(or $(STAGE),dev)"

deploy: build  ## Deploy a stage (STAGE=dev, FORCE=yes: no stack is skipped)
	@cdk synth --quiet --no-notices -c stage="$(or $(STAGE),dev)" -c deploying=true
	@python -m blockwork lift-protection cdk.out
	@cdk deploy --app cdk.out --all --no-notices $(if $(FORCE),--force)

verify: $(DEV)  ## Try a deployed stage, leave nothing behind (STAGE=dev)
	@python -m tools.verify_stage "$(or $(STAGE),dev)"

bench: $(DEV) $(NODE)  ## Measure synthesis, start-up, sizes, dev loop and website
	@python -m blockwork.bench -c stage=prod; first=$$?; python -m tests.browser.bench && exit $$first

bench-readings: $(DEV)  ## Measure the import of readings: speed, memory, write units
	@PYTHONPATH=lambda_src python -m tests.readings.bench

schemas: $(DEV) $(NODE)  ## Write the contracts of events and APIs to docs
	@python -m blockwork schemas docs/events
	@mkdir -p .local/home && HOME="$$PWD/.local/home" cdk synth --quiet --no-notices -c stage=dev --output .build/schemas && \
	  python -m blockwork openapi .build/schemas docs/openapi --stage Dev

guides: $(DEV)  ## Write AGENTS.md and llms.txt anew from the docstrings
	@python -m blockwork.new.guides

pictures: $(DEV) $(NODE)  ## Draw every state machine to docs/workflows
	@mkdir -p .local/home && HOME="$$PWD/.local/home" cdk synth --quiet --no-notices -c stage=dev --output .build/pictures && \
	  python -m blockwork workflows .build/pictures docs/workflows --stage Dev

lock: $(RUN)  ## Pin the newest versions that fit the .in files
	@for name in lambda_src/requirements lambda_src/vouchers/requirements-pdf \
	  constructs_lib/runtime/token_authorizer/requirements \
	  examples/orders/src/requirements examples/site/src/requirements \
	  blockwork/new/templates/app/lambda_src/requirements \
	  blockwork/local/emulator/requirements tests/e2e/stranger/requirements tests/target/requirements \
	  tests/packaging/requirements-oldest requirements requirements-dev; do \
	  uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --generate-hashes \
	    --output-file $$name.txt $$name.in || exit 1; \
	done

# One recipe is one line for the shell: two makes that begin at the same time set up what they share once.
.venv/bin/uv $(RUN) $(DEV) $(NODE): override export ALONE = $@ $<

.venv/bin/uv:
	@$(or $(PYTHON),python3) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("error: Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")' && \
	  echo "Setting up .venv" && $(or $(PYTHON),python3) -m venv .venv && \
	  awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.txt > .venv/uv.txt && \
	  { .venv/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --requirement .venv/uv.txt || { echo "$(CANNOT_INSTALL)" >&2; exit 1; }; }

$(RUN): requirements.txt | .venv/bin/uv
	@echo "Installing $<" && \
	  { uv pip install --quiet --python .venv --require-hashes --requirements $< || { echo "$(CANNOT_INSTALL)" >&2; exit 1; }; } && \
	  echo ../../../.. > "$$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/checkout.pth" && touch $@

# What the wheel's installation would write.
$(COMMAND): | $(RUN)
	@printf '%s\n' "#!$$PWD/.venv/bin/python" 'from blockwork.command.entry import main' 'main()' > $@.new && \
	  chmod +x $@.new && mv $@.new $@

$(DEV): requirements-dev.txt | $(RUN)
	@echo "Installing $<" && \
	  { uv pip install --quiet --python .venv --require-hashes --requirements $< || { echo "$(CANNOT_INSTALL)" >&2; exit 1; }; } && touch $@

$(NODE): package-lock.json | $(RUN)
	@echo "Installing $<" && { npm ci --loglevel=error || { echo "$(CANNOT_INSTALL)" >&2; exit 1; }; } && touch $@

.PHONY: help up down clean status dev test test-unit lint format build synth diff deploy verify bench bench-readings schemas guides pictures lock
