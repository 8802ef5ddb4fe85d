"""The tab 评测: a command in a process of its own, past runs and their reports, cases drafted from feedback."""

import json
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import DOCS
from fastapi import FastAPI
from fastapi.testclient import TestClient
from small_evaluation import STEPS, small_evaluation

from rag.datatypes import Answer, Citation, Place, Sentence, Span
from rag.errors import UsageError
from rag.records import answer_json
from rag.web import evaluation_runs, running
from rag.web.evaluation_html import (
    cases_html,
    duration,
    feedback_html,
    progress_html,
    report_html,
    runs_html,
)
from rag.web.evaluation_pages import evaluation_pages
from rag.web.evaluation_runs import PastRun, Rated, Reports, draft, drafted, drafts, load_feedback
from rag.web.options import WebOptions
from rag.web.running import Progress, Runner

HOSTILE = "<img src=x onerror=alert(1)> \"'&"
QUOTE = "科技创新和技术改造再贷款规模增加至8000亿元"
WHEN = datetime(2026, 3, 1, 10, 5, tzinfo=UTC).astimezone()


def until(condition):
    """Wait until a condition holds, and fail where it never does."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never came to that")


@pytest.fixture
def runner():
    runner = Runner()
    yield runner
    runner.cancel()


def child(runner, code):
    """Start a command that runs some Python."""
    told = "import sys, time\nsay = lambda line: print(line, file=sys.stderr, flush=True)\n"
    runner.start([sys.executable, "-c", told + code], os.environ)


def ended(runner):
    until(lambda: runner.progress.state != "running")
    return runner.progress


def test_progress_is_read_from_the_child(runner, tmp_path):
    assert runner.progress == Progress(state="idle")
    gate = tmp_path / "gate"
    child(
        runner,
        f"""
from pathlib import Path
print("stdout goes nowhere" * 10_000)
say("评测 0/8"); say("没有用到的列：甲"); say("评测 2/8")
while not Path({str(gate)!r}).exists(): time.sleep(0.01)
say("评测 8/8")""",
    )
    until(lambda: runner.progress.done == 2)
    under_way = runner.progress
    assert (under_way.state, under_way.total, under_way.message) == ("running", 8, "没有用到的列：甲")
    assert under_way.rate and under_way.left == pytest.approx(6 / under_way.rate)
    gate.touch()
    done = ended(runner)
    assert (done.state, done.done, done.total) == ("done", 8, 8)


def test_one_at_a_time(runner):
    child(runner, "time.sleep(60)")
    with pytest.raises(UsageError, match="已有一次评测在跑"):
        child(runner, "say('second')")
    runner.cancel()
    assert runner.progress.state == "cancelled"
    child(runner, "pass")
    assert ended(runner).state == "done"


def test_a_failure_shows_the_last_line(runner):
    child(runner, "say('评测 0/3'); say('说明'); say('配置文件 x 不是有效的 TOML'); sys.exit(2)")
    failed = ended(runner)
    assert (failed.state, failed.message) == ("failed", "配置文件 x 不是有效的 TOML")
    assert "评测没有跑完：配置文件 x 不是有效的 TOML" in progress_html(failed)
    child(runner, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    killed = ended(runner)
    assert (killed.state, killed.message) == ("failed", "")
    assert "评测没有跑完：进程意外结束" in progress_html(killed)
    with pytest.raises(UsageError, match="评测的进程起不来"):
        runner.start(["/none/such"], os.environ)


def test_cancelling_lets_it_clean_up(runner, tmp_path):
    code = f"""
from pathlib import Path
try:
    say("评测 0/3"); time.sleep(60)
