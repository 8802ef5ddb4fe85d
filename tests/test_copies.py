"""Ten reprints of a press text: one hit, one citation with nine other places; what was altered stays apart."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rag.__main__ import main
from rag.answering.candidates import gather
from rag.answering.copies import with_copies
from rag.answering.evidence import passages_of, place_of
from rag.assistant import open_assistant
from rag.config import Settings
from rag.datatypes import Answer, Chunk, Citation, Filters, Hit, Sentence, Source, Span, cut
from rag.retrieval import RetrievalOptions, search
from rag.structure import parse
from rag.text import squeeze
from tests.reprints import FIGURE, OTHERS, QUESTION, TITLE, reprint, reprints, write

ALTERED = "改数.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A docs folder with the reprints, one with another figure, and two other texts; and its index."""
    place = tmp_path_factory.mktemp("copies")
    write(place / "docs", {**reprints(), **OTHERS, ALTERED: reprint(0).replace("860", "960")})
    return place


@pytest.fixture(scope="module")
def assistant(folder):
    return open_assistant(Settings(docs=folder / "docs", index=folder / "index"))


@pytest.fixture
def run(folder, monkeypatch, capsys):
    """Run a command over the folder: exit status and standard output."""

    def command(*arguments):
        places = ("--docs", folder / "docs", "--index", folder / "index")
        monkeypatch.setattr(sys, "argv", ["rag", *map(str, (*arguments, *places))])
        return main(), capsys.readouterr().out

    return command


def stands(folder, record, text):
    """Whether a record's text is the raw text at its spans."""
    raw = (folder / "docs" / record["file"]).read_text(encoding="utf-8")
    return squeeze("".join(raw[a:b] for a, b in record["spans"])) == squeeze(record[text])


def test_ten_reprints_are_one_citation_with_nine_other_places(run, folder, tmp_path):
    status, out = run("ask", QUESTION, "--json")
    citation, other = json.loads(out)["citations"]
    assert status == 0
    (conflict,) = json.loads(out)["conflicts"]
    assert conflict["citations"] == [1, 2] and "860个" in conflict["message"]
    assert other["file"] not in reprints() and other["also"] == []
    assert {citation["file"], *(place["file"] for place in citation["also"])} == reprints().keys()
    assert len(citation["also"]) == 9
    for place in (citation, *citation["also"]):
        assert place["quote"].replace(",", "，") == FIGURE and stands(folder, place, "quote")
    (broken,) = (place for place in citation["also"] if place["file"] == "转载4.txt")
    assert len(broken["spans"]) == 2

    exported = tmp_path / "answer.json"
    exported.write_text(out, encoding="utf-8")
    assert run("verify", exported) == (0, "11 处引文都与源文件一致\n")
    record = json.loads(out)
    record["citations"][0]["also"][8]["quote"] = FIGURE.replace("860", "960")
    exported.write_text(json.dumps(record), encoding="utf-8")
    assert run("verify", exported) == (1, "")


def test_the_terminal_lists_the_other_places(run):
    _, out = run("ask", QUESTION)
    assert "    另见 9 处：\n" in out and out.count(f"      · 《{TITLE}》第 1 段（") == 9
    _, out = run("search", QUESTION, "-k", "2")
    told = [int(number) for number in re.findall(r"^   另见 (\d+) 处", out, re.MULTILINE)]
    assert told and sum(told) == out.count(f"\n     · 《{TITLE}》第 ")


def test_a_search_returns_distinct_passages(run, folder):
    _, out = run("search", QUESTION, "--json")
    hits = json.loads(out)["hits"]
    passages = [(copy["file"], tuple(map(tuple, copy["spans"]))) for h in hits for copy in (h, *h["also"])]
    assert len(set(passages)) == len(passages) > 3 * len(hits)
    for hit in hits:
        assert all(stands(folder, place, "text") for place in (hit, *hit["also"]))
        numbers = {
            number for number in ("860", "960") for place in (hit, *hit["also"]) if number in place["text"]
        }
        assert len(numbers) < 2
    (altered,) = (hit for hit in hits if "960" in hit["text"])
    assert altered["file"] == ALTERED and altered["also"] == []


def test_copies_stay_within_the_filter(assistant):
    admitted = ("转载1.txt", "转载3.txt", "桥梁.txt")
    found = assistant.search(QUESTION, 10, Filters(files=admitted))
    together = [chunk for hit in found for chunk in (hit.chunk, *hit.copies)]
    assert {chunk.file for chunk in together} == set(admitted)
    assert len({chunk.id for chunk in together}) == len(together)


def test_a_search_goes_deeper_where_copies_crowd_the_list(tmp_path):
    texts = {f"{n}.txt": reprint(0) for n in range(40)}
    write(tmp_path / "docs", texts | OTHERS | {ALTERED: reprint(0).replace("860", "960")})
    index = open_assistant(Settings(docs=tmp_path / "docs", index=tmp_path / "index")).index
    shallow = RetrievalOptions(depth=12)
    found = search(index, QUESTION, 2, shallow)
    assert [("960" in hit.chunk.text, len(hit.copies) > 12) for hit in found] in (
        [(False, True), (True, False)],
        [(True, False), (False, True)],
    )
    everything = search(index, QUESTION, index.documents.count(), shallow)
    assert {chunk.id for hit in everything for chunk in (hit.chunk, *hit.copies)} == {
        chunk.id for chunk in index.documents.all_chunks()
    }


