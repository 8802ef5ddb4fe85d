"""Structure: nothing lost, nothing doubled, broken paragraphs whole again, and the five documents by value."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.datatypes import Source, cut
from rag.reading import read
from rag.structure import account, parse
from rag.text import squeeze

PAGES = Path(__file__).parent / "pages"
DOCS = Path(__file__).parent.parent / "docs_src"
GOLDEN = json.loads((Path(__file__).parent / "golden" / "structure.json").read_text(encoding="utf-8"))
LINE_BREAKS = set("\r\n\x0b\x0c\x85\u2028\u2029")


def parsed(text, **declared):
    return parse(Source(file="page.txt", text=text, sha256="", declared=declared))


def check(document):
    """Hold a document to the invariants that hold for every text."""
    text = document.source.text
    counts = account(document)
    assert (counts["lost"], counts["twice"]) == (0, 0), counts
    assert sum(counts.values()) == len(squeeze(text))
    for article in document.articles:
        for fact in article.facts:
            inside = article.span.start <= fact.span.start and fact.span.end <= article.span.end
            assert inside or fact.kind in ("outlet", "masthead")
            if fact.kind not in ("date", "signed", "masthead"):
                assert squeeze(fact.value) == squeeze(cut(text, [fact.span]))
    for article in document.articles:
        numbers = [paragraph.number for paragraph in article.paragraphs]
        assert numbers == list(range(1, len(numbers) + 1))
        for paragraph in article.paragraphs:
            assert paragraph.text == cut(text, paragraph.spans)
            assert all(a.end <= b.start for a, b in pairwise(paragraph.spans))
            for span in paragraph.spans:
                assert article.span.start <= span.start < span.end <= article.span.end
                assert not LINE_BREAKS & set(text[span.start : span.end])
        for heading in article.headings:
            assert squeeze(heading.text) in squeeze(cut(text, [heading.span]))
    for block in [*document.noise, *(block for article in document.articles for block in article.metadata)]:
        assert block.text in cut(text, [block.span])
    for before, after in pairwise(document.articles):
        assert before.span.end <= after.span.start


def outline(document):
    """Return a document in brief: enough to see every paragraph's borders."""
    return {
        "articles": [
            {
                "title": article.title,
                "kicker": article.kicker,
                "subtitle": article.subtitle,
                "outlet": article.outlet,
                "authors": list(article.authors),
                "date": article.date,
                "speakers": list(article.speakers),
                "fragment": article.fragment,
                "paragraphs": [
                    [p.text[:12], p.text[-12:], len(p.text), len(p.spans), p.heading, p.speaker]
                    for p in article.paragraphs
                ],
            }
            for article in document.articles
        ],
        "noise": [[block.kind, block.text[:30], len(block.text)] for block in document.noise],
    }


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_five_documents(name):
    (source,) = read(DOCS / name, DOCS)
    document = parse(source)
    check(document)
    assert outline(document) == GOLDEN[name]


OFFICIAL = json.loads((Path(__file__).parent / "golden" / "pages.json").read_text(encoding="utf-8"))


def full_outline(document):
    """Return a document in full, for short pages."""
    return {
        "articles": [
            {
                "title": article.title,
                "subtitle": article.subtitle,
                "fragment": article.fragment,
                "facts": [
                    [
                        fact.kind,
                        fact.value,
                        *([fact.of] if fact.of else []),
                        cut(document.source.text, [fact.span]),
                    ]
                    for fact in article.facts
                ],
                "metadata": [[block.kind, block.text] for block in article.metadata],
                "headings": [[heading.level, heading.text] for heading in article.headings],
                "paragraphs": [[" > ".join(p.path), p.speaker or "", p.text] for p in article.paragraphs],
            }
            for article in document.articles
        ],
        "noise": [[block.kind, block.text] for block in document.noise],
    }


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_pages_of_other_kinds(name):
    """A notice, a report, a law, an interview, a newspaper page, a flattened dump and worse, written for this test."""
    text = (PAGES / name).read_bytes().decode()
    document = parsed(text)
    check(document)
    assert full_outline(document) == OFFICIAL[name]


def test_every_document_is_in_the_golden_file():
    assert sorted(GOLDEN) == sorted(path.name for path in DOCS.iterdir())
    assert sorted(OFFICIAL) == sorted(path.name for path in PAGES.iterdir())


