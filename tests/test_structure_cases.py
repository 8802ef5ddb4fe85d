"""Pages that a reader who knew only the README fed in, cut down to what was read wrongly."""

from test_structure import check, parsed

from rag.datatypes import Mark, Source, Span
from rag.structure import parse


def only(text, **declared):
    document = parsed(text, **declared)
    check(document)
    (article,) = document.articles
    return article


def spoken(article):
    return [paragraph.speaker for paragraph in article.paragraphs]


def test_names_on_lines_of_their_own_say_who_speaks():
    article = only(
        "省商务厅发布会实录\n主持人：方晓岚\n\n方晓岚：\n大家上午好，现在开始发布会。\n\n钱立新：\n"
        "2025年全省服务零售额增长6.8%，今年发放消费券5亿元。\n\n记者：\n消费券什么时候发放？\n\n钱立新：\n"
        "4月至10月分五批发放，每批1亿元。"
    )
    assert [paragraph.text for paragraph in article.paragraphs][:2] == ["主持人：方晓岚", "方晓岚："]
    assert spoken(article)[3:] == ["钱立新", "钱立新", None, None, "钱立新", "钱立新"]


def test_an_interviewed_person_is_named_with_surname_and_post():
    article = only(
        "如何理解数据要素新部署\n——访省数据局局长郑怀远\n本报记者 宋佳宁\n\n近日，方案印发。\n\n"
        "记者：方案出台的背景是什么？\n\n郑怀远：数据产业规模2025年达到1860亿元。\n\n今年还将扩大试点。\n\n记者：怎么解决？"
    )
    assert [(fact.of, fact.value) for fact in article.facts if fact.kind == "post"] == [
        ("郑怀远", "省数据局局长")
    ]
    assert spoken(article) == [None, None, "郑怀远", "郑怀远", None]
    assert article.authors == ("宋佳宁",)


def test_reporter_is_no_name():
    article = only("平江大桥合龙\n本报讯（记者 王磊 通讯员 马超）6月11日，大桥合龙。")
    assert article.authors == ("王磊", "马超")


def test_type_size_is_no_author():
    article = only(
        "关于某事的答复\n时间：2026-03-01 来源：省政府网 作者：王磊 【字号：大 中 小】\n会议强调要抓好落实。"
    )
    assert (article.outlet, article.authors, article.date) == ("省政府网", ("王磊",), "2026-03-01")


def test_a_letterhead_is_no_title():
    article = only(
        "云川省商务厅文件\n云商发〔2026〕33号\n云川省商务厅关于开展促消费活动的通知\n各市商务局：\n现将有关事项通知如下。"
    )
    assert (article.title, article.number) == ("云川省商务厅关于开展促消费活动的通知", "云商发〔2026〕33号")
    assert article.paragraphs[0].text == "各市商务局："


def test_the_day_of_the_week_makes_a_masthead():
    article = only(
        "学习时报\n2026年4月13日 星期一 第A2版：经济\n以高水平开放塑造竞争新优势\n中共云川省委党校教授 沈鸿儒\n\n开放是鲜明标识。"
    )
    assert (article.title, article.outlet, article.date) == (
        "以高水平开放塑造竞争新优势",
        "学习时报",
        "2026-04-13",
    )
    assert article.authors == ("沈鸿儒",)
    article = only(
        "2026年6月12日　星期五\n平江日报\n要闻 02\n市委常委会召开会议\n\n本报讯（记者 王磊）6月11日，会议召开。"
    )
    assert (article.title, article.outlet, article.date) == ("市委常委会召开会议", "平江日报", "2026-06-12")


def test_a_columns_name_is_a_kicker():
    article = only("人民时评\n让“小巨人”成长为“巨无霸”\n本报评论员\n\n企业强则经济强。")
    assert (article.kicker, article.title, article.authors) == ("人民时评", "让“小巨人”成长为“巨无霸”", ())


