# make run   opens the chat (installs what it needs first)
# make test  installs everything, then checks and tests everything
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock

.PHONY: run test lint clean

run: $(VENV)/.core
	$(BIN)/python app.py

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest
	$(BIN)/python -m eval run
	$(BIN)/python -m eval gate

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: requirements-core.txt requirements.lock | $(VENV)/bin/python
	$(PIP) -r requirements-core.txt
	touch $@

$(VENV)/.dev: requirements-core.txt requirements.txt requirements-mcp.txt requirements-postgresql.txt requirements-milvus.txt requirements-ray.txt requirements-dev.txt requirements.lock | $(VENV)/bin/python
	$(PIP) -r requirements-dev.txt
	touch $@ $(VENV)/.core

clean:
	rm -rf $(VENV) index/g* index/manifest.json index/lock.sqlite
