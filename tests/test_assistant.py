"""From the question to the checked answer, over the five documents."""

import json
import re
import shutil
from dataclasses import replace

import pytest
from conftest import DOCS
from openai_server import Fail, Misbehave, Say, serve

from rag.answering.endpoint import LLMOptions
from rag.assistant import Assistant, open_assistant
from rag.config import Settings
from rag.datatypes import Filters, Place, Span, Turn
from rag.errors import UsageError
from rag.records import answer_json, citations_from_json
from rag.text import squeeze

QUESTION = "科技创新和技术改造再贷款规模增加到多少？"
QUESTIONS = [
    QUESTION,
    "零碳工厂建设遵循哪四方面原则？",
    "科技部要强化企业哪四个方面的主体地位？",
    "优质中小企业梯度培育管理办法何时起实施？",
    "《现代化产业体系基本特征与发展方向》的作者是谁？",
    "“人工智能+制造”是一个必答题是谁说的？",
    "什么是耐心资本？",
    "2026年国内生产总值增长目标是多少？",
    "今天天气怎么样？",
]


def raw(file):
    return (DOCS / file).read_bytes().decode("utf-8-sig")


def check_promise(answer):
    """Hold an answer to the promise: markers resolve, citations are used and quote the raw file."""
    markers = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert markers == {citation.n for citation in answer.citations}
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    for place in [*(c.place for c in answer.citations), *answer.nearest]:
        text = raw(place.file)
        assert squeeze("".join(text[s.start : s.end] for s in place.spans)) == squeeze(place.quote)
    if not answer.refused:
        assert all(sentence.citations or sentence.text.endswith(("：", ":")) for sentence in answer.sentences)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_keeps_the_promise(assistant, question):
    check_promise(assistant.ask(question))


def test_a_number(assistant):
    answer = assistant.ask(QUESTION)
    assert "8000亿元" in answer.text
    assert "8000亿元" in answer.citations[0].place.quote
    assert answer.citations[0].place.file == "000_32955ea674607d7a.txt"


def test_a_list_over_paragraphs_names_its_points_in_order(assistant):
    answer = assistant.ask("科技部要强化企业哪四个方面的主体地位？")
    said = [sentence.text for sentence in answer.sentences]
    assert [text.lstrip("—")[:6] for text in said] == [
        "强化企业技术",
        "强化企业研发",
        "强化企业科研",
        "强化企业成果",
    ]
    assert answer.listing
    assert len(answer.citations) == 4


def test_who_said_it_names_the_speaker_and_the_place(assistant):
    answer = assistant.ask("“人工智能+制造”是一个必答题是谁说的？")
    assert "李乐成" in answer.text
    assert {c.place.file for c in answer.citations} == {"001_af76cae5511be1fe.txt"}


def test_what_is_published_is_read_from_the_byline(assistant):
    answer = assistant.ask("《现代化产业体系基本特征与发展方向》的作者是谁？")
    assert "张辉" in answer.text
    assert answer.citations[0].place.quote.startswith("作者:张辉")
    assert answer.citations[0].place.paragraph == 0


@pytest.mark.parametrize(
    "question",
    [
        "2026年国内生产总值增长目标是多少？",
        "2025年我国电动汽车出口了多少辆？",
        "工信部部长说6G什么时候商用？",
        "明天北京会下雨吗？",
    ],
)
def test_what_is_not_there_is_refused_with_the_nearest_passages(assistant, question):
    answer = assistant.ask(question)
    assert answer.refused
    assert not answer.citations
    assert 0 < len(answer.nearest) <= 3
    check_promise(answer)


def test_a_document_number_is_no_marker(assistant):
    answer = assistant.ask("零碳工厂建设工作的指导意见由哪五个部门联合印发？")
    assert "〔2026〕13号" in answer.text
    check_promise(answer)


