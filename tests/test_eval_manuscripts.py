"""The manuscripts of the gold: what they hold, what is refused, and which findings in a sentence are right."""

import json
from collections import Counter
from pathlib import Path

import pytest

from eval.dataset import Change, DatasetError
from eval.manuscripts import Sentence, judged, load_manuscripts, run_manuscripts, sentence_faults, written_out
from eval.matching import RawTexts
from rag.datatypes import Checked, Difference, ManuscriptReport, Place, QuoteMatch, QuoteReport, Span

ROOT = Path(__file__).parent.parent
SENTENCES = load_manuscripts(ROOT / "eval" / "manuscript.jsonl", RawTexts(ROOT / "docs_src"))
DATASHEET = (ROOT / "eval" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_manuscript_has_thirty_sentences_of_each_sort_in_their_paragraphs(split):
    sentences = [one for one in SENTENCES if one.split == split]
    counts = Counter(one.expect for one in sentences)
    assert counts == {"exact": 6, "altered": 6, "spliced": 2, "paraphrase": 4, "not_found": 2, "own": 10}
    paragraphs = [one.paragraph for one in sentences]
    assert paragraphs == sorted(paragraphs)
    assert set(paragraphs) == set(range(7))
    for expect, count in counts.items():
        assert f"| {expect} | {count} |" in DATASHEET


# --- the loader


def load(folder, **changes):
    (folder / "a.txt").write_text("办法将于2026年\n\n4月1日起实施。办法好得很。", encoding="utf-8")
    sentence = {
        "id": "m1",
        "split": "dev",
        "paragraph": 1,
        "text": "他说，办法将于2027年4月1日起实施。",
        "expect": "altered",
        "file": "a.txt",
        "given": "2027",
        "source": "2026",
        "note": "",
    }
    path = folder / "manuscript.jsonl"
    kept = {key: value for key, value in (sentence | changes).items() if value != "left out"}
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    (loaded,) = load_manuscripts(path, RawTexts(folder))
    return loaded


UNCHANGED = {"given": "left out", "source": "left out"}


def test_a_change_and_what_stands_behind_a_lead_in_are_read(tmp_path):
    assert load(tmp_path).changes == (Change(given="2027", source="2026"),)
    quoting = UNCHANGED | {"text": "这里写着“办法将于2026年4月1日起实施。”的话", "expect": "exact"}
    assert load(tmp_path, **quoting).changes == ()
    assert load(tmp_path, **UNCHANGED, text="不说2026年的事。", expect="own", file=None).file is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": "train"}, "split 是 train"),
        ({"expect": "odd"}, "expect 是 odd"),
        ({"file": None}, "只有 own 和 not_found 没有出处文件"),
        ({"expect": "own"}, "只有 own 和 not_found 没有出处文件"),
        (UNCHANGED, "altered 要写 given 和 source"),
        ({"expect": "spliced"}, "altered 要写 given 和 source"),
        ({"source": "2028"}, "改回 2028 后仍不是"),
        ({"text": "办法将于2026年4月1日起实施。"}, "不是改动过的"),
        (UNCHANGED | {"expect": "exact"}, "里没有这句话"),
        (UNCHANGED | {"expect": "own", "file": None, "text": "我看办法将于2026年4月施行。"}, "文件里有其中的话"),
        ({"colour": "red"}, "第 1 行的字段不对"),
    ],
)  # fmt: skip
def test_a_sentence_that_does_not_fit_what_is_expected_of_it_is_refused(tmp_path, changes, message):
    with pytest.raises(DatasetError, match=message):
        load(tmp_path, **changes)


# --- the judge


def found(text, verdict=None, *, at=0, file="a.txt", told=(), claimed=False, named=None):
    """Return a finding; without a verdict the author's own words."""
    place = Place(file=file, article="", paragraph=1, spans=(Span(start=0, end=2),), quote="")
    matches = (QuoteMatch(place=place, similarity=1.0, differences=told),)
    report = (
        QuoteReport(quote=text, verdict=verdict, matches=() if verdict == "not_found" else matches)
        if verdict
        else None
    )
    spans = (Span(start=at, end=at + len(text)),)
    return Checked(spans=spans, text=text, claimed=claimed, report=report, attribution=named)


def expected(expect, text="他说：“办法好得很。”", **more):
    file = None if expect in ("own", "not_found") else "a.txt"
    return Sentence(
        id="m1",
        split="dev",
        text=text,
        expect=expect,
        **{"paragraph": 1, "file": file, "changes": (), **more},
    )


