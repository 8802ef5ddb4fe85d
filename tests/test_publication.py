"""Questions about a piece itself, about its pictures and about what stands outside the articles."""

import pytest
from hypothesis import given
from test_structure import pages

from rag.answering.candidates import aside_lines
from rag.answering.publication import _FIELDS, _LABELS
from rag.assistant import open_assistant
from rag.chunking import ChunkingOptions, chunk
from rag.config import Settings
from rag.datatypes import Source
from rag.grounding import LABELS
from rag.structure import parse
from rag.text import squeeze, worded
from rag.web.found import Found
from rag.web.source import source_html

PAPER = """滨江晚报

BINJIANG EVENING NEWS

滨江市委宣传部主管 滨江报业传媒集团主办 国内统一连续出版物号 CN 33-0471 邮发代号 31-88 2025年9月16日 星期二 第7312期 今日16版

## 我市首条氢能公交线路开通

本报讯（记者 周静怡 通讯员 吴大成）9月15日上午，我市首条氢能公交线路H1路在城东客运中心正式开通运营，首批投放12辆氢燃料电池公交车。

9月15日，驾驶员在H1路首发车上整理车厢。

本报记者 徐一鸣 摄

## 老旧小区加装电梯突破3000部

本报讯（记者 郑晓彤）截至8月底，我市老旧小区加装电梯累计完成3012部，惠及居民3.6万户。

本期导读

- 秋招开场：这些专业最抢手 03版
- 古运河畔的百年米行 07版
"""
ESSAYS = """让数据要素真正流动起来

来源：江南日报 2025-11-03 08:26

作者：顾海峰（江南大学数字经济研究院教授）；林若楠（省社会科学院副研究员）

数据是新型生产要素。近年来，各地数据交易场所从无到有，但“有场无市”的现象仍然存在。

《江南日报》（2025年11月03日 06版）

县域商业体系建设要补齐冷链短板

来源：农村金融时报 2025-11-05 10:12

作者：马腾，系省农业科学院农经所所长

县域商业是扩大内需的重要一环。目前县域冷链流通率不到三成，果蔬产后损耗率仍在20%左右。

相关推荐

省数据交易中心挂牌首批公共数据产品

10月28日,省数据交易中心挂牌首批46个公共数据产品,首日成交额达1270万元,其中气象类产品最受....

2025-11-01     江南网

从确权到流通——对话省数据局局长彭志远

三年来,全省登记数据知识产权8900件,数据企业突破1.2万家。围绕数据....

2025-11-02     科创时报
"""
NOTICE = """清河市人民政府办公室关于印发清河市城市内涝治理三年行动方案的通知

清政办发〔2025〕37号

各县（市、区）人民政府，市政府各部门：

《清河市城市内涝治理三年行动方案》已经市政府第62次常务会议审议通过，现印发给你们，请认真组织实施。

清河市人民政府办公室

2025年6月9日
"""
JOINT = """关于开展2025年度绿色工厂推荐工作的通知

清工信节能〔2025〕112号

各县（市、区）工业和信息化局：

为推动制造业绿色化发展，现就开展2025年度绿色工厂推荐工作通知如下。

每个县（市、区）推荐不超过5家。

清河市工业和信息化局

清河市财政局

2025年6月25日
"""
MEETING = """全省林长制工作会议在云岭召开

2025年4月18日 07:45　来源：云岭日报　记者：段秋实

4月17日，全省林长制工作会议在云岭市召开。副省长高建民出席会议并讲话。

高建民强调，要把防火责任落实到每一个山头地块，力争全年森林火灾受害率控制在0.5‰以内。

（责任编辑：纪小雨）
"""
HARBOUR = """海港早报

海港日报社主办 邮发代号 44-19 2025年12月5日 星期五 总第1985期 今日8版

## 远洋渔业码头二期今日交付

本报讯（记者 钟伟）远洋渔业码头二期工程5日交付使用，新增万吨级泊位3个，年卸鱼能力提高到45万吨。

图为渔船靠泊远洋渔业码头二期3号泊位。

本报记者 叶帆 摄

## 东湾跨海大桥合龙

本报讯（记者 钟伟 实习记者 骆瑶）4日16时28分，东湾跨海大桥主桥顺利合龙。大桥全长29.8公里，设计时速100公里。
"""
FILES = {
    "harbour": HARBOUR,
    "paper": PAPER,
    "essays": ESSAYS,
    "notice": NOTICE,
    "joint": JOINT,
    "meeting": MEETING,
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Return an assistant over a newspaper's page, essays with teasers, two notices and a report."""
    docs = tmp_path_factory.mktemp("docs")
    for name, text in FILES.items():
        (docs / f"{name}.txt").write_text(text, encoding="utf-8")
    return open_assistant(Settings(docs=docs, index=tmp_path_factory.mktemp("index")))


@pytest.mark.parametrize(
    ("question", "told", "line"),
    [
        ("《让数据要素真正流动起来》是谁写的？", ["顾海峰", "林若楠"], "作者：顾海峰"),
        ("题为《让数据要素真正流动》的文章登在第几版？", ["06版"], "2025年11月03日 06版"),
        ("写县域冷链短板的那篇文章出自哪家报纸？", ["农村金融时报"], "农村金融时报 2025-11-05"),
        ("马腾是什么身份？", ["省农业科学院农经所所长"], "作者：马腾"),
        ("马腾的文章是哪天发表的？", ["2025年11月5日"], "2025-11-05"),
        ("让数据要素真正流动起来是几点发布的？", ["08:26"], "08:26"),
        ("《滨江晚报》由谁主管、谁主办？", ["滨江市委宣传部", "滨江报业传媒集团"], "滨江市委宣传部主管"),
        ("《滨江晚报》的邮发代号是多少？", ["31-88"], "邮发代号 31-88"),
        ("这一期《滨江晚报》是第几期？", ["第7312期"], "第7312期"),
        ("《古运河畔的百年米行》在第几版？", ["07版"], "古运河畔的百年米行 07版"),
        ("氢能公交首发车那张照片是谁拍的？", ["徐一鸣"], "徐一鸣 摄"),
        ("远洋渔业码头那张照片的摄影记者是谁？", ["叶帆"], "叶帆 摄"),
        ("氢能公交线路开通的报道是哪位记者写的？", ["周静怡", "吴大成"], "记者 周静怡"),
        ("对话省数据局局长的那篇报道，采访的是谁？", ["彭志远"], "对话省数据局局长彭志远"),
        ("省数据交易中心挂牌的消息来自哪里？", ["江南网"], "2025-11-01     江南网"),
        ("内涝治理三年行动方案的文号是什么？", ["清政办发〔2025〕37号"], "清政办发〔2025〕37号"),
        ("内涝治理三年行动方案是哪天印发的？", ["2025年6月9日"], "2025年6月9日"),
        ("清政办发〔2025〕37号是哪个机关印发的？", ["清河市人民政府办公室"], "清河市人民政府办公室"),
        ("绿色工厂推荐工作的通知是哪些部门联合发的？", ["工业和信息化局", "财政局"], "清河市财政局"),
        ("林长制那篇报道的责任编辑是谁？", ["纪小雨"], "责任编辑：纪小雨"),
        ("林长制工作会议那篇报道是谁写的？", ["段秋实"], "记者：段秋实"),
        ("省数据交易中心首批挂牌了多少个公共数据产品？", ["46个"], "首批46个公共数据产品"),
    ],
)
def test_a_fact_about_a_piece_is_told_with_its_line(desk, question, told, line):
    answer = desk.ask(question)
    assert not answer.refused
    assert [value for value in told if value not in answer.text] == []
    assert any(line in citation.place.quote for citation in answer.citations)
    for citation in answer.citations:
        place, text = citation.place, FILES[citation.place.file.removesuffix(".txt")]
        assert squeeze("".join(text[s.start : s.end] for s in place.spans)) == squeeze(place.quote)


@pytest.mark.parametrize(
    ("question", "missing", "not_told"),
    [
        ("县域冷链短板的那篇文章登在第几版？", "版次", "06版"),
        ("加装电梯的报道是谁摄影的？", "摄影", "徐一鸣"),
        ("东湾跨海大桥的照片是谁拍的？", "摄影", "叶帆"),
        ("清政办发〔2025〕37号文件的签发人是谁？", "签发人", "清河市"),
        ("马腾的文章是哪位编辑负责的？责任编辑是谁？", "编辑", "纪小雨"),
        ("内涝治理三年行动方案的执笔人是谁？", "作者", "清河市"),
    ],
)
def test_what_the_lines_do_not_state_is_refused_with_the_nearest_line(desk, question, missing, not_told):
    answer = desk.ask(question)
    assert answer.refusal is not None
    assert answer.refusal.reason == "not_stated"
    assert missing in answer.text
    assert not_told not in answer.text.partition("》")[2]
    assert answer.nearest


def test_several_pieces_get_a_sentence_each(desk):
    answer = desk.ask("顾海峰的文章和马腾的文章各登在哪家报纸？")
    assert [sentence.text for sentence in answer.sentences] == [
        "《让数据要素真正流动起来》来源：江南日报。",
        "《县域商业体系建设要补齐冷链短板》来源：农村金融时报。",
    ]
    assert [sentence.citations for sentence in answer.sentences] == [(1,), (2,)]


def test_several_facts_are_told_at_once(desk):
    answer = desk.ask("马腾的文章是哪天、在哪家报纸发表的？")
    assert answer.text == "《县域商业体系建设要补齐冷链短板》来源：农村金融时报；日期：2025年11月5日。[1]"


def test_a_conference_is_not_taken_for_the_newspaper(desk):
    answer = desk.ask("氢能公交线路开通仪式由谁主办？")
    assert "滨江报业传媒集团" not in answer.text


def test_a_teaser_that_is_cut_off_is_quoted_to_its_last_whole_clause(desk):
    answer = desk.ask("省数据交易中心首日成交额是多少？")
    (citation,) = answer.citations
    assert citation.place.quote.endswith("首日成交额达1270万元,")
    assert (citation.place.article, citation.place.paragraph) == ("（正文以外）", 0)
    assert (citation.place.outlet, citation.place.date) == ("江南网", "2025-11-01")
    assert "最受" not in answer.text


def test_the_panel_opens_what_stands_outside_the_text(desk):
    answer = desk.ask("《滨江晚报》的邮发代号是多少？")
    place = answer.citations[-1].place
    panel = source_html(desk.document(place.file), Found(place=place), "src-1-1")
    assert "<mark>滨江市委宣传部主管" in panel
    assert "（正文以外）" in panel


def test_a_quote_outside_the_text_is_still_found_once(desk):
    report = desk.cite("省数据交易中心挂牌首批公共数据产品")
    assert report.verdict == "exact"
    assert len(report.matches) == 1


def test_a_teaser_is_one_aside_and_states_its_date_and_outlet():
    document = parse(Source(file="essays.txt", text=ESSAYS, sha256=""))
    lines = [[block.text for block in aside.metadata] for aside in document.asides]
    assert [len(aside) for aside in lines] == [1, 3, 3]
    assert lines[2][0] == "从确权到流通——对话省数据局局长彭志远"
    assert [(aside.outlet, aside.date) for aside in document.asides] == [
        (None, None),
        ("江南网", "2025-11-01"),
        ("科创时报", "2025-11-02"),
    ]
    assert (
        aside_lines(document.asides[2])[1].text == "三年来,全省登记数据知识产权8900件,数据企业突破1.2万家。"
    )


@given(pages())
def test_every_line_of_noise_with_words_is_in_one_aside_and_in_a_chunk(page_and_articles):
    page, _ = page_and_articles
    document = parse(Source(file="a.txt", text=page, sha256=""))
    lines = [block.text for aside in document.asides for block in aside.metadata]
    assert lines == [block.text for block in document.noise if worded(block.text)]
    chunks = chunk(document, 0, ChunkingOptions())
    chunked = {page[span.start : span.end] for c in chunks if c.paragraphs == (0, 0) for span in c.spans}
    assert chunked == set(lines)
    for c in chunks:
        span = document.pieces[c.article].span
        assert span.start <= c.spans[0].start < c.spans[-1].end <= span.end


def test_grounding_knows_every_label():
    assert {field.label for field in _FIELDS.values()} | set(_LABELS.values()) == set(LABELS)
