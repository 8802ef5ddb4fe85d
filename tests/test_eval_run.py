"""The evaluation from end to end, over an assistant that answers from the gold by real spans."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from eval import cli, runs, stage_commands
from eval import program as program_module
from eval.dataset import Passage, load_questions, load_quotes
from eval.grounding import load_labelled, run_labelled
from eval.matching import RawTexts
from eval.metrics import METRICS
from eval.program import describe
from eval.progress import progress
from eval.runner import AnswerRow, run_questions, run_quotes
from eval.runs import Run, find_run, write_run
from eval.summary import summary
from rag.datatypes import (
    Answer,
    Chunk,
    Citation,
    Difference,
    Hit,
    ManuscriptReport,
    Place,
    QuoteMatch,
    QuoteReport,
    Refusal,
    Sentence,
    Source,
    Span,
    cut,
)
from rag.errors import UsageError
from rag.structure import parse
from rag.web.options import WebOptions

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs_src"
TEXTS = RawTexts(DOCS)
QUESTIONS = load_questions(ROOT / "eval" / "questions.jsonl", TEXTS)
QUOTES = load_quotes(ROOT / "eval" / "quotes.jsonl", TEXTS)
SENTENCES = load_labelled(ROOT / "eval" / "grounding.jsonl", TEXTS)
ANSWERABLE = sum(question.answerable for question in QUESTIONS)


def place(passage: Passage) -> Place:
    """Cite a passage as the program does: whole words, one span per line of the raw text."""
    raw, start, end = TEXTS[passage.file], passage.span.start, passage.span.end
    while raw[start - 1 : start + 1].isalnum():
        start -= 1
    while raw[end - 1 : end + 1].isalnum():
        end += 1
    lines = re.finditer(r"\S.*", raw[start:end])
    spans = tuple(Span(start=start + line.start(), end=start + line.end()) for line in lines)
    return Place(file=passage.file, article="", paragraph=1, spans=spans, quote=cut(raw, spans))


def unmarked(text: str) -> str:
    """Write a source's own `[2026]` so that it does not read as a marker."""
    return re.sub(r"\[(\d+)\]", r"〔\1〕", text)


GOOD = {
    "id": "q",
    "type": "fact",
    "split": "dev",
    "question": "？",
    "answerable": True,
    "limit": 9,
    "seconds": 0.0,
}


class Oracle:
    """Knows the gold: answers with its passages, refuses what is not there; `lapses` go wrong."""

    def __init__(self, **lapses):
        self.lapses = lapses
        self.questions = {(question.question, question.history): question for question in QUESTIONS}
        self.quotes = {quote.quote: quote for quote in QUOTES}

    def ask(self, question, *, history=(), passages=None):
        gold = self.questions[question, tuple(history)]
        passages = [passage for passages in gold.sources for passage in passages]
        citations = tuple(Citation(n=n, place=place(one)) for n, one in enumerate(passages, start=1))
        sentences = [
            Sentence(text=unmarked(one.quote), citations=(n,)) for n, one in enumerate(passages, start=1)
        ]
        refusal = None if gold.answerable else Refusal(reason=gold.reason, message="文中没有。")
        answer = Answer(
            question=question,
            standalone_question=question,
            sentences=tuple(sentences),
            citations=citations,
            refusal=refusal,
        )
        return self.lapses[gold.id](answer) if gold.id in self.lapses else answer

    def document(self, file):
        return parse(Source(file=file, text=TEXTS[file], sha256=""))

    def check(self, manuscript):
        return ManuscriptReport(text=manuscript.text, checked=())

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
        told = [Difference(given=one.given, source=one.source, kind="word") for one in gold.changes]
        match = QuoteMatch(place=where, similarity=1.0, differences=tuple(told))
        return QuoteReport(quote=quote, verdict=gold.verdict, matches=(match,))

    def search(self, query, k=10):
        """Find the gold of every question that reads so."""
        gold = [question for question in QUESTIONS if question.question == query]
        places = [place(passages[0]) for question in gold for passages in question.sources]
        chunks = [
            Chunk(
                id=n, file=one.file, article=0, paragraphs=(1, 1), text=one.quote, spans=one.spans, context=""
            )
            for n, one in enumerate(places)
        ]
        return [Hit(chunk=chunk, score=1.0, ranks={}) for chunk in chunks][:k]


def refuse(answer: Answer) -> Answer:
    refusal = Refusal(reason="not_stated", message="文中没有。")
    return replace(answer, sentences=(), citations=(), refusal=refusal)


def dangle(answer: Answer) -> Answer:
    return replace(answer, sentences=(*answer.sentences, Sentence(text="另有一句。", citations=(9,))))


