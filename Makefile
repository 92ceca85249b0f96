# Every target is listed by `make help`. The work is done by the scripts in tools/.
.POSIX:
.PHONY: help setup demo test check fmt lab bench pin clean

PYTHON_IN_VENV = .venv/bin/python
# Arguments for pytest: make test ARGS="tests/packaging -x"
ARGS =

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile

setup: ## Make .venv with everything in it; does nothing when up to date
	@sh tools/setup.sh

demo: setup ## Start JupyterLab and train a model on the pool (ONCE=1: stop afterwards)
	@exec $(PYTHON_IN_VENV) tools/demo.py

test: setup ## Run all tests
	@sh tools/test.sh $(ARGS)

check: setup ## Run all linters, type checkers and import rules
	@sh tools/check.sh

fmt: setup ## Put the code into the house style
	$(PYTHON_IN_VENV) -m ruff check --fix-only --quiet .
	$(PYTHON_IN_VENV) -m ruff format --quiet .
	$(PYTHON_IN_VENV) hatch_build.py format

lab: setup ## Start JupyterLab with Labpool, apart from your own settings
	@exec $(PYTHON_IN_VENV) tools/lab.py

bench: setup ## Run the benchmarks
	@sh tools/bench.sh $(ARGS)

pin: setup ## Renew constraints.txt from a fresh install of the newest versions
	@$(PYTHON_IN_VENV) tools/pin.py

clean: ## Remove all that these targets made
	rm -rf .venv .bench .stamps .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf labext/node_modules labext/.yarn labext/lib dist build
	rm -rf server_ext/labpool_server/labextension kernel_tools/labpool/client/widgets/static
