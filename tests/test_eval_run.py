"""The evaluation from end to end, over an assistant that answers from the gold by real spans."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import eval.cli as cli
from eval.dataset import Passage, load_questions, load_quotes
from eval.matching import RawTexts
from eval.metrics import summary
from eval.runner import run_questions, run_quotes
from eval.runs import Run, newest_run, write_run
from rag.datatypes import (
    Answer,
    Citation,
    Difference,
    Place,
    QuoteMatch,
    QuoteReport,
    Refusal,
    Sentence,
    Span,
    cut,
)
from rag.errors import UsageError

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs_src"
TEXTS = RawTexts(DOCS)
QUESTIONS = load_questions(ROOT / "eval" / "questions.jsonl", TEXTS)
QUOTES = load_quotes(ROOT / "eval" / "quotes.jsonl", TEXTS)


def place(passage: Passage) -> Place:
    """Cite a passage as the program does: one span per line of the raw text."""
    raw = TEXTS[passage.file]
    lines = re.finditer(r"\S.*", raw[passage.span.start : passage.span.end])
    spans = tuple(
        Span(start=passage.span.start + line.start(), end=passage.span.start + line.end()) for line in lines
    )
    return Place(file=passage.file, article="", paragraph=1, spans=spans, quote=cut(raw, spans))


def unmarked(text: str) -> str:
    """Write a source's own `[2026]` so that it does not read as a marker."""
    return re.sub(r"\[(\d+)\]", r"〔\1〕", text)


class Oracle:
    """Knows the gold: answers with its passages, refuses what is not there; `lapses` go wrong."""

    def __init__(self, **lapses):
        self.lapses = lapses
        self.questions = {(question.question, question.history): question for question in QUESTIONS}
        self.quotes = {quote.quote: quote for quote in QUOTES}

    def ask(self, question, *, history=()):
        gold = self.questions[question, tuple(history)]
        citations = tuple(
            Citation(n=n, place=place(passages[0])) for n, passages in enumerate(gold.sources, start=1)
        )
        also = " ".join(passage.quote for passages in gold.sources for passage in passages[1:])
        sentences = [Sentence(text=unmarked(one.place.quote), citations=(one.n,)) for one in citations]
        sentences += [Sentence(text=also)] if also else []
        refusal = None if gold.answerable else Refusal(reason=gold.reason, message="文中没有。")
        answer = Answer(
            question=question,
            standalone_question=question,
            sentences=tuple(sentences),
            citations=citations,
            refusal=refusal,
        )
        return self.lapses[gold.id](answer) if gold.id in self.lapses else answer

    def cite(self, quote):
        gold = self.quotes[quote]
        if gold.file is None:
            return QuoteReport(quote=quote, verdict=gold.verdict)
        where = Place(
            file=gold.file,
            article="",
            paragraph=1,
            spans=(Span(start=3, end=4),),
            quote=TEXTS[gold.file][3:4],
        )
        difference = Difference(given=gold.given or "", source=gold.source or "", kind="word")
        match = QuoteMatch(place=where, similarity=1.0, differences=(difference,))
        return QuoteReport(quote=quote, verdict=gold.verdict, matches=(match,))

    def document(self, file):
        raise KeyError(file)


def refuse(answer: Answer) -> Answer:
    refusal = Refusal(reason="not_stated", message="文中没有。")
    return replace(answer, sentences=(), citations=(), refusal=refusal)


def dangle(answer: Answer) -> Answer:
    return replace(answer, sentences=(*answer.sentences, Sentence(text="另有一句。", citations=(9,))))


def falsify(answer: Answer) -> Answer:
    first, *others = answer.citations
    false = replace(first, place=replace(first.place, quote=first.place.quote + "不"))
    return replace(answer, citations=(false, *others))


def crash(answer: Answer) -> Answer:
    raise ValueError("坏了")


def test_answering_from_the_gold_is_right_everywhere():
    answers = run_questions(Oracle(), QUESTIONS, TEXTS)
    wrong = [(row.id, row.missing, row.forbidden, row.characters) for row in answers if not row.right]
    assert wrong == []
    values = summary(answers, run_quotes(Oracle(), QUOTES, TEXTS))
    perfect = {
        "right": 1,
        "fact_recall": 1,
        "refusal_correct": 1,
        "under_refusal": 0,
        "over_refusal": 0,
        "citation_precision": 1,
        "citation_recall": 1,
        "pointer_validity": 1,
        "quote_accuracy": 1,
        "verdict_accuracy": 1,
    }
    assert {name: values[name] for name in perfect} == perfect