def paragraph_starting(name, opening):
    (source,) = read(DOCS / name, DOCS)
    return next(
        p for article in parse(source).articles for p in article.paragraphs if p.text.startswith(opening)
    )


def test_a_sentence_broken_by_a_photo_credit_reads_as_written():
    paragraph = paragraph_starting("001_af76cae5511be1fe.txt", "提升国家创新体系整体效能")
    assert "高端产业引领功能、顶尖人才集聚功能,打造科技强国建设的战略支点。" in paragraph.text
    paragraph = paragraph_starting("001_af76cae5511be1fe.txt", "依托产业优势")
    assert "我国产业门类齐全、创新人才众多" in paragraph.text
    assert "更好地满足人民群众对美好生活的需求" in paragraph.text


def test_a_run_of_two_paragraphs_on_one_line_stays_one():
    paragraph = paragraph_starting("000_32955ea674607d7a.txt", "习近平强调,经济和社会协调发展")
    assert "切实维护国家安全和社会稳定。习近平指出,要坚持科学决策" in paragraph.text


# --- any text at all

LINES = st.sampled_from(
    [
        "# 坚持创新驱动 引领发展新质生产力",
        "## 统筹布局",
        "###",
        "科技部部长阴和俊:",
        "加快科技创新和产业创新深度融合",
        "本报讯(记者 张伟)3月5日上午,部长通道举行。",
        "来源:光明日报 作者:王 科 张永冀 2026-01-06 08:24:13",
        "2026-01-12     中化新网",
        "访科技部党组书记、部长阴和俊",
        "新华社记者 李鑫/摄",
        "新华社记者",
        "张博文/摄",
        "(上接第一版)",
        "(来源:新华社)",
        "会议要求抓好落实。(本栏目稿件来源:新华社)",
        "国内统一连续出版物号 CN 11-0237 邮发代号 1-206 2025年12月29日 今日24版",
        "本期导读",
        "- 这5年高新技术企业活力奔涌 02版",
        "相关推荐",
        "微信公众号",
        "第 3 页",
        "姚雯",
        "国办发〔2026〕12号",
        "发文机关：国务院办公厅　成文日期：2026年3月1日",
        "（2026年6月10日第十四届全国人民代表大会常务委员会通过）",
        "国务院办公厅",
        "2026年3月1日",
        "二〇二六年三月一日",
        "国",
        "附件：1.分工表",
        "（此件公开发布）",
        "目　录",
        "（一）强化攻关",
        "第一条 为了规范数据流通，制定本法。",
        "国务院总理 李强",
        "原标题：三部门联合发文",
        "图为工人在调试设备。",
        "\u200b\x00",
        "会议强调\u200b，要抓好落实。（记者 李晓东）(完)",
        "2",
        "一、总体要求",
        "第一章 总则",
        "问:科技部对此有何考虑?",
        "答:我们将加强战略规划、政策措施、重大",
        "任务、科研力量、资源平台、区域创新等方面统筹。",
        "图为在延安站,西延高铁首发列车工作人员在车内合影。",
        "——强化企业的主体地位——",
        "《光明日报》(2026年01月06日 11版)",
        "  \u3000",
        "。",
        "(",
    ]
)
BREAKS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\n\n\n", "\u2028", "\x0b", "\x85\x0c", " \n　　"])


@given(st.lists(st.tuples(LINES, BREAKS), max_size=14).map(lambda pairs: "".join(a + b for a, b in pairs)))
@example("")
@example("\n \n")
@example("科技部部长阴和俊:")
def test_no_character_of_a_page_is_lost_or_doubled(text):
    check(parsed(text))


@given(
    st.text(
        st.sampled_from("#-—·•。：:（）()《》记者摄来源作者第一章版20261 　\r\n\u2028科技张"), max_size=80
    )
)
def test_no_character_of_any_text_is_lost_or_doubled(text):
    check(parsed(text))


# --- clean articles, spoiled as pages spoil them, come back clean

