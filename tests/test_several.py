"""Questions that ask several things at once: what each part asks, where it is looked for, and how they are joined."""

import pytest

from rag.answering.several import Part, named_articles, parts, together
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Answer, Citation, Hit, Place, Refusal, Sentence, Source, Span
from rag.structure import parse


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "甲省报道和乙省报道里，入选企业各有多少家？",
            ["甲省报道里，入选企业有多少家？", "乙省报道里，入选企业有多少家？"],
        ),
        (
            "到2030年，零碳工厂和示范区分别要达到什么目标？",
            ["到2030年，零碳工厂要达到什么目标？", "到2030年，示范区要达到什么目标？"],
        ),
        (
            "《甲办法》和《乙规定》的文号分别是什么？",
            ["《甲办法》的文号是什么？", "《乙规定》的文号是什么？"],
        ),
        (
            "王部长在新华社专访和记者会上，都怎么说？",
            ["王部长在新华社专访上，怎么说？", "王部长在记者会上，怎么说？"],
        ),
        ("2024年和2025年的目标各是多少？", ["2024年的目标是多少？", "2025年的目标是多少？"]),
        (
            "创新积分打算推广哪一版，银行怎么用积分？",
            ["创新积分打算推广哪一版？", "创新积分打算推广，银行怎么用积分？"],
        ),
        (
            "那份文件，甲报文章和乙报文章写的名称差在哪儿？",
            ["那份文件，甲报文章的名称是什么？", "那份文件，乙报文章的名称是什么？"],
        ),
    ],
)
def test_what_is_asked_at_once_is_asked_one_by_one(text, asked):
    assert [part.question for part in parts(text)] == asked


@pytest.mark.parametrize(
    "text",
    [
        "科技部和工信部合作吗？",
        "“不愿转、不敢转”和“不想转”分别指什么？",
        "零碳工厂有哪些原则，分别是什么？",
        "阴和俊说了什么？",
    ],
)
def test_what_asks_one_thing_stays_whole(text):
    assert parts(text) == [Part(text)]


def test_what_the_corpus_joins_is_one_thing():
    text = "部委通报和工业和信息化会议各提了什么？"
    assert [p.source for p in parts(text)] == ["部委通报", "工业", "信息化会议"]
    assert [p.source for p in parts(text, ["全国工业和信息化会议召开"])] == ["部委通报", "工业和信息化会议"]


def test_a_source_is_dropped_from_what_is_asked_of_it():
    assert [part.bare for part in parts("甲省报道和乙省报道里，入选企业各有多少家？")] == [
        "入选企业有多少家？"
    ] * 2


def hits_of(text):
    document = parse(Source(file="a.txt", text=text, sha256=""))
    return [Hit(chunk=one, score=1.0, ranks={}) for one in chunk(document, 0, ChunkingOptions())], document


def test_a_source_names_the_articles_of_its_occasion():
    text = "# 王部长谈创新\n\n3月5日，王部长在部长通道上回答提问。\n\n要加大投入。\n\n# 李部长谈工业\n\n23日，李部长在发展论坛年会上发言。\n\n要做强工业。"
    hits, document = hits_of(text)
    assert named_articles(hits, "发展论坛", lambda _: document) == {("a.txt", 1)}
    assert named_articles(hits, "部长通道报道", lambda _: document) == {("a.txt", 0)}
    assert named_articles(hits, "光明日报文章", lambda _: document) == frozenset()


def place(start, article="甲"):
    return Place(
        file="a.txt", article=article, paragraph=1, spans=(Span(start=start, end=start + 2),), quote="文字"
    )


def answer(*told, refused=False):
    return Answer(
        question="问",
        standalone_question="问",
        sentences=tuple(Sentence(text=text, citations=(n,)) for n, (text, _) in enumerate(told, start=1)),
        citations=tuple(Citation(n=n, place=where) for n, (_, where) in enumerate(told, start=1)),
        refusal=Refusal(reason="not_stated", message="没有") if refused else None,
    )


ASKED = [Part("甲是多少？", "甲"), Part("乙是多少？", "乙")]


def test_joined_answers_number_their_citations_anew():
    joined = together(
        "甲和乙各是多少？",
        ASKED,
        [answer(("甲。", place(0))), answer(("乙。", place(5)), ("甲。", place(0)))],
    )
    assert [(s.text, s.citations) for s in joined.sentences] == [("甲。", (1,)), ("乙。", (2,))]
    assert [(c.n, c.place.spans[0].start) for c in joined.citations] == [(1, 0), (2, 5)]
    assert joined.unanswered == ()


def test_each_of_several_sources_is_named():
    joined = together(
        "各是多少？", ASKED, [answer(("甲。", place(0, "一文"))), answer(("乙。", place(5, "二文")))]
    )
    assert [s.text for s in joined.sentences] == ["《一文》：甲。", "《二文》：乙。"]


def test_what_two_sources_say_alike_is_told_of_both():
    joined = together(
        "各怎么说？", ASKED, [answer(("一样。", place(0, "一文"))), answer(("一样。", place(5, "二文")))]
    )
    assert [(s.text, s.citations) for s in joined.sentences] == [
        ("《一文》：一样。", (1,)),
        ("《二文》：一样。", (2,)),
    ]
    assert [c.n for c in joined.citations] == [1, 2]


def test_a_part_that_is_not_answered_is_told():
    joined = together("各是多少？", ASKED, [answer(("甲。", place(0))), answer(refused=True)])
    assert [s.text for s in joined.sentences] == ["甲。"]
    assert joined.unanswered == ("乙",)
    assert not joined.refused


def test_where_no_part_is_answered_the_question_is_refused():
    assert together("各是多少？", ASKED, [answer(refused=True), answer(refused=True)]).refused
