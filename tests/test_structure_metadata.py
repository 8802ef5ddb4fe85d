"""What lines around a text state, by worked examples; what they do not state is not guessed."""

import pytest

from rag.structure.lines import classify
from rag.structure.metadata import dateline, listed, read_byline, read_number, read_signature, tail
from rag.structure.numbering import rank
from rag.structure.official import issuer_in_title, read_record
from rag.structure.people import introduced, post_and_name, speakers
from rag.text import fold


def values(facts, text):
    """Return (kind, value, and whose) of each fact, its value held against the words at its span."""
    for fact in facts:
        words = text[fact.span.start : fact.span.end]
        assert fact.kind in ("date", "signed") or fact.value == "".join(words.split()) or fact.value == words
    return [(fact.kind, fact.value, *([fact.of] if fact.of else [])) for fact in facts]


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        (
            "来源:光明日报 作者:王 科 张永冀 2026-01-06 08:24:13",
            [
                ("outlet", "光明日报"),
                ("author", "王科"),
                ("author", "张永冀"),
                ("date", "2026-01-06"),
            ],
        ),
        ("来源:经济日报2026-01-06 09:14", [("outlet", "经济日报"), ("date", "2026-01-06")]),
        (
            "作者:张辉(北京大学首都发展研究院研究员、经济学院院长)",
            [("author", "张辉"), ("post", "北京大学首都发展研究院研究员、经济学院院长", "张辉")],
        ),
        (
            "作者：何德旭(财经战略研究院研究员);张雪兰(中南财经政法大学教授)",
            [
                ("author", "何德旭"),
                ("post", "财经战略研究院研究员", "何德旭"),
                ("author", "张雪兰"),
                ("post", "中南财经政法大学教授", "张雪兰"),
            ],
        ),
        (
            "（作者：刘宏达，系华中师范大学教授）",
            [("author", "刘宏达"), ("post", "华中师范大学教授", "刘宏达")],
        ),
        ("《光明日报》(2026年01月06日 11版)", [("outlet", "光明日报"), ("date", "2026-01-06")]),
        ("(来源:新华社)", [("outlet", "新华社")]),
        ("2026年1月6日 09:14", [("date", "2026-01-06")]),
        ("本报记者 王 科 李晓东", [("author", "王科"), ("author", "李晓东")]),
        ("国务院总理 李强", [("author", "李强"), ("post", "国务院总理", "李强")]),
        ("责任编辑：赵辰", []),
        ("新华社记者", []),
    ],
)
def test_bylines(line, stated):
    assert values(read_byline(line), line) == stated


def test_names_of_two_characters_are_joined():
    text = "王 科 张永冀、李 明，分别系教授"
    facts = listed(text, 0, len(text))
    assert [(f.value, f.span.start, f.span.end) for f in facts] == [
        ("王科", 0, 3),
        ("张永冀", 4, 7),
        ("李明", 8, 11),
    ]


@pytest.mark.parametrize(
    ("text", "length", "stated"),
    [
        ("本报讯(记者 张伟)12月25日，会议召开。", 10, [("author", "张伟")]),
        (
            "新华社北京1月4日电（记者 赵文君）4日召开的会议提出",
            18,
            [("author", "赵文君"), ("outlet", "新华社")],
        ),
        (
            "人民网柏林7月28日电 （记者刘仲华、张慧中）7月27日晚",
            23,
            [("author", "刘仲华"), ("author", "张慧中"), ("outlet", "人民网")],
        ),
        ("中新社北京8月7日电 伊斯兰堡消息：据报道", 11, [("outlet", "中新社")]),
        ("本报北京1月5日讯（记者 李晓东）财政部", 17, [("author", "李晓东")]),
        (
            "中新网广州7月26日电 (郭军 吴善基)记者获悉",
            20,
            [("author", "郭军"), ("author", "吴善基"), ("outlet", "中新网")],
        ),
        ("央视新闻客户端消息（新闻联播）：正值盛夏", 16, []),
        ("通讯技术正在重塑生产方式。", 0, []),
        ("资讯平台上线以来，服务企业三千家。", 0, []),
        ("据新华社报道，会议召开。", 0, []),
    ],
)
def test_datelines(text, length, stated):
    assert dateline(text)[0] == length
    assert values(dateline(text)[1], text) == stated