def test_a_failure_is_a_row_with_its_traceback_and_the_others_go_on():
    rows = run_questions(Oracle(**{"fact-02": crash}), QUESTIONS[:3], TEXTS)
    assert [row.right for row in rows] == [True, False, True]
    assert "Traceback" in rows[1].error
    assert rows[1].error.endswith("ValueError: 坏了\n")
    assert (rows[1].fact_recall, rows[1].citation_recall, rows[1].citation_precision) == (0, 0, None)


def test_a_run_is_read_back_as_it_was_written(tmp_path):
    run = Run(
        answers=run_questions(Oracle(**{"fact-02": dangle}), QUESTIONS, TEXTS),
        quotes=run_quotes(Oracle(), QUOTES, TEXTS),
        configuration={"split": "all"},
    )
    first = write_run(tmp_path, replace(run, answers=()))
    second = write_run(tmp_path, run)
    assert first < second
    assert newest_run(tmp_path) == run


def test_an_unfinished_run_does_not_count(tmp_path):
    (tmp_path / "20990101T000000").mkdir()
    with pytest.raises(UsageError, match="还没有评测结果"):
        newest_run(tmp_path)


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run the command line over an oracle with the lapses given; returns the exit status and the output."""
    monkeypatch.setattr(cli, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(cli, "BASELINE", tmp_path / "baseline.json")

    def call(*arguments, **lapses):
        settings = {"docs": DOCS}
        monkeypatch.setattr(cli, "open_program", lambda docs, index: (Oracle(**lapses), settings))
        status = cli.main([*arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


def lapses(kind: str, count: int, lapse):
    return {f"{kind}-{number:02d}": lapse for number in range(1, count + 1)}


def test_the_first_run_has_no_baseline_then_it_is_accepted_and_holds(command, tmp_path):
    status, out, _ = command("run", "--docs", str(DOCS))
    assert (status, "还没有基线" in out) == (0, True)
    assert command("accept")[0] == 0
    accepted = json.loads((tmp_path / "baseline.json").read_text(encoding="utf-8"))
    assert accepted["questions"] == {question.id: True for question in QUESTIONS}
    assert accepted["metrics"]["right"] == 1
    status, out, _ = command("run", "--docs", str(DOCS))
    assert (status, "回归：通过" in out) == (0, True)


def test_questions_lost_are_named_with_the_reason_and_many_make_it_fail(command):
    command("run", "--docs", str(DOCS))
    command("accept")
    status, out, _ = command("run", "--docs", str(DOCS), **lapses("fact", 4, refuse))
    assert status == 0
    assert "由对变错 fact-04" in out
    assert "拒答" in out
    status, out, _ = command("run", "--docs", str(DOCS), **lapses("fact", 5, refuse))
    assert (status, "回归：不通过" in out) == (1, True)


def test_what_was_wrong_and_is_right_now_is_named_beside_the_metrics_of_the_baseline(command):
    command("run", "--docs", str(DOCS), **lapses("fact", 1, refuse))
    command("accept")
    status, out, _ = command("run", "--docs", str(DOCS))
    assert (status, "由错变对 fact-01" in out) == (0, True)
    assert re.search(rf"基线\W+{137 / 138:.1%}", out)


@pytest.mark.parametrize("lapse", [dangle, falsify, crash])
def test_one_broken_pointer_or_crash_makes_it_fail(command, lapse):
    status, out, _ = command("run", "--docs", str(DOCS), **{"fact-01": lapse})
    assert (status, "硬规则被破坏 fact-01" in out) == (1, True)


def test_half_of_the_questions_is_compared_but_not_accepted(command, tmp_path):
    assert command("run", "--docs", str(DOCS), "--split", "dev")[0] == 0
    assert len(newest_run(tmp_path / "runs").answers) == 69
    status, _, err = command("accept")
    assert (status, err) == (2, "最近一次评测只问了一半问题：请先运行 python -m eval run --split all\n")


def test_quotes_are_listed_by_kind(command):
    status, out, _ = command("quotes", "--docs", str(DOCS))
    assert status == 0
    assert re.search(r"negation\W+4\W+100\.0%\W+100\.0%", out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--split", "train"], "选项 --split 的值不对；用法见 python -m eval --help"),
        (["run", "--nothing"], "没有选项 --nothing；用法见 python -m eval --help"),
        (["run", "--docs", "nowhere"], "读不到文档 nowhere"),
        (["accept"], "还没有评测结果"),
        (["walk"], "命令不对"),
        (["run", "--docs"], "选项 --docs 缺少值"),
        ([], "没有给出命令"),
    ],
)
def test_bad_usage_is_one_chinese_line_and_status_2(command, arguments, message):
    status, out, err = command(*arguments)
    assert status == 2
    assert out == ""
    assert message in err
    assert err.count("\n") == 1
