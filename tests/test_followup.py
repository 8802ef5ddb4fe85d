"""Follow-up questions in a form that stands alone."""

import pytest

from rag.answering.followup import standalone
from rag.datatypes import Turn


def history(*questions: str) -> list[Turn]:
    turns = []
    for question in questions:
        turns += [Turn(role="user", content=question), Turn(role="assistant", content="……。[1]")]
    return turns


@pytest.mark.parametrize(
    "question", ["到2027年零碳工厂在哪些行业培育？", "科技创新和技术改造再贷款规模增加到多少？"]
)
def test_a_complete_question_is_left_alone(question: str) -> None:
    assert standalone(question, history("什么是新质生产力？")) == question


def test_without_history_nothing_changes() -> None:
    assert standalone("那呢？", []) == "那呢？"


def test_another_year() -> None:
    asked = history("到2027年零碳工厂在哪些行业培育？")
    assert standalone("那到2030年呢？", asked) == "到2030年零碳工厂在哪些行业培育？"


def test_another_year_where_none_was_named() -> None:
    assert standalone("2030年呢？", history("示范区认定多少个？")) == "2030年，示范区认定多少个？"


def test_another_person() -> None:
    asked = history("阴和俊说要抓好哪些工作？")
    assert standalone("李乐成呢？", asked) == "李乐成说要抓好哪些工作？"


def test_a_pronoun_is_the_person_last_named() -> None:
    asked = history("阴和俊在部长通道上谈了什么？")
    assert standalone("他说企业有多少家？", asked) == "阴和俊说企业有多少家？"


def test_another_thing() -> None:
    asked = history("深圳—香港—广州集群排名第几？")
    assert standalone("那北京呢？", asked) == "北京，深圳—香港—广州集群排名第几？"


def test_a_short_question_gets_the_last_topic() -> None:
    asked = history("国家农业现代化示范区由哪些部门发布？")
    assert standalone("一个县可以报几类？", asked).endswith("一个县可以报几类？")
    assert "国家农业现代化示范区" in standalone("一个县可以报几类？", asked)


def test_a_chain_of_follow_ups_keeps_the_topic() -> None:
    asked = history("到2027年零碳工厂在哪些行业培育？", "那到2030年呢？")
    assert standalone("那到2035年呢？", asked) == "到2035年零碳工厂在哪些行业培育？"


def test_small_talk_takes_no_topic_and_gives_none():
    asked = history("国家农业现代化示范区由哪些部门发布？", "谢谢你，辛苦了")
    assert standalone("你好", asked) == "你好"
    assert "谢谢" not in standalone("那到2030年呢？", asked)


def test_a_definition_names_its_own_topic():
    assert standalone("什么是融合化？", history("再贷款规模增加到多少？")) == "什么是融合化？"


def test_a_like_word_takes_the_place_of_the_last_one():
    assert standalone("那绿色化呢？", history("智能化面临哪些挑战？")) == "绿色化面临哪些挑战？"
    assert standalone("北京呢？", history("深圳的集群排名第几？")) == "北京的集群排名第几？"


def test_a_follow_up_about_something_else_is_not_answered_from_the_last_topic(assistant):
    asked = history("零碳工厂建设遵循哪四方面原则？")
    assert assistant.ask("月球基地由谁负责？", history=asked).refused
    assert assistant.ask("欧盟有多少家？", history=history("我国打造了多少家国家级高新区？")).refused
