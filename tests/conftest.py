"""What many tests share: the assistant over the five documents, and a browser at a page of made-up answers."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import ARGUMENTS, PAUSE, WIDTHS, Visit, enter
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from web_server import ROOT, fake_page

from rag.assistant import Assistant, open_assistant
from rag.config import Settings

# The same examples on every run and machine, however busy: a red test is a change in the code.
settings.register_profile("yinju", deadline=None, derandomize=True)
settings.load_profile("yinju")

DOCS = ROOT / "docs_src"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test in the browser be run again: server, browser and test share two cores, and an event can be lost.

    What is broken fails each time.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = [
        path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))
    ]
    if not found:
        pytest.fail(
            "the browser tests need Chromium and a Chinese font: apt-get install chromium fonts-noto-cjk"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve the page over `fake_assistant`; yield its address and the folder of what it keeps."""
    folder = tmp_path_factory.mktemp("server")
    with fake_page(folder, pause=PAUSE, rate=0) as address:
        yield address, folder / "data"


@pytest.fixture
def visits(request: pytest.FixtureRequest) -> Iterator[list[Visit]]:
    """Collect the visits of a test; each is checked, and pictured, at its end.

    The browser may have asked nothing of another machine, the console may show no error, and nothing may be
    wider than the window.
    """
    made: list[Visit] = []
    yield made
    for number, visit in enumerate(made, start=1):
        if not visit.page.is_closed():
            visit.picture(f"{request.node.name}-{number}")
            visit.check()
        visit.page.context.close()


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, visits: list[Visit], browser: Browser, server: tuple[str, Path]
) -> Visit:
    """Open the page on a laptop; with `laptop_and_phone`, on a phone as well."""
    return enter(visits, browser, server[0], width=getattr(request, "param", WIDTHS[0]))
