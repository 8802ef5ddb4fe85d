"""Lists in texts, and questions for them, on small texts whose lists are known."""

import numpy as np
import pytest

from rag.answering.candidates import gather
from rag.answering.list_scoring import FEATURES, Weights, features, probabilities, weights
from rag.answering.listing import best_list, named_item, names_several
from rag.answering.lists import enumerations
from rag.answering.matching import Matcher, Vectors
from rag.answering.runs import quoted, runs
from rag.chunking import ChunkingOptions, chunk
from rag.datatypes import Hit, Source, Span
from rag.embedding import builtin
from rag.passages import Passages
from rag.question import analyse
from rag.retrieval import RetrievalOptions
from rag.structure import parse


def article(text):
    return parse(Source(file="a.txt", text=text, sha256="")).articles[0]


def listed(text):
    return [[item.text for item in enumeration.items] for enumeration in enumerations(article(text))]


def test_points_inside_a_paragraph():
    text = "为此要下功夫。一是加强统筹。建立机制。二是加大投入。增加预算。三是严格考核。"
    assert listed(text) == [["一是加强统筹。", "二是加大投入。", "三是严格考核。"]]


def test_points_over_paragraphs():
    text = "要抓好三件事。\n\n首先是要稳增长。扩大内需。\n\n第二是要强创新。攻关。\n\n最后是要抓治理。整治。"
    assert listed(text) == [["首先是要稳增长。", "第二是要强创新。", "最后是要抓治理。"]]


def test_paragraphs_with_short_opening_sentences():
    text = (
        "部长在会上表示,要抓好2个方面的工作,确保今年的各项目标任务都能够顺利完成。\n\n"
        "加强科技攻关。全链条部署重大任务,加强基础研究。\n\n打造创新生态。建设一批设施,推动资源开放共享。"
    )
    assert listed(text) == [["加强科技攻关。", "打造创新生态。"]]


def test_an_answer_that_only_leads_in_is_no_point():
    text = (
        "# 访谈\n\n问:如何推进?\n\n答:这很重要。要抓紧。\n\n"
        "一是强化统筹。建立机制。\n\n二是强化牵引。依托平台。"
    )
    assert listed(text) == [["一是强化统筹。", "二是强化牵引。"]]


def test_headings_in_a_row():
    text = "# 四方面推进\n\n下一步怎么做?提出两方面举措。\n\n## 增加供给\n\n近年来不断增加。\n\n## 强化主体\n\n企业是主力军。"
    assert listed(text) == [["增加供给", "强化主体"]]


def test_a_list_has_the_spans_of_its_items():
    text = "要做到以下各点。一是加强\n统筹。二是加大投入。"
    document = parse(Source(file="a.txt", text=text, sha256=""))
    (enumeration,) = enumerations(document.articles[0])
    raw = ["".join(text[s.start : s.end] for s in item.raw) for item in enumeration.items]
    assert raw == [item.text for item in enumeration.items] == ["一是加强统筹。", "二是加大投入。"]


def test_points_that_stand_apart_with_what_is_said_of_them_between():
    text = (
        "要做两件事情,确保各项目标任务都能够顺利完成,推动事业高质量发展迈上新的更高的台阶。\n\n"
        "一是稳增长。扩大内需。\n\n增加就业。落实各项政策措施。\n\n二是强创新。攻关。"
    )
    assert ["一是稳增长。", "二是强创新。"] in listed(text)


def test_points_that_begin_behind_a_heading_in_the_same_line():
    text = "三、关于科技问题一是加强培训。二是扩大交流。"
    assert listed(text) == [["一是加强培训。", "二是扩大交流。"]]


def test_what_something_is_stands_before_the_list_and_is_no_point_of_it():
    text = (
        "农业是安天下稳民心的产业。要始终抓紧抓好。\n\n"
        "强化支持保护政策。提高价格。\n\n推进农村改革。赋予权利。"
    )
    assert listed(text) == [["强化支持保护政策。", "推进农村改革。"]]


