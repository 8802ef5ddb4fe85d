"""How a quote departs from its source: where, of what kind, and what it owns up to."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.datatypes import QuoteReport, Source
from rag.numerals import other_forms
from rag.quotes import QuoteIndex
from rag.quoting.tokens import tokens
from rag.structure import parse
from rag.text import TRADITIONAL, squeeze
from tests.opened import opened
from tests.test_quotes import POLICY, corpus, document, index, passages


def told(quote: str) -> list[tuple[str, str, str]]:
    """Return the differences of an altered quote's best match."""
    report = index().lookup(quote)
    assert report.verdict == "altered", report
    return [(found.given, found.source, found.kind) for found in report.matches[0].differences]


def placed(report: QuoteReport) -> list[tuple[str, str, str]]:
    """Return what stands in quote and source where the differences of the best match are said to be."""
    match = report.matches[0]
    raw = {"policy.txt": POLICY} | {one.source.file: one.source.text for one in corpus()[1]}
    return [
        (
            squeeze(report.quote[slice(*found.given_at)]),
            squeeze(raw[match.place.file][slice(*found.source_at)]),
            found.kind,
        )
        for found in match.differences
    ]


def before(report: QuoteReport) -> list[tuple[str, str]]:
    """Return the two characters before each difference, in quote and source."""
    match = report.matches[0]
    return [
        (report.quote[: found.given_at[0]][-2:], POLICY[: found.source_at[0]][-2:])
        for found in match.differences
    ]


@pytest.mark.parametrize(
    "quote",
    [
        "全国已建成中试平台1600个,覆盖七类重点产业",
        "２０２４年１２月２９日，财政部部长王志强表示,将新增专项资金",
        "资金分三年下达,使用。企业是创新的主体",
        "资金分三年下达,由各省尽快统筹使用",
        "500个,覆盖六类重点产业",
        "目前,全国已建成中试平台150",
        "得随意更改用途",
        "各省不应当在2026年3月底前报送实施方案",
        "企业是创新的主力,\n政府是创新的后盾",
    ],
)
def test_a_difference_is_placed_in_both_texts(quote):
    report = index().lookup(quote)
    assert placed(report) == told(quote)


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("资金分三年下达,使用。企业是创新的主体", [("达,", "达,")]),
        ("资金分三年下达,由各省尽快统筹使用", [("各省", "各省")]),
        ("各省不应当在2026年3月底前报送实施方案", [("各省", "各省")]),
    ],
)
def test_what_stands_on_one_side_alone_has_its_point_on_the_other(quote, expected):
    assert before(index().lookup(quote)) == expected


def test_the_parts_of_a_spliced_quote_tile_it():
    quote = "目前,全国已建成中试平台1500个,广州南站连续三天位居全国第一。"
    parts = sorted(match.given_at for match in index().lookup(quote).matches)
    assert [quote[slice(*part)] for part in parts] == [
        "目前,全国已建成中试平台1500个,",
        "广州南站连续三天位居全国第一。",
    ]
    (match,) = index().lookup("  平台不得随意更改用途。").matches
    assert match.given_at == (0, 13)


@settings(max_examples=150, deadline=None)
@given(passages(least=20), st.randoms(use_true_random=False))
def test_differences_of_any_alteration_are_placed_where_they_stand(passage, rng: random.Random):
    _, _, words = passage
    quote = words
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(quote) - 6)
        new = rng.choice(["", "不", "将", "北京", "3", "尽快推进", "甲"])
        quote = quote[:at] + new + quote[at + rng.randint(0, 6) :]
    report = corpus()[0].lookup(quote)
    assume(report.verdict in ("altered", "spliced"))
    raw = {one.source.file: one.source.text for one in corpus()[1]}
    for match in report.matches:
        text = raw[match.place.file]
        for found in match.differences:
            (low, high), (start, end) = found.given_at, found.source_at
            if not any((low, high, start, end)):
                continue
            assert squeeze(quote[low:high]) == found.given
            assert match.given_at[0] <= low <= high <= match.given_at[1]
            assert 0 <= start <= end <= len(text)
            if "\n" not in text[start:end]:
                assert squeeze(text[start:end]) == found.source


