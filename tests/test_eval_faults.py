"""Three faults in the program, each of which must turn the gate red for the right reason."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import rag.answering.extractive as extractive
import rag.assistant
from eval.dataset import load_questions
from eval.gate import judge
from eval.matching import RawTexts
from eval.runner import run_questions
from eval.runs import Run
from rag.datatypes import Span

ROOT = Path(__file__).parent.parent
TEXTS = RawTexts(ROOT / "docs_src")
DEV = [q for q in load_questions(ROOT / "eval" / "questions.jsonl", TEXTS) if q.split == "dev"]
KINDS = ("fact", "time", "unanswerable")


@pytest.fixture(scope="module")
def run(assistant):
    def run() -> Run:
        asked = [question for question in DEV if question.type in KINDS]
        return Run(answers=run_questions(assistant, asked, TEXTS), quotes=(), configuration={})

    return run


@pytest.fixture(scope="module")
def sound(run):
    return run()


def answering(monkeypatch, spoil):
    """Let the extractive answerer's answers be spoilt."""
    whole = rag.assistant.answer_extractively
    monkeypatch.setattr(rag.assistant, "answer_extractively", lambda *given: spoil(whole(*given)))


def test_the_program_as_it_is_breaks_no_rule(sound):
    assert not judge(sound, sound).regressed


def test_a_wrong_number_in_the_answerer(monkeypatch, run, sound):
    def spoil(answer):
        sentences = [
            replace(one, text=re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), one.text, count=1))
            for one in answer.sentences
        ]
        return replace(answer, sentences=tuple(sentences))

    answering(monkeypatch, spoil)
    verdict = judge(run(), sound)
    assert all("引文不支持这句话" in fault for fault in verdict.broken)
    assert len(verdict.broken) > 10


def shift(answer):
    """Move every cited span by one character."""

    def moved(citation):
        spans = tuple(Span(start=span.start + 1, end=span.end + 1) for span in citation.place.spans)
        return replace(citation, place=replace(citation.place, spans=spans))

    return replace(answer, citations=tuple(map(moved, answer.citations)))


def test_a_broken_span(monkeypatch, run, sound):
    answering(monkeypatch, shift)
    verdict = judge(run(), sound)
    assert all("引文已对不上" in fault for fault in verdict.broken)
    assert [loss.name for loss in verdict.losses[:2]] == ["全部问题", "可答的问题"]


def test_a_broken_span_that_the_program_itself_does_not_notice(monkeypatch, run, sound):
    answering(monkeypatch, shift)
    monkeypatch.setattr(rag.assistant, "verify", lambda docs, places: [])
    verdict = judge(run(), sound)
    assert sum("处的原文不是" in fault for fault in verdict.broken) > 10


def test_a_lowered_refusal_threshold(monkeypatch, run, sound):
    lowered = replace(extractive.models(), threshold=0.0)
    monkeypatch.setattr(extractive, "models", lambda: lowered)
    verdict = judge(run(), sound)
    assert verdict.broken == ()
    assert "应拒答的问题" in [loss.name for loss in verdict.losses]