def test_rows_of_a_table_in_plain_text_carry_their_header():
    article = only("居民消费价格情况\n单位：%\n指标\t全省\t城市\n居民消费价格\t0.3\t0.4\n居住\t0.1\t0.1\n")
    assert [(paragraph.heading, paragraph.text) for paragraph in article.paragraphs] == [
        (None, "单位：%"),
        (None, "指标\t全省\t城市"),
        ("指标 全省 城市", "居民消费价格\t0.3\t0.4"),
        ("指标 全省 城市", "居住\t0.1\t0.1"),
    ]
    article = only("# 报告\n\n请看下表。\n\n| 指标 | 2026年 |\n|---|--:|\n| 产值 | 9万亿元 |\n\n后文继续。\n")
    assert [paragraph.heading for paragraph in article.paragraphs] == [None, None, "指标 2026年", None]


def test_a_table_of_contents_with_leaders_ends_where_its_first_entry_stands_again():
    article = only(
        "某省发展规划纲要\n目录\n第一篇 总体要求....1\n第一章 发展环境....1\n第二篇 产业体系....5\n"
        "第一篇 总体要求\n第一章 发展环境\n发展环境发生深刻变化。\n第二篇 产业体系\n做强实体经济。"
    )
    assert [(heading.level, heading.text) for heading in article.headings] == [
        (1, "第一篇 总体要求"),
        (2, "第一章 发展环境"),
        (1, "第二篇 产业体系"),
    ]


def test_whom_to_call_is_text():
    article = only(
        "关于开展申报工作的通知\n各有关单位：\n请按要求开展申报。\n某市工业和信息化局\n2026年3月1日\n（联系人：赵倩，电话：029-81112222）\n"
    )
    assert article.paragraphs[-1].text == "（联系人：赵倩，电话：029-81112222）"
    assert (article.issuer, article.date) == ("某市工业和信息化局", "2026-03-01")


def test_briefs_end_with_their_authors_in_brackets():
    document = parsed(
        "供水价格六年不变\n\n昨日，居民生活用水价格公布。\n\n（李响）\n\n公租房开始申请\n\n市区3200套公租房接受申请。\n\n（王珊）\n"
    )
    check(document)
    assert [(article.title, article.authors) for article in document.articles] == [
        ("供水价格六年不变", ("李响",)),
        ("公租房开始申请", ("王珊",)),
    ]


def test_a_declared_date_stands_before_that_of_the_signature():
    text = "各有关单位：\n请按要求开展申报。\n某市工业和信息化局\n2026年2月3日"
    assert only(text, date="2026-02-04").date == "2026-02-04"
    assert only(text, date="2026年2月").date == "2026-02-03"
    assert only("本报2026年2月5日讯 会议召开。").date is None


def test_english_words_at_a_prints_line_ends_stay_apart():
    text = "Research and \nDevelopment 投入增长。"
    spans = (Span(start=0, end=13), Span(start=14, end=31))
    document = parse(Source(file="a.pdf", text=text, sha256="", marks=(Mark(kind="text", spans=spans),)))
    check(document)
    assert document.articles[0].paragraphs[0].text == "Research and Development 投入增长。"


def test_lines_that_head_nothing_are_text():
    assert [paragraph.text for paragraph in only("值班电话 010-12345678").paragraphs] == [
        "值班电话 010-12345678"
    ]
    article = only("# 总体要求\n## 主要任务\n")
    assert [paragraph.text for paragraph in article.paragraphs] == ["# 总体要求", "## 主要任务"]


def test_a_line_with_day_and_time_before_source_and_reporter_is_a_byline():
    document = parsed(
        "全省林长制工作会议召开\n2025年4月18日 07:45　来源：云岭日报　记者：段秋实\n\n"
        "4月17日，全省林长制工作会议召开，总结去年工作，部署今年任务，通报考核结果。\n"
    )
    (article,) = document.articles
    assert (article.date, article.outlet, article.authors) == ("2025-04-18", "云岭日报", ("段秋实",))
    assert len(article.paragraphs) == 1
