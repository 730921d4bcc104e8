# make demo   sets everything up, then goes the whole way with the simulated camera, from shots to a table of methods
# make test   sets everything up, then checks the code and runs all tests
# make check  format, lint and types alone

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
SCRATCH := .build/typecheck

.PHONY: demo test check format clean

demo: $(READY)
	$(BIN)/nirecap demo demo

test: check
	$(BIN)/python -m pytest -n 3 --dist loadfile

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	rm -rf $(SCRATCH) build
	$(BIN)/pip install --quiet --no-deps --target $(SCRATCH) .
	cd $(SCRATCH) && $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/pyproject.toml --python-executable $(CURDIR)/$(BIN)/python -p nirecap

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .build build dist *.egg-info demo

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nirecap needs Python 3.11 or newer; try make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