def test_a_follow_up_is_understood_and_shown(assistant):
    history = [Turn(role="user", content="到2027年零碳工厂在哪些行业培育？")]
    answer = assistant.ask("那到2030年呢？", history=history)
    assert answer.standalone_question == "到2030年零碳工厂在哪些行业培育？"
    assert "钢铁" in answer.text


def test_filters_restrict_where_an_answer_may_come_from(assistant):
    only = Filters(files=("003_1cd45f47ce8bf859.txt",))
    assert "8000亿元" not in assistant.ask(QUESTION, filters=only).text
    hits = assistant.search("科技创新和产业创新深度融合", filters=only)
    assert {hit.chunk.file for hit in hits} == {"003_1cd45f47ce8bf859.txt"}


@pytest.mark.parametrize(
    ("filters", "admits"),
    [
        (Filters(outlet="經濟日報"), lambda a: a.outlet == "经济日报"),
        (
            Filters(date_from="2026-01-01", date_to="2026-01-31"),
            lambda a: a.date in ("2026-01-06", "2026-01-12"),
        ),
        (Filters(date_to="2025-12-31", outlet="导报"), lambda a: a.date == "2025-12-29"),
        (Filters(speaker="阴和俊"), lambda a: a.speakers == ("阴和俊",)),
        (Filters(speaker="李乐成", files=("003_1cd45f47ce8bf859.txt",)), lambda a: a.speakers == ("李乐成",)),
    ],
)
def test_answers_and_nearest_passages_lie_within_the_filters(assistant, filters, admits):
    questions = (QUESTION, "什么是现代化产业体系？", "技术转移机构有多少家？", "未来产业有哪些？", "谁写的？")
    answers = [assistant.ask(question, filters=filters) for question in questions]
    places = [c.place for a in answers for c in a.citations] + [p for a in answers for p in a.nearest]
    assert places
    articles = [assistant.document(p.file).article_at(p.spans[0].start) for p in places]
    assert all(map(admits, articles))


def test_filters_that_leave_nothing_are_told_of(assistant):
    nothing = Filters(outlet="没有的报纸")
    answer = assistant.ask(QUESTION, filters=nothing)
    assert (answer.refusal.reason, answer.nearest) == ("not_in_documents", ())
    assert answer.text == "所限定的范围里没有文字；请检查所给的文件名、日期、来源和说话人。"
    assert assistant.search(QUESTION, filters=nothing) == []
    assert assistant.ask("你好", filters=nothing).text == assistant.ask("你好").text
    something = assistant.ask(QUESTION, filters=Filters(date_to="2025-12-31"))
    assert "限定" not in something.text


def test_passages_take_the_place_of_the_index(assistant):
    passages = ["全市共有学校36所。", "今年新建公园12个,总数达到58个。"]
    answer = assistant.ask("今年新建公园多少个？", passages=passages)
    assert answer.citations[0].place.file == "passages#1"
    assert answer.citations[0].place.quote in passages[1]
    assert "12个" in answer.text
    assert assistant.ask("再贷款规模增加到多少？", passages=passages).refused


@pytest.mark.parametrize(("question", "said"), [("", "空"), ("  \n", "空"), ("问" * 10000, "10000")])
def test_what_is_no_question_is_told_so(assistant, question, said):
    with pytest.raises(UsageError, match=said):
        assistant.ask(question)


@pytest.mark.parametrize("question", ["？？。。", "……", "_"])
def test_a_question_without_a_word_gets_a_friendly_refusal(assistant, question):
    answer = assistant.ask(question)
    assert (answer.refusal.reason, answer.text) == ("off_topic", "没有看到问题；请用文字提问。")
    with pytest.raises(UsageError, match="标点"):
        assistant.search(question)


def test_the_stream_ends_in_the_whole_answer(assistant):
    updates = list(assistant.stream(QUESTION))
    assert [u.stage for u in updates] == ["retrieved", "answering", "done"]
    assert replace(updates[-1].answer, seconds={}) == replace(assistant.ask(QUESTION), seconds={})


