"""Answers that were given a link, feedback, and what is given away of them: nothing lost, nothing altered."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant

from eval.own.feedback import load_feedback
from rag import feedback
from rag.datatypes import Turn
from rag.errors import UsageError, YinjuError
from rag.kept import Kept, KeptAnswer

HISTORY = (Turn(role="user", content="前文？"), Turn(role="assistant", content="后文。\u2028[1]"))


def answer_to(question):
    *_, last = FakeAssistant(0).stream(question)
    return last.answer


ANSWER = answer_to("再贷款多少？")
ROOT = Path(__file__).parent.parent


# --- kept


def test_what_is_kept_comes_back_under_one_name(tmp_path):
    kept = Kept(tmp_path / "made" / "answers")
    identifier = kept.keep(ANSWER, HISTORY)
    assert kept.keep(ANSWER, HISTORY) == identifier
    (file,) = (tmp_path / "made" / "answers").iterdir()
    assert file.name == f"{identifier}.json" and len(identifier) == 22
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept.get(identifier) == KeptAnswer(answer=ANSWER, history=HISTORY)
    assert kept.keep(ANSWER) != identifier


def test_only_an_id_opens_a_file(tmp_path):
    kept = Kept(tmp_path / "answers")
    identifier = kept.keep(ANSWER)
    (tmp_path / "secret.json").write_text("{}")
    for other in ("../secret", f"../answers/{identifier}", identifier[:-1], f"{identifier}\n", "", "a" * 22):
        assert kept.get(other) is None
    assert Kept(tmp_path / "none").get(identifier) is None
    assert not (tmp_path / "none").exists()


def test_an_altered_file_is_not_given_away(tmp_path):
    kept = Kept(tmp_path)
    identifier = kept.keep(ANSWER)
    file = tmp_path / f"{identifier}.json"
    file.write_text(file.read_text(encoding="utf-8").replace("1.2", "1.5"), encoding="utf-8")
    with pytest.raises(UsageError, match="已损坏或被改动过"):
        kept.get(identifier)
    file.write_bytes(b"")
    with pytest.raises(UsageError, match="已损坏或被改动过"):
        kept.get(identifier)


def numbered(count):
    return [replace(ANSWER, seconds={"total": float(n)}) for n in range(count)]


def test_the_oldest_make_room(tmp_path):
    kept = Kept(tmp_path, files=3)
    (tmp_path / "notes.md").write_text("不是这里的")
    names = []
    for answer in numbered(5):
        names.append(kept.keep(answer))
        for age, name in enumerate(reversed(names)):
            if (tmp_path / f"{name}.json").exists():
                os.utime(tmp_path / f"{name}.json", (1000 - age, 1000 - age))
    assert {path.stem for path in tmp_path.glob("*.json")} == set(names[2:])
    assert (tmp_path / "notes.md").exists()


def test_bytes_are_bounded_too(tmp_path):
    size = (tmp_path / f"{Kept(tmp_path).keep(ANSWER)}.json").stat().st_size
    half_written = tmp_path / "left.tmp"
    half_written.write_bytes(b"x" * size)
    for path in tmp_path.iterdir():
        os.utime(path, (1000, 1000))
    kept = Kept(tmp_path, size=size + 100)
    newest = kept.keep(numbered(1)[0])
    assert [path.stem for path in tmp_path.iterdir()] == [newest]
    with pytest.raises(UsageError, match="超过存放的上限"):
        Kept(tmp_path, size=10).keep(ANSWER)
    assert kept.get(newest)


def test_many_keep_at_once(tmp_path):
    answers = numbered(40)
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(Kept(tmp_path).keep, answers))
    assert [Kept(tmp_path).get(name) for name in names] == [KeptAnswer(answer=each) for each in answers]
    assert len(list(tmp_path.iterdir())) == 40


def test_what_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(YinjuError, match="回答存不下来"):
        Kept(tmp_path / "file").keep(ANSWER)
    with pytest.raises(UsageError, match="不成字的编码"):
        Kept(tmp_path).keep(replace(ANSWER, question="\ud800"))


# --- feedback


def test_feedback_is_what_the_evaluation_reads(tmp_path):
    file = tmp_path / "made" / "feedback.jsonl"
    refusal = answer_to("增长目标")
    before = datetime.now(UTC).replace(microsecond=0)
    feedback.append(file, ANSWER, HISTORY, "right")
    feedback.append(file, refusal, (), "wrong", " 明明有\u2028啊\n ")
    right, wrong = load_feedback(file)
    assert (right.question, right.history, right.rating, right.note) == ("再贷款多少？", HISTORY, "right", "")
    assert right.said == tuple(sentence.text for sentence in ANSWER.sentences)
    assert right.places == tuple(citation.place for citation in ANSWER.citations)
    assert (wrong.refused, wrong.rating, wrong.note) == (True, "wrong", "明明有\u2028啊")
    assert before <= datetime.fromisoformat(right.time) <= datetime.now(UTC)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_note_is_limited(tmp_path):
    feedback.append(tmp_path / "f.jsonl", ANSWER, (), "wrong", "字" * feedback.MAX_NOTE)
    with pytest.raises(UsageError, match="备注有 1001 个字，超过 1000 字的上限"):
        feedback.append(tmp_path / "f.jsonl", ANSWER, (), "wrong", "字" * 1001)
    assert len(load_feedback(tmp_path / "f.jsonl")) == 1


def test_feedback_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(YinjuError, match="反馈存不下来"):
        feedback.append(tmp_path, ANSWER, (), "right")
    with pytest.raises(UsageError, match="不成字的编码"):
        feedback.append(tmp_path / "f.jsonl", ANSWER, (), "right", "\udc00")


WRITER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
sys.path.insert(0, "tests")
from test_kept import ANSWER
from rag import feedback

def write(n):
    feedback.append(Path(sys.argv[1]), ANSWER, (), "right", f"{sys.argv[2]}-{n} " + "长" * 900)

with ThreadPoolExecutor(4) as pool:
    list(pool.map(write, range(50)))
"""


def test_processes_and_threads_at_once_lose_no_line(tmp_path):
    file = tmp_path / "made" / "feedback.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(file), str(number)], cwd=ROOT)
        for number in range(3)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    notes = {row.note.split()[0] for row in load_feedback(file)}
    assert notes == {f"{process}-{n}" for process in range(3) for n in range(50)}
    assert len(file.read_text(encoding="utf-8").splitlines()) == 150


def test_feedback_is_json_of_one_line_each(tmp_path):
    feedback.append(tmp_path / "f.jsonl", ANSWER, HISTORY, "right")
    text = (tmp_path / "f.jsonl").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 1 and text.endswith("}\n") and "再贷款" in text
    assert json.loads(text)["history"][1]["content"] == "后文。\u2028[1]"
