"""Who said something, on what occasion and in which piece."""

import pytest

from rag.answering.attribution import speaker_of
from rag.assistant import open_assistant
from rag.config import Settings

REPORT = """我市首条氢能公交线路开通

来源：滨江晚报 2025-09-16 07:10

9月15日上午，我市首条氢能公交线路H1路在城东客运中心正式开通运营，首批投放12辆氢燃料电池公交车。

市交通运输局局长孙立群在开通仪式上介绍，到2027年全市氢能公交车将达到200辆，配套建成加氢站8座。

“氢能公交的百公里运营成本已降到天然气公交的1.3倍以内。今后三年还会继续下降。”公交集团总工程师陆海明说。

“首批车辆已跑满一万公里。”司机代表赵桂兰说，今后还要增加班次，方便沿线居民早晚出行，让更多人坐得上。

据了解，H1路全长23.6公里，设站31座，票价2元。
"""
ESSAY = """让文化遗产活起来

来源：江南日报 2025-11-10 09:40

作者：秦月华

文化遗产保护不能只靠修旧如旧。活态传承需要传承人，也需要年轻观众。
"""
MEETING = """全省林长制工作会议在云岭召开

来源：云岭日报 2025-04-18 07:45

4月17日，全省林长制工作会议在云岭市召开。副省长高建民出席会议并讲话。他表示，要健全林长制考核体系。要严格考核结果运用。

高建民强调，要把防火责任落实到每一个山头地块，力争全年森林火灾受害率控制在0.5‰以内。
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Return an assistant over a report, an essay and a report of a meeting."""
    docs = tmp_path_factory.mktemp("docs")
    for name, text in {"report": REPORT, "essay": ESSAY, "meeting": MEETING}.items():
        (docs / f"{name}.txt").write_text(text, encoding="utf-8")
    return open_assistant(Settings(docs=docs, index=tmp_path_factory.mktemp("index")))


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("市交通运输局局长孙立群在开通仪式上介绍，到2027年达到200辆。", "市交通运输局局长孙立群"),
        ("“三年还会下降。”公交集团总工程师陆海明说。", "公交集团总工程师陆海明"),
        ("卡尼表示，加中关系近来取得长足发展。", "卡尼"),
        ("同时，专家进一步指出，供给仍然不足。", "专家"),
        ("他说，要抓好落实。", "他"),
        ("对绿色发展提出一系列明确要求。", None),
        ("这部小说写得很好。", None),
        ("要认真落实各项任务。", None),
        ("印发《实施方案》（以下简称《方案》）。", None),
    ],
)
def test_whom_a_sentence_says_to_be_speaking(sentence, speaker):
    assert speaker_of(sentence) == speaker


@pytest.mark.parametrize(
    ("question", "speaker", "others"),
    [
        ("哪位局长说到2027年氢能公交车将达到200辆？", "孙立群", ["陆海明"]),
        ("氢能公交百公里运营成本已降到天然气公交的1.3倍以内是谁说的？", "陆海明", ["孙立群"]),
        ("“首批车辆已跑满一万公里”是谁说的？", "赵桂兰", ["陆海明"]),
        ("“要把防火责任落实到每一个山头地块”是谁提出的？", "高建民", []),
        ("“要严格考核结果运用”是谁说的？", "高建民", []),
        ("“活态传承需要传承人，也需要年轻观众”是谁的观点？", "秦月华", []),
    ],
)
def test_who_said_it_is_told_with_the_words_that_say_so(desk, question, speaker, others):
    answer = desk.ask(question)
    assert speaker in answer.text
    assert not [other for other in others if other in answer.text]
    assert any(speaker in citation.place.quote for citation in answer.citations)


def test_what_is_reported_without_a_speaker_is_nobodys(desk):
    answer = desk.ask("“H1路票价2元”是谁说的？")
    assert answer.refusal is not None
    assert answer.refusal.reason == "not_stated"
    assert "票价2元" in answer.nearest[0].quote


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("高建民是在什么会议上强调防火责任的？", "全省林长制工作会议"),
        ("高建民什么时候强调把防火责任落实到山头地块？", "4月17日"),
        ("孙立群是在什么场合介绍氢能公交车将达到200辆的？", "在开通仪式上"),
        ("“把防火责任落实到每一个山头地块”出自哪篇报道？", "《全省林长制工作会议在云岭召开》"),
    ],
)
def test_the_occasion_is_told_from_the_lead(desk, question, told):
    answer = desk.ask(question)
    assert told in answer.text
    assert told.strip("《》") in "".join(citation.place.quote for citation in answer.citations)