LEAD = found("他说：")
YEAR = Difference(given="2027年", source="2026年", kind="date")
SPEAKER = Difference(given="他", source="她", kind="name")


@pytest.mark.parametrize(
    ("parts", "number"),
    [
        ([LEAD], None),
        ([LEAD, found("办法好", "exact", claimed=True)], 1),
        ([found("很长的一截话", "altered"), found("办法", "not_found", claimed=True)], 1),
        ([found("办法好", "exact"), found("很长的一截话", "altered"), LEAD], 1),
    ],
)
def test_the_part_that_claims_to_quote_is_judged_and_else_the_longest_that_does(parts, number):
    assert judged(parts) is (None if number is None else parts[number])


@pytest.mark.parametrize(
    ("expect", "parts", "wrong"),
    [
        ("own", [LEAD], {}),
        ("own", [LEAD, found("办法", "exact")], {"verdict": ("判为 exact，应为 own",)}),
        ("own", [found("办法", "not_found", claimed=True)], {"verdict": ("判为 not_found，应为 own",)}),
        ("not_found", [LEAD, found("办法", "not_found", claimed=True)], {}),
        ("not_found", [LEAD], {"verdict": ("判为 own，应为 not_found",)}),
        ("exact", [LEAD, found("办法", "exact")], {}),
        ("exact", [LEAD, found("办法", "exact", named=SPEAKER)], {"difference": ("不该报说话人：他 应为 她",)}),
        ("exact", [found("办法", "exact", file="b.txt")], {"place": ("没有指出出自 a.txt",)}),
        ("exact", [LEAD], {"verdict": ("判为 own，应为 exact",), "place": ("没有指出出自 a.txt",)}),
        ("altered", [found("办法", "altered", told=(YEAR,))], {}),
        ("altered", [found("办法", "altered")], {"difference": ("没有指出 2027 应为 2026，报的是：无",)}),
        ("spliced", [found("办法", "altered")], {"verdict": ("判为 altered，应为 spliced",)}),
        ("paraphrase", [found("办法", "paraphrase")], {}),
    ],
)  # fmt: skip
def test_what_is_found_in_a_sentence_is_held_against_what_is_expected(expect, parts, wrong):
    changes = (Change(given="2027", source="2026"),) if expect == "altered" else ()
    faults = sentence_faults(expected(expect, changes=changes), parts)
    assert {aspect: told for aspect, told in faults.items() if told} == wrong


# --- put to the program

MANUSCRIPT = (
    expected("own", "标题", paragraph=0),
    expected("exact", "办法好得很。"),
    expected("exact", "办法真好。"),
    expected("own", "完。", paragraph=2),
)


class Fake:
    def __init__(self, *checked):
        self.checked = checked

    def check(self, manuscript):
        if not self.checked:
            raise ValueError("坏了")
        return ManuscriptReport(text=manuscript.text, checked=self.checked)


def test_a_manuscript_is_written_out_a_paragraph_a_line():
    text, ranges = written_out(MANUSCRIPT)
    assert text == "标题\n办法好得很。办法真好。\n完。"
    assert [text[start:end] for start, end in ranges] == [one.text for one in MANUSCRIPT]


def test_a_finding_over_two_sentences_is_that_of_both(tmp_path):
    (tmp_path / "a.txt").write_text("办法好得很。办法真好。", encoding="utf-8")
    fake = Fake(found("标题"), found("办法好得很。办法真好。", "exact", at=3), found("完。", at=15))
    rows = run_manuscripts(fake, MANUSCRIPT, RawTexts(tmp_path))
    assert [row.verdict for row in rows] == ["own", "exact", "exact", "own"]
    assert all(row.right for row in rows)
    assert rows[1].scores == {"verdict": 1, "place": 1, "difference": 1}
    assert len({row.seconds for row in rows}) == 1


def test_a_manuscript_that_fails_is_rows_with_the_traceback(tmp_path):
    rows = run_manuscripts(Fake(), MANUSCRIPT, RawTexts(tmp_path))
    assert [row.right for row in rows] == [False] * 4
    assert all("坏了" in row.error for row in rows)


def test_the_program_leaves_the_words_of_the_author_alone_and_finds_the_exact(assistant):
    sentences = [one for one in SENTENCES if one.split == "dev"]
    rows = run_manuscripts(assistant, sentences, RawTexts(ROOT / "docs_src"))
    assert [row.id for row in rows] == [one.id for one in sentences]
    assert [row.id for row in rows if row.expected in ("own", "exact") and not row.right] == []
