"""Web pages: pages after the shape of government sites' templates, read to values; text kept, menus left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadingError
from rag.reading import extract
from tests.outlines import assert_tiled, outline, texts

# The policy library of a central site: a metadata table, UCAP-CONTENT, a share bar, related pages, an imprint.
LIBRARY = """<!DOCTYPE html><html><head><meta charset="utf-8">
<title>某部关于推进示范工作的意见_财政、金融_某某政府网</title>
<meta name="firstpublishedtime" content="2025-03-18-10:00:00"><meta name="author" content="web01">
<script>var a = "脚本里的话，不是正文。";</script></head><body>
<div class="header"><ul class="nav"><li><a href="/">首页</a></li><li><a href="/zc">政策</a></li></ul></div>
<div class="BreadcrumbNav">首页 &gt; 政策 &gt; 文件库</div>
<div class="wrap"><table class="bd1">
<tr><td><b>索 引 号：</b></td><td>000014349/2025-00012</td><td><b>主题分类：</b></td><td>财政、金融</td></tr>
<tr><td><b>发文机关：</b></td><td>某部</td><td><b>成文日期：</b></td><td>2025年03月10日</td></tr>
<tr><td><b>发文字号：</b></td><td>某发〔2025〕9号</td><td><b>有效性：</b></td><td></td></tr></table>
<div class="pages_content" id="UCAP-CONTENT"><div class="trs_editor_view">
<p style="text-align:center"><b>某部关于推进<br>示范工作的意见</b></p>
<p>各省、自治区、直辖市人民政府：</p>
<p>　　为推进<span>示范</span>工作，<!-- 注释 -->现提出
以下意见。</p>
<p><span style="font-family:黑体">　　一、总体要求</span></p>
<p>　　到2030年，建成<sup>示范</sup>区500个，占比<ruby>甲<rp>(</rp><rt>jiǎ</rt><rp>)</rp></ruby>成。</p>
<table border="1"><tbody><tr><td rowspan="2">指标</td><td colspan="2">目标</td></tr>
<tr><td>2025年</td><td>2030年</td></tr><tr><td>产值</td><td>5%</td><td>6%</td></tr>
<tr><td>面积</td><td></td><td>8㎡</td></tr></tbody></table>
<p>&emsp;&emsp;第一段。<br><br>&emsp;&emsp;第二段&nbsp;&nbsp;，接着<br/>说完</p>
<p>2025年3月10日</p></div></div>
<div class="share"><a>分享到微信</a></div>
<div class="related"><h2>相关稿件</h2><ul><li><a href="x">别的新闻，很长的标题。</a><span>2025-01-01</span></li></ul></div>
</div><div class="footer">主办单位：某部办公厅　版权所有，保留一切权利。京ICP备05070218号</div></body></html>"""

# An older local site: gb2312, tables for layout, TRS_Editor, <br> between paragraphs, text in hidden elements.
LOCAL = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<meta name="ArticleTitle" content="关于开展示范区申报的通知"><meta name="PubDate" content="2025-2-20 09:30">
<meta name="ContentSource" content="来源：某省发展改革委"><meta name="SiteName" content="某省发展改革委">
<title>关于开展示范区申报的通知-通知公告-某省发展和改革委员会</title></head><body>
<table width="1000"><tr><td><table><tr><td><a href=1>首页</a></td><td><a href=2>机构</a></td></tr></table></td></tr>
<tr><td><div class="crumbs">当前位置：<a>首页</a> > 通知公告 > 关于开展示范区申报的通知</div>
<div class="title">关于开展示范区申报的通知</div>
<div class="info"><span>发布时间：2025-02-20</span><span>来源：某省发展改革委</span></div>
<div class="TRS_Editor"><style>.x{}</style>各市发展改革委：<br>　　根据文件要求，现将事项通知如下。<br>　　一、申报条件
<ol><li>甲项；</li><li>乙项。<ul><li>乙一；</li></ul></li></ol>
<div style="display:none">隐藏文字</div>附件：<a href="a.doc">申报表.doc</a></div></td></tr>
<tr><td>版权所有：某省发展改革委　地址：某路1号，电话：000</td></tr></table></body></html>"""

