"""For those who use the keyboard or hear the page: every tab held against the rules of axe-core, and walked by Tab."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Visit, enter
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


def complaints(visit: Visit) -> list[str]:
    """What axe finds wrong with the page as it is: the rule, and the first elements that break it."""
    found = Axe().run(visit.page, options=RULES).response["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): {[node['html'][:160] for node in violation['nodes'][:3]]}"
        for violation in found
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_keeps_the_rules_of_accessibility(
    visits: list[Visit], browser: Browser, server: tuple[str, Path], width: int, scheme: str
) -> None:
    visit = enter(visits, browser, server[0], width=width, scheme=scheme)
    assert complaints(visit) == []
    visit.ask("再贷款不同？")
    expect(visit.page.locator(".yj-summary")).to_have_count(1)
    visit.ask("增长目标？")
    expect(visit.page.locator(".yj-summary")).to_have_count(2)
    visit.press("历史")
    assert complaints(visit) == []
    visit.press("历史")
    visit.page.locator("a.yj-cite").first.click()
    expect(visit.panel.locator("mark")).to_be_visible()
    assert complaints(visit) == []
    visit.panel.get_by_text("看原始文件").click()
    expect(visit.panel.locator(".yj-raw")).to_be_visible()
    assert complaints(visit) == []
    visit.back()
    for tab in visit.page.get_by_role("tab").all()[1:]:
        tab.click()
        assert [tab.inner_text(), *complaints(visit)] == [tab.inner_text()]