except KeyboardInterrupt:
    Path({str(tmp_path / "cleaned")!r}).touch()"""
    child(runner, code)
    until(lambda: runner.progress.total == 3)
    runner.cancel()
    assert runner.progress.state == "cancelled"
    assert (tmp_path / "cleaned").exists()


def test_what_does_not_end_is_killed(runner, monkeypatch):
    monkeypatch.setattr(running, "GRACE", 0.2)
    child(
        runner, "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); say('评测 0/3'); time.sleep(60)"
    )
    until(lambda: runner.progress.total == 3)
    runner.cancel()
    assert runner.progress.state == "cancelled"


def test_rate_and_time_left():
    progress = Progress(state="running", done=32, total=640, seconds=4.0)
    assert progress.rate == 8.0
    assert progress.left == (640 - 32) / 8.0
    html = progress_html(progress)
    assert "正在评测：32/640，每秒 8.0 题，还要约 76 秒" in html
    assert 'max="640" value="32"' in html
    assert Progress(state="running", total=640).left is None
    assert "value" not in progress_html(Progress(state="running"))
    assert progress_html(Progress()) == ""
    assert [duration(seconds) for seconds in (0.4, 119.4, 120, 3600)] == [
        "0 秒",
        "119 秒",
        "2 分钟",
        "60 分钟",
    ]


def past(name, **fields):
    usual = {"started": WHEN, "questions": "yinju", "half": "all", "tag": "", "right": 0.76, "quotes": None}
    return PastRun(name=name, **usual | fields)


def test_the_list_of_runs_says_which_is_open_and_what_it_is_compared_with():
    runs = [past("b-a", tag="甲", half="dev"), past("c", questions="我的.csv"), past("baseline", right=0.5)]
    listed = runs_html(runs, "b-a")
    assert listed.count("aria-current") == 1
    assert '<button type="button" data-row="b-a" aria-current="true">' in listed
    for cell in ("甲", "调试的一半", "76.0%", "—", "我的.csv", "基线", "50.0%"):
        assert f"<td>{cell}</td>" in listed
    assert f"报告：{WHEN:%Y-%m-%d %H:%M} 甲，与基线（{WHEN:%Y-%m-%d %H:%M}）比较" in report_html(runs, "b-a")
    assert 'src="evaluation/report/b-a"' in report_html(runs, "b-a")
    assert "这是基线自己" in report_html(runs, "baseline")
    assert "还没有基线，不比较" in report_html(runs[:2], "c")
    assert report_html(runs, "none") == report_html([], "") == ""
    assert "还没有评测结果" in runs_html([], "")


def test_texts_of_others_show_as_text():
    row = Rated(number=3, time=WHEN, question=HOSTILE, rating="有误", note=HOSTILE, line="{}")
    case = dict.fromkeys(("question", "answerable", "facts", "reference", "quote", "note"), HOSTILE)
    shown = [
        feedback_html([row], 0),
        cases_html(Path("a.csv"), [case], Path(HOSTILE)),
        runs_html([past(HOSTILE, tag=HOSTILE, questions=HOSTILE)], ""),
        report_html([past(HOSTILE, tag=HOSTILE)], HOSTILE),
        progress_html(Progress(state="failed", message=HOSTILE)),
    ]
    for html in shown:
        assert "<img" not in html
        assert "&lt;img src=x onerror=alert(1)&gt; &quot;&#x27;&amp;" in html


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small evaluation with one run in it, by real child processes, and the options of a page over it."""
    root = small_evaluation(tmp_path_factory.mktemp("evaluation"))
    patch = pytest.MonkeyPatch()
    patch.setattr(evaluation_runs, "ROOT", root)
    assert evaluation_runs.obstacle() == ""
    assert evaluation_runs.past_runs() == []
    runner = Runner()
    runner.start(
        evaluation_runs.command("run", "--docs", str(DOCS), "--tag", "初次"), evaluation_runs.environment()
    )
    done = ended(runner)
    assert (done.state, done.done, done.total) == ("done", STEPS, STEPS), done.message
    yield WebOptions(data=root / "data")
    patch.undo()


@pytest.fixture
def client(small):
    app = FastAPI()
    app.include_router(evaluation_pages(small))
    return TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1))


def test_a_run_is_listed_and_its_report_served(small, client):
    (run,) = evaluation_runs.past_runs()
    assert (run.tag, run.questions, run.half) == ("初次", "yinju", "all")
    assert run.right is not None and 0 <= run.right <= 1
    answer = client.get(f"/evaluation/report/{run.name}")
    assert answer.status_code == 200
    assert "<h1>评测报告</h1>" in answer.text and "按问题类型" in answer.text
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script" not in answer.headers["content-security-policy"]


