"""The structure evaluation: its figures by worked examples, its labels by their texts, its command."""

import hashlib
import json
import lzma
from pathlib import Path

import pytest

import eval.cli as cli
from eval import structure_run
from eval.dataset import DatasetError
from eval.structure import Counts, edges, extent, measure, ranks, total
from eval.structure_labels import Label, LabelledArticle, faults, load_labels
from rag.datatypes import Article, Block, Document, Paragraph, Source, Span, cut

ROOT = Path(__file__).parent.parent
LABELS = load_labels(ROOT / "eval" / "structure.jsonl")
OURS = [label for label in LABELS if label.set == "docs_src"]


def span(start, end):
    return Span(start=start, end=end)


def labelled(text, blocks, **fields):
    """Label a text; `blocks` are (kind, words) in order, words that a bar cuts are pieces."""
    found = []
    for kind, words in blocks:
        starts = [(text.index(piece), piece) for piece in words.split("|")]
        found.append((kind, tuple(span(start, start + len(piece)) for start, piece in starts)))
    usual = {
        "set": "train/news/docs",
        "id": "n1",
        "split": "dev",
        "field": "text",
        "kind": "新闻",
        "title": None,
        "articles": (),
    }
    return Label(
        **usual | fields,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        characters=len(text),
        blocks=tuple(found),
    )


def parsed(text, paragraphs, **fields):
    """Return a document of one article with the paragraphs given as tuples of spans, and no noise."""
    found = tuple(
        Paragraph(number=number, text=cut(text, spans), spans=spans)
        for number, spans in enumerate(paragraphs, start=1)
    )
    article = Article(span=span(0, len(text)), paragraphs=found, **fields)
    return Document(source=Source(file="n", text=text, sha256=""), articles=(article,), noise=())


# --- the figures

# The lines begin at 0, 3, 7, 9 and 12, the last behind a blank.
TEXT = "题目\n甲乙丙\n图\n丁戊\n 己庚"
BLOCKS = [("title", "题目"), ("paragraph", "甲乙丙|丁戊"), ("noise", "图"), ("paragraph", "己庚")]


def test_ranks_leave_white_space_out():
    assert ranks("a b\n c") == [0, 1, 1, 2, 2, 2, 3]


def test_a_start_and_an_end_at_one_place_are_two_boundaries_and_white_space_is_none():
    rank = ranks("ab\n cd")
    assert edges(rank, [[span(0, 2)], [span(4, 6)]]) == {("start", 0), ("end", 2), ("start", 2), ("end", 4)}
    assert edges(rank, [[span(0, 3)], [span(3, 6)]]) == edges(rank, [[span(0, 2)], [span(4, 6)]])


def test_the_extent_of_a_block_does_not_depend_on_its_pieces():
    rank = ranks("ab\ncd")
    assert extent(rank, [span(0, 5)]) == extent(rank, [span(0, 2), span(3, 5)]) == (0, 1, 2, 3)


def test_a_document_that_is_right_in_everything():
    text = "题目\n甲乙丙\n丁戊"
    label = labelled(
        text, [("title", "题目"), ("paragraph", "甲乙丙"), ("paragraph", "丁戊")], title=span(0, 2)
    )
    document = parsed(
        text,
        [(span(3, 6),), (span(7, 9),)],
        title="题目",
        metadata=(Block(kind="title", text="题目", span=span(0, 2)),),
    )
    counts = measure(label, document)
    assert (counts.precision, counts.recall, counts.f1, counts.whole) == (1, 1, 1, 1)
    assert (counts.characters, counts.lost, counts.twice, counts.titles_right) == (7, 0, 0, 1)


def test_boundaries_paragraphs_and_noise_by_hand():
    """The reader sees 甲乙丙丁戊 and 己庚; the program gives 甲乙丙图丁 and 丁戊己庚, and leaves the title out."""
    first, second = (span(3, 6), span(7, 8), span(9, 10)), (span(9, 11), span(13, 15))
    counts = measure(labelled(TEXT, BLOCKS), parsed(TEXT, [first, second]))
    # Labelled: starts 2 (甲) and 8 (己), ends 8 (戊) and 10. Found: starts 2 and 6 (丁), ends 7 and 10.
    assert (counts.edges, counts.edges_found, counts.edges_right) == (4, 4, 2)
    assert (counts.precision, counts.recall, counts.f1) == (2 / 4, 2 / 4, 2 * 2 / (4 + 4))
    assert (counts.paragraphs, counts.exact, counts.whole) == (2, 0, 0)
    assert (counts.noise, counts.noise_inside, counts.text_outside) == (1, 1, 0)
    assert (counts.lost, counts.twice) == (2, 1)  # 题目 lost, 丁 in both


