import random
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.datatypes import Evidence, Place, Span, cut
from rag.grounding import Support, states_fact, support
from rag.text import sentences

DOCS = Path(__file__).parents[1] / "docs_src"


def passage(quote: str, n: int = 1, **known: str | None) -> Evidence:
    spans = (Span(start=0, end=len(quote)),)
    place = Place(file="a.txt", article="", paragraph=1, spans=spans, quote=quote)
    return Evidence(n=n, place=replace(place, **known))


def paragraphs() -> list[tuple[str, Evidence]]:
    """The documents' lines of prose, each as evidence, with the text that its spans index."""
    found = []
    for file in sorted(DOCS.glob("*.txt")):
        text = file.read_text(encoding="utf-8-sig")
        for match in re.finditer(r"[^\n]{40,}", text):
            spans = (Span(start=match.start(), end=match.end()),)
            place = Place(file=file.name, article="", paragraph=1, spans=spans, quote=match.group())
            found.append((text, Evidence(n=len(found) + 1, place=place)))
    return found


PARAGRAPHS = paragraphs()
WITH_DIGITS = [
    (evidence, evidence.place.quote[span.start : span.end])
    for _, evidence in PARAGRAPHS
    for span in sentences(evidence.place.quote)
    if re.search(r"\d", evidence.place.quote[span.start : span.end])
]


def test_every_sentence_of_a_passage_is_supported_by_it_and_located():
    for text, evidence in PARAGRAPHS:
        for span in sentences(evidence.place.quote):
            sentence = evidence.place.quote[span.start : span.end]
            if not states_fact(sentence):
                continue
            found = support(sentence, [evidence])
            assert found.supported and found.evidence == (evidence.n,), sentence
            assert sentence in cut(text, found.spans[evidence.n])


def test_every_sentence_is_supported_without_its_last_clause():
    lost = []
    for _, evidence in PARAGRAPHS:
        for span in sentences(evidence.place.quote):
            head, comma, _ = evidence.place.quote[span.start : span.end].rpartition(",")
            if (
                comma
                and len(head) > 12
                and head.count("“") == head.count("”")
                and not support(head + "。", [evidence]).supported
            ):
                lost.append(head)
    assert not lost


@settings(deadline=None)
@given(st.integers(min_value=0), st.data())
def test_any_changed_digit_is_noticed(at, data):
    evidence, sentence = WITH_DIGITS[at % len(WITH_DIGITS)]
    place = data.draw(st.sampled_from([m.start() for m in re.finditer(r"\d", sentence)]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != sentence[place]]))
    altered = sentence[:place] + digit + sentence[place + 1 :]
    found = support(altered, [evidence])
    assert not found.supported and found.missing, altered


LOAN = "2025年5月,科技部等七部门联合印发《若干政策举措》。科技创新和技术改造再贷款规模增加至8000亿元,债券市场“科技板”正式推出。"
ZONE = (
    "《方案》提出,到2030年累计创建认定示范区不超过500个。重点建设粮食产业、养殖业、优势特色产业等6类示范区。"
)
TRADE = "2020-2024年,全国技术合同成交金额从2.83万亿元增长到6.84万亿元,增长幅度达到141.7%。高校院所累计建设技术转移机构达2364家,较2020年的1953家增长21%。"
SHARE = "在全球工业研发投入2000强企业,中国大陆企业有525家,占比达到26.3%。深圳—香港—广州集群跃居全球第一,北京排名第四,上海—苏州集群排名第六。"
PAPER = "工业和信息化部、国家发展改革委等五部门联合印发《关于开展零碳工厂建设工作的指导意见》(工信部联节[2026]13号)。"
RULE = "各地不得新增钢铁产能。企业应当在6月底前提交报告,可以申请延期。项目尚未建成,将推动有关工作。"
PRICE = "1月全国居民消费价格同比上涨0.5%,环比下降0.2%。出口高于进口,就业人数有所增加。"

SUPPORTED = [
    ("科技创新和技术改造再贷款规模增加至0.8万亿元。", LOAN),
    ("2025年5月,七部门联合印发了《若干政策举措》。", LOAN),
    ("再贷款规模增加至８０００亿元,债券市场科技板正式推出。", LOAN),
    ("重点建设六类示范区,包括粮食产业、养殖业、优势特色产业等。", ZONE),
    ("到2030年,累计创建认定的示范区不超过500个。", ZONE),
    ("中國大陸企業有525家,佔比達到26.3%。", SHARE),
    ("占比达到百分之二十六点三。", SHARE),
    ("全国技术合同成交金额由2.83万亿元增长到6.84万亿元,增长141.7%。", TRADE),
    ("技术转移机构达2364家,比2020年的1953家增长21%。", TRADE),
    ("五部门印发了《关于开展零碳工厂建设工作的指导意见》(工信部联节〔2026〕13号)。", PAPER),
    ("根据资料,各地不得新增钢铁产能。", RULE),
    ("项目尚未建成。", RULE),
    ("居民消费价格1月同比上涨0.5%。", PRICE),
]


