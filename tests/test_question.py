"""What a question is understood to ask for."""

import pytest

from rag.question import analyse


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("再贷款规模增加到多少？", "number"),
        ("有几家企业入选？", "number"),
        ("办法何时起施行？", "date"),
        ("哪一年建成？", "date"),
        ("这个方案由谁印发？", "who"),
        ("由哪个部门负责？", "organisation"),
        ("哪五个部门联合印发？", "organisation"),
        ("哪两类企业可以申报？", "list"),
        ("要抓好哪4个方面的工作？", "list"),
        ("四方面原则是什么？", "list"),
        ("存在哪些问题？", "list"),
        ("这4项做法是什么？", "list"),
        ("哪一类产业增长最快？", "open"),
        ("什么是耐心资本？", "definition"),
        ("怎么理解产业体系的安全性？", "definition"),
        ("为什么要建设统一大市场？", "why"),
        ("如何推进城市更新？", "how"),
        ("是否可以申报两类？", "yes_no"),
        ("这篇文章的作者是谁？", "metadata"),
        ("这条消息是哪家报纸登的？", "metadata"),
    ],
)
def test_kind(text: str, kind: str) -> None:
    assert analyse(text).kind == kind


@pytest.mark.parametrize(
    ("text", "fields", "kind"),
    [
        ("《甲》登在哪家报纸第几版？", ("outlet", "edition"), "metadata"),
        ("那篇文章登在第几版？", ("edition",), "metadata"),
        ("张三的文章是哪天、在哪家报纸发表的？", ("outlet", "date"), "metadata"),
        ("《甲》发表在哪家报纸、哪天？", ("outlet", "date"), "metadata"),
        ("那张照片的摄影记者是谁？", ("photographer",), "metadata"),
        ("采访部长的那位记者叫什么名字？", ("authors",), "metadata"),
        ("首发那张照片是哪位记者拍的？", ("photographer",), "metadata"),
        ("专访的是谁、什么职务？", ("interviewee", "post"), "metadata"),
        ("《办法》由哪两个部门印发？", ("issuer",), "organisation"),
        ("《办法》是什么时候发布的？", ("released",), "date"),
        ("这份通知是哪天印发的？", ("signed",), "date"),
        ("提请审议的是哪份报告？", (), "open"),
        ("总理哪天发表的讲话？", (), "date"),
        ("基金规模是多少？", (), "number"),
    ],
)
def test_what_is_asked_of_a_piece_itself(text: str, fields: tuple[str, ...], kind: str) -> None:
    question = analyse(text)
    assert (question.fields, question.kind) == (fields, kind)


@pytest.mark.parametrize(
    ("text", "occasion"),
    [
        ("张三是在什么场合说要扩大内需的？", "where"),
        ("李四什么时候提出扩大内需？", "when"),
        ("这句话出自哪篇访谈？", "piece"),
        ("内需在哪里扩大？", None),
        ("何时实施？", None),
    ],
)
def test_the_occasion_that_is_asked_for(text: str, occasion: str | None) -> None:
    assert analyse(text).occasion == occasion


def test_constraints_are_read() -> None:
    question = analyse("到2030年，《方案》提出认定多少个“示范区”？")
    assert question.years == {2030}
    assert question.titles == ("方案",)
    assert question.quoted == ("示范区",)
    assert question.unit == "个"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("哪10个方面的重点工作？", 10),
        ("四方面举措是什么？", 4),
        ("哪两类企业？", 2),
        ("有哪些举措？", None),
        ("三大中心的下一步安排有哪四条？", 4),
        ("是一种什么模式，有哪些工具？", None),
    ],
)
def test_count_of_a_list(text: str, count: int | None) -> None:
    assert analyse(text).count == count


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("采取了哪些措施？", "措施"),
        ("主要的优点有哪些？", "优点"),
        ("三大中心的建设有哪四条举措？", "举措"),
        ("要在哪些新兴产业领域加强攻关？", "领域"),
        ("哪些？", ""),
    ],
)
def test_what_the_items_of_a_list_are_called(text: str, items: str) -> None:
    assert analyse(text).items == items


def test_a_part_of_a_list() -> None:
    assert analyse("前两条举措是什么？").first == 2
    assert analyse("前两条举措是什么？").kind == "list"
    assert analyse("前两条举措是什么？").count is None
    assert analyse("前三个月的出口额是多少？").first is None
    assert analyse("除了加强统筹之外，还有哪些举措？").excluded == "加强统筹"
    assert analyse("有哪些举措？").excluded == ""


def test_a_ratio_is_asked_in_percent() -> None:
    assert analyse("占GDP的比重是多少？").unit == "%"
    assert analyse("有多少家企业？").unit == "家"


def test_topic_of_a_definition() -> None:
    assert analyse("什么是“耐心资本”？").topics[0] == "耐心资本"
    assert "安全性" in analyse("怎么理解产业体系的安全性？").topics


def test_latin_filler_tells_nothing() -> None:
    words = analyse("张辉 weixiao曲线 到底是optional的还是must").words
    assert {"weixiao", "optional", "must"}.isdisjoint(words)
    assert {"张辉", "曲线"} <= words.keys()
    assert "openai" in analyse("OpenAI的模型怎么样").words


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("规模是多少亿元？", "元"),
        ("有几万家企业？", "家"),
        ("过渡期给几年？", "年"),
        ("每吨多少欧元？", "欧元"),
        ("提高百分之几？", "%"),
        ("多少？", None),
    ],
)
def test_the_unit_that_is_asked_for(text: str, unit: str | None) -> None:
    assert analyse(text).unit == unit
