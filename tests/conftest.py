"""The assistant over the five documents, opened once for all tests."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from rag.assistant import Assistant, open_assistant
from rag.config import Settings

# The same examples on every run and machine, however busy: a red test is a change in the code.
settings.register_profile("yinju", deadline=None, derandomize=True)
settings.load_profile("yinju")

DOCS = Path(__file__).parent.parent / "docs_src"


@pytest.fixture(scope="session")
def assistant(tmp_path_factory) -> Assistant:
    """An assistant over docs_src with an index of its own; tests do not change either."""
    return open_assistant(Settings(docs=DOCS, index=tmp_path_factory.mktemp("index")))


@pytest.fixture
def with_model(assistant):
    """Return a function from an endpoint's address to the same assistant answering with a model there."""

    def made(base_url: str, **options) -> Assistant:
        llm = replace(assistant.settings.llm, base_url=base_url, model="test", timeout=5.0, **options)
        return Assistant(replace(assistant.settings, llm=llm), assistant.index)

    return made