def test_the_sentences_of_a_paragraph_that_says_what_they_are_about():
    text = "在加强企业培育方面,培育一批企业。清理拖欠账款。修订划型标准。"
    assert listed(text) == [["培育一批企业。", "清理拖欠账款。", "修订划型标准。"]]
    assert enumerations(article(text))[0].introduction == "在加强企业培育方面,"


def test_headings_under_each_heading_are_lists_of_their_own():
    text = (
        "# 总报告\n\n## 一、回顾\n\n过去一年很好。\n\n## 二、任务\n\n做好工作。\n\n"
        "### (一)改革\n\n深化改革开放。\n\n### (二)开放\n\n扩大对外开放。"
    )
    assert listed(text) == [["一、回顾", "二、任务"], ["(一)改革", "(二)开放"]]


def inline(text):
    one = article(text)
    paragraph = one.paragraphs[0]
    return list(runs(one, paragraph, Span(start=0, end=len(paragraph.text))))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("重点建设粮食产业、养殖业、智慧农业等示范区。", [["粮食产业", "养殖业", "智慧农业"]]),
        ("没有并列。", []),
        ("先做甲事;再做乙事;后做丙事。", [["先做甲事", "再做乙事", "后做丙事。"]]),
        ("创新驱动、技术赋能,应减尽减、持续提升。", [["创新驱动", "技术赋能", "应减尽减", "持续提升"]]),
        ("推进水电、风电和核电。", [["水电", "风电", "核电"]]),
        ("三、加强水利、电力、交通等建设。", [["水利", "电力", "交通"]]),
    ],
)
def test_lists_inside_a_sentence(text, items):
    found = [[item.text for item in run.items] for run in inline(text)]
    assert found == items


def test_a_number_behind_the_last_item_belongs_to_the_frame():
    (run,) = inline("《意见》从指导思想、基本原则、队伍建设和保障措施四个方面提供了指引。")
    assert [item.text for item in run.items][1:] == ["基本原则", "队伍建设", "保障措施"]
    assert run.introduction.endswith(" 四个方面提供了指引。")


def test_the_frame_of_a_list_is_what_stands_around_its_items():
    (run,) = inline("特别是要加强集成电路、人工智能、生物制造等领域科技攻关。")
    assert run.introduction == "特别是要加强 等领域科技攻关。"


LONG = (
    "各地区各部门要坚持从本地本部门的实际情况出发,扎实推动各项重点工作在新的一年里不断取得新的更大的成效,重点评价重大成果、研究质量、原创突破,"
    "最大程度实现各项既定目标,推动高质量发展不断迈上新台阶。"
)


def test_a_long_sentence_is_cut_to_the_clause_of_its_list():
    run = inline(LONG)[0]
    span = quoted(run, Span(start=0, end=len(LONG)))
    assert LONG[span.start : span.end] == "重点评价重大成果、研究质量、原创突破,"


@pytest.mark.parametrize("left_out", ["除国家另有规定的情形之外,", "如果在规定的期限之内没有完成,"])
def test_a_condition_keeps_the_sentence_of_a_list_whole(left_out):
    text = left_out + LONG
    run = inline(text)[0]
    assert run.form == "run"
    assert quoted(run, Span(start=0, end=len(text))) == Span(start=0, end=len(text))


def test_the_probabilities_of_lists_and_of_none_add_up_to_one():
    fitted = Weights(np.ones(len(FEATURES), dtype=np.float32), -1.0, 0.5)
    rows = np.zeros((2, len(FEATURES)), dtype=np.float32)
    rows[0, 0] = 1 + np.log(3)  # the scores are then ln 3 and -1, and 0 for none
    assert probabilities(rows, fitted) == pytest.approx([3 / (4 + np.exp(-1)), np.exp(-1) / (4 + np.exp(-1))])
    assert probabilities(rows[:0], fitted).tolist() == []


def test_the_weights_name_every_feature():
    fitted = weights()
    assert fitted.features.shape == (len(FEATURES),)
    assert 0 < fitted.threshold < 1