@pytest.mark.parametrize(
    ("text", "body", "stated"),
    [
        ("会议要求抓好落实。(本栏目稿件来源:新华社)", "会议要求抓好落实。", [("outlet", "新华社")]),
        (
            "确保资金安全有效使用。（记者 曾金华 乔金亮）",
            "确保资金安全有效使用。",
            [("author", "曾金华"), ("author", "乔金亮")],
        ),
        ("各项技术指标领先。（广州日报） 【编辑:李岩】", "各项技术指标领先。", [("outlet", "广州日报")]),
        ("选举可能推迟。(完)", "选举可能推迟。", []),
        ("早上6点起床真的很难！来源 | 羊城晚报", "早上6点起床真的很难！", [("outlet", "羊城晚报")]),
        ("按规定执行（含本数）。", "按规定执行（含本数）。", []),
        ("（来源：新华社）", "（来源：新华社）", []),
    ],
)
def test_tails(text, body, stated):
    end, facts = tail(text)
    assert text[:end] == body
    assert values(facts, text) == stated


def test_record_lines():
    line = "索引号：11-2026-31 发布机构：某市工业和信息化局 发布日期：2026-02-11 文 号：某工信〔2026〕3号"
    assert values(read_record(line.replace("文 号", "文号")), line.replace("文 号", "文号")) == [
        ("issuer", "某市工业和信息化局"),
        ("date", "2026-02-11"),
        ("number", "某工信〔2026〕3号"),
    ]
    assert read_record("发文机关：；成文日期：待定") == []


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("国办发〔2026〕12号", "国办发〔2026〕12号"),
        ("财税[2024]第7号", "财税[2024]第7号"),
        ("中华人民共和国国务院令第722号", "第722号"),
        ("中华人民共和国主席令（第八十四号）", "第八十四号"),
    ],
)
def test_document_numbers(line, number):
    assert classify(fold(line)) == "number"
    assert [fact.value for fact in read_number(line)] == [number]


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("国务院办公厅关于加快发展工业软件的指导意见", "国务院办公厅"),
        ("财政部、税务总局关于支持小微企业的公告", "财政部、税务总局"),
        ("中共中央 国务院关于完善要素市场化配置的意见", "中共中央 国务院"),
        ("国家发展改革委等部门关于促进服务消费的通知", "国家发展改革委等部门"),
        ("专家关于人工智能发展的建议", None),
        ("工信部部署2026年十大重点工作", None),
        ("关于做好春运工作的通知", None),
    ],
)
def test_issuers_in_titles(title, issuer):
    fact = issuer_in_title(title)
    assert (fact and fact.value) == issuer


def test_signatures():
    assert values(read_signature("某市工业和信息化局"), "某市工业和信息化局") == [
        ("issuer", "某市工业和信息化局")
    ]
    assert values(read_signature("二〇二六年三月一日"), "") == [("signed", "2026-03-01")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("李乐成说,将努力推动AI电脑更好地满足需求。", ["李乐成"]),
        ("据自然资源部国土空间规划局局长谢海霞介绍,通知明确了路径。", ["谢海霞"]),
        ("报告指出,科技成果转化制度框架基本建立。", []),
        ("工业和信息化部中小企业局负责人表示,接下来将继续会同各部门。", []),
        ("申请人：应当提交材料。", []),
    ],
)
def test_speakers(text, expected):
    assert speakers(text) == expected


def test_posts():
    post, span = introduced("科学技术部部长阴和俊:")
    assert (post, span.start, span.end) == ("科学技术部部长", 7, 10)
    assert introduced("访科技部党组书记、部长阴和俊")[0] == "科技部党组书记、部长"
    assert introduced("加快科技创新和产业创新深度融合") is None
    assert post_and_name("国务院总理 李强")[0] == "国务院总理"
    assert post_and_name("推动高质量发展") is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("第一编 总则", 1),
        ("附　　则", 1),
        ("第二分编 所有权", 2),
        ("第十二章 法律责任", 3),
        ("第一节 一般规定", 4),
        ("一、总体要求", 5),
        ("（十一）强化攻关", 6),
        ("3.实践路径", 7),
        ("（1）研发设计", 8),
        ("第一条 为了规范", 0),
        ("3.5万亿元", 0),
        ("一是强化统筹", 0),
        ("前言不搭后语", 0),
        ("第二节能技术", 0),
    ],
)
def test_ranks_of_numbers(line, expected):
    assert rank(fold(line)) == expected