# A page without any name that is known: found by where the sentences stand.
PLAIN = """<html><head><title>某市2025年政府工作报告 - 某市人民政府</title></head><body>
<div id="a1"><a href="1">首页</a><a href="2">政务公开</a><a href="3">办事服务</a></div>
<div id="a2"><div id="a3"><h1>某市2025年政府工作报告</h1><p>2025-01-20</p>
<div id="a4"><h2>一、过去一年的工作</h2><p>一年来，我们完成了各项任务，经济稳中有进。</p><p>全年地区生产总值增长5.2%。</p>
<h2>二、今年的安排</h2><ol type="a"><li>稳就业，保民生。</li><li>扩内需，促消费。</li></ol></div></div>
<div id="a5"><h3>热点</h3><ul><li><a href="4">某市召开会议，部署工作。</a></li></ul></div></div>
<div id="a6">主办单位：某市人民政府办公室，网站标识码：0000000000</div></body></html>"""


def read(page, encoding="utf-8"):
    [source] = extract(page.encode(encoding), "页.html")
    assert_tiled(source)
    return source


def test_a_page_of_a_policy_library():
    source = read(LIBRARY)
    assert source.declared == {"title": "某部关于推进示范工作的意见", "date": "2025-03-18"}
    assert outline(source) == [
        ("row", 0, "索引号：000014349/2025-00012；主题分类：财政、金融"),
        ("row", 0, "发文机关：某部；成文日期：2025年03月10日"),
        ("row", 0, "发文字号：某发〔2025〕9号；有效性："),
        ("heading", 1, "某部关于推进|示范工作的意见"),
        ("text", 0, "各省、自治区、直辖市人民政府："),
        ("text", 0, "为推进示范工作，现提出以下意见。"),
        ("heading", 2, "一、总体要求"),
        ("text", 0, "到2030年，建成示范区500个，占比甲成。"),
        ("row", 0, "指标；目标"),
        ("row", 0, "2025年；2030年"),
        ("row", 0, "指标：产值；目标 2025年：5%；目标 2030年：6%"),
        ("row", 0, "指标：面积；目标 2030年：8㎡"),
        ("text", 0, "第一段。"),
        ("text", 0, "第二段 ，接着|说完"),
        ("text", 0, "2025年3月10日"),
    ]


def test_a_page_of_an_older_local_site():
    source = read(LOCAL, "gb18030")
    assert source.declared == {
        "title": "关于开展示范区申报的通知",
        "date": "2025-02-20",
        "source": "某省发展改革委",
    }
    assert outline(source) == [
        ("heading", 1, "关于开展示范区申报的通知"),
        ("text", 0, "发布时间：2025-02-20 来源：某省发展改革委"),
        ("text", 0, "各市发展改革委："),
        ("text", 0, "根据文件要求，现将事项通知如下。"),
        ("text", 0, "一、申报条件"),
        ("text", 0, "1. 甲项；"),
        ("text", 0, "2. 乙项。"),
        ("text", 0, "乙一；"),
        ("text", 0, "附件：申报表.doc"),
    ]


def test_a_page_without_known_names():
    source = read(PLAIN)
    assert source.declared == {"title": "某市2025年政府工作报告"}
    assert outline(source) == [
        ("heading", 1, "某市2025年政府工作报告"),
        ("text", 0, "2025-01-20"),
        ("heading", 2, "一、过去一年的工作"),
        ("text", 0, "一年来，我们完成了各项任务，经济稳中有进。"),
        ("text", 0, "全年地区生产总值增长5.2%。"),
        ("heading", 2, "二、今年的安排"),
        ("text", 0, "a. 稳就业，保民生。"),
        ("text", 0, "b. 扩内需，促消费。"),
    ]
    assert source.text.startswith("某市2025年政府工作报告\n\n2025-01-20\n\n一、过去一年的工作\n\n一年来")


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (
            "<tr><th>指标</th><th>目标</th></tr><tr><td>产值</td><td>5%</td></tr>",
            ["指标；目标", "指标：产值；目标：5%"],
        ),
        (
            "<thead><tr><td>名称</td><td>数</td></tr></thead><tr><td rowspan=2>甲</td><td>1</td></tr><tr><td>2</td></tr>",
            ["名称；数", "名称：甲；数：1", "名称：甲；数：2"],
        ),
        (
            "<tr><td colspan=2>表1</td></tr><tr><td>年</td><td>值</td></tr><tr><td>2025</td><td>3</td></tr>",
            ["表1", "年；值", "年：2025；值：3"],
        ),
        ("<tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>", ["1；2", "3；4"]),
        (
            "<tr><th>文号</th><td>某1号</td></tr><tr><th>机关</th><td>某部</td></tr>",
            ["文号：某1号", "机关：某部"],
        ),
        (
            "<tr><td>项</td><td>说明</td></tr><tr><td>甲</td><td><p>先做。</p><p>再做</p></td></tr>",
            ["项；说明", "项：甲；说明：先做。再做"],
        ),
        (
            "<tr><td>项</td><td>值</td></tr><tr><td colspan=2>一、合计</td></tr><tr><td>甲</td><td>9</td></tr>",
            ["项；值", "一、合计", "项：甲；值：9"],
        ),
    ],
)
def test_rows_carry_their_header(table, rows):
    source = read(f"<p>前面的话。</p><table>{table}</table><p>后面的话。</p>")
    assert texts(source, "row") == rows
    assert texts(source, "text") == ["前面的话。", "后面的话。"]


