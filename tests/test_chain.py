"""The assistant as a LangChain runnable: the same answers, whole, growing, many at once, and inside other chains."""

import asyncio

import pytest
from langchain_core.runnables import RunnableLambda
from openai_server import Say, serve

from rag.chain import AnswerChain
from rag.datatypes import Filters, Turn
from rag.errors import UsageError

QUESTION = "科技创新和技术改造再贷款规模增加到多少？"
TRUE = "科技创新和技术改造再贷款规模增加至8000亿元。"
AND = "形成科技金融高质量发展的政策“组合拳”。"


def same(answer, other):
    return (answer.text, answer.citations, answer.refusal) == (other.text, other.citations, other.refusal)


def test_it_answers_as_the_assistant_does(assistant):
    chain = AnswerChain(assistant)
    assert same(chain.invoke(QUESTION), assistant.ask(QUESTION))
    history = [Turn(role="user", content="到2027年零碳工厂在哪些行业培育？")]
    asked = {"question": "那到2030年呢？", "history": history}
    assert same(chain.invoke(asked), assistant.ask(**asked))
    only = Filters(files=("003_1cd45f47ce8bf859.txt",))
    assert same(chain.invoke({"question": QUESTION, "filters": only}), assistant.ask(QUESTION, filters=only))
    assert "77亿元" in chain.invoke({"question": "预算是多少？", "passages": ["预算为77亿元。"]}).text


def test_many_questions_at_once_come_back_in_order(assistant):
    questions = [QUESTION, "今天天气怎么样？", "零碳工厂建设遵循哪四方面原则？"] * 3
    answers = AnswerChain(assistant).batch(questions)
    assert [answer.question for answer in answers] == questions
    assert all(map(same, answers, map(assistant.ask, questions)))


def test_an_answer_grows_and_the_last_is_whole(with_model):
    with serve(Say(f"{TRUE}[1]补贴三千元。{AND}[1]")) as endpoint:
        chain = AnswerChain(with_model(endpoint.base_url))
        answers = list(chain.stream(QUESTION))
        said = [[sentence.text for sentence in answer.sentences] for answer in answers]
        assert said == [[TRUE], [TRUE], [TRUE, AND], [TRUE, AND]]
        assert [answer.notice is None for answer in answers] == [True, False, False, False]
        assert same(answers[-1], chain.invoke(QUESTION))

        async def astreamed():
            return [answer.text async for answer in chain.astream(QUESTION)]

        assert asyncio.run(astreamed()) == [answer.text for answer in answers]
        assert same(asyncio.run(chain.ainvoke(QUESTION)), answers[-1])


def test_it_is_a_part_of_other_chains(assistant):
    chain = RunnableLambda(str.strip) | AnswerChain(assistant) | RunnableLambda(lambda answer: answer.text)
    assert chain.invoke(f" {QUESTION} ") == assistant.ask(QUESTION).text
    assert list(chain.stream(QUESTION))[-1] == assistant.ask(QUESTION).text


def test_its_runs_are_seen_by_callbacks(assistant):
    from langchain_core.callbacks import BaseCallbackHandler

    class Seen(BaseCallbackHandler):
        def __init__(self):
            self.ended = []

        def on_chain_end(self, outputs, **_):
            self.ended.append(outputs)

    seen = Seen()
    answer = AnswerChain(assistant).invoke(QUESTION, {"callbacks": [seen]})
    assert seen.ended == [answer]


def test_what_the_assistant_does_not_take_is_an_error(assistant):
    with pytest.raises(UsageError, match="空的"):
        AnswerChain(assistant).invoke("  ")