@pytest.mark.parametrize(
    ("question", "counted", "miscounted"),
    [
        ("要抓好哪三件事？", 1, 0),
        ("要抓好哪四件事？", 0, 1),
        ("要抓好哪些事？", 0, 0),
        ("第四点是什么？", 0, 1),
    ],
)
def test_a_list_is_held_against_the_number_asked_for(question, counted, miscounted):
    (enumeration,) = enumerations(article("为此要抓好工作。一是稳增长。二是强创新。三是抓治理。"))
    matcher = Matcher(analyse(question), Vectors(builtin()))
    (row,) = features([enumeration], matcher, [0.0])
    assert (row[FEATURES.index("counted")], row[FEATURES.index("miscounted")]) == (counted, miscounted)


TEXTS = (
    "本市召开城市更新工作会议。会议提出推进城市更新的三项原则。一是坚持规划先行。统筹编制方案。二是坚持保护优先。"
    "留住历史记忆。三是坚持民生为本。改善居住条件。",
    "本省召开水利工作会议。会议提出防汛抗旱的三项任务。一是加固堤坝。二是疏浚河道。三是储备物资。"
    "全省重点建设引水、灌溉、供水等水利工程。",
)


def asked(text):
    question = analyse(text)
    vectors = Vectors(builtin())
    passages = Passages(TEXTS, vectors.embedder, ChunkingOptions(), RetrievalOptions())
    candidates = gather(passages.hits(text), passages.document)
    matcher = Matcher(question, vectors)
    return best_list(question, candidates, matcher), question, candidates


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("推进城市更新有哪三项原则？", ["一是坚持规划先行。", "二是坚持保护优先。", "三是坚持民生为本。"]),
        ("防汛抗旱有哪三项任务？", ["一是加固堤坝。", "二是疏浚河道。", "三是储备物资。"]),
        ("推进城市更新的前两项原则是什么？", ["一是坚持规划先行。", "二是坚持保护优先。"]),
        ("推进城市更新的原则除了保护优先还有哪些？", ["一是坚持规划先行。", "三是坚持民生为本。"]),
        ("城市更新的第二项原则具体怎么做？", ["二是坚持保护优先。留住历史记忆。"]),
        ("全省重点建设哪些水利工程？", ["全省重点建设引水、灌溉、供水等水利工程。"]),
    ],
)
def test_the_list_of_its_own_topic_is_given(question, items):
    given, _, _ = asked(question)
    assert given is not None
    assert [text for text, _ in given] == items
    for text, place in given:
        assert TEXTS[int(place.file.partition("#")[2])][place.spans[0].start : place.spans[-1].end] == text


@pytest.mark.parametrize("question", ["垃圾分类有哪四个标准？", "宇航员训练包括哪些科目？"])
def test_another_list_is_not_given(question):
    given, _, _ = asked(question)
    assert given is None


def test_a_sentence_that_names_several_things():
    _, question, candidates = asked("重点建设哪三类水利工程？")
    several = [c.text for c in candidates if names_several(question, c)]
    assert several == ["全省重点建设引水、灌溉、供水等水利工程。"]


def test_an_item_named_word_for_word_is_told_with_what_is_said_of_it():
    text = (
        "要深化协同。一是与教育链协同。支持高校设立微专业,共建导师团。二是与产业链协同。依托产业链图谱,由链主企业牵头,"
        "探索订单融资。三是与人才链协同。推广人才贷。"
    )
    document = parse(Source(file="a.txt", text=text, sha256=""))
    hits = [Hit(chunk=one, score=1.0, ranks={}) for one in chunk(document, 0, ChunkingOptions())]
    candidates = gather(hits, lambda _: document)
    told = named_item(analyse("与产业链协同怎么做？"), candidates)
    assert told is not None
    assert [text for text, _ in told] == ["二是与产业链协同。依托产业链图谱,由链主企业牵头,探索订单融资。"]
    assert named_item(analyse("与数据链协同怎么做？"), candidates) is None
    assert named_item(analyse("与产业链协同的有多少家？"), candidates) is None


def test_a_numbered_list_is_followed_to_its_end():
    text = "服务事项如下。\n\n" + "\n\n".join(f"{n}. 办理第{n}号证件登记。" for n in range(1, 41))
    assert max(len(items) for items in listed(text)) == 40