def test_an_old_page_without_names():
    source = read(
        "<html><head><title>我市召开防汛会议-某某新闻网</title></head><body>"
        "<table><tr><td>某某新闻网</td><td><a href=1>首页</a>|<a href=2>要闻</a>|<a href=3>县区</a></td></tr></table>"
        "<table><tr><td align=center><font size=5><b>我市召开防汛工作会议</b></font><br>"
        "2026-06-20 08:15　来源：某某日报　作者：黄启明　责任编辑：田雨　点击：356</td></tr>"
        "<tr><td>　　本报讯（记者 黄启明）6月19日，全市防汛工作会议召开。<br>　　市长主持会议。<br>[责任编辑：田雨]</td></tr>"
        "</table><div>上一篇：<a>我市夏粮收购开秤</a><br>下一篇：<a>高考成绩公布</a></div>"
        "<div>版权所有 某某日报社 未经授权不得转载</div></body></html>",
        "gb18030",
    )
    assert outline(source) == [
        ("heading", 2, "我市召开防汛工作会议"),
        ("text", 0, "2026-06-20 08:15　来源：某某日报　作者：黄启明　责任编辑：田雨　点击：356"),
        ("text", 0, "本报讯（记者 黄启明）6月19日，全市防汛工作会议召开。"),
        ("text", 0, "市长主持会议。"),
        ("text", 0, "[责任编辑：田雨]"),
    ]


def test_the_name_of_the_site_below_a_text_is_its_signature():
    source = read(
        "<html><head><title>关于甲的通知-某某日报</title></head><body><p>现将有关事项通知如下，请遵照执行。</p>"
        "<p>某某日报</p><p>2026年6月9日</p></body></html>"
    )
    assert texts(source, "text") == ["现将有关事项通知如下，请遵照执行。", "某某日报", "2026年6月9日"]


def test_the_header_of_an_article_has_its_own_blocks():
    source = read(
        "<article><header><h1>让老旧小区“逆生长”</h1><h2>——某市城市更新观察</h2><p class='meta'>"
        "<time>2026年5月3日</time> 来源：某某发布 记者：白雪</p></header><p>今年以来，某市启动城市更新。</p></article>"
    )
    assert outline(source) == [
        ("heading", 1, "让老旧小区“逆生长”"),
        ("heading", 2, "——某市城市更新观察"),
        ("text", 0, "2026年5月3日 来源：某某发布 记者：白雪"),
        ("text", 0, "今年以来，某市启动城市更新。"),
    ]


def test_words_on_two_lines_stay_apart():
    source = read("<p>其中 Research<br>and Development<br>投入不低于2.5%，占比上升。</p>")
    assert texts(source, "text") == ["其中 Research and Development投入不低于2.5%，占比上升。"]


def test_a_table_in_a_cell_is_part_of_the_cell():
    source = read(
        "<p>前面的话。</p><table><tr><th>市</th><th>投资</th><th>备注</th></tr><tr><td>平江</td><td>120</td><td>"
        "<table><tr><td>含直管区</td></tr><tr><td>含新区</td></tr></table></td></tr>"
        "<tr><td>临河</td><td>80</td><td>无</td></tr></table>"
    )
    assert outline(source) == [
        ("text", 0, "前面的话。"),
        ("row", 0, "市；投资；备注"),
        ("row", 0, "市：平江；投资：120；备注：含直管区 含新区"),
        ("row", 0, "市：临河；投资：80；备注：无"),
    ]


