"""The page bench: what it takes for an answer, where it finds the event, and a small run over the real application."""

import json

import pytest
from fake_assistant import FakeAssistant

from bench.__main__ import main
from bench.page.asking import find_event
from bench.page.command import _spread
from bench.page.reading import agrees, said
from rag.errors import UsageError
from rag.web.html import answer_html


def answer_to(question):
    *_, last = FakeAssistant(0).stream(question)
    return last.answer


@pytest.mark.parametrize("question", ["再贷款？", "10个", "增长目标", "脚本", "两处不同？模型"])
def test_what_the_page_shows_of_an_answer_is_the_answer(question):
    answer = answer_to(question)
    shown = said(answer_html(answer, 1))
    assert agrees(shown, answer)
    for other in ("再贷款？", "10个", "增长目标", "脚本"):
        assert agrees(shown, answer_to(other)) == (answer_to(other).text == answer.text)
    assert not agrees(None, answer)
    assert not agrees(shown[:-1], answer)


def test_before_its_first_words_an_answer_says_nothing():
    assert said("") is None
    assert said('<div class="yj-answer"><p class="yj-wait">正在检索…</p></div>') is None


CONFIG = {
    "components": [
        {"id": 1, "type": "textbox", "props": {"placeholder": "别的框", "value": "甲"}},
        {"id": 2, "type": "chatbot", "props": {"value": []}},
        {"id": 3, "type": "textbox", "props": {"placeholder": "输入问题", "value": ""}},
        {"id": 4, "type": "state", "props": {}},
        {"id": 5, "type": "dropdown", "props": {"value": ["全部"]}},
    ],
    "dependencies": [
        {"id": 0, "targets": [[1, "submit"]], "inputs": [1], "outputs": [2]},
        {"id": 1, "targets": [[3, "change"]], "inputs": [3], "outputs": [2]},
        {"id": 2, "targets": [[9, "click"], [3, "submit"]], "inputs": [4, 3, 5], "outputs": [3, 2, 4]},
    ],
}


def test_the_event_is_found_by_what_it_is():
    event = find_event(CONFIG)
    assert (event.index, event.box, event.chat) == (2, 3, 2)
    assert (event.inputs, event.outputs) == ((4, 3, 5), (3, 2, 4))
    assert event.values == {4: None, 3: "", 5: ["全部"]}
    with pytest.raises(UsageError, match="没有找到提问框"):
        find_event(CONFIG | {"dependencies": CONFIG["dependencies"][:2]})


def test_questions_are_taken_from_all_over():
    assert _spread("abcdef", 3) == ["a", "c", "e"]
    assert _spread("ab", 5) == ["a", "b", "a", "b", "a"]


@pytest.mark.browser
def test_a_small_run(capsys):
    assert main(["page", "--questions", "1", "--people", "2", "--each", "2", "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["outside"] == 0 < measured["requests"]
    for name, questions in (("alone", 1), ("together", 4)):
        asked = measured[name]
        assert (asked["questions"], asked["answered"], asked["wrong"]) == (questions, questions, [])
        assert 0 < asked["first"]["median_ms"] <= asked["whole"]["median_ms"]