def test_a_report_is_written_anew_where_there_is_a_newer_run(small, monkeypatch):
    (run,) = evaluation_runs.past_runs()
    calls = []
    monkeypatch.setattr(
        evaluation_runs, "_call", lambda *arguments: Path(arguments[-1]).write_text(f"第{len(calls)}版")
    )
    folder = small.data / "kept"
    reports = Reports(folder)
    assert reports.page(run.name) == reports.page(run.name) == "第0版"
    calls.append(1)
    written = (folder / f"{run.name}.html").stat().st_mtime
    described = evaluation_runs.ROOT / "eval" / "runs" / run.name / "run.json"
    os.utime(described, (written + 1, written + 1))
    assert reports.page(run.name) == "第1版"


@pytest.mark.parametrize("name", ["none", "..%2f..%2frun", "%2e%2e", "baseline"])
def test_no_other_page_is_served(client, name):
    assert client.get(f"/evaluation/report/{name}").status_code == 404
    assert client.get(f"/evaluation/draft/{name}").status_code == 404


def test_a_damaged_run_is_passed_over(small):
    broken = evaluation_runs.ROOT / "eval" / "runs" / "20200101T000000000000"
    broken.mkdir()
    (broken / "run.json").write_text("{", encoding="utf-8")
    assert [run.tag for run in evaluation_runs.past_runs()] == ["初次"]
    shutil.rmtree(broken)


def feedback(question, rating, time, **fields):
    text = (DOCS / "000_32955ea674607d7a.txt").read_bytes().decode("utf-8-sig")
    start = text.index(QUOTE)
    span = Span(start=start, end=start + len(QUOTE))
    place = Place(file="000_32955ea674607d7a.txt", article="", paragraph=1, spans=(span,), quote=QUOTE)
    answer = Answer(
        question=question,
        standalone_question=question,
        sentences=(Sentence(text=f"{place.quote}。", citations=(1,)),),
        citations=(Citation(n=1, place=place),),
    )
    row = {"time": time, "question": question, "answer": answer_json(answer), "rating": rating} | fields
    return json.dumps(row, ensure_ascii=False)


def test_feedback_becomes_cases(small, client):
    assert load_feedback(small.data) == ([], 0)
    lines = [
        feedback("再贷款规模增加到多少？", "right", "2026-03-01T10:00:00+00:00"),
        '{"time": "damaged',
        "",
        feedback("哪年？", "wrong", "2026-03-02T10:00:00+00:00", note="=答的不是年份"),
    ]
    small.data.mkdir(exist_ok=True)
    (small.data / "feedback.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows, damaged = load_feedback(small.data)
    assert [(row.number, row.question, row.rating, row.note) for row in rows] == [
        (4, "哪年？", "有误", "=答的不是年份"),
        (1, "再贷款规模增加到多少？", "准确", ""),
    ]
    assert damaged == 1
    assert "有 1 行反馈读不出来" in feedback_html(rows, damaged)
    one = draft(rows[1:], DOCS, small.data)
    (case,) = drafted(one)
    assert (case["question"], case["facts"], case["answerable"]) == (
        "再贷款规模增加到多少？",
        "8000亿元",
        "是",
    )
    assert case["quote"] == QUOTE
    assert "要您补上" not in cases_html(one, [case], DOCS)
    both = draft(rows, DOCS, small.data)
    assert [case["question"] for case in drafted(both)] == ["哪年？", "再贷款规模增加到多少？"]
    assert "其中 1 题要您补上标准答案" in cases_html(both, drafted(both), DOCS)
    assert drafts(small.data) == [both, one]
    saved = client.get(f"/evaluation/draft/{both.name}")
    assert saved.headers["content-disposition"] == f'attachment; filename="{both.name}"'
    assert saved.content == both.read_bytes()
    far = client.get(f"/evaluation/draft/{both.name}", headers={"x-forwarded-for": "10.0.0.9"})
    assert far.status_code == 404


def test_a_draft_that_fails_says_why(small):
    row = Rated(number=1, time=WHEN, question="几？", rating="对", note="", line='{"question": "几？"}')
    with pytest.raises(UsageError, match="第 1 行不是一条反馈：缺少 answer"):
        draft([row], DOCS, small.data)


def test_what_is_missing_is_told_with_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(evaluation_runs, "find_spec", lambda name: None if name == "scipy" else object())
    assert evaluation_runs.obstacle().startswith(
        "评测要用的包没有装（scipy）：请运行 pip install -r requirements-dev.txt"
    )
    monkeypatch.setattr(evaluation_runs, "ROOT", tmp_path)
    assert "没有评测程序" in evaluation_runs.obstacle()