def test_a_table_of_tables_is_unwrapped():
    def inner(rows):
        cells = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
        return f"<td><table>{cells}</table></td>"

    left, right = inner([("甲", 1), ("乙", 2)]), inner([("丙", 3), ("丁", 4)])
    source = read(f"<table><tr>{left}{right}</tr><tr>{right}{left}</tr></table>")
    assert texts(source, "row") == ["甲；1", "乙；2", "丙；3", "丁；4", "丙；3", "丁；4", "甲；1", "乙；2"]


def test_a_table_that_places_text_is_text():
    source = read(
        "<table><tr><td><p>左边的一段话。</p></td></tr><tr><td><table><tr><td>里面</td></tr></table></td></tr></table>"
    )
    assert outline(source) == [("text", 0, "左边的一段话。"), ("text", 0, "里面")]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于甲的通知_某某政府网", "关于甲的通知"),
        ("关于甲的通知 - 通知公告 - 某市发展和改革委员会", "关于甲的通知"),
        ("关于甲-乙合作的通知", "关于甲-乙合作的通知"),
        ("关于甲的通知 | 某某日报", "关于甲的通知"),
        ("某市人民政府", None),
        ("", None),
    ],
)
def test_the_site_is_taken_off_the_title(title, expected):
    source = read(f"<html><head><title>{title}</title></head><body><p>正文的一句话。</p></body></html>")
    assert source.declared.get("title") == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5hkscs"])
@pytest.mark.parametrize(
    "stated", ["", '<meta charset="gbk">', '<meta charset="utf-8">', '<meta charset="big5">']
)
def test_every_encoding_whatever_the_page_states(encoding, stated):
    page = f"<html><head>{stated}</head><body><p>中文網頁的內容，一句話。</p></body></html>"
    if (stated, encoding) in {('<meta charset="gbk">', "big5hkscs"), ('<meta charset="big5">', "gb18030")}:
        return  # a page that states the wrong one of these two cannot be told from one that states the right one
    assert read(page, encoding).text == "中文網頁的內容，一句話。"


def test_one_spoilt_byte_does_not_cost_a_page():
    page = '<meta charset="gb2312"><p>' + "科技创新。" * 400 + "</p>"
    data = page.encode("gb18030").replace("科".encode("gb18030"), b"\xff", 1)
    [source] = extract(data, "a.html")
    assert source.text.replace("\ufffd", "") == "技创新。" + "科技创新。" * 399


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("", "文件是空的"),
        (" \n", "文件是空的"),
        ("<html><head><script>f()</script></head><body><div id=app></div></body></html>", "由脚本生成"),
        ("<script>f()</script><noscript>请启用 JavaScript</noscript><div>加载中…</div>", "由脚本生成"),
        ("<html><body><img src=a.png></body></html>", "没有文字"),
        ("没有标签的一段话", "后缀改成 .txt"),
        ("<div>" * 5000 + "话" + "</div>" * 5000, "嵌套过深"),
        ("<table><tr><td>" * 3000 + "话", "嵌套过深"),
        ("%PDF-1.7", "内容却是PDF；请把后缀改成 .pdf"),
    ],
)
def test_what_cannot_be_read_is_refused(page, reason):
    with pytest.raises(ReadingError, match=reason) as caught:
        extract(page.encode(), "a.html")
    assert "\n" not in str(caught.value)


PARAGRAPH = st.text("科技创新发展的一二三、甲乙AI2026 %（）", min_size=1, max_size=30).map(
    lambda text: "话" + " ".join(text.split()) + "。"
)


@given(
    st.lists(st.tuples(st.sampled_from(["p", "h2", "li", "div", "td", "blockquote"]), PARAGRAPH), max_size=12)
)
def test_paragraphs_come_back_in_order(blocks):
    body = "".join(
        f"<table><tr><td>{text}</td></tr></table>" if tag == "td" else f"\n<{tag}>\n  {text}\n</{tag}>"
        for tag, text in blocks
    )
    page = f"<html><body><div class='nav'><a href=1>首页</a></div><article>{body}</article></body></html>"
    if not blocks:
        with pytest.raises(ReadingError):
            read(page)
        return
    source = read(page)
    assert texts(source, "heading", "text") == [text for _, text in blocks]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text("<>/p divtabler&;=\"'!-", max_size=60))
def test_no_page_raises_anything_but_a_reading_error(text, soup):
    try:
        sources = extract(f"<html><body>{soup}<p>{text}</p>{soup}".encode(), "a.html")
    except ReadingError:
        return
    for source in sources:
        assert_tiled(source)
