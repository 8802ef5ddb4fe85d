"""A question on its way through the page: its steps, its turn, and what is told where it comes to nothing."""

from dataclasses import replace

import pytest
from fake_assistant import FakeAssistant

from rag.answering.endpoint import LLMOptions
from rag.datatypes import Filters
from rag.web import asking
from rag.web.asking import FAILED, Asking
from rag.web.turns import Turns


@pytest.fixture
def assistant():
    return FakeAssistant(pause=0)


def asked(assistant, question="慢慢说", turns=None, **options):
    given = {"earlier": (), "scope": (), "visitor": "甲"} | options
    return Asking(assistant, turns or Turns(lambda: 1)).exchanges(question, **given)


def test_an_extract_that_comes_at_once_is_shown_whole(assistant):
    first, last = asked(assistant)
    assert (first.stage, first.running, first.answer) == ("searching", True, None)
    assert (last.stage, last.running, len(last.answered.sentences)) == ("done", False, 7)


def test_steps_that_last_are_shown_and_those_of_a_model_always(assistant, monkeypatch):
    expected = ["searching", "retrieved", *["answering"] * 6, "done"]
    assistant.use_model(LLMOptions(base_url="http://127.0.0.1:1/v1", model="m"))
    assert [exchange.stage for exchange in asked(assistant)] == expected
    assistant.use_model(LLMOptions())
    monkeypatch.setattr(asking, "MOMENT", -1.0)
    assert [exchange.stage for exchange in asked(assistant)] == expected


def test_whoever_waits_is_told_how_many_come_before(assistant, monkeypatch):
    monkeypatch.setattr(asking, "WAIT", -1.0)
    turns = Turns(lambda: 1)
    with turns.of("乙") as served:
        assert list(served) == []
        with turns.of("丙"):
            exchanges = asked(assistant, turns=turns)
            assert (next(exchanges).ahead, next(exchanges).ahead) == (0, 1)
        assert next(exchanges).ahead == 0
    assert [(exchange.stage, exchange.ahead) for exchange in exchanges] == [("done", 0)]


def test_where_too_many_wait_it_is_said_and_no_turn_is_lost(assistant):
    turns = Turns(lambda: 1, waiting=1, each=1)
    with turns.of("甲") as served:
        assert list(served) == []
        with turns.of("甲"):
            *_, last = asked(assistant, turns=turns)
            assert "已有 1 个问题在等" in last.error and not last.running
    *_, last = asked(assistant, turns=turns)
    assert last.answered


@pytest.mark.parametrize(("question", "told"), [("  ", "问题是空的，请输入问题"), ("崩溃", FAILED)])
def test_what_goes_wrong_is_one_line_and_gives_the_turn_back(assistant, question, told, caplog):
    turns = Turns(lambda: 1)
    *_, last = asked(assistant, question, turns)
    assert (last.error, last.running, last.answered) == (told, False, None)
    assert ("deliberate" in caplog.text) == (told == FAILED)
    *_, last = asked(assistant, turns=turns)
    assert last.answered


def test_an_answer_that_is_left_gives_its_turn_back(assistant):
    turns = Turns(lambda: 1)
    assistant.use_model(replace(assistant.settings.llm, base_url="http://127.0.0.1:1/v1"))
    begun = asked(assistant, turns=turns)
    next(begun), next(begun)
    begun.close()
    *_, last = asked(assistant, turns=turns)
    assert last.answered


def test_the_chosen_files_are_all_that_is_asked(assistant):
    list(asked(assistant, scope=("loan.txt",)))
    list(asked(assistant))
    assert [filters for filters, _ in assistant.narrowed] == [Filters(files=("loan.txt",)), None]
