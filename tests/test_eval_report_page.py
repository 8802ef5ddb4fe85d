"""The plots of the report, its file, and the page in a browser and on paper."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pypdfium2
import pytest
from lxml import etree
from report_pages import (
    mixed,
    parsed,
    section,
    words,
)

import eval.cli as cli
from eval import runs
from eval.report import plots
from eval.report.page import page
from eval.runs import write_run
from eval.statistics import Interval


def labels(svg: str) -> list[str]:
    return [words(text) for text in etree.fromstring(svg).iterfind(".//{http://www.w3.org/2000/svg}text")]


def test_an_answer_just_as_long_as_allowed_is_not_too_long():
    drawn = labels(plots.lengths([0.05, 0.09, 0.95, 1.0, 1.001, 5.0], "长短"))
    assert [label for label in drawn if label.isdecimal()][-4:] == ["2", "2", "1", "1"]
    assert drawn[-1] == "回答数"


def test_plots_need_no_chinese_font(monkeypatch):
    monkeypatch.setitem(plots._STYLE, "font.sans-serif", ["DejaVu Sans"])
    rows = [
        plots.Share("多处合看", 3, 4, Interval(0.5, 1.0), None),
        plots.Share("$a_1$ <b>&", 0, 4, None, 0.5),
    ]
    drawn = labels(plots.shares(rows, "图"))
    assert {"多处合看", "75.0%（3/4）", "$a_1$ <b>&", "0.0%（0/4）"} <= set(drawn)


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Two runs on disk and no baseline."""
    monkeypatch.setattr(runs, "BASELINE", tmp_path / "baseline")
    return write_run(tmp_path / "runs", mixed(wrong=(2,))), write_run(tmp_path / "runs", mixed())


def test_the_command_writes_a_file_and_says_where(stored, tmp_path, capsys):
    assert cli.main(["report", str(stored[1])]) == 0
    assert capsys.readouterr().out == f"报告：{stored[1] / 'report.html'}\n"
    assert "没有可比的基线" in (stored[1] / "report.html").read_text(encoding="utf-8")
    to = tmp_path / "out.html"
    assert cli.main(["report", str(stored[1]), "--against", str(stored[0]), "--to", str(to)]) == 0
    assert "由对变错 共 1 fact-05" in section(parsed(to.read_text(encoding="utf-8")), "changes")


def test_a_page_that_cannot_be_written_is_one_line(stored, tmp_path, capsys):
    assert cli.main(["report", str(stored[1]), "--to", str(tmp_path / "none" / "out.html")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("报告写不到 ")
    assert error.count("\n") == 1


def test_a_page_survives_the_disk(stored):
    run = runs.read_run(stored[1])
    again = replace(run, name=mixed().name)
    assert page(again) == page(mixed())
    assert json.loads((stored[1] / "run.json").read_text(encoding="utf-8"))["metrics"]["right"] == 23 / 26


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_the_page_in_a_browser(tmp_path, width, scheme):
    from playwright.sync_api import sync_playwright

    past = [
        (
            f"run{day}",
            {
                "configuration": {**mixed().configuration, "started": f"2025-12-{day:02}T10:00:00+00:00"},
                "metrics": {"right": day / 40},
            },
        )
        for day in range(1, 31)
    ]
    path = tmp_path / "report.html"
    path.write_text(page(mixed(), mixed(wrong=(2, 3)), past), encoding="utf-8")
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    assert chromium, "the browser tests need Chromium: apt-get install chromium"
    asked, said = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(path.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        assert tab.evaluate(_CUT_TEXTS) == []
        assert tab.locator(".narrow").is_visible() is (width == 390)
        assert tab.evaluate(_LEAST_CONTRAST) >= 4.5
        printed = tab.pdf(prefer_css_page_size=True)
        browser.close()
    assert (asked, said) == ([path.as_uri()], [])
    document = pypdfium2.PdfDocument(printed)
    assert document[0].get_size() == pytest.approx((595, 842), abs=1)
    told = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    assert "第1问" in told  # a wrong answer, folded on screen


# What is written in the charts and is cut by the edge of the page, or smaller than 10 pixels.
_CUT_TEXTS = """() => [...document.querySelectorAll("svg text")].filter((text) => {
  const box = text.getBoundingClientRect();
  const svg = text.ownerSVGElement;
  const edge = svg.closest(".scroll").getBoundingClientRect();
  const size = parseFloat(getComputedStyle(text).fontSize) * svg.getScreenCTM().a;
  return size < 10 || box.left < edge.left - 1 || box.right > edge.right + 1;
}).map((text) => text.textContent)"""

# The least contrast of any text with what is behind it, as WCAG defines it.
_LEAST_CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  const ratios = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    const style = getComputedStyle(element);
    const pair = [light(element.closest("svg") ? style.fill : style.color), light(behind(element))];
    ratios.push((Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05));
  }
  return Math.min(...ratios);
}"""
