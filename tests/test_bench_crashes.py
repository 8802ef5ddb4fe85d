"""The kills: what is told of an index that is whole, that is missing, and that was spoilt."""

import random
import shutil
from pathlib import Path

import pytest

from bench.crashes import command
from bench.crashes.command import LOST, NEW, NOTHING, OLD, Runs
from bench.crashes.killing import NONE, Folders, state

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    docs = tmp_path_factory.mktemp("docs")
    for name in ("001_af76cae5511be1fe.txt", "004_90f40236bc051bf2.txt"):
        shutil.copy(ROOT / "docs_src" / name, docs)
    return Folders(docs, tmp_path_factory.mktemp("folders"))


def test_the_two_forms_of_the_folder_answer_differently_and_come_back(folders):
    names = sorted(path.name for path in folders.docs.iterdir())
    assert len({*folders.states, NONE}) == 3
    folders.turn()
    assert sorted(path.name for path in folders.docs.iterdir()) == [names[0], "新.txt"]
    folders.turn()
    assert sorted(path.name for path in folders.docs.iterdir()) == names


@pytest.mark.parametrize(
    ("left", "before", "told"),
    [
        ("first", "second", NEW),
        ("second", "second", OLD),
        ("nothing", NONE, NOTHING),
        ("spoilt", "second", LOST),
        ("second", "first", LOST),
        ("nothing", "second", LOST),
    ],
)
def test_what_is_left_is_told(folders, tmp_path, monkeypatch, left, before, told):
    states = dict(zip(("first", "second"), folders.states, strict=True))
    index = tmp_path / "index"
    home = folders.docs.parent
    if left in states:
        shutil.copytree(home / left, index)
    if left == "spoilt":
        shutil.copytree(home / "first", index)
        next(index.glob("g*/documents.sqlite")).write_bytes(b"")
    monkeypatch.setattr(command, "run", lambda *_: (0.1, False))  # killed before it did anything
    runs = Runs(folders, index, 1.0, random.Random(1))
    assert list(runs.once(states.get(before, before))) == [told]
    assert runs.kills == 1
    assert left != "second" or state(folders.docs, index) == states["second"]


def test_a_run_that_ended_is_no_kill_and_the_next_is_killed_sooner(folders, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(command, "run", lambda *given: asked.append(given[3]) or (0.5, True))
    runs = Runs(folders, tmp_path / "index", 100.0, random.Random(1))
    for _ in range(20):
        assert list(runs.once(NONE)) == []
    assert runs.kills == 0
    assert asked[0] > 0.5 > max(asked[1:])