def one_hit(*texts):
    """Return a hit of the first text with copies of the others, and what finds their documents."""
    documents = {
        f"{n}.txt": parse(Source(file=f"{n}.txt", text=text, sha256="")) for n, text in enumerate(texts)
    }
    chunks = []
    for n, (file, document) in enumerate(documents.items()):
        paragraphs = document.articles[0].paragraphs
        spans = tuple(span for paragraph in paragraphs for span in paragraph.spans)
        text = cut(document.source.text, spans)
        numbers = (1, len(paragraphs))
        chunks.append(
            Chunk(id=n, file=file, article=0, paragraphs=numbers, text=text, spans=spans, context="")
        )
    return Hit(chunk=chunks[0], score=0.5, ranks={}, copies=tuple(chunks[1:])), documents.__getitem__


def cited(document, words):
    """Return an answer that cites `words` in the first text."""
    source = document("0.txt").source
    start = source.text.index(words)
    paragraph = next(
        p for p in document("0.txt").articles[0].paragraphs if p.spans[0].start <= start < p.spans[-1].end
    )
    place = place_of(
        document("0.txt"),
        document("0.txt").articles[0],
        paragraph,
        (Span(start=start, end=start + len(words)),),
    )
    return Answer(
        question="",
        standalone_question="",
        sentences=(Sentence(text=words, citations=(1,)),),
        citations=(Citation(n=1, place=place),),
    )


TEXT = "清河市图书馆公布安排。阅览室延长开放，周末照常，共设座位860个。读者凭借书证入馆。"


@pytest.mark.parametrize(
    ("words", "copy", "there"),
    [
        ("读者凭借书证入馆。", TEXT.replace("。", "。\n\n"), "读者凭借书证入馆。"),
        ("周末照常，", TEXT.replace("，", ","), "周末照常"),
        ("共设座位860个。", f"另讯。{TEXT}", "共设座位860个。"),
        (TEXT[11:], TEXT.replace("。", "。\n\n"), TEXT[11:]),
        ("周末照常，", TEXT.replace("860", "960"), None),
        ("周末照常，", TEXT.replace("延长", "延迟"), None),
        ("读者凭借书证入馆。", TEXT.replace("860", "960"), "读者凭借书证入馆。"),
    ],
)
def test_the_other_place_is_that_of_the_same_sentence(words, copy, there):
    hit, document = one_hit(TEXT, copy)
    (citation,) = with_copies(cited(document, words), [hit], document).citations
    assert [place.quote for place in citation.also] == ([] if there is None else [there])
    for place in citation.also:
        assert place.file == "1.txt" and cut(document("1.txt").source.text, place.spans) == place.quote


def test_copies_of_copies_are_copies():
    hit, document = one_hit(TEXT, TEXT, TEXT)
    first, last = hit.copies
    chained = [replace(hit, copies=(first,)), Hit(chunk=first, score=0.1, ranks={}, copies=(last,))]
    (citation,) = with_copies(cited(document, "读者凭借书证入馆。"), chained, document).citations
    assert [place.file for place in citation.also] == ["1.txt", "2.txt"]
    apart = [replace(hit, copies=()), Hit(chunk=first, score=0.1, ranks={}, copies=(last,))]
    (citation,) = with_copies(cited(document, "读者凭借书证入馆。"), apart, document).citations
    assert citation.also == ()


def test_what_a_copy_says_besides_can_answer():
    more = "儿童阅览室的开放时间不变。"
    hit, document = one_hit(TEXT, f"{TEXT}{more}", f"{more}{TEXT}")
    assert [c.text for c in gather([hit], document)].count(more) == 1
    assert len(gather([hit], document)) == len(gather([replace(hit, copies=())], document)) + 1
    answer = cited(document, "读者凭借书证入馆。")
    place = replace(
        answer.citations[0].place, file="1.txt", spans=(Span(start=len(TEXT), end=len(TEXT + more)),)
    )
    resting = replace(answer, citations=(Citation(n=1, place=place),))
    assert [place.file for place in passages_of([hit], document, resting)] == ["1.txt", "0.txt"]


def test_a_place_that_changed_is_not_listed(tmp_path):
    write(tmp_path / "docs", reprints())
    settings = Settings(docs=tmp_path / "docs", index=tmp_path / "index")
    open_assistant(settings)
    stale = open_assistant(settings, update=False)
    (citation,) = stale.ask(QUESTION).citations
    gone = Path(tmp_path / "docs" / citation.also[0].file)
    gone.write_text(gone.read_text(encoding="utf-8").replace("860", "960"), encoding="utf-8")
    (again,) = stale.ask(QUESTION).citations
    assert again.also == citation.also[1:]