def test_nothing_found_has_no_precision():
    counts = measure(labelled("甲乙", [("paragraph", "甲乙")]), parsed("甲乙", []))
    assert (counts.precision, counts.recall, counts.f1, counts.whole) == (None, 0, 0, 0)
    assert (counts.text_outside, counts.lost) == (2, 2)


def test_a_title_that_is_not_stated_must_not_be_given():
    label = labelled("甲乙", [("paragraph", "甲乙")])
    assert measure(label, parsed("甲乙", [], title="甲")).titles_right == 0
    assert measure(label, parsed("甲乙", [])).titles_right == 1


def test_articles_by_hand():
    """Two articles labelled, one found: its start is right, its title is the first's, its date the second's too."""
    text = "甲题\n甲文\n乙题\n乙文"
    articles = tuple(
        LabelledArticle(span=where, title=title, date="2026-01-06", authors=authors)
        for where, title, authors in [(span(0, 5), span(0, 2), ("张三",)), (span(6, 11), span(6, 8), ())]
    )
    label = labelled(
        text,
        [("title", "甲题"), ("paragraph", "甲文"), ("title", "乙题"), ("paragraph", "乙文")],
        articles=articles,
    )
    counts = measure(label, parsed(text, [], title="甲 题", date="2026-01-06", authors=("张三",)))
    assert (counts.borders, counts.borders_found, counts.borders_right) == (4, 2, 2)
    assert (counts.titles, counts.titles_right) == (2, 1)
    assert (counts.dates_right, counts.authors_right) == (2, 1)


def test_totals_are_shares_of_sums():
    one = Counts(edges=10, edges_found=10, edges_right=10, paragraphs=5, exact=5)
    other = Counts(edges=2, edges_found=6, edges_right=0, paragraphs=1)
    both = total([one, other])
    assert (both.documents, both.precision, both.recall, both.f1) == (2, 10 / 16, 10 / 12, 20 / 28)
    assert both.whole == 5 / 6
    assert total([]).documents == 0


# --- the labels


@pytest.mark.parametrize("label", OURS, ids=lambda label: label.id)
def test_labels_cover_the_five_documents_once(label):
    text = (ROOT / "docs_src" / label.id).read_bytes().decode("utf-8")
    assert faults(label, text) == []
    assert {label.id for label in OURS} == {path.name for path in (ROOT / "docs_src").iterdir()}