def test_an_end_that_stands_far_off_was_exchanged_and_not_cut_out():
    text = (
        "地方探索金融实践\n\n各地紧扣禀赋,比如广东提出“加快建设金融强省”,将科技金融与绿色金融、数字金融协同推进,"
        "重点支持新能源、低空经济等战略性新兴产业集群;北京大力支持北交所深化改革,提升企业融资效率。\n"
    )
    report = QuoteIndex(opened([document("news.txt", text)])).lookup(
        "广东大力支持北交所深化改革,提升企业融资效率"
    )
    assert [(found.given, found.source, found.kind) for found in report.matches[0].differences] == [
        ("广东", "北京", "name")
    ]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("2025年12月29日,科技部部长王志远表示", ("科技部", "财政部", "organisation")),
        ("2025年12月29日,工业和信息化部部长王志远表示", ("工业和信息化部", "财政部", "organisation")),
        ("重庆南站连续三天位居全国第一", ("重庆", "广州", "name")),
        ("中国航空集团2日发布消息", ("中国航空集团", "中国铁路集团", "organisation")),
        ("各省可以在2026年3月底前报送实施方案", ("可以", "应当", "modality")),
        ("各省必须在2026年3月底前报送实施方案", ("必须", "应当", "modality")),
        ("各省在2026年3月底前报送实施方案", ("", "应当", "modality")),
        ("财政部部长王志远表示,已新增专项资金8000亿元", ("已", "将", "modality")),
        ("财政部部长王志远表示,将新增专项资金约8000亿元", ("约", "", "modality")),
        ("目前,全国已建成中试平台1500多个", ("1500多个", "1500个", "modality")),
        ("平台必须随意更改用途", ("必须", "不得", "negation")),
        ("逾期不报的,尚未视为放弃", ("尚未", "", "negation")),
        ("各地要加快制造业中试平台建设。目前,覆盖六类重点产业", ("", "全国已建成中试平台1500个", "omission")),
        ("资金分三年下达。企业是创新的主体", ("", "由各省统筹使用", "omission")),
        ("二可以强化建设,平台不得随意更改用途", ("二可以强化建设", "", "addition")),
        ("目前,覆盖六类重点产业,占比达到26.3%", ("", "全国已建成中试平台1500个", "omission")),
        ("各地要加快制造业中试平台建设,在各方共同努力下", ("在各方共同努力下", "", "addition")),
        ("广州南站连续三天位居全国第一,较去年增长15%", ("较去年增长15%", "", "addition")),
    ],
)
def test_a_difference_is_of_its_most_telling_kind(quote, expected):
    assert told(quote) == [expected]


SPEECHES = """\
科技产业新闻

增加值占GDP的比重已超过18%;在全球工业研发投入2000强企业,中国大陆企业有525家,占比达到四分之一。

国内统一连续出版物号 CN 11-0237 邮发代号 1-206 2025年12月29日 星期一 第48期

各地坚定不移推进改革。

村口种着一棵老树。(三)强化资金保障。一是稳增长,三是促改革,四是惠民生。我从不认为实体书店会消失。

我们从来没有说过要拆除老航站楼,也没有答应。企业不足五十万家,三部门近日印发通知。
"""


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("占GDP的比重已超过百分之十八", [("百分之十八", "18%", "word")]),
        ("占GDP的比重已超过百分之十九", [("百分之十九", "18%", "number")]),
        ("邮发代号1-260", [("260", "206", "number")]),
        ("中国大陆企业有525家,占比达到三分之一", [("三分之一", "四分之一", "number")]),
        ("村口种着三棵老树", [("三棵", "一棵", "number")]),
        ("(二)强化资金保障", [("二", "三", "number")]),
        ("二是促改革,六是惠民生", [("二是", "三是", "number"), ("六是", "四是", "number")]),
        ("我认为实体书店会消失", [("", "从不", "negation")]),
        ("我们要拆除老航站楼,也没有答应", [("", "从来没有说过", "negation")]),
        (
            "要拆除老航站楼,答应。企业不足五十万家",
            [("要", "从来没有说过要", "negation"), ("", "也没有", "negation")],
        ),
        ("各地推进改革", [("", "坚定不移", "omission")]),
        ("企业已超五十万家,三部门近日印发通知", [("已超", "不足", "modality")]),
    ],
)
def test_a_difference_ends_with_its_clause_and_has_the_kind_of_what_changed(quote, expected):
    found = QuoteIndex(opened([document("news.txt", SPEECHES)])).lookup(quote)
    assert found.verdict == "altered"
    assert [(one.given, one.source, one.kind) for one in found.matches[0].differences] == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("教育部、科技部和工业和信息化部", ["教育部", "科技部", "工业和信息化部"]),
        ("国家发展和改革委员会", ["国家发展和改革委员会"]),
        ("中国信息通信研究院和清华大学", ["中国信息通信研究院", "清华大学"]),
        ("中国石油集团公司董事长", ["中国石油集团公司"]),
        ("新华社记者,光明日报记者", ["新华社", "光明日报"]),
        ("干部和群众,全部,中西部,产业布局和新格局,一部电影", []),
    ],
)
def test_bodies_are_named_whole(text, names):
    found = [text[token.start : token.end] for token in tokens(text) if token.kind == "organisation"]
    assert found == names