def test_an_exported_answer_is_read_back(assistant):
    answer = assistant.ask(QUESTION)
    other = Place(file="b.txt", article="乙", paragraph=1, spans=(Span(start=2, end=5),), quote="丙丁戊")
    copied = replace(answer, citations=(replace(answer.citations[0], also=(other,)), *answer.citations[1:]))
    assert citations_from_json(answer_json(copied)) == list(copied.citations)
    older = answer_json(answer)
    for citation in older["citations"]:
        del citation["also"]
    assert citations_from_json(older) == list(answer.citations)
    assert assistant.verify([(c.n, c.place) for c in answer.citations]) == []


def test_a_tampered_quote_does_not_stand(assistant):
    place = assistant.ask(QUESTION).citations[0].place
    assert assistant.verify([(1, replace(place, quote=place.quote.replace("8000", "9000")))]) != []
    outside = Place(file="../README.md", article="", paragraph=1, spans=(Span(start=0, end=1),), quote="#")
    assert assistant.verify([(1, outside)]) == ["[1] 源文件 ../README.md 读不到了"]


def test_a_file_changed_behind_the_index_is_noticed(tmp_path):
    docs = tmp_path / "docs"
    shutil.copytree(DOCS, docs)
    opened = open_assistant(Settings(docs=docs, index=tmp_path / "index"))
    file = docs / "000_32955ea674607d7a.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("8000亿元", "9000亿元"), encoding="utf-8")
    answer = opened.ask(QUESTION)
    assert answer.refused
    assert not answer.citations
    again = open_assistant(Settings(docs=docs, index=tmp_path / "index"))
    assert "9000亿元" in again.ask(QUESTION).text


def test_a_model_writes_and_its_citations_are_narrowed(with_model):
    with serve(Say("科技创新和技术改造再贷款规模增加至8000亿元。[1]")) as endpoint:
        answer = with_model(endpoint.base_url).ask(QUESTION)
    assert answer.answerer == "generative:test"
    assert answer.text == "科技创新和技术改造再贷款规模增加至8000亿元。[1]"
    assert "8000亿元" in answer.citations[0].place.quote
    assert len(answer.citations[0].place.quote) < 120
    check_promise(answer)


def test_what_a_model_invents_is_not_shown(with_model):
    text = "科技创新和技术改造再贷款规模增加至8000亿元。[1]该政策使企业利润增长了35%。[1]"
    with serve(Say(text)) as endpoint:
        answer = with_model(endpoint.base_url).ask(QUESTION)
    assert "35%" not in answer.text
    check_promise(answer)


@pytest.mark.parametrize(
    "reply",
    [Fail(500), Fail(401), Misbehave("cut"), Misbehave("empty"), Say("今天天气不错，适合出门散步。")],
    ids=["error", "key", "cut", "empty", "drivel"],
)
def test_a_failing_model_is_replaced_by_the_extract(assistant: Assistant, with_model, reply):
    with serve(reply) as endpoint:
        answer = with_model(endpoint.base_url).ask(QUESTION)
    extract = assistant.ask(QUESTION)
    assert answer.sentences == extract.sentences
    assert answer.answerer == "extractive"
    assert answer.notice is not None
    assert "摘录" in answer.notice


def test_what_is_off_topic_never_reaches_the_model(with_model):
    with serve(Say("晴。[1]")) as endpoint:
        answer = with_model(endpoint.base_url).ask("你好呀，今天心情怎么样？")
        assert endpoint.requests == []
    assert answer.refused


def test_the_list_is_given_not_the_sentence_that_introduces_it(assistant):
    answer = assistant.ask("阴和俊在“部长通道”上说要重点抓好哪4个方面工作？")
    said = [sentence.text for sentence in answer.sentences]
    assert said == [
        "加强原创性引领性科技攻关。",
        "以科技创新引领新质生产力发展。",
        "提升国家创新体系整体效能。",
        "打造世界一流创新生态。",
    ]