def test_the_labels_hold_offsets_and_no_text():
    for line in (ROOT / "eval" / "structure.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        assert all(isinstance(value, int) for _, *offsets in entry["blocks"] for value in offsets)
        assert len(entry["kind"]) < 20
    assert len({label.kind for label in LABELS if label.set != "docs_src"}) >= 10


def test_twelve_documents_of_other_sets_are_held_out():
    held = [label for label in LABELS if label.split == "heldout"]
    assert len(held) == 12
    assert "docs_src" not in {label.set for label in held}
    assert len({label.kind for label in held}) >= 7


def test_a_photo_credit_is_noise_and_no_byline():
    (label,) = (label for label in OURS if label.id.startswith("004"))
    text = (ROOT / "docs_src" / label.id).read_bytes().decode("utf-8")
    noise = [text[piece.start : piece.end] for pieces in label.pieces("noise") for piece in pieces]
    assert [words for words in noise if words.endswith("/摄")] == ["新华社记者\n张博文/摄"]
    assert [article.authors for article in label.articles] == [("张伟",), (), ("姚雯",)]


def test_a_label_that_does_not_fit_its_text_is_told():
    label = labelled("甲乙", [("paragraph", "甲")])
    assert faults(label, "甲乙") == ["标注没有恰好一次盖住第 1 个字符"]
    assert faults(label, "甲丙") == ["文本与标注时不同"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"blocks": [["paragraph", 0]]}, "第 1 行的字段不对"),
        ({"blocks": [["verse", 0, 1]]}, "第 1 行的字段不对"),
        ({"blocks": [["noise", 3, 4], ["noise", 0, 1]]}, "第 1 行的字段不对"),
        ({"blocks": [], "split": "test"}, "第 1 行的字段不对"),
        ({}, "第 1 行的字段不对"),
        ({"blocks": []}, "第 2 行：s 的 i 重复"),
    ],
)
def test_malformed_labels(tmp_path, entry, message):
    usual = {"set": "s", "id": "i", "split": "dev", "kind": "k", "sha256": "", "characters": 0, "title": None}
    line = usual | entry
    path = tmp_path / "labels.jsonl"
    path.write_text(f"{json.dumps(line)}\n" * 2, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_labels(path)


# --- the command

NEWS = "要闻速递\n\n会议强调，要把各项工作部署到位、落实到位、检查到位，确保完成全年目标任务。\n"


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    (folder / "train" / "news").mkdir(parents=True)
    rows = [{"id": "n0", "text": "短。"}, {"id": "n1", "text": NEWS, "answers": ["甲" * 100, "短"]}]
    with lzma.open(folder / "train" / "news" / "docs.jsonl.xz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return folder


def news(**fields):
    return labelled(NEWS, [("title", "要闻速递"), ("paragraph", NEWS.split("\n")[2])], **fields)


def test_a_label_is_measured_where_its_text_is_at_hand(data, tmp_path):
    others = [
        news(id="gone"),
        news(set="train/other/docs"),
        news(set="docs_src", id="none.txt"),
        labelled("短！", [("paragraph", "短！")], id="n0"),
    ]
    measured = structure_run.measure_all([news(), *others[:1]], tmp_path, data)
    assert [label.id for label, _ in measured.rows] == ["n1"]
    assert measured.rows[0][1].paragraphs == 1
    assert measured.skipped == {"gone": "train/news/docs 里没有这一篇"}
    reasons = [structure_run.measure_all([label], tmp_path, data).skipped for label in others[1:]]
    assert reasons[0] == {"n1": "数据文件夹里没有 train/other/docs.jsonl.xz"}
    assert "none.txt" in reasons[1]
    assert reasons[2] == {"n0": "文本与标注时不同"}
    assert structure_run.measure_all([news()], tmp_path, None).skipped == {"n1": "没有给出 --data"}


def test_held_out_documents_are_summed_apart(data, tmp_path):
    short = labelled("短。", [("paragraph", "短。")], id="n0", split="heldout")
    measured = structure_run.measure_all([news(), short], tmp_path, data)
    sums = structure_run.groups(measured)
    assert list(sums) == ["新闻", "留出·新闻", "合计：其他来源", "合计：留出文档", "合计"]
    assert [row.documents for row in sums.values()] == [1, 1, 1, 1, 2]
    assert (sums["合计：其他来源"].characters, sums["合计：留出文档"].characters) == (41, 2)
    rows = structure_run.as_json(measured, None)["documents"]
    assert [(row["id"], row["split"]) for row in rows] == [("n1", "dev"), ("n0", "heldout")]


def test_a_crash_is_a_row_and_breaks_the_rule(data, tmp_path, monkeypatch):
    def fail(source):
        raise RuntimeError("坏")

    monkeypatch.setattr(structure_run, "parse", fail)
    measured = structure_run.measure_all([news()], tmp_path, data)
    assert measured.skipped == {"n1": "解析出错：RuntimeError: 坏"}
    assert structure_run.broken(measured, None)
    swept = structure_run.sweep(data)
    assert (swept.texts, len(swept.crashes)) == (3, 3)
    assert swept.crashes[0] == "train/news/docs.jsonl.xz 第 1 行：RuntimeError: 坏"


def test_what_a_sweep_takes(data):
    row = {
        "text": "短",
        "query": "短",
        "answers": ["长" * 100, "短"],
        "nested": {"text": "也短"},
        "year": 2026,
    }
    assert list(structure_run.swept(row)) == ["短", "长" * 100, "也短"]
    swept = structure_run.sweep(data)
    assert swept.texts == 3
    assert swept.bytes == len("短。".encode()) + len(NEWS.encode()) + 300
    assert (swept.lost, swept.twice, swept.crashes) == (0, 0, ())
    assert swept.seconds > 0


def test_the_command_without_data_measures_the_five_documents_and_says_so(capsys):
    assert cli.main(["structure", "--docs", str(ROOT / "docs_src")]) == 0
    out = capsys.readouterr().out
    assert "合计：本库" in out
    assert f"未测 {len(LABELS) - 5} 篇，没有给出 --data" in out


def test_the_command_in_json_with_a_sweep(data, capsys):
    docs = str(ROOT / "docs_src")
    assert cli.main(["structure", "--docs", docs, "--data", str(data), "--all", "--json"]) == 0
    given = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in given["documents"]] == [label.id for label in OURS]
    assert {row["split"] for row in given["documents"]} == {"dev"}
    assert given["groups"]["合计"]["documents"] == 5
    assert given["groups"]["合计"]["lost"] == 0
    assert given["sweep"]["texts"] == 3
    assert len(given["skipped"]) == len(LABELS) - 5


@pytest.mark.parametrize("arguments", [["--all"], ["--data", "no/such/folder"]])
def test_bad_usage(arguments, capsys):
    assert cli.main(["structure", *arguments]) == 2
    assert capsys.readouterr().err