def owned(quote: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the verdict on a quote and what its best match is said to own up to, checking the places."""
    report = index().lookup(quote)
    match = report.matches[0]
    for found in match.marked:
        assert squeeze(quote[slice(*found.given_at)]) == found.given
        assert squeeze(POLICY[slice(*found.source_at)]).replace("##", "") == found.source
    return report.verdict, [(found.given, found.source, found.kind) for found in match.marked]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        (
            "全国已建成中试平台1500个……占比达到26.3%。",
            [("……", ",覆盖六类重点产业,", "omission")],
        ),
        (
            "全国已建成中试平台1500个[...]占比达到26.3%。",
            [("[...]", ",覆盖六类重点产业,", "omission")],
        ),
        (
            "全国已建成中试平台1500个（略）占比达到26.3%。",
            [("（略）", ",覆盖六类重点产业,", "omission")],
        ),
        ("……全国已建成中试平台1500个……", []),
        ("资金分三年下达,〔指专项资金〕由各省统筹使用", [("〔指专项资金〕", "", "addition")]),
        ("资金(编者注：专项资金)分三年下达", [("(编者注：专项资金)", "", "addition")]),
        ("【财政部】资金分三年下达", [("【财政部】", "", "addition")]),
        ("企业是创新的主体(原文如此)。", [("(原文如此)", "", "addition")]),
        ("王志远指出：“资金分三年下达,由各省统筹使用”。", [("王志远指出：", "", "addition")]),
        ("据悉,「平台不得随意更改用途」", [("据悉,", "", "addition")]),
    ],
)
def test_what_a_quote_owns_up_to_leaves_it_exact(quote, expected):
    verdict, marked = owned(quote)
    assert verdict == "exact"
    assert [(given, source.strip(",。"), kind) for given, source, kind in marked] == [
        (given, source.strip(",。"), kind) for given, source, kind in expected
    ]


def test_an_ellipsis_may_stand_for_paragraphs():
    verdict, marked = owned("各地要加快制造业中试平台建设……逾期不报的,视为放弃。")
    assert verdict == "exact"
    ((given, source, kind),) = marked
    assert (given, kind) == ("……", "omission")
    assert source.startswith("目前,全国已建成") and source.endswith("前报送实施方案")


@pytest.mark.parametrize(
    "quote",
    [
        "> 各地要加快制造业中试平台建设。",
        ">各地要加快制造业中试平台建设。",
        "> > 2025年12月29日,财政部部长王志远表示",
        "> 目前,全国已建成中试平台\n> 1500个,覆盖六类重点产业",
        "- 2025年12月29日,财政部部长王志远表示",
        "* 企业是创新的主体",
        "<p>目前,全国已建成<b>中试平台1500个</b>,<br/>覆盖六类重点产业</p>",
        '<a href="http://example.org/1">企业是创新的主体</a>',
    ],
)
def test_marks_of_mail_and_markup_are_no_words_of_a_quote(quote):
    report = index().lookup(quote)
    assert (report.verdict, report.matches[0].marked) == ("exact", ())


@pytest.mark.parametrize(
    ("item", "rest"),
    [
        ("(1)", "资金分三年下达,由各省统筹使用"),
        ("1. ", "2025年12月29日,财政部部长王志远表示"),
        ("12．", "资金分三年下达"),
        ("一、", "企业是创新的主体"),
        ("（十二）", "各省应当在2026年3月底前报送实施方案"),
        ("①", "逾期不报的,视为放弃"),
    ],
)
def test_the_number_of_an_item_may_be_put_before_a_quote(item, rest):
    assert owned(item + rest) == ("exact", [(item.strip(), "", "addition")])


def test_a_footnote_may_be_marked():
    assert owned("覆盖六类重点产业,占比达到26.3%,[1]")[0] == "exact"
    assert owned("覆盖六类重点产业,占比达到26.3%[1]。平台不得随意更改用途")[0] == "exact"


def test_an_item_of_another_number_or_a_sign_before_a_figure_is_a_change():
    text = "两部门通知\n\n通知提出三项任务。(三)强化资金保障,投入>5亿元。(四)完善评价机制,占比<8%。\n"
    found = QuoteIndex(opened([document("news.txt", text)]))
    assert found.lookup("(三)强化资金保障,投入>5亿元").verdict == "exact"
    for quote in ("(二)强化资金保障,投入>5亿元", "(三)强化资金保障,投入<5亿元", "(四)完善评价机制,占比>8%"):
        assert found.lookup(quote).verdict == "altered", quote


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("平台……更改用途", ("", "不得随意", "negation")),
        ("平台……随意更改用途", ("随意", "不得随意", "negation")),
        ("目前,全国已建成中试平台1……00个,覆盖六类重点产业", ("00个", "1500个", "number")),
        (
            "资金分三年下达(共100亿元),由各省统筹使用。企业是创新的主体,政府是创新的后盾",
            ("共100亿元", "", "addition"),
        ),
        ("平台[必须]不得随意更改用途", ("必须", "", "modality")),
        ("企业[不]是创新的主体", ("不", "", "negation")),
        ("全国已建成中试平台1[2]500个,覆盖六类重点产业", ("1[2]500个", "1500个", "number")),
        ("各省应当在[2025年]3月底前报送实施方案", ("3月", "2026年3月", "date")),
        ("[2024年12月29日],财政部部长王志远表示", ("2024年12月29日", "2025年12月29日", "date")),
        ("李乐成指出：“资金分三年下达,由各省统筹使用”", ("李乐成", "王志远", "name")),
        ("科技部表示，“将新增专项资金8000亿元”", ("科技部", "财政部", "organisation")),
        (
            "财政部部长2024年12月29日表示：“将新增专项资金8000亿元”",
            ("2024年12月29日", "2025年12月29日", "date"),
        ),
        ("2025年12月29日,财政部部长王志远否认：“将新增专项资金8000亿元”", ("否认", "表示", "negation")),
    ],
)
def test_marks_do_not_hide_a_change(quote, expected):
    assert expected in told(quote)


def test_words_in_brackets_that_stand_in_the_source_are_ordinary():
    text = "两部门通知\n\n按照工信部联〔2025〕12号文件,平台(含分中心)应当年检。\n"
    found = QuoteIndex(opened([document("news.txt", text)]))
    for quote in ("按照工信部联〔2025〕12号文件", "按照工信部联[2025]12号文件,平台（含分中心）应当年检"):
        report = found.lookup(quote)
        assert (report.verdict, report.matches[0].marked) == ("exact", ())
    for quote in ("按照工信部联〔2024〕12号文件,平台", "按照工信部联〔2025〕13号文件,平台"):
        report = found.lookup(quote)
        assert report.verdict == "altered"
        assert [one.kind for one in report.matches[0].differences] == ["number"]


FIGURES = """\
工业运行报告

2025年1至11月,规模以上工业增加值增长6.5%,比上年提高0.3个百分点,出口超过3.25万亿元。到2027年,企业数量达到15000家以上,是2020年的2.5倍,\
其中3-5家进入前列,四成企业完成改造,百分之十八的企业设立中心。第三届大会于2025年12月29日召开,5G基站建成483.8万个,工信部联〔2025〕12号文件同时印发。\
预计投入1.5万亿元,新建八千公里线路,东部有120家、西部有85家,温度降至-5℃,每3家中有1家达标。
"""


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("6.5%", "6.8%", "number"),
        ("6.5%", "5.6%", "number"),
        ("6.5%", "65%", "number"),
        ("6.5%", "6.5个百分点", "number"),
        ("6.5%", "6.5倍", "number"),
        ("6.5%", "６.５％", None),
        ("6.5%", "6。5%", "number"),
        ("6.5%", "百分之六点五", "word"),
        ("0.3个百分点", "0.3%", "number"),
        ("3.25万亿元", "3.25亿元", "number"),
        ("3.25万亿元", "32500亿元", "word"),
        ("3.25万亿元", "3.25万亿美元", "number"),
        ("超过", "不足", "modality"),
        ("超过", "接近", "modality"),
        ("以上", "以下", "modality"),
        ("15000家", "1.5万家", "word"),
        ("15000家", "15,000家", None),
        ("15000家", "15OOO家", "number"),
        ("15000家", "l5000家", "number"),
        ("15000家", "1500家", "number"),
        ("15000家", "15000个", "number"),
        ("2.5倍", "2.5%", "number"),
        ("2.5倍", "三倍", "number"),
        ("3-5家", "3-6家", "number"),
        ("3-5家", "三至五家", "word"),
        ("四成", "40%", "word"),
        ("四成", "五成", "number"),
        ("百分之十八", "18%", "word"),
        ("百分之十八", "百分之八十", "number"),
        ("第三届", "第四届", "number"),
        ("第三届", "第3届", "word"),
        ("2025年12月29日", "2025-12-29", "word"),
        ("2025年12月29日", "二〇二五年十二月二十九日", "word"),
        ("2025年12月29日", "2025-12-28", "date"),
        ("12月29日", "12月19日", "date"),
        ("2025年1至11月", "2024年1至11月", "date"),
        ("2025年1至11月", "2025年1至10月", "date"),
        ("2027年", "2028年", "date"),
        ("5G", "6G", "number"),
        ("12号", "13号", "number"),
        ("〔2025〕", "〔2024〕", "number"),
        ("1.5万亿元", "1.5万元", "number"),
        ("八千公里", "8000公里", "word"),
        ("八千公里", "八百公里", "number"),
        ("-5℃", "5℃", "number"),
        ("每3家中有1家", "每2家中有1家", "number"),
    ],
)
def test_a_figure_altered_is_told_from_one_written_otherwise(old, new, kind):
    found = QuoteIndex(opened([document("news.txt", FIGURES)]))
    sentence = next(one for one in FIGURES.split("。") if old in one) + "。"
    report = found.lookup(sentence.replace(old, new, 1))
    assert report.verdict == ("altered" if kind else "exact")
    assert {one.kind for one in report.matches[0].differences} == ({kind} if kind else set())


def test_two_figures_exchanged_are_two_differences():
    found = QuoteIndex(opened([document("news.txt", FIGURES)]))
    report = found.lookup("预计投入1.5万亿元,新建八千公里线路,东部有85家、西部有120家,温度降至-5℃")
    assert [(one.given, one.source, one.kind) for one in report.matches[0].differences] == [
        ("85家", "120家", "number"),
        ("120家", "85家", "number"),
    ]


UNITS = ("个", "家", "亿元", "万吨", "公里", "%", "倍")


@given(
    st.decimals(min_value=2, max_value=99999, places=1),
    st.decimals(min_value=2, max_value=99999, places=1),
    st.sampled_from(UNITS),
    st.integers(0, 9),
)
def test_written_otherwise_is_no_other_value(value, other, unit, form):
    assume(value != other)

    def written(number):
        plain = f"{number.normalize():f}{unit}"
        forms = [one for _, ones in other_forms(plain) for one in ones]
        return plain, ([plain, *forms][form % (1 + len(forms))])

    plain, same = written(value)
    sentence = "当前平台建设总量已经达到{},各地方案正在逐项评审。"
    index = QuoteIndex(opened([document("news.txt", f"平台建设情况\n\n{sentence.format(plain)}\n")]))
    for quoted, kinds in ((same, {"word"} if same != plain else set()), (written(other)[1], {"number"})):
        report = index.lookup(sentence.format(quoted))
        assert {one.kind for one in report.matches[0].differences} == kinds


NOISE = {
    ",": ["，", ", ", ",\n", "﹐"],
    "。": ["．", "。\n\n", "｡", "."],
    "“": ["「", '"', "『", "〝", "''"],
    "”": ["」", '"', "』", "〞", "''"],
    "%": ["％", "﹪", " %"],
    "-": ["－", "–", "—", "~", "-\n"],
    "—": ["-", "－", "―", "─"],
    "·": ["・", "•", "‧"],
    "(": ["（", " ("],
    ")": ["）", ") "],
    ";": ["；", "; "],
    ":": ["：", "︰"],
    ".": ["．"],
}
BETWEEN = ["\u3000", "\u200b", "\ufeff", "\u00a0", "\u00ad", "\n", "\r\n", " ", "\t"]


@st.composite
def copied(draw, words):
    """A text as a copy may bring it: other widths, marks, blanks, line breaks, invisible and traditional forms."""
    parts = []
    for character in words:
        forms = NOISE.get(character, [])
        if character.isascii() and character.isalnum():
            forms = [chr(ord(character) + 0xFEE0), chr(ord(character) + 0xFEE0)]
        elif character in TO_TRADITIONAL:
            forms = [TO_TRADITIONAL[character]]
        parts.append(draw(st.sampled_from([character, *forms])) if forms else character)
        if draw(st.integers(0, 7)) == 0:
            parts.append(draw(st.sampled_from(BETWEEN)))
    return "".join(parts)


TO_TRADITIONAL = {
    line[1]: line[0] for line in TRADITIONAL.read_text(encoding="utf-8").splitlines() if len(line) == 2
}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_nothing_that_a_copy_brings_makes_the_exact_altered(data):
    _, _, words = data.draw(passages())
    quote = data.draw(copied(words))
    report = corpus()[0].lookup(quote)
    assert report.verdict == "exact", report.matches[0].differences if report.matches else "not found"
    assert all(match.differences == () and match.similarity == 1.0 for match in report.matches)


DENIALS = """\
车站改造问答

我们从来没有说过要拆除老候车楼,改造方案还在讨论。我从不认为实体书店很快会消失,读者仍在增加。运输处否认车票价格将要上涨。\
各部门要加强衔接,避免政策目标冲突和效果抵消。中小企业不想转、不敢转、不会转的问题依然突出。不能不说旅客数量已经恢复,不可否认服务质量仍有差距。\
处里建立了防止重复收费的长效工作机制,拒绝“一刀切”管理模式。各站不断完善服务流程标准。他没有表态,但车站年内必须开工。他从未承认的失误已经全部公开。
"""


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("要拆除老候车楼,改造方案还在讨论", ("要", "从来没有说过要")),
        ("拆除老候车楼,改造方案还在讨论", ("拆除", "从来没有说过要拆除")),
        ("实体书店很快会消失", ("实体", "从不认为实体")),
        ("很快会消失,读者仍在增加", ("很快", "从不认为实体书店很快")),
        ("车票价格将要上涨", ("车票", "否认车票")),
        ("政策目标冲突和效果抵消。", ("政策", "避免政策")),
        ("想转、不敢转、不会转的问题依然突出", ("想", "不想")),
        ("“一刀切”管理模式", ("一刀切", "拒绝“一刀切")),
        ("我们……要拆除老候车楼", ("要", "从来没有说过要")),
    ],
)
def test_a_denial_left_standing_outside_is_told(quote, expected):
    report = QuoteIndex(opened([document("station.txt", DENIALS)])).lookup(quote)
    assert report.verdict == "altered"
    (found,) = report.matches[0].differences
    assert found.kind == "negation"
    assert (found.given, found.source) == expected
    assert squeeze(quote[slice(*found.given_at)]) == found.given
    assert squeeze(DENIALS[slice(*found.source_at)]) == found.source


@pytest.mark.parametrize(
    "quote",
    [
        "改造方案还在讨论",
        "读者仍在增加",
        "旅客数量已经恢复",
        "服务质量仍有差距",
        "长效工作机制",
        "完善服务流程标准",
        "车站年内必须开工",
        "失误已经全部公开",
        "我们从来没有说过……拆除老候车楼",
        "从不认为实体书店很快会消失",
    ],
)
def test_what_no_denial_outside_governs_stays_exact(quote):
    assert QuoteIndex(opened([document("station.txt", DENIALS)])).lookup(quote).verdict == "exact"


SPEAKERS = """\
书店访谈

市书店经理贺小满介绍,书店门类齐全,城区现有二十家门店。副经理田野对此更乐观,他说:“旧书三年后可以占到营业额的四分之一。多数读者都会回来。”
“停车场将在年底建成开放。”张雁说,工程已经过半。读者人数仍在稳步增加。习近平总书记指出,“城市要让生活更美好”。新店明年开张,设备已经运到。
"""


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("贺小满说：“旧书三年后可以占到营业额的四分之一。”", ("贺小满", "田野")),
        ("田野说：“旧书三年后可以占到营业额的四分之一。”", None),
        ("贺小满说：“多数读者都会回来。”", ("贺小满", "田野")),
        ("田野说：“多数读者都会回来。”", None),
        ("贺小满说：“停车场将在年底建成开放。”", ("贺小满", "张雁")),
        ("张雁说：“停车场将在年底建成开放。”", None),
        ("贺小满说：“读者人数仍在稳步增加。”", ("贺小满", "张雁")),
        ("甲说：“读者人数仍在稳步增加。”", None),
        ("王志远说：“城区现有二十家门店”", ("王志远", "贺小满")),
        ("王志远总书记指出：“城市要让生活更美好”", ("王志远", "习近平")),
        ("贺小满说：“设备已经运到。”", ("贺小满", "习近平")),
    ],
)
def test_who_is_said_to_say_it_is_who_says_it(quote, expected):
    report = QuoteIndex(opened([document("shop.txt", SPEAKERS)])).lookup(quote)
    found = [(one.given, one.source) for one in report.matches[0].differences]
    assert (report.verdict, found) == (("altered", [expected]) if expected else ("exact", []))


def test_captions_and_page_breaks_in_the_middle_do_not_matter():
    page = (
        "某报\n2026年1月6日\n\n会议部署重点工作\n\n本报北京1月6日电 会议强调,要加快建设制造业中试平台,推动科技创新\n\n"
        "新华社记者 李文摄\n\n和产业创新深度融合,确保取得实效。会议要求,各地要抓好落实,不得随意更改用途。\n"
    )
    index = QuoteIndex(opened([parse(Source(file="page.txt", text=page, sha256=""))]))
    for quote in (
        "要加快建设制造业中试平台,推动科技创新和产业创新深度融合,确保取得实效",
        "推动科技创新和产业创新深度融合",
    ):
        assert index.lookup(quote).verdict == "exact"


def test_words_left_out_behind_an_items_number_are_told():
    text = "工作意见\n\n（十一）强化地方政府领导责任。各地要抓好落实。\n\n14.推动服务共建“一带一路”。\n"
    index = QuoteIndex(opened([document("a.txt", text)]))
    assert index.lookup("（十一）强化地方政府领导责任。").verdict == "exact"
    assert index.lookup("（二）各地要抓好落实。").verdict == "exact"
    for quote, left_out in (("（十一）地方政府领导责任。", "强化"), ("14.服务共建“一带一路”。", "推动")):
        report = index.lookup(quote)
        assert report.verdict == "altered"
        assert left_out in "".join(one.source for one in report.matches[0].differences)
