"""One person in a real Chromium: how soon the page can be used, and how soon an answer stands on the screen."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from bench.page.asking import PLACEHOLDER, Reply
from bench.page.reading import SPOKEN, said
from rag.errors import UsageError

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
_WATCH = """
([box, spoken]) => {
  const seen = (window.yinjuSeen = { asked: 0, first: 0, last: 0 });
  document.querySelector(`[placeholder="${box}"]`).addEventListener(
    "keydown", () => { seen.asked = performance.now(); }, { capture: true, once: true },
  );
  new MutationObserver(() => {
    if (!seen.asked || !document.querySelector(spoken)?.textContent) return;
    requestAnimationFrame(() => {
      seen.last = performance.now();
      seen.first ||= seen.last;
    });
  }).observe(document.querySelector(".yj-chat"), { childList: true, characterData: true, subtree: true });
}
"""
_SETTLED = 500
"""Milliseconds without a request after which the page counts as loaded."""
_QUIET = 1500
"""Milliseconds without a change of the conversation after which the answer counts as whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit with an empty cache: seconds until the page can be used, its requests, and one question's answer."""

    ready: float
    requests: int
    outside: int
    reply: Reply


def visits(address: str, questions: Sequence[str]) -> Iterator[Visit]:
    """Yield a visit for each question, each in a browser profile of its own.

    Raises:
        UsageError: there is no Chromium on this machine.
    """
    with _chromium() as browser:
        for question in questions:
            yield _visit(browser, address, question)


@contextmanager
def _chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = [path for name in names if (path := shutil.which(name))]
    if not found:
        raise UsageError("没有找到 Chromium；请安装，例如 apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=_ARGUMENTS)
        yield browser
        browser.close()


def _visit(browser: Browser, address: str, question: str) -> Visit:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    hosts: list[str | None] = []
    page.on("request", lambda request: hosts.append(urlsplit(request.url).hostname))
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    box = page.get_by_placeholder(PLACEHOLDER)
    box.fill(question)
    ready = time.perf_counter() - started
    requests = -1
    while requests != len(hosts):  # a page of Gradio keeps a connection open, so that it is never idle
        requests = len(hosts)
        page.wait_for_timeout(_SETTLED)
    page.evaluate(_WATCH, [PLACEHOLDER, SPOKEN])
    box.press("Enter")
    page.wait_for_function(
        "quiet => yinjuSeen.first && performance.now() - yinjuSeen.last > quiet", arg=_QUIET, polling=50
    )
    seen = page.evaluate("yinjuSeen")
    shown = page.locator(".yj-answer").last.evaluate("element => element.outerHTML")
    reply = Reply(
        question=question,
        answer=said(shown),
        first=(seen["first"] - seen["asked"]) / 1000,
        whole=(seen["last"] - seen["asked"]) / 1000,
    )
    context.close()
    outside = sum(host != urlsplit(address).hostname for host in hosts)
    return Visit(ready=ready, requests=requests, outside=outside, reply=reply)
