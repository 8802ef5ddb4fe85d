"""Sources that disagree: both are shown, with the difference; what only looks alike is left alone."""

import pytest

from rag.answering.candidates import gather
from rag.answering.disagreement import with_conflicts
from rag.answering.evidence import sentence_place
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Answer, Citation, Hit, Sentence, Source
from rag.structure import parse

FIGURE = "清河市图书馆夜间开放期间共设座位860个，读者凭书证入馆。"


def asked(*texts):
    """Return an answer that quotes the last sentence of the first text, with the conflicts found in the others."""
    documents = {
        f"{n}.txt": parse(Source(file=f"{n}.txt", text=text, sha256="")) for n, text in enumerate(texts)
    }
    hits = [
        Hit(chunk=one, score=1.0, ranks={})
        for document in documents.values()
        for one in chunk(document, 0, ChunkingOptions())
    ]
    cited = [c for c in gather(hits, documents.__getitem__) if c.document.source.file == "0.txt"][-1]
    place = sentence_place(cited.document, cited.article, cited.paragraph, cited.span)
    answer = Answer(
        question="问", standalone_question="问", sentences=(Sentence(text=cited.text, citations=(1,)),),
        citations=(Citation(n=1, place=place),),
    )  # fmt: skip
    return with_conflicts(answer, hits, documents.__getitem__)


def titled(sentence, title="清河市图书馆夜间开放"):
    return f"{title}\n\n馆内阅览室自七月起延长开放。{sentence}"


def test_another_figure_is_shown_beside_the_first():
    answer = asked(titled(FIGURE), titled(FIGURE.replace("860", "680")))
    (conflict,) = answer.conflicts
    assert conflict.citations == (1, 2)
    assert "860个" in conflict.message and "680个" in conflict.message
    assert [s.citations for s in answer.sentences] == [(1,), (2,)]
    assert answer.citations[1].place.file == "1.txt"
    assert answer.citations[1].place.quote == FIGURE.replace("860", "680")


@pytest.mark.parametrize(
    "other",
    [
        titled(FIGURE),  # the same
        titled(FIGURE.replace("，", ",")),  # other marks
        titled(FIGURE.replace("清河市图书馆", "临江县文化馆"), "临江县文化馆夜间开放"),  # of another house
        titled("座位很多。"),
        titled("清河市博物馆藏品共有860件，游客凭身份证免费参观。"),  # another sentence
    ],
)
def test_what_does_not_disagree_is_left_alone(other):
    answer = asked(titled(FIGURE), other)
    assert answer.conflicts == ()
    assert len(answer.citations) == 1


def test_a_dropped_negation_is_a_disagreement():
    said = "馆方表示，清河市图书馆延长开放期间不增加读者的费用。"
    answer = asked(titled(said), titled(said.replace("不增加", "增加")))
    assert len(answer.conflicts) == 1


@pytest.mark.parametrize(
    ("one", "two"),
    [
        # of two years, two months, two batches, two counties
        ("清河市2024年开工建设保障性租赁住房1.2万套。", "清河市2025年开工建设保障性租赁住房1.5万套。"),
        ("清河市3月份居民消费价格同比上涨0.3%。", "清河市2月份居民消费价格同比上涨0.5%。"),
        ("清河市第一批绿色工厂共有36家企业入选。", "清河市第二批绿色工厂共有52家企业入选。"),
        ("年末全县城镇登记失业率为3.2%，同比下降。", "年末全县城镇登记失业率为3.5%，同比下降。"),
        ("南湖区中小学1月25日开始放寒假。", "北湖区中小学1月18日开始放寒假。"),
    ],
)
def test_sentences_of_two_matters_do_not_disagree(one, two):
    answer = asked(titled(one, "甲县统计公报"), titled(two, "乙县统计公报"))
    assert answer.conflicts == ()


def test_sentences_that_name_the_same_place_disagree_under_any_title():
    one = "上海市图书馆夜间开放期间共设座位860个，读者凭书证入馆。"
    answer = asked(titled(one, "图书馆夜里也开门"), titled(one.replace("860", "680"), "读者的好消息"))
    assert len(answer.conflicts) == 1