def falsify(answer: Answer) -> Answer:
    first, *others = answer.citations
    false = replace(first, place=replace(first.place, quote=first.place.quote + "不"))
    return replace(answer, citations=(false, *others))


def invent(answer: Answer) -> Answer:
    added = Sentence(text="同比增长了93.7%。", citations=(1,))
    return replace(answer, sentences=(*answer.sentences, added))


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
        "refusal_precision": 1,
        "refusal_recall": 1,
        "under_refusal": 0,
        "over_refusal": 0,
        "citation_precision": 1,
        "citation_recall": 1,
        "pointer_validity": 1,
        "recall@10": 1,
        "mrr@10": 1,
        "quote_accuracy": 1,
        "verdict_accuracy": 1,
    }
    assert {name: values[name] for name in perfect} == perfect


def test_a_row_has_what_was_expected_said_and_cited():
    (row,) = run_questions(Oracle(), QUESTIONS[:1], TEXTS)
    passage = QUESTIONS[0].sources[0][0]
    assert (row.id, row.expected) == (QUESTIONS[0].id, " / ".join(QUESTIONS[0].facts[0]))
    assert row.answer == f"{passage.quote}[1]"
    (cited,) = row.citations
    assert (cited["n"], cited["file"], cited["start"], cited["end"]) == (
        1,
        passage.file,
        passage.span.start,
        passage.span.end,
    )


def test_a_failure_is_a_row_with_its_traceback_and_the_others_go_on():
    rows = run_questions(Oracle(**{"fact-02": crash}), QUESTIONS[:3], TEXTS)
    assert [row.right for row in rows] == [True, False, True]
    assert "Traceback" in rows[1].error
    assert rows[1].error.endswith("ValueError: 坏了\n")
    assert rows[1].scores == {"right": 0, "fact_recall": 0, "citation_recall": 0, "over_refusal": 0}


def test_several_at_once_give_the_same_rows_in_the_same_order():
    def rows(workers):
        done = []
        found = run_questions(Oracle(), QUESTIONS, TEXTS, workers=workers, done=lambda: done.append(1))
        assert len(done) == len(QUESTIONS)
        return [replace(row, seconds=0, scores={**row.scores, "latency": 0}) for row in found]

    assert rows(4) == rows(1)


def test_without_asking_only_the_search_is_measured():
    (row,) = run_questions(Oracle(), QUESTIONS[:1], TEXTS, metrics=retrieval_metrics(), asks=False)
    assert row.answer == ""
    assert row.scores == {"recall@1": 1, "recall@5": 1, "recall@10": 1, "mrr@10": 1, "ndcg@10": 1}


def retrieval_metrics():
    return {name: metric for name, metric in METRICS.items() if "@" in name}


def test_a_run_is_read_back_as_it_was_written(tmp_path):
    run = Run(
        answers=run_questions(Oracle(**{"fact-02": dangle}), QUESTIONS, TEXTS),
        quotes=run_quotes(Oracle(), QUOTES, TEXTS),
        sentences=run_labelled(SENTENCES[:5], TEXTS),
        configuration={"set": "yinju", "split": "all", "started": "2026", "tag": "甲"},
    )
    first = write_run(tmp_path, replace(run, answers=(), configuration={**run.configuration, "tag": ""}))
    second = write_run(tmp_path, run)
    third = write_run(tmp_path, replace(run, quotes=()))
    assert first < second < third
    assert find_run("latest", tmp_path) == replace(run, quotes=(), name=third.name)
    assert find_run("甲", tmp_path).name == third.name
    for name in (second.name, str(second)):
        assert find_run(name, tmp_path) == replace(run, name=second.name)


def test_an_unfinished_run_does_not_count(tmp_path):
    (tmp_path / "20990101T000000").mkdir()
    with pytest.raises(UsageError, match="还没有评测结果"):
        find_run("latest", tmp_path)


@pytest.mark.parametrize(
    "content", ["{}", "[]", "不是 JSON", '{"configuration": {}}', '{"configuration": {"set": "yinju"}}']
)
def test_a_folder_that_holds_something_else_is_refused(tmp_path, content):
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="不是这个版本写的评测结果"):
        find_run(str(tmp_path), tmp_path / "runs")


def test_a_damaged_run_is_not_among_the_past_ones(tmp_path):
    whole = Run(answers=(), quotes=(), configuration={"set": "yinju", "split": "all", "started": "2026"})
    path = write_run(tmp_path, whole)
    (tmp_path / "20200101").mkdir()
    (tmp_path / "20200101" / "run.json").write_text("{", encoding="utf-8")
    assert [name for name, _ in runs.past_runs(tmp_path)] == [path.name]


