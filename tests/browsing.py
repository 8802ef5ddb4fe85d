"""The page in a real Chromium: a user who visits it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect
from web_server import ROOT

SCREENS = ROOT / ".screens"
"""Where a picture of each page is kept as it was at the end of its test."""
PAUSE = 0.4
"""Seconds that the assistant of the tests takes over a sentence."""
WIDTHS = (1280, 390)
laptop_and_phone = pytest.mark.parametrize("visit", WIDTHS, indirect=True)
"""For what lies or moves differently on a narrow screen; what is said and done is the same on both."""
expect.set_options(timeout=60_000)  # a machine under load is slow, and no test is about that
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Visit:
    """One user's page, with all it asked for and all its console said."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.hosts: set[str | None] = set()
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)
        expect(self.box).to_be_visible()
        # What the server says as the page opens is there: from now on it listens.
        expect(self.page.locator(".yj-overview-list")).to_have_count(1)

    @property
    def narrow(self) -> bool:
        """Whether the source comes over the page, as on a phone."""
        size = self.page.viewport_size
        return size is not None and size["width"] < 860

    @property
    def box(self) -> Locator:
        return self.page.get_by_placeholder("输入问题")

    @property
    def answer(self) -> Locator:
        return self.page.locator(".yj-answer").last

    @property
    def panel(self) -> Locator:
        return self.page.locator(".block.yj-panel:visible")

    @property
    def told(self) -> Locator:
        """The line beside the tools in which the page says what it has done."""
        return self.page.locator(".yj-toast")

    def ask(self, question: str) -> None:
        """Ask as one does who sees that the box has not taken the question: by Enter, and Enter again.

        Gradio lets go of an Enter that comes within milliseconds of another event, as no hand types.
        """
        self.box.fill(question)
        for _ in range(3):
            self.box.press("Enter")
            try:
                expect(self.box).not_to_have_value(question, timeout=4_000)
            except AssertionError:
                continue
            return

    def press(self, name: str, turn: int = -1) -> None:
        """Press a button of that name: the last on the page, or that of a turn, from 0."""
        found = self.page.get_by_role("button", name=name, exact=True)
        (found.last if turn < 0 else found.nth(turn)).click()

    def back(self) -> None:
        """Leave the source where it lies over the page."""
        if self.narrow:
            self.panel.get_by_text("返回").click()

    def check(self) -> None:
        assert self.hosts == {"127.0.0.1"}
        assert self.complaints == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    def picture(self, name: str) -> None:
        """Keep a picture of the page as it is."""
        SCREENS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENS / (re.sub(r"[^\w.-]+", "-", name) + ".png"))


def enter(
    visits: list[Visit], browser: Browser, address: str, width: int = 1280, scheme: str = "light"
) -> Visit:
    """Open the page as a new user; the visit is checked at the end of the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        locale="zh-CN",
        color_scheme="dark" if scheme == "dark" else "light",
        permissions=["clipboard-read", "clipboard-write"],
    )
    visits.append(Visit(context, address))
    return visits[-1]


def assert_marked(visit: Visit, quote: str) -> None:
    """The panel shows exactly the quote marked, where the reader sees it and nothing covers it."""
    mark = visit.panel.locator("mark")
    expect(mark).to_have_text(quote)
    expect(mark).to_be_in_viewport(ratio=1)
    expect(visit.panel.locator(".yj-header")).to_be_in_viewport()
    visit.page.wait_for_function(
        """() => {
          const mark = [...document.querySelectorAll("mark")].find((mark) => mark.offsetParent);
          const box = mark.getClientRects()[0];
          return mark.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
        }"""
    )


def contrast(one: Locator, its: str, other: Locator, others: str) -> float:
    """The contrast of two colours as WCAG defines it: (L1 + 0.05) / (L2 + 0.05), the lighter above."""
    first, second = luminance(one, its), luminance(other, others)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def luminance(locator: Locator, property_name: str) -> float:
    colour = locator.evaluate("(element, name) => getComputedStyle(element)[name]", property_name)
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