SENTENCES = [
    "这项工作关系到现代化产业体系的构建和高质量发展的全局",
    "各地区各部门结合实际出台了支持企业技术改造的具体办法",
    "数据显示，去年规模以上工业企业研发投入同比增长8.7%",
    "“我们将持续优化营商环境，让企业敢投、愿投、能投”",
    "在新一轮科技革命和产业变革中，人工智能正在重塑生产方式",
    "专家认为，融合发展既要尊重市场规律，又要更好发挥政府作用",
    "截至2025年年底，全国已建成绿色工厂6430家、零碳园区52个",
    "下一步，有关方面将完善标准规范（含行业标准）和监管体系",
]
TITLES = [
    "制造业转型升级迈出新步伐",
    "绿色低碳发展添动能",
    "六部门联合支持中小企业创新",
    "数字经济赋能乡村振兴",
]
CAPTION = "图为工人在调试设备。"
ASIDES = [
    f"\n\n{CAPTION}\n\n新华社记者 李鑫/摄\n\n",
    "\n\n\n\n新华社记者 李鑫/摄\n\n",
    "\n\n新华社记者\n张博文/摄\n\n\n",
    "\n\n- 3 -\n\n",
]


@st.composite
def paragraphs(draw):
    """Return a paragraph as its author wrote it: long enough not to look like a title."""
    chosen = draw(st.lists(st.sampled_from(SENTENCES), min_size=3, max_size=5))
    return "。".join(chosen) + "。"


@st.composite
def spoiled(draw, paragraph):
    """Return a paragraph with column edges, and perhaps a photo credit, in the middle of its sentences."""
    # A break behind a full stop cannot be told from a paragraph's end, one near the beginning from a title;
    # and no column is narrower than half a dozen characters.
    inside = [i for i in range(46, len(paragraph) - 6) if not re.search(r"[。：；”）]$", paragraph[:i])]
    places: list[int] = []
    for place in sorted(draw(st.sets(st.sampled_from(inside), max_size=3))):
        if not places or place - places[-1] >= 6:
            places.append(place)
    pieces = [paragraph[a:b] for a, b in pairwise([0, *places, len(paragraph)])]
    breaks = [draw(st.sampled_from(["\n", "\n\n", "\r\n\r\n", *ASIDES])) for _ in places]
    return "".join(piece + after for piece, after in zip(pieces, [*breaks, ""], strict=True))


@st.composite
def pages(draw):
    """Return a page and the articles on it, each a title and its paragraphs."""
    marked = draw(st.booleans())
    titles = draw(st.lists(st.sampled_from(TITLES), min_size=1, max_size=3, unique=True))
    articles = [(title, draw(st.lists(paragraphs(), min_size=1, max_size=3))) for title in titles]
    blank = draw(st.sampled_from(["\n", "\n\n"]))
    page = ""
    if draw(st.booleans()):
        page = "经济日报\n\n国内统一刊号 CN 11-0014 2026年1月6日 星期二 今日12版\n\n"
    for title, body in articles:
        byline = draw(st.sampled_from(["来源：经济日报 作者：张辉 2026-01-06 09:14", "2026年1月6日 09:14"]))
        page += ("# " if marked else "") + title + "\n" + byline + blank
        page += "".join(draw(spoiled(paragraph)) + blank for paragraph in body)
    if draw(st.booleans()):
        page += "\n本期导读\n- 高阶智驾时代大幕开启 03版\n- 光伏行业如何告别内卷 21版\n"
    return page, articles


@given(pages())
def test_clean_articles_come_back_from_spoiled_pages(page_and_articles):
    page, articles = page_and_articles
    document = parsed(page)
    check(document)
    found = [(a.title, [p.text for p in a.paragraphs]) for a in document.articles]
    assert found == articles
    assert {article.date for article in document.articles} == {"2026-01-06"}


def test_what_the_container_declares_fills_what_the_text_leaves_open():
    (article,) = parsed(
        "会议强调，要抓好落实。", title="题", date="2026年1月6日", source="报", author="张辉"
    ).articles
    assert (article.title, article.date, article.outlet, article.authors) == (
        "题",
        "2026-01-06",
        "报",
        ("张辉",),
    )


def test_an_untitled_piece_is_named_by_its_opening():
    (article,) = parsed("会议强调，要抓好落实，把各项工作部署到位、落实到位、检查到位。").articles
    assert article.title is None
    assert article.name == "会议强调，要抓好落实，把各项工作部署到位…"