def test_a_run_that_cannot_be_stored_is_told_and_leaves_nothing(tmp_path):
    (tmp_path / "runs").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="结果存不到"):
        write_run(tmp_path / "runs", Run(answers=(), quotes=(), configuration={}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"configuration": {"program": {"commit": "0123+"}}}, "没有提交的代码"),
        ({"answers": (AnswerRow(**GOOD, error="Traceback"),)}, "1 题出错"),
        ({"answers": (AnswerRow(**GOOD, notice="连不上"),)}, "没有用上语言模型"),
    ],
)
def test_what_cannot_be_repeated_or_failed_is_no_baseline(tmp_path, changes, message):
    run = Run(answers=(AnswerRow(**GOOD),), quotes=(), configuration={"program": {"commit": "0123"}})
    with pytest.raises(UsageError, match=message):
        runs.accept(tmp_path / "baseline", replace(run, **changes))
    runs.accept(tmp_path / "baseline", run)


@pytest.fixture
def command(tmp_path, monkeypatch, capsys, assistant):
    """Run the command line over an oracle with the lapses given; returns the exit status and the output."""
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(runs, "BASELINE", tmp_path / "baseline")

    def call(*arguments, **lapses):
        oracle = Oracle(**lapses)
        oracle.index = assistant.index
        for module in (cli, stage_commands):
            program = nullcontext((oracle, assistant.settings))
            monkeypatch.setattr(module, "open_program", lambda docs, index, program=program: program)
        monkeypatch.setattr(program_module, "commit", lambda: "0123456789ab")
        status = cli.main([*arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


RUN = ("run", "--docs", str(DOCS))


def lapses(kind: str, count: int, lapse):
    return {f"{kind}-{number:02d}": lapse for number in range(1, count + 1)}


def test_the_first_run_has_no_baseline_then_it_is_accepted_and_holds(command, tmp_path):
    assert command(*RUN)[0] == 0
    status, out, _ = command("gate")
    assert (status, "还没有基线" in out) == (0, True)
    assert command("accept")[0] == 0
    accepted = json.loads((tmp_path / "baseline" / "run.json").read_text(encoding="utf-8"))
    assert accepted["metrics"]["right"] == 1
    assert accepted["configuration"]["documents"]["files"] == 5
    assert "api_key" not in str(accepted)
    assert command(*RUN, "--tag", "again")[0] == 0
    status, out, _ = command("gate", "again")
    assert (status, "回归：通过" in out) == (0, True)


def test_questions_lost_are_named_with_both_answers_and_many_make_it_fail(command):
    command(*RUN)
    command("accept")
    command(*RUN, **lapses("fact", 4, refuse))
    assert command("gate")[0] == 0
    status, out, _ = command("compare", "baseline", "latest")
    assert status == 0
    (told,) = re.findall(r"由对变错 fact-03：.*\n  前 (.*)\n(.*)\n  今 (.*)\n", out)
    assert told[0].startswith("要点齐全；答：") and told[2].startswith("拒答；答：")
    assert "[1]" in told[1] and ".txt《" in told[1]
    assert "由对变错 fact-04（留出的一半，不列内容）" in out
    assert "由对变错 fact-04：" in command("compare", "--all")[1]
    assert "结论：全部问题无显著差别" in out
    command(*RUN, **lapses("fact", 6, refuse))
    status, out, _ = command("gate")
    assert (status, "回归：不通过" in out, "结论：全部问题显著变差" in out) == (1, True, True)
    assert "显著变差 可答的问题" in out


def test_what_was_wrong_and_is_right_now_is_named_and_counted_as_better(command):
    command(*RUN, "--tag", "before", **lapses("fact", 6, refuse))
    command(*RUN, "--tag", "after")
    status, out, _ = command("compare", "before", "after")
    assert (status, "由错变对 fact-01" in out, "结论：全部问题显著变好" in out) == (0, True, True)
    assert f"答对：{(len(QUESTIONS) - 6) / len(QUESTIONS):.1%} → 100.0%" in out


@pytest.mark.parametrize(
    ("lapse", "reason"),
    [
        (dangle, "标记 [9] 没有对应的引文"),
        (falsify, "处的原文不是"),
        (invent, "引文不支持这句话：“同比增长了93.7%。”"),
        (crash, "出错 ValueError: 坏了"),
    ],
)
def test_one_broken_hard_rule_makes_it_fail_with_the_reason(command, lapse, reason):
    assert command(*RUN, **{"fact-01": lapse})[0] == 0
    status, out, _ = command("gate")
    assert status == 1
    assert re.search(rf"硬规则被破坏 fact-01：.*{re.escape(reason)}", out.replace("\n", ""))


def test_half_of_the_questions_is_compared_but_not_accepted(command, tmp_path):
    assert command(*RUN, "--split", "dev")[0] == 0
    rows = find_run("latest").answers
    assert {row.id for row in rows} == {q.id for q in QUESTIONS if q.split == "dev"}
    status, _, err = command("accept")
    assert (status, "不是本库的全部问题" in err) == (2, True)
    assert command("gate")[0] == 2


def test_the_gate_and_the_baseline_are_for_our_own_set(command, tmp_path):
    command(*RUN, "--tag", "ours")
    other = find_run("ours")
    write_run(runs.RUNS, replace(other, configuration={**other.configuration, "set": "rgb_zh", "tag": "rgb"}))
    for name in ("gate", "accept"):
        status, _, err = command(name)
        assert (status, "请先运行 python -m eval run" in err) == (2, True)
        assert command(name, "ours")[0] == 0


def test_a_run_is_described_without_secrets(assistant):
    llm = replace(assistant.settings.llm, base_url="https://me:word@host:1/v1", model="m", api_key="sk-1")
    web = WebOptions(user="editor", password="pass-1")
    described = describe(assistant, replace(assistant.settings, llm=llm, web=web))
    assert described["settings"]["llm"]["base_url"] == "https://host:1/v1"
    assert not re.findall(r"me:word|sk-1|editor|pass-1", str(described))


@pytest.mark.parametrize(
    ("total", "steps"),
    [
        (0, [0]),
        (3, [0, 1, 2, 3]),
        (30, [0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23, 24, 26, 27, 29, 30]),
        (640, [*range(0, 641, 32)]),
    ],
)
def test_progress_is_told_in_lines_where_no_terminal_is(total, steps, capsys):
    with progress(total) as step, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: step(), range(total)))
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [f"评测 {done}/{total}" for done in steps]
    assert printed.out == ""