def test_a_short_sentence_that_offers_the_date_goes_before_a_long_one_that_does_not(assistant):
    assert "2026年4月1日" in assistant.ask("优质中小企业梯度培育管理办法什么时候实施？").text


@pytest.mark.parametrize(
    "question",
    [
        "日本在全球工业研发投入2000强企业中有多少家？",
        "杭州在全球百强创新集群排名第几？",
        "美国2024年新能源汽车产销量是多少？",
    ],
)
def test_the_figure_of_another_place_is_no_answer(assistant, question):
    assert assistant.ask(question).refused


@pytest.mark.parametrize(
    ("question", "post"),
    [
        ("张雁是谁？", "建筑节能与科技司司长"),
        ("张辉是谁？", "经济学院院长"),
        ("刘宏达是哪个学校的？", "华中师范大学"),
    ],
)
def test_who_somebody_is(assistant, question, post):
    assert post in assistant.ask(question).text


def test_an_open_assistant_notices_new_changed_and_removed_files(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.assistant.FRESH", 0.0)
    monkeypatch.setattr("rag.assistant.LOOKED", 0)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("木星计划由张三丰负责,预算为77亿元。", encoding="utf-8")
    opened = open_assistant(Settings(docs=docs, index=tmp_path / "index"))
    assert "77亿元" in opened.ask("木星计划的预算是多少？").text
    (docs / "a.txt").write_text("木星计划由张三丰负责,预算改为880亿元。", encoding="utf-8")
    assert "880亿元" in opened.ask("木星计划的预算是多少？").text
    (docs / "b.txt").write_text("金星计划的预算为5亿元。", encoding="utf-8")
    assert "5亿元" in opened.ask("金星计划的预算是多少？").text
    assert opened.cite("金星计划的预算为5亿元。").verdict == "exact"
    (docs / "b.txt").unlink()
    assert opened.cite("金星计划的预算为5亿元。").verdict != "exact"


def test_files_that_cannot_be_read_are_told_of(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("木星计划的预算为77亿元。", encoding="utf-8")
    (docs / "b.pdf").write_bytes(b"%PDF-1.4")
    said = []
    open_assistant(Settings(docs=docs, index=tmp_path / "index"), report=said.append)
    assert any("b.pdf" in line and "已损坏" in line for line in said)


def test_stale_text_is_never_streamed(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    file = docs / "a.txt"
    file.write_text("木星计划的预算为77亿元。", encoding="utf-8")
    settings = Settings(docs=docs, index=tmp_path / "index")
    open_assistant(settings)
    file.write_text("木星计划的预算为88亿元。", encoding="utf-8")
    stale = open_assistant(settings, update=False)
    assert all("77" not in update.answer.text for update in stale.stream("木星计划的预算是多少？"))


def test_an_index_that_is_gone_or_damaged_is_not_readable(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("标题\n\n零碳工厂建设遵循四方面原则。\n", encoding="utf-8")
    opened = open_assistant(Settings(docs=docs, index=tmp_path / "index"))
    manifest = tmp_path / "index" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    assert opened.readable()
    manifest.write_text(text[:20], encoding="utf-8")
    assert not opened.readable()
    manifest.unlink()
    assert not opened.readable()
    manifest.write_text(text, encoding="utf-8")
    assert opened.readable()
    generation = tmp_path / "index" / json.loads(text)["generation"]
    generation.rename(tmp_path / "elsewhere")
    assert not opened.readable()


def test_another_model_is_asked_from_the_next_question_on(assistant):
    changed = Assistant(assistant.settings, assistant.index)
    with serve(Say("没有依据的话。")) as endpoint:
        changed.use_model(LLMOptions(base_url=endpoint.base_url, model="新", timeout=5.0))
        changed.ask(QUESTION)
        assert [request["model"] for request in endpoint.requests] == ["新"]
        changed.use_model(LLMOptions())
        assert changed.ask(QUESTION).notice is None
        assert len(endpoint.requests) == 1
