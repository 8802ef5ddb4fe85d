"""Follow-up questions in a form that stands alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.constituents import divide, nominal_runs, tokens, topic
from rag.answering.counterparts import swapped
from rag.answering.followup import standalone
from rag.answering.matching import Vectors
from rag.answering.mentions import Exchange, items, named, pair
from rag.answering.topicality import own, standing
from rag.datatypes import Turn
from rag.embedding import builtin
from rag.question import analyse

VECTORS = Vectors(builtin())


def history(*turns: str | tuple[str, str]) -> list[Turn]:
    """Return the turns of questions, each with its answer or one that says nothing."""
    found = []
    for turn in turns:
        question, answer = (turn, "……。[1]") if isinstance(turn, str) else turn
        found += [Turn(role="user", content=question), Turn(role="assistant", content=answer)]
    return found


def after(question: str, *turns: str | tuple[str, str]) -> str:
    return standalone(question, history(*turns), VECTORS)


PATHS = (
    "中国特色金融发展之路有哪几条？",
    "第一,坚持党的领导。[1] 第二,坚持以人民为中心。[2] 第三,坚持服务实体经济。[3]",
)
CAMPAIGNS = ("三大攻坚战指什么？", "一是防范化解重大风险。[1] 二是精准脱贫。[2] 三是污染防治。[3]")
SKY = ("蓝天保卫战今年目标是什么？", "二氧化硫、氮氧化物排放量要下降3%。[1]")
PERMITS = ("《排污许可管理条例》什么时候公布的？", "2021年1月24日公布《排污许可管理条例》。[1]")


@pytest.mark.parametrize(
    ("question", "last"),
    [
        ("2026年春运全国铁路发送旅客多少人次？", "国家公园体制试点有几个？"),
        ("环境保护税法规定哪些固体废物需要缴税？", "三大攻坚战指什么？"),
        ("融资租赁合同一般包括哪些内容和条款？", "2016年GDP增长了多少？"),
        ("什么是融合化？", "再贷款规模增加到多少？"),
        ("《求是》2026年第3期发表了什么文章？", "退耕还林今年任务多少？"),
    ],
)
def test_a_change_of_topic_is_left_alone(question, last):
    assert after(question, last) == question


@pytest.mark.parametrize(
    "question",
    [
        "李强在广东调研时，他对机器人产业提了什么要求？",
        "《排污许可管理条例》施行以后，它对无证排污的企业怎么罚？",
        "小微企业遇到拖欠账款的困难该怎么申请法律援助？",
        "第三届链博会在北京的哪个展馆举办，有多少家企业参展？",
        "那曲市今年新建改建多少公里农村公路？",
        "我想问是否可以跨省办理社会保障卡和异地就医备案？",
        "今年粮食生产形势和夏收进度怎么样？",
    ],
)
def test_words_that_point_at_nothing_before(question):
    assert after(question, CAMPAIGNS) == question


def test_without_history_nothing_changes():
    assert standalone("那呢？", [], VECTORS) == "那呢？"


def test_small_talk_takes_no_topic_and_gives_none():
    assert after("你好", "国家公园体制试点有几个？") == "你好"
    assert (
        after("那2025年呢？", "2026年春运从哪天开始？", ("谢谢你，辛苦了", "不客气。"))
        == "2025年春运从哪天开始？"
    )


@pytest.mark.parametrize(
    ("question", "last", "expected"),
    [
        ("那到2030年呢？", "到2027年算力规模要达到多少？", "到2030年算力规模要达到多少？"),
        ("2030年呢？", "示范区认定多少个？", "2030年示范区认定多少个？"),
        ("那第二季度呢？", "第一季度出口增长多少？", "第二季度出口增长多少？"),
        ("四川呢？", "广东今年怎么发展制造业？", "四川今年怎么发展制造业？"),
        (
            "那《海洋环境保护法》呢？",
            "《环境保护税法》对噪声怎么规定？",
            "《海洋环境保护法》对噪声怎么规定？",
        ),
        ("公路呢？", "全国铁路发送多少旅客？", "全国公路发送多少旅客？"),
        ("那个人所得税呢？", "企业所得税优惠期限到哪年？", "个人所得税优惠期限到哪年？"),
        ("劳动对象呢？", "劳动者要怎么变？", "劳动对象要怎么变？"),
        ("列席的呢？", "参加研讨班的都有谁？", "列席研讨班的都有谁？"),
        ("军事船舶的呢？", "谁来管理渔港水域内的污染？", "谁来管理军事船舶的污染？"),
        ("李乐成呢？", "阴和俊说要抓好哪些工作？", "李乐成说要抓好哪些工作？"),
        ("那哈尔滨呢，怎么走？", "北京的冰雪活动有哪些？", "哈尔滨的冰雪活动怎么走？"),
        ("草原综合植被盖度呢？", "到2020年森林覆盖率要达到多少？", "到2020年草原综合植被盖度要达到多少？"),
        (
            "同期服务业增加值呢？",
            "2020年到2024年技术合同成交额涨了多少？",
            "2020年到2024年服务业增加值涨了多少？",
        ),
    ],
)
def test_the_last_question_about_something_else(question, last, expected):
    assert after(question, last) == expected


@pytest.mark.parametrize(
    ("question", "last", "expected"),
    [
        ("它从哪天开始施行？", PERMITS, "《排污许可管理条例》从哪天开始施行？"),
        ("替代它的是哪个条例？", "船舶污染管理条例哪年废止的？", "替代船舶污染管理条例的是哪个条例？"),
        (
            "这个条例对招标有什么要求？",
            "优化营商环境条例由谁组织实施？",
            "优化营商环境条例对招标有什么要求？",
        ),
        ("其中面积最大的是哪个？", "国家公园体制试点有几个？", "国家公园体制试点中面积最大的是哪个？"),
        ("这笔钱给谁用？", "中央组织部划拨了多少党费？", "中央组织部划拨的党费给谁用？"),
        ("税率它怎么定？", "环境保护税有几个税目？", "环境保护税对税率怎么定？"),
        (
            "这篇文章的作者是谁？",
            ("《求是》第3期发表了什么文章？", "发表《走好金融发展之路》。[1]"),
            "《走好金融发展之路》的作者是谁？",
        ),
    ],
)
def test_a_thing_pointed_at(question, last, expected):
    assert after(question, last) == expected


@pytest.mark.parametrize(
    ("question", "last", "expected"),
    [
        ("他说企业有多少家？", "阴和俊在部长通道上谈了什么？", "阴和俊说企业有多少家？"),
        ("他强调了什么？", ("报告是谁作的？", "国务院总理李克强作政府工作报告。[1]"), "李克强强调了什么？"),
        ("他在深圳看了什么？", "李强1月3日至5日在哪里调研？", "李强在深圳看了什么？"),
        ("部长还介绍了什么？", "蓝佛安部长介绍了财政情况吗？", "蓝佛安还介绍了什么？"),
        ("她怎么看？", "荷兰汉学家潘妧纱参加了什么活动？", "潘妧纱怎么看？"),
        ("他是哪天当选的？", ("总统是谁？", "马马迪·敦布亚当选总统。[1]"), "马马迪·敦布亚是哪天当选的？"),
    ],
)
def test_a_pronoun_is_the_person_last_named(question, last, expected):
    assert after(question, last) == expected


@pytest.mark.parametrize(
    ("question", "turns", "expected"),
    [
        ("第三条展开说说", [PATHS], "中国特色金融发展之路中坚持服务实体经济具体怎么做？"),
        ("第二个今年要脱贫多少人？", [CAMPAIGNS, SKY], "三大攻坚战中第二个“精准脱贫”今年要脱贫多少人？"),
        ("还是说回第二个，怎么扶？", [CAMPAIGNS, SKY], "三大攻坚战中第二个“精准脱贫”，怎么扶？"),
        (
            "最后一个怎么计税？",
            [("环境保护税的征税对象有哪些？", "大气污染物、水污染物、固体废物和噪声。[1]")],
            "环境保护税的征税对象中噪声怎么计税？",
        ),
        (
            "前者的费率是多少？",
            [("融资担保分为哪两种？", "分为政府性融资担保和商业性融资担保。[1]")],
            "政府性融资担保的费率是多少？",
        ),
        ("后者负责什么？", ["李国英和王祥喜谁主持会商会？"], "王祥喜负责什么？"),
    ],
)
def test_an_item_of_a_list(question, turns, expected):
    assert after(question, *turns) == expected


def test_one_item_after_another():
    assert "防范化解重大风险" in after(
        "第一个呢？", CAMPAIGNS, ("第三个今年的目标呢？", "排放量要下降3%。[1]")
    )


@pytest.mark.parametrize(
    ("question", "last", "expected"),
    [
        ("由哪些部门发布？", "国家农业现代化示范区有几类？", "国家农业现代化示范区由哪些部门发布？"),
        ("一个县可以报几类？", "国家农业现代化示范区有哪几类？", "国家农业现代化示范区，一个县可以报几类？"),
        ("什么时候开始施行？", PERMITS, "《排污许可管理条例》什么时候开始施行？"),
        (
            "文号是多少？",
            "《关于深化医保改革的意见》是谁发布的？",
            "《关于深化医保改革的意见》的文号是多少？",
        ),
        ("谁组织？", "哪些产品要接受质量监督抽查？", "质量监督抽查，谁组织？"),
        ("今年做到多大范围？", "城市更新之前为什么要先体检？", "城市更新之前先体检，今年做到多大范围？"),
        ("为什么？", "2016年GDP增长了多少？", "2016年GDP为什么增长？"),
        ("补贴标准有变化吗？", "退耕还林还草今年任务多少？", "退耕还林还草的补贴标准有变化吗？"),
    ],
)
def test_a_question_without_its_topic_gets_the_last_one(question, last, expected):
    assert after(question, last) == expected


@pytest.mark.parametrize(
    ("question", "last", "expected"),
    [
        ("还有呢？", "制造业绿色转型有哪些数据？", "制造业绿色转型还有哪些数据？"),
        ("还有吗", "谁参加了会议？", "还有谁参加了会议？"),
        ("具体呢？", "山东怎么推进绿色低碳转型？", "山东具体怎么推进绿色低碳转型？"),
        ("说详细一点", "信用监管有什么要求？", "信用监管具体有什么要求？"),
        ("能举个例子吗？", "农村电商怎么发展？", "农村电商怎么发展，有哪些例子？"),
    ],
)
def test_more_of_the_same(question, last, expected):
    assert after(question, last) == expected


@pytest.mark.parametrize(
    ("question", "last", "expected"),
    [
        ("不是问这个，我问的是2014年的", "全国GDP增长多少？", "2014年全国GDP增长多少？"),
        ("我是说北京", "上海的人工智能政策是什么？", "北京的人工智能政策是什么？"),
        ("不对，我问的是水路", "春运公路客流多少？", "春运水路客流多少？"),
        ("错了，是李强", "韩正去年会见了谁？", "李强去年会见了谁？"),
        ("不是大气，是水污染防治法", "大气污染防治法怎么规定罚款？", "水污染防治法怎么规定罚款？"),
        ("我问的是税率不是税目", "环境保护税的税目有几个？", "环境保护税的税率有几个？"),
        ("我问的是由谁施行", PERMITS, "《排污许可管理条例》由谁施行"),
    ],
)
def test_a_correction_replaces(question, last, expected):
    assert after(question, last) == expected


def test_going_back_takes_the_turn_that_shares_words():
    insurance, land = "大灾保险在几个省试点？", "高标准农田新增多少？"
    assert after("说回保险，农户要交多少保费？", insurance, land) == "大灾保险的农户要交多少保费？"
    assert after("刚才说的那个，保费多少？", insurance, "春运从哪天开始？").startswith("大灾保险")
    assert after("回到家乡创业的大学生有什么补贴？", insurance, land) == "回到家乡创业的大学生有什么补贴？"


def test_a_chain_of_follow_ups_keeps_the_topic():
    asked = ["到2027年零碳工厂在哪些行业培育？", "那到2030年呢？"]
    assert after("那到2035年呢？", *asked) == "到2035年零碳工厂在哪些行业培育？"
    assert after("对谁适用？", PERMITS, "它哪天施行？") == "《排污许可管理条例》对谁适用？"


WORDS = "那它他第二三个条呢的，？还有前者后回到我问是不《》“”和、2030年多少怎么部门工厂·一是。[1]"


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.text(WORDS, max_size=24), st.text(WORDS, max_size=40)), max_size=4),
    st.text(WORDS, min_size=1, max_size=24),
)
def test_any_conversation_has_a_stand_alone_form(turns, question):
    asked = after(question, *turns)
    assert asked
    assert turns or asked == question
    assert set(asked) <= set(WORDS) | set("中对具体做说为什么有哪些例子方面还？，")


def test_a_question_is_cut_at_what_asks():
    cut = divide("国务院对土壤污染防治提出了什么目标？")
    assert (cut.subject, cut.predicate, cut.asks, cut.rest) == (
        "国务院对土壤污染防治",
        "提出了",
        "什么",
        "目标？",
    )
    assert divide("谁签署的？").subject == ""


@given(st.text("科技金融的生态协同要跟哪几条链？《》，。2026年谁在那篇", max_size=40))
def test_the_parts_join_to_the_question(question):
    cut = divide(question)
    assert cut.frame + cut.subject + cut.predicate + cut.asks + cut.rest == question
    assert "".join(token.text for token in tokens(question)) == question
    assert all(0 <= a < b <= len(question) for a, b in nominal_runs(question))


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("科技金融的生态协同要跟哪几条链协同？", "科技金融的生态协同"),
        ("创新科技金融服务那篇登在哪家报纸？", "创新科技金融服务那篇文章"),
        ("文章讲中国特色金融发展之路有哪几条？", "中国特色金融发展之路"),
        ("国家为什么要实行排污许可制？", "国家实行排污许可制"),
        ("全球百强创新集群里我国哪个排第一？", "全球百强创新集群"),
        ("《环境保护税法》对噪声怎么规定？", "《环境保护税法》"),
        ("长江经济带发展十年，优良水质比例是多少？", "长江经济带发展十年"),
    ],
)
def test_what_a_question_is_about(question, about):
    assert topic(question) == about


def test_the_items_of_an_answer():
    assert items("共三点：一是强化协同。[1] 二是深化改革,推动转型。[2]") == ["强化协同", "深化改革"]
    assert items("重点建设粮食产业、养殖业、智慧农业等6类示范区。[1]") == ["粮食产业", "养殖业", "智慧农业"]
    assert items("作者是刘宏达。[1]") == []
    assert pair(Exchange("解除有哪两种？", "分为约定解除和法定解除。[1]")) == ["约定解除", "法定解除"]


def test_a_name_is_no_part_of_a_compound():
    assert named("排污许可证有效期几年？") == []
    assert named("李国英和王祥喜谁主持会商会？") == ["李国英", "王祥喜"]


def test_what_is_replaced_is_the_counterpart():
    assert swapped("危险废物经营许可证", "排污许可证有效期多久？") == "危险废物经营许可证有效期多久？"
    assert swapped("起付线", "大病保险的报销比例是多少？") == "大病保险的起付线是多少？"


def test_the_share_of_its_own_words_that_stand_in_an_answer():
    words = own(analyse("欧盟有多少家？"))
    assert standing(words, "我国打造了178家国家级高新区") == 0
    assert standing(words, "欧盟有525家") == 1


def test_a_follow_up_about_something_else_is_not_answered_from_the_last_topic(assistant):
    asked = history("零碳工厂建设遵循哪四方面原则？")
    assert assistant.ask("月球基地由谁负责？", history=asked).refused
    assert assistant.ask("欧盟有多少家？", history=history("我国打造了多少家国家级高新区？")).refused