ALLOWED = "鼓励各地制定正面清单,部分企业已经参与,2035年建成中试平台,惠及企业。"
ORDER = "在工作程序上,示范区实行先创建后认定、分年度推进。"
PLANNED = "省里拟安排重大项目670个,争取到2030年建成中试平台。"

SUPPORTED += [
    ("鼓励各地制定正面清单。", ALLOWED),
    ("示范区实行先创建后认定。", ORDER),
    ("部分企业已经参与。", ALLOWED),
    ("省里拟安排重大项目670个。", PLANNED),
    ("到2030年累计创建认定示范区最多500个。", ZONE),
]


ROAD = "工程全长4.35公里，占地3公顷，2020年9月30日通车，是该省第十二个同类项目。"
VISIT = "甲省省长周大川4日表示，要坚定不移推进改革。乙省省长钱小江5日表示，将新建30家医院。"
TALKS = "国家卫生健康委近日印发《通知》。会议强调，支持工业、农业、林业、渔业等行业发展。"

SUPPORTED += [
    ("工程全长4350米。", ROAD),
    ("工程占地45亩。", ROAD),
    ("工程2020-09-30通车。", ROAD),
    ("工程是该省第12个同类项目。", ROAD),
    ("国家卫生健康委员会近日印发《通知》。", TALKS),
    ("支持工业、林业、农业、渔业等行业发展。", TALKS),
    ("周大川表示，要推进改革。", VISIT),
    ("乙省将新建三十家医院。", VISIT),
    ("增长百分之四十二点六八。", "旅游团比去年同期增长42.68%。"),
]


@pytest.mark.parametrize(("sentence", "quote"), SUPPORTED)
def test_said_in_other_words(sentence, quote):
    found = support(sentence, [passage(quote)])
    assert found.supported, found


CONTRADICTED = [
    ("再贷款规模增加至9000亿元。", LOAN, "9000亿元"),
    ("再贷款规模增加至8000亿美元。", LOAN, "8000亿美元"),
    ("再贷款规模增加8000亿元。", LOAN, "8000亿元"),
    ("再贷款规模减少至8000亿元。", LOAN, "8000亿元"),
    ("2024年5月,科技部等七部门联合印发《若干政策举措》。", LOAN, "2024年5月"),
    ("2025年5月,财政部等七部门联合印发《若干政策举措》。", LOAN, "财政部"),
    ("2025年5月,科技部等七部门联合印发《若干改革办法》。", LOAN, "《若干改革办法》"),
    ("到2030年累计创建认定示范区超过500个。", ZONE, "500个"),
    ("到2030年累计创建认定示范区500个。", ZONE, "500个"),
    ("到2030年累计创建认定示范区至少500个。", ZONE, "500个"),
    ("到2035年累计创建认定示范区不超过500个。", ZONE, "2035年"),
    ("全国技术合同成交金额从6.84万亿元增长到2.83万亿元。", TRADE, "6.84万亿元"),
    ("高校院所累计建设技术转移机构达1953家,较2020年的2364家增长21%。", TRADE, "1953家"),
    ("高校院所累计建设技术转移机构达2364家,较2020年的1953家下降21%。", TRADE, "21%"),
    ("中国大陆企业有525家,占比达到26.3个百分点。", SHARE, "26.3个百分点"),
    ("深圳—香港—广州集群跃居全球第一,上海排名第四。", SHARE, "上海"),
    ("五部门联合印发《关于开展零碳工厂建设工作的指导意见》(工信部联节[2025]13号)。", PAPER, "2025"),
    ("各地可以新增钢铁产能。", RULE, "新增"),
    ("各地新增钢铁产能。", RULE, "新增"),
    ("企业不应当在6月底前提交报告。", RULE, "应当"),
    ("项目已经建成。", RULE, "已"),
    ("1月全国居民消费价格同比下降0.5%。", PRICE, "0.5%"),
    ("1月全国居民消费价格环比上涨0.5%。", PRICE, "环比"),
    ("出口低于进口。", PRICE, "低于"),
    ("就业人数有所减少。", PRICE, "减少"),
]


