"""Questions proposed by rule: worked sentences, what every candidate holds, and feedback."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval import cli
from eval.matching import RawTexts, occurrences, states
from eval.own.drafting import draft, write_draft
from eval.own.drafting.candidate import Candidate, Piece, asked
from eval.own.drafting.choice import choose, tells
from eval.own.drafting.figures import dates, figures
from eval.own.drafting.lists import items, lists
from eval.own.drafting.pieces import issuers, origins, parts, speeches
from eval.own.drafting.points import enumerations
from eval.own.drafting.statements import definitions
from eval.own.drafting.unanswerable import unanswerable
from eval.own.questions import load_own
from rag.datatypes import Source
from rag.structure import parse

DOCS = Path(__file__).parent.parent / "docs_src"
TITLE = "关于促进绿色工厂建设的办法"


def proposed(rule, *paragraphs, title=TITLE):
    """Return what a rule proposes for an article: the questions with their facts or reference."""
    text = "\n\n".join([title, *paragraphs])
    document = parse(Source(file="a.txt", text=text, sha256=""))
    assert [article.title for article in document.articles] == [title]
    return [
        (one.question, [" | ".join(forms) for forms in one.facts] or one.reference)
        for one in rule(Piece(document, 0))
    ]


@pytest.mark.parametrize(
    ("sentence", "question", "fact"),
    [
        ("2024年，全市新建充电桩1.2万个。", "2024年，全市新建充电桩多少个？", "1.2万个"),
        ("我国高铁运营里程突破5万公里，居世界首位。", "我国高铁运营里程突破多少公里？", "5万公里"),
        ("报告显示，企业研发投入占全社会比重超77%。", "企业研发投入占全社会比重超过多少？", "77%"),
        ("目前，全国工业共享平台近600家分布在各省。", "全国工业共享平台多少家分布在各省？", "600家"),
        (
            "全国技术合同成交额从2.8亿元增长到6.8亿元。",
            "全国技术合同成交额从2.8亿元增长到多少亿元？",
            "6.8亿元",
        ),
        ("各地方出台相关政策规定200余项。", "各地方出台相关政策规定多少项？", "200余项 | 200多项"),
        (
            "主管部门应当自受理申请之日起二十日内，作出是否批准的决定。",
            "主管部门应当自受理申请之日起多少日内，作出是否批准的决定？",
            "二十日 | 20日",
        ),
        (
            "试点企业的租金补贴期限最长不超过六个月。",
            "试点企业的租金补贴期限最长不超过多少个月？",
            "六个月 | 6个月",
        ),
        ("系统可以在断网情况下连续运行72小时。", "系统可以在断网情况下连续运行多少小时？", "72小时"),
        (
            "突发事件信息报送时间从48小时缩短到24小时。",
            "突发事件信息报送时间从48小时缩短到多少小时？",
            "24小时",
        ),
    ],
)
def test_a_figure_is_asked_for_in_its_place(sentence, question, fact):
    assert proposed(figures, "绿色工厂建设稳步推进，成效不断显现。" + sentence) == [(question, [fact])]


@pytest.mark.parametrize(
    "sentence",
    [
        "该办法实施以来，累计支持企业300家。",
        "中央经济工作会议召开于2025年12月。",
        "全市要办好第3届绿色发展大会，推进治本攻坚3年行动。",
        "处五千元以上二万元以下的罚款。",
        "景区的客服电话全天24小时开通。",
        "全国专业技术人才、高技能人才分别增加860万人和880万人。",
        "“双百”工程（第2批）名单已经公布，“创新积分制2.0”同步推广。",
    ],
)
def test_no_question_that_a_reader_would_not_understand(sentence):
    assert proposed(figures, "绿色工厂建设稳步推进，成效不断显现。" + sentence) == []


@pytest.mark.parametrize(
    ("sentence", "question", "fact"),
    [
        (
            "3月5日，全国绿色制造工作会议在北京召开，部署今年工作。",
            "全国绿色制造工作会议是什么时候在北京召开的？",
            "3月5日",
        ),
        (
            "生态环境部2025年3月5日召开例行新闻发布会，通报情况。",
            "生态环境部是什么时候召开例行新闻发布会的？",
            "2025年3月5日 | 3月5日",
        ),
        (
            "本办法自2025年7月1日起施行。",
            "《关于促进绿色工厂建设的办法》自什么时候起施行？",
            "2025年7月1日 | 7月1日",
        ),
    ],
)
def test_a_day_is_asked_for(sentence, question, fact):
    assert proposed(dates, "绿色工厂建设稳步推进，成效不断显现。", sentence) == [(question, [fact])]


@pytest.mark.parametrize(
    ("sentence", "question", "gold"),
    [
        (
            "本办法所称绿色工厂，是指实现用地集约化、生产洁净化的工厂。",
            "《关于促进绿色工厂建设的办法》所称的绿色工厂是指什么？",
            ["实现用地集约化、生产洁净化的工厂"],
        ),
        (
            "前款所称的首台套是指首次实现重大突破的装备；所称装备商，是指生产装备的企业。",
            "《关于促进绿色工厂建设的办法》所称的首台套是指什么？",
            ["首次实现重大突破的装备"],
        ),
        (
            "第二条 本条例所称“两用物项”，指既有民事用途又有军事用途的货物。",
            "《关于促进绿色工厂建设的办法》所称的两用物项是指什么？",
            ["既有民事用途又有军事用途的货物"],
        ),
        (
            "耐心资本是与科技创新长周期特性相匹配的资本形态，十分重要。",
            "什么是耐心资本？",
            ["与科技创新长周期特性相匹配的资本形态"],
        ),
        (
            "新质生产力的本质是创新驱动，关键在于以科技创新推动产业创新。",
            "新质生产力的本质是什么？",
            ["创新驱动"],
        ),
        ("企业是发展新质生产力的主力军。", "发展新质生产力的主力军是什么？", ["企业"]),
        (
            "绿色贷款是指" + "为支持环境改善、应对气候变化和资源节约高效利用" * 2 + "而发放的贷款。",
            "什么是绿色贷款？",
            "绿色贷款是指" + "为支持环境改善、应对气候变化和资源节约高效利用" * 2 + "而发放的贷款。",
        ),
    ],
)
def test_what_something_is(sentence, question, gold):
    assert proposed(definitions, sentence + "各地要抓好落实。") == [(question, gold)]


@pytest.mark.parametrize(
    ("sentence", "question", "facts"),
    [
        (
            "近年来，我国在制造、信息、材料等领域加大创新力度。",
            "我国在哪些领域加大创新力度？",
            ["制造", "信息", "材料"],
        ),
        (
            "李明分享了3个亮点：工厂变绿、能耗变少、效益变好。",
            "李明分享了哪3个亮点？",
            ["工厂变绿", "能耗变少", "效益变好"],
        ),
        (
            "科技成果转化存在的问题包括高质量供给不足、企业作用不强和服务能力不够。",
            "科技成果转化存在的问题包括哪些？",
            ["高质量供给不足", "企业作用不强", "服务能力不够"],
        ),
        (
            "推动钢铁、水泥、造纸等行业开展清洁生产审核。",
            "《关于促进绿色工厂建设的办法》一文提到，要推动哪些行业开展清洁生产审核？",
            ["钢铁", "水泥", "造纸"],
        ),
    ],
)
def test_a_list_is_asked_for(sentence, question, facts):
    assert proposed(lists, "绿色工厂建设稳步推进，成效不断显现。", sentence) == [(question, facts)]


def test_a_list_of_another_number_is_not_taken_for_the_list():
    assert proposed(lists, "李明分享了4个亮点：工厂变绿、能耗变少、效益变好。各地反响热烈。") == []


def test_items_of_a_list():
    assert items("北京（京津冀、雄安）、上海和粤港澳大湾区") == [
        "北京（京津冀、雄安）",
        "上海",
        "粤港澳大湾区",
    ]


def test_points_made_one_by_one():
    run = "完善绿色制造体系。一是健全标准。抓紧制定。二是培育主体。三是强化服务。"
    assert proposed(enumerations, run) == [("如何完善绿色制造体系？", ["健全标准", "培育主体", "强化服务"])]
    assert proposed(enumerations, run.replace("三是", "四是")) == []


def test_who_says_what():
    said = "部长李明表示，将深入实施重点产业链高质量发展行动，布局一批项目。"
    assert proposed(speeches, said) == [("谁表示，将深入实施重点产业链高质量发展行动？", ["李明"])]
    direct = "“绿色是高质量发展的鲜明底色，也是‘金山银山’。”李乐成说。"
    assert proposed(speeches, "部长李乐成表示，要抓好落实。", direct) == [
        ("“绿色是高质量发展的鲜明底色，也是‘金山银山’”这句话是谁说的？", ["李乐成"])
    ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "工厂变了样。有人认为，这还不够；车间主任王建国说，改造以后每吨钢材的耗电量下降了三成。",
            "改造以后每吨钢材的耗电量下降了三成",
        ),
        (
            "王建国说，好。过了一年，王建国笑着说，改造以后每吨钢材的耗电量下降了三成。",
            "改造以后每吨钢材的耗电量下降了三成",
        ),
        (
            "“工厂变了样。改造以后每吨钢材的耗电量下降了三成。”来自第二车间的主任王建国介绍说。",
            "改造以后每吨钢材的耗电量下降了三成",
        ),
    ],
)
def test_who_says_something_in_the_midst_of_a_paragraph(said, words):
    assert proposed(speeches, "绿色工厂建设稳步推进，成效不断显现。", said) == [
        (f"“{words}”这句话是谁说的？", ["王建国"])
    ]


def test_who_issued_a_work():
    news = "近日，工业和信息化部、生态环境部和国家能源局联合印发《绿色工厂建设指南》，提出目标。"
    assert proposed(issuers, news) == [
        ("《绿色工厂建设指南》是由哪些部门联合印发的？", ["工业和信息化部", "生态环境部", "国家能源局"])
    ]


def test_where_a_piece_comes_from_and_what_it_consists_of():
    text = (DOCS / "002_d80b382c7b586b9d.txt").read_text("utf-8-sig")
    document = parse(Source(file="a.txt", text=text, sha256=""))
    piece = Piece(document, 0)
    title = "智能化、绿色化、融合化：现代化产业体系的构建方向"
    assert [(one.question, one.facts) for one in origins(piece)] == [
        (f"《{title}》的作者是谁？", (("王科",), ("张永冀",))),
        (f"《{title}》是哪家媒体发表的？", (("光明日报",),)),
        (f"《{title}》是什么时候发表的？", (("2026年1月6日", "2026-01-06"),)),
    ]
    (whole,) = parts(piece)
    assert whole.question == f"《{title}》一文分哪几个部分？"
    assert whole.facts == (("内在意蕴",), ("逻辑机理",), ("实践路径",), ("保障体系",))


def figure(question, **fields):
    return Candidate(question=question, type="数字", rule="数字", file="a.txt", facts=(("1",),), **fields)


def test_a_question_without_an_answer_has_another_year_or_country():
    texts = ["2023年 2024年 2025年 印度"]
    given = [
        figure("2024年，全市新建充电桩多少个？"),
        figure("我国高铁运营里程突破多少公里？"),
        figure("中国大陆企业有多少家？"),
        figure("2024年，投入1.5万元，增长多少？"),
    ]
    found = list(unanswerable(given, texts))
    assert [one.question for one in found] == [
        "2026年，全市新建充电桩多少个？",
        "巴西高铁运营里程突破多少公里？",
    ]
    assert {(one.answerable, one.facts, one.type) for one in found} == {(False, (), "不可答")}
    assert found[0].note == "文档里没有 2026 年（原句是 2024 年）；确认确实不可答"


def test_one_question_is_proposed_once_with_both_answers():
    one, other = (
        Candidate(question="李明担任什么职务？", type="出处", rule="署名", facts=((post,),))
        for post in ("部长", "书记")
    )
    assert [found.facts for found in choose([one, other], 5)] == [(("部长", "书记"),)]


def test_questions_of_all_articles_come_before_many_of_one():
    cases = [
        figure(f"{name}高铁运营里程突破多少公里？", article=n // 3) for n, name in enumerate("甲乙丙丁戊己")
    ]
    assert len(choose(cases, 10)) == 1  # they differ in one character: the same question
    cases = [
        figure(question, article=article)
        for question, article in (
            ("高铁运营里程突破多少公里？", 0),
            ("新能源汽车产销多少辆？", 0),
            ("孵化机构数量多少家？", 1),
        )
    ]
    assert {one.article for one in choose(cases, 2)} == {0, 1}


def test_a_question_does_not_give_away_another():
    sentence = ("全县共有新能源客车6辆，服务村庄120个。",)
    bus = figure("全县共有新能源客车多少辆？", quotes=sentence)
    village = figure("全县共有新能源客车6辆，服务村庄多少个？", quotes=sentence)
    cases = [replace(bus, facts=(("6辆",),)), replace(village, facts=(("120个",),))]
    assert tells(cases[1], cases[0])
    assert not tells(cases[0], cases[1])
    assert len(choose(cases, 5)) == 1
    elsewhere = replace(cases[0], quotes=("全县共有新能源客车6辆。",))
    assert not tells(cases[1], elsewhere)


def test_how_a_question_is_written():
    assert asked("增长1,200元,“AI”(人工智能)多少,") == "增长1,200元，“AI”（人工智能）多少？"
    assert asked("“打造“一张图”的基础”是谁说的") == "“打造‘一张图’的基础”是谁说的？"


def test_every_candidate_of_our_documents_holds_what_it_says():
    found, failures = draft(DOCS, 200)
    texts = RawTexts(DOCS)
    assert failures == []
    assert len(found) > 80
    assert len({one.question for one in found}) == len(found)
    assert sum(not one.answerable for one in found) >= 8
    for one in found:
        quoted = " ".join(one.quotes)
        assert one.question.endswith("？")
        assert one.answerable == bool(one.facts or one.reference) == bool(one.quotes)
        assert [len(occurrences(texts[one.file], quote)) for quote in one.quotes] == [1] * len(one.quotes)
        if one.rule != "署名":  # a date of publication is written in other ways than it stands there
            assert [forms for forms in one.facts if not any(states(quoted, form) for form in forms)] == []


@pytest.mark.parametrize("name", ["题.csv", "题.jsonl"])
def test_a_draft_loads_as_a_set(tmp_path, name):
    found, _ = draft(DOCS, 40)
    write_draft(tmp_path / name, found)
    questions, _ = load_own(tmp_path / name, RawTexts(DOCS))
    assert [question.question for question in questions] == [one.question for one in found]
    assert [question.facts for question in questions] == [one.facts for one in found]
    assert [question.reference for question in questions] == [one.reference for one in found]
    assert [len(question.sources) for question in questions] == [len(one.quotes) for one in found]


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "坏.docx").write_bytes(b"PK no")
    (tmp_path / "好.txt").write_text(f"{TITLE}\n\n2024年，全市新建充电桩1.2万个。\n", encoding="utf-8")
    found, failures = draft(tmp_path, 5)
    assert [one.question for one in found] == ["2024年，全市新建充电桩多少个？"]
    assert [line.partition("：")[0] for line in failures] == ["没有读 坏.docx"]


def test_the_command_line_drafts(tmp_path, capsys):
    out = tmp_path / "题.csv"
    assert cli.main(["draft", "--docs", str(DOCS), "--to", str(out), "--limit", "12"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"拟了 12 题，写到 {out}\n")
    assert f"python -m eval run --set {out} --docs {DOCS} --index docs_src-index" in printed
    assert cli.main(["draft", "--docs", str(DOCS), "--to", str(out)]) == 2
    assert "不覆盖" in capsys.readouterr().err


def test_the_command_line_drafts_from_feedback_alone(tmp_path, capsys):
    row = {"time": "2026-03-01T10:00:00", "question": "几个？", "rating": "wrong"}
    answer = {"sentences": [{"text": "三个。", "citations": []}], "citations": [], "refused": False}
    (tmp_path / "f.jsonl").write_text(json.dumps(row | {"answer": answer}), encoding="utf-8")
    arguments = ("draft", "--feedback", str(tmp_path / "f.jsonl"), "--limit", "0", "--docs", str(DOCS))
    assert cli.main([*arguments, "--to", str(tmp_path / "题.csv")]) == 0
    assert capsys.readouterr().out.startswith(
        f"拟了 1 题，写到 {tmp_path / '题.csv'}；其中 1 题等您补标准答案"
    )