def test_quotes_are_listed_by_kind_the_handwritten_and_the_made(command, monkeypatch):
    monkeypatch.setattr(stage_commands, "EACH", 2)
    status, out, _ = command("quotes", "--docs", str(DOCS))
    assert status == 0
    assert re.search(r"negation\W+altered\W+5\W+100\.0%\W+100\.0%", out)
    # The oracle has been told the handwritten ones alone.
    assert re.search(r"as it stands\W+exact\W+2\W+0\.0%", out)
    assert re.search(r"as it stands dev \d+：出错：KeyError", out)
    # It finds nothing in a manuscript.
    assert re.search(r"own\W+own\W+10\W+100\.0%", out)
    assert re.search(r"not_found\W+not_found\W+2\W+0\.0%", out)
    assert re.search("m1-06：判为 own，应为 altered；.*中国已有670多家", out)


def test_of_the_half_held_out_quotes_are_counted_and_not_told(command, monkeypatch):
    monkeypatch.setattr(stage_commands, "EACH", 2)
    status, out, _ = command("quotes", "--docs", str(DOCS), "--split", "test")
    assert (status, "as it stands" in out, "KeyError" in out) == (0, True, False)
    assert re.search(r"own\W+own\W+10\W", out)
    assert not re.search("m[12]-", out)


def test_quotes_are_told_as_json_with_the_wrong_ones(command, monkeypatch):
    monkeypatch.setattr(stage_commands, "EACH", 1)
    status, out, _ = command("quotes", "--docs", str(DOCS), "--json")
    written, made, manuscripts = json.loads(out).values()
    assert (status, written["kinds"]["全部"]["right"], written["wrong"]) == (0, 1, [])
    assert made["kinds"]["as it stands"]["verdict"] == 0
    assert {row["kind"] for row in made["wrong"]} == set(made["kinds"]) - {"全部"}
    assert manuscripts["kinds"]["全部"]["right"] == pytest.approx(10 / 30)
    assert len(manuscripts["wrong"]) == 20


def test_the_grounding_metric_is_held_against_the_labels(command):
    status, out, _ = command("grounding", "--docs", str(DOCS))
    assert status == 0
    assert re.search(r"verbatim\W+有据\W+14\W+100\.0%", out)


def test_a_judge_needs_a_model(command):
    status, _, err = command(*RUN, "--judge")
    assert (status, err) == (2, "--judge 要有语言模型：请设置 llm.base_url 和 llm.model\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--split", "train"], "选项 --split 的值不对；用法见 python -m eval --help"),
        (["run", "--nothing"], "没有选项 --nothing；用法见 python -m eval --help"),
        (["run", "--docs", "nowhere"], "读不到文档 nowhere"),
        (["run", "--workers", "0"], "选项 --workers 的值不对"),
        (["run", "--tag", "a/b"], "标签 a/b 不能用"),
        (["run", "--tag", "latest"], "标签 latest 不能用"),
        (["accept"], "还没有评测结果"),
        (["compare"], "还没有基线"),
        (["compare", "gone", "latest"], "没有叫 gone 的评测结果"),
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