CONTRADICTED += [
    ("出口额同比增长5%。", "前两月出口额同比增长-5%。", "5%"),
    ("出口额同比增长-5%。", "前两月出口额同比增长5%。", "5%"),
    ("示范区实行先认定后创建。", ORDER, "认定"),
    ("评价由质量转为数量。", "评价由数量转为质量,从单点走向系统。", "质量"),
]
# Every word of these but one stands in the source, and that one says more than the source does.
CONTRADICTED += [
    ("各地必须制定正面清单。", ALLOWED, "必须"),
    ("所有企业都已经参与。", "部分企业已经参与。", "所有"),
    ("惠及中小企业。", ALLOWED, "中小"),
    ("省里已经安排重大项目670个。", PLANNED, "已经"),
    ("省里拟安排重大项目670个,是全球最多的。", PLANNED, "全球"),
    ("由于示范区实行先创建后认定,才重点建设粮食产业、养殖业、优势特色产业等6类示范区。", ZONE, "由于"),
    ("价格始终同比上涨0.5%。", PRICE, "始终"),
    ("占比达到26.3%,位居世界首位。", TRADE + "占比达到26.3%。", "世界"),
    (
        "再贷款规模增加至8000亿元,债券市场“科技板”正式推出,免费向农户和渔民开放。",
        LOAN,
        "免费向农户和渔民开放",
    ),
]


FARMS = "今年，部分农村地区可以适当提高补助，中小企业贷款基本到位，中国科研机构参与了项目。"
SOURCES = "青山镇政府修建了一座新桥，村民出行更加方便。省农业机械公司改造了三条生产线，全年产量提高一成。"
GROWTH = "居民消费平稳增长。铁路建设全面推进。由于政策得力，就业形势总体稳定。"

CONTRADICTED += [
    # What stands in the place of other words: scope, strength, time, names, nouns.
    ("今年，全部农村地区可以适当提高补助。", FARMS, "全部"),
    ("今年，部分城镇地区可以适当提高补助。", FARMS, "城镇"),
    ("去年，部分农村地区可以适当提高补助。", FARMS, "去年"),
    ("今年，部分农村地区可以大幅提高补助。", FARMS, "大幅"),
    ("大型企业贷款基本到位。", FARMS, "大型企业"),
    ("日本科研机构参与了项目。", FARMS, "日本"),
    ("工程占地3亩。", ROAD, "3亩"),
    ("国家卫生健康委近日印发《意见》。", TALKS, "《意见》"),
    # Whose words they are, and what a clause is about.
    ("乙省省长钱小江表示，要坚定不移推进改革。", VISIT, "钱小江"),
    ("甲省省长周大川4日表示，将新建30家医院。", VISIT, "周大川"),
    ("省农业机械公司修建了一座新桥，村民出行更加方便。", SOURCES, "省农业机械公司"),
    ("青山镇政府修建了一座新桥，全年产量提高一成。", SOURCES, "全年产量提高一成"),
    # Who does it to whom.
    ("坚持以工业化带动信息化。", "坚持以信息化带动工业化。", "工业化"),
    # What is the outcome of what.
    ("由于居民消费平稳增长，铁路建设全面推进。", GROWTH, "居民消费"),
]


@pytest.mark.parametrize(("sentence", "quote", "wrong"), CONTRADICTED)
def test_what_the_source_does_not_say(sentence, quote, wrong):
    found = support(sentence, [passage(quote)])
    assert not found.supported and not found.evidence and not found.spans
    assert any(wrong in missing or missing in wrong for missing in found.missing), found


def test_a_sentence_on_another_matter_is_not_supported():
    for _, evidence in PARAGRAPHS[:20]:
        assert not support("猫咪喜欢在温暖的窗台上晒太阳并打盹。", [evidence]).supported


def test_a_person_named_behind_a_post_is_checked():
    source = passage("据自然资源部国土空间规划局局长谢海霞介绍,通知明确鼓励各地制定正面清单。")
    said = "自然资源部国土空间规划局局长{}介绍,通知鼓励各地制定正面清单。"
    assert support(said.format("谢海霞"), [source]).supported
    assert "谢海峰" in support(said.format("谢海峰"), [source]).missing


