"""An answer to JSON and back: what comes back is what went out, and what does not fit together is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Answer, Citation, Conflict, Place, Refusal, Sentence, Span
from rag.errors import UsageError
from rag.records import answer_from_json, answer_json

WORDS = st.text("甲乙丙丁，。[1]\n ", min_size=1, max_size=8)
MAYBE = st.none() | WORDS


@st.composite
def places(draw):
    start = draw(st.integers(0, 9))
    spans = tuple(
        Span(start=start + 10 * n, end=start + 10 * n + draw(st.integers(1, 9)))
        for n in range(draw(st.integers(1, 3)))
    )
    return Place(
        file=draw(WORDS),
        article=draw(WORDS),
        paragraph=draw(st.integers(0, 9)),
        spans=spans,
        quote=draw(WORDS),
        date=draw(MAYBE),
        outlet=draw(MAYBE),
        speaker=draw(MAYBE),
        page=draw(st.none() | st.integers(1, 9)),
    )


@st.composite
def answers(draw):
    count = draw(st.integers(0, 3))
    numbers = st.lists(st.integers(1, count), max_size=3).map(tuple) if count else st.just(())
    sentences = tuple(
        Sentence(
            text=text, citations=draw(numbers), verdict=draw(st.sampled_from(["supported", "unsupported"]))
        )
        for text in draw(st.lists(WORDS, max_size=3))
    )
    refusal = st.builds(Refusal, reason=st.sampled_from(["not_stated", "off_topic"]), message=WORDS)
    return Answer(
        question=draw(WORDS),
        standalone_question=draw(WORDS),
        sentences=sentences,
        citations=tuple(
            Citation(n=n, place=draw(places()), also=tuple(draw(st.lists(places(), max_size=2))))
            for n in range(1, count + 1)
        ),
        refusal=draw(st.none() | refusal),
        conflicts=tuple(draw(st.lists(st.builds(Conflict, citations=numbers, message=WORDS), max_size=2))),
        nearest=tuple(draw(st.lists(places(), max_size=3))),
        listing=len(sentences) > 1 and draw(st.booleans()),
        answerer=draw(WORDS),
        unanswered=tuple(draw(st.lists(WORDS, max_size=2))),
        notice=draw(MAYBE),
        seconds={"total": draw(st.integers(0, 100)) / 100},
    )


@given(answers())
def test_an_answer_comes_back_as_it_went_out(answer):
    assert answer_from_json(json.loads(json.dumps(answer_json(answer), ensure_ascii=False))) == answer


PLACE = Place(file="a.txt", article="甲", paragraph=1, spans=(Span(start=0, end=2),), quote="五成")
ANSWER = Answer(
    question="几成？",
    standalone_question="几成？",
    sentences=(Sentence(text="五成。", citations=(1,)),),
    citations=(Citation(n=1, place=PLACE),),
    seconds={"total": 0.1},
)


def test_an_answer_of_an_earlier_version_is_read():
    record = answer_json(ANSWER)
    del record["unanswered"], record["notice"], record["citations"][0]["also"]
    assert answer_from_json(record) == ANSWER


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "六成。[1]"},
        {"sentences": [{"text": "五成。", "citations": [2], "verdict": "supported"}], "answer": "五成。[2]"},
        {"sentences": [{"text": "五成。", "citations": [1], "verdict": "sure"}]},
        {"refusal": {"reason": "whim", "message": "不想答"}},
        {"refusal": "不想答"},
        {"conflicts": [{"citations": [3], "message": "不一"}]},
        {"citations": None},
        {"sentences": 5},
        {"seconds": []},
    ],
)
def test_what_does_not_fit_together_is_refused(change):
    with pytest.raises(UsageError, match="ask --json"):
        answer_from_json(answer_json(ANSWER) | change)


def test_what_is_no_answer_is_refused():
    for record in ({}, {"citations": []}, []):
        with pytest.raises(UsageError, match="ask --json"):
            answer_from_json(record)


def test_a_refusal_comes_back():
    refused = replace(
        ANSWER,
        sentences=(),
        citations=(),
        refusal=Refusal(reason="not_stated", message="没有"),
        nearest=(PLACE,),
    )
    assert answer_from_json(answer_json(refused)) == refused