def test_the_supporting_passage_is_found_among_others():
    evidence = [
        passage(quote, n) for n, quote in enumerate(dict.fromkeys(quote for _, quote in SUPPORTED), start=1)
    ]
    for sentence, quote in SUPPORTED:
        assert [evidence[n - 1].place.quote for n in support(sentence, evidence).evidence] == [quote]


def test_two_passages_together():
    evidence = [passage(SHARE, 4), passage(ZONE, 7), passage(LOAN, 9)]
    found = support("再贷款规模增加至8000亿元,示范区到2030年累计创建认定不超过500个。", evidence)
    assert found.supported and set(found.evidence) == {7, 9}
    assert set(found.spans) == {7, 9}


def test_speaker_and_date_of_the_place_count():
    known = {"speaker": "阴和俊", "date": "2026-03-05", "article": "科学技术部部长阴和俊:加快融合"}
    quote = "我们将推动三大国际科技创新中心建设。"
    sentence = "2026年3月5日,科技部部长阴和俊表示,将推动三大国际科技创新中心建设。"
    assert support(sentence, [passage(quote, **known)]).supported
    assert not support(sentence, [passage(quote)]).supported
    assert not support(sentence.replace("阴和俊", "李乐成"), [passage(quote, **known)]).supported
    assert not support(sentence.replace("5日", "6日"), [passage(quote, **known)]).supported


def test_the_name_of_the_article_that_is_cited_claims_nothing():
    line = passage("来源:光明日报 2026-01-06 08:24", article="2026年十大重点工作", date="2026-01-06")
    assert support("《2026年十大重点工作》来源：光明日报；日期：2026年1月6日。", [line]).supported
    assert not support("《2026年十大重点工作》来源：人民日报。", [line]).supported
    assert not support("《2026年十大重点工作》日期：2026年1月7日。", [line]).supported
    assert not support("《2025年九大重点工作》来源：光明日报。", [line]).supported


def test_spans_follow_a_broken_paragraph():
    text = "开头。再贷款规模增加\n至8000亿元。结尾。"
    spans = (Span(start=0, end=10), Span(start=11, end=len(text)))
    place = Place(file="a", article="", paragraph=1, spans=spans, quote=cut(text, spans))
    found = support("再贷款规模增加至8000亿元。", [Evidence(n=3, place=place)])
    assert found.spans[3] == (Span(start=3, end=10), Span(start=11, end=19))


@pytest.mark.parametrize("sentence", ["", "。。。", "是的。"])
def test_nothing_to_support(sentence):
    assert not support(sentence, [passage(LOAN)]).supported
    assert support("科技板。", []) == Support(supported=False)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("共有四个方面：", False),
        ("主要举措如下:", False),
        ("再贷款规模增加至9000亿元：", True),
        ("到2030年的目标：", True),
        ("您好！", False),
        ("希望以上信息对您有所帮助。", False),
        ("如有其他问题，欢迎随时提问。", False),
        ("---", False),
        ("再贷款规模增加至8000亿元。", True),
        ("如有违反，处以8000元罚款。", True),
        ("综上，要加强原始创新。", True),
    ],
)
def test_what_states_a_fact(sentence, expected):
    assert states_fact(sentence) is expected


def test_the_time_grows_with_the_evidence_and_no_faster():
    """Four times the evidence takes about four times as long; what compared its passages with each other, sixteen."""
    draw = random.Random(1)
    evidence = [entry for _, entry in draw.sample(PARAGRAPHS, 40)]
    number = iter(range(1_000_000))

    def spent(some: list[Evidence]) -> float:
        started = time.process_time()
        for _ in range(20):
            asked = f"第{next(number)}次，科技部将推动科技创新和产业创新深度融合，再贷款规模增加至8000亿元。"
            support(asked, some)
        return time.process_time() - started

    support("科技部将推动科技创新。", evidence)  # what is kept of each passage is made now
    few, many = (min(spent(evidence[:count]) for _ in range(5)) for count in (10, 40))
    assert many < 8 * few


def test_the_module_loads_neither_torch_nor_langchain():
    code = (
        "import sys, rag.grounding; print([m for m in sys.modules if m.startswith(('langchain', 'torch'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_set_with_a_blank_is_the_name():
    line = "来源:光明日报 作者:王 科 张永冀 2026-01-06"
    evidence = [
        Evidence(
            n=1,
            place=Place(
                file="a", article="甲", paragraph=0, spans=(Span(start=0, end=len(line)),), quote=line
            ),
        )
    ]
    assert support("作者：王科、张永冀。", evidence).supported
    assert not support("作者：李科、张永冀。", evidence).supported
