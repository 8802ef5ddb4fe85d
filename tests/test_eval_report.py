"""The report of a run: one page that is well-formed, needs nothing but itself and says what the rows say."""

from __future__ import annotations

from dataclasses import replace

import lxml.html
import pytest
from lxml import etree
from report_pages import (
    CITED,
    HOSTILE,
    SECTIONS,
    a_run,
    answer,
    check,
    mixed,
    parsed,
    quote,
    section,
    sections,
    sentence,
    words,
)

from eval.metrics import METRICS
from eval.report.page import page
from eval.report.parts import MOST_RUNS
from eval.runs import Run
from eval.summary import summary


def test_a_page_has_all_sections_and_a_table_of_contents():
    text = page(mixed(), mixed(wrong=(2, 3)))
    root = parsed(text)
    expected = [*SECTIONS, "changes", "wrong", "trust", "terms"]
    assert sections(root) == expected
    assert root.xpath("//nav//@href") == [f"#{name}" for name in expected]
    assert root.get("lang") == "zh-CN"
    for figure in root.iter("{http://www.w3.org/2000/svg}svg"):
        assert figure.get("role") == "img"
        assert figure.get("aria-label")
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") for head in table.iter("th"))


def test_the_figures_are_the_summary_s():
    run = mixed()
    root = parsed(page(run))
    shown = {cell.get("data-figure"): words(cell) for cell in root.iterfind(".//td[@data-figure]")}
    expected = {}
    for name, value in summary(run.answers, run.quotes).items():  # those of the sentences have a section
        unit = METRICS[name].unit if name in METRICS else "seconds" if name == "quote_latency" else "share"
        forms = {
            "share": f"{value:.1%}",
            "seconds": f"{value * 1000:.1f} 毫秒",
            "characters": f"{value:.0f} 字",
        }
        expected[name] = forms[unit]
    assert shown == expected
    assert shown["right"] == f"{(18 + 5) / 26:.1%}"
    assert shown["quote_accuracy"] == f"{7 / 8:.1%}"
    assert shown["latency"] == "10.5 毫秒"


def test_tables_by_type_count_the_questions_that_a_metric_is_for():
    root = parsed(page(mixed()))
    rows = {
        words(row[0]): [words(cell) for cell in row[1:]] for row in root.xpath("//section[@id='types']//tr")
    }
    assert rows["开发用的一半"][:2] == ["13", f"{(9 + 2) / 13:.1%}"]
    assert rows["留出的一半"][:2] == ["13", f"{(9 + 3) / 13:.1%}"]
    assert (
        rows["文中没有"]
        == ["6", f"{5 / 6:.1%}", f"{5 / 6:.1%}", f"{1 / 6:.1%}", "—"][:1] + rows["文中没有"][1:]
    )
    (search,) = root.xpath("//section[@id='search']//tr[@class='total']")
    assert [words(cell) for cell in search] == ["全部", "20", f"{19 / 20:.1%}", "75.0%"]


def test_refusals_and_lengths_are_counted():
    root = parsed(page(mixed(missed=(1, 2))))
    (table,) = root.xpath("//section[@id='refusal']//table[caption='应否作答与实际作答']")
    rows = [[words(cell) for cell in row] for row in table.iter("tr")][1:]
    assert rows == [
        ["文件里有答案，应作答", "20（应当）", "0（误拒）", "0", "20"],
        ["文件里没有，应拒答", "2（漏拒）", "4（应当）", "0", "6"],
    ]
    assert "20 次回答，中位用去上限的 40%，0 次超长" in section(root, "length")


def test_what_flipped_is_told_with_both_answers_and_their_passages():
    before, now = mixed(wrong=(2, 3)), mixed(wrong=(2, 5), misjudged=())
    told = section(parsed(page(now, before)), "changes")
    assert "由对变错 共 1 fact-05（事实） 第5问" in told
    assert "由错变对 共 2 fact-03（事实） 第3问" in told
    assert "number-03（引文，改了数）" in told
    assert "基线 ✗ 错：缺 1.2万亿元 增加到0.8万亿元。[1]" in told
    assert "本次 ✓ 对：要点齐全 增加到1.2万亿元。[1]" in told
    assert "[1] 甲.txt，《再贷款政策加力》，第 7 段，示例日报，2026-01-20 再贷款规模增加到1.2万亿元" in told
    assert "基线 ✗ 错：判为“文中没有”；没有指出出自 甲.txt" in told


def row_of(root: etree._Element, name: str) -> list[str]:
    """Return what the table of figures says of a metric."""
    (row,) = root.xpath(f"//tr[td/@data-figure='{name}']")
    return [words(cell) for cell in row][1:]


def test_the_baseline_s_figures_are_its_own_and_the_difference_is_over_common_questions():
    def cited(n, precision):
        return answer(
            n, scores={"right": 1.0, **({} if precision is None else {"citation_precision": precision})}
        )

    # Ten questions each; only 5 to 8 have citations in both, and each of these lost a half.
    before = a_run([cited(n, 1.0 if n < 9 else None) for n in range(1, 11)], [quote(n) for n in range(4)])
    now = a_run([cited(n, 0.5 if n > 4 else None) for n in range(1, 11)], [quote(n, n > 1) for n in range(8)])
    root = parsed(page(now, before))
    assert root.xpath("//table[caption='全部指标']//th[starts-with(text(), '同题之差')]")
    value, _, count, _, base, moved, change = row_of(root, "citation_precision")
    assert (value, count, base) == ("50.0%", "6", "100.0%")
    assert (moved, change) == ("−50.0 [−50.0, −50.0] 同题 4", "▼ 显著变差")
    assert row_of(root, "right")[4:] == ["100.0%", "0", "无显著差别"]
    value, *_, base, moved, change = row_of(root, "quote_accuracy")
    assert (value, base, change) == ("75.0%", "100.0%", "无显著差别")  # by McNemar, as in the table of flips
    assert moved.startswith("−50.0 [")
    assert moved.endswith("] 同题 4")
    assert "不一定等于前两个数相减" in section(root, "figures")
    root = parsed(page(mixed(), mixed()))
    assert row_of(root, "latency")[4:] == ["—"] * 3
    assert "同题 " not in " ".join(row_of(root, "right"))


def held_out() -> Run:
    """A run of which one question, quote and sentence of either half is wrong, one breaks a rule, one failed."""
    rows = [answer(n, n > 2, question=f"秘{n % 2}", answer=f"秘{n % 2}") for n in range(1, 9)]
    rows += [
        replace(row, id=f"broken-{n}", unsupported=(f"秘{n % 2}句",)) for n, row in enumerate(rows[2:4], 3)
    ]
    rows += [
        answer(n, False, id=f"failed-{n}", question=f"秘{n % 2}", error=f"KeyError: 秘{n % 2}")
        for n in (1, 2)
    ]
    quotes = [replace(quote(n, False), split="test", quote=f"秘{n % 2}", found=f"秘{n % 2}") for n in (1, 2)]
    quotes[0] = replace(quotes[0], split="dev")
    sentences = [sentence(n, "verbatim", True, False) for n in (1, 2)]
    sentences = [
        replace(row, sentence=f"秘{n % 2}", evidence=(f"秘{n % 2}",)) for n, row in enumerate(sentences, 1)
    ]
    run = a_run(rows, quotes, sentences)
    return replace(
        run,
        answers=tuple(replace(row, split="dev" if "秘1" in row.question else "test") for row in run.answers),
    )


def test_the_half_held_out_is_counted_and_not_told():
    run = held_out()
    before = replace(
        run,
        answers=tuple(
            replace(row, scores={**row.scores, "right": 1 - row.scores["right"]}) for row in run.answers
        ),
    )
    text = page(run, before)
    root = parsed(text)
    assert "秘0" not in text
    assert text.count("秘1") > 10
    told = "留出的一半另有 1 {}，不列内容，以免照着它调试"
    assert told.format("题") + "。" in section(root, "wrong")
    assert told.format("条") in section(root, "quotes")
    assert told.format("句") in section(root, "trust")
    assert "硬规则被破坏 4 处" in section(root, "conclusion")
    assert told.format("处").replace("1", "2") in section(root, "conclusion")
    assert "2 题没有走完" in section(root, "errors")
    assert told.format("题") + "：failed-2。" in section(root, "errors")
    assert told.format("项").replace("1", "2") + "：fact-02、failed-2。" in section(root, "changes")


def test_all_may_be_listed_and_other_sets_are():
    run = held_out()
    for text in (
        page(run, whole=True),
        page(replace(run, configuration={**run.configuration, "set": "题.csv"})),
    ):
        assert "秘0" in text
        assert "不列内容" not in text


def test_a_run_of_the_half_held_out_alone():
    run = held_out()
    only = replace(
        run, answers=tuple(row for row in run.answers if row.split == "test"), quotes=(), sentences=()
    )
    root = parsed(page(only))
    assert "事实 共 1 留出的一半另有 1 题" in section(root, "wrong")
    assert root.xpath("//section[@id='wrong']//details/@open")


def test_words_of_the_trade_are_explained_and_the_questions_origin_is_told():
    terms = section(parsed(page(mixed())), "terms")
    for term in ("指纹", "向量模型", "词元"):
        assert f" {term} " in terms
    assert "由人或语言模型通读文件以后逐题手写" in terms
    assert "由一人" not in terms


def test_passages_that_come_with_the_questions_are_no_files():
    def told(mode):
        return words(parsed(page(a_run([answer(1)], set="rgb_zh", mode=mode))).find("body/header"))

    assert "文件 5 个，指纹 0123456789ab" in told("retriever")
    assert "指纹 0123456789ab" not in told("reader")


def test_failures_of_the_language_model_are_counted():
    def told(rows):
        llm = {"base_url": "http://localhost", "model": "某模型"}
        own = {"settings": {"embedder": "builtin", "llm": llm}, "judge": "某模型"}
        return words(parsed(page(a_run(rows, **own))).find("body/header"))

    judged = [answer(n, scores={"right": 1.0, "judge_failed": float(n < 3)}) for n in range(1, 5)]
    assert "由语言模型 某模型 撰写；另由语言模型 某模型 判一遍 向量模型" in told([answer(1)])
    assert (
        "由语言模型 某模型 撰写，其中 1 题语言模型没有答成，用的是摘录；另由语言模型 某模型 判一遍，其中 2 题没有判出"
        in told([*judged, answer(5, notice="连不上；以下是摘录原文的回答")])
    )


def test_a_small_p_is_never_nought():
    text = page(mixed(wrong=range(1, 21)), mixed(wrong=()))
    assert "p &lt; 0.001" in text
    assert "0.000" not in text


def test_wrong_answers_are_told_with_what_was_expected():
    root = parsed(page(mixed(), whole=True))
    told = section(root, "wrong")
    assert "fact-02（事实） 第2问 应为 1.2万亿元 ✗ 错：缺 1.2万亿元 增加到0.8万亿元" in told
    assert "应为 文件里没有，应拒答 ✗ 错：没有拒答" in told
    assert len(root.xpath("//section[@id='wrong']//article")) == 3


@pytest.mark.parametrize(
    ("lost", "line", "gate"),
    [
        ((), "答对率与基线相比显著变好。", "✓ 回归检查：通过。"),
        ((1, 2, 3, 4, 5, 6), "答对率与基线相比无显著差别。", "✓ 回归检查：通过。"),
        (tuple(range(1, 13)), "答对率与基线相比显著变差。", "✗ 回归检查：不通过。"),
    ],
)
def test_the_conclusion_against_the_baseline(lost, line, gate):
    told = section(parsed(page(mixed(wrong=lost), mixed(wrong=(1, 2, 3, 4, 5, 6)))), "conclusion")
    assert line in told
    assert gate in told
    assert f"{(14 + 5) / 26:.1%} → {(20 - len(lost) + 5) / 26:.1%}" in told


def test_broken_rules_are_named():
    run = a_run([answer(1, faults=("标记 [3] 没有对应的引文",)), answer(2, unsupported=("“凭空一句”",))])
    told = section(parsed(page(run)), "conclusion")
    assert "硬规则被破坏 2 处" in told
    assert "fact-01：标记 [3] 没有对应的引文" in told
    assert "✗ 回归检查：不通过（没有基线，只核对了硬规则）。" in told


def test_hostile_texts_are_only_text():
    rows = [
        answer(
            n,
            right=n > 1,
            type=HOSTILE,
            question=HOSTILE,
            answer=HOSTILE,
            expected=HOSTILE,
            standalone=HOSTILE + "？",
            citations=({**CITED, "file": HOSTILE, "quote": HOSTILE, "page": HOSTILE},),
            missing=(HOSTILE,),
            unsupported=(HOSTILE,),
        )
        for n in range(1, 4)
    ]
    rows.append(answer(4, type="fact", question=HOSTILE, error=HOSTILE))
    run = a_run(
        rows,
        [replace(quote(1, right=False), quote=HOSTILE, found=HOSTILE, kind=HOSTILE)],
        [replace(sentence(1, HOSTILE, True, False), sentence=HOSTILE, evidence=(HOSTILE,))],
        tag=HOSTILE,
    )
    text = page(run, a_run([answer(1)], name=HOSTILE, tag="b"), whole=True)
    parsed(text)
    lenient = lxml.html.document_fromstring(text)  # reads as a browser does
    check(lenient)
    assert lenient.xpath("//h4/text()").count(" " + HOSTILE) == 4
    assert HOSTILE in lenient.xpath("//blockquote/text()")
    drawn = lenient.xpath("//*[local-name()='text']/text()")
    assert [text for text in drawn if text.endswith("…") and HOSTILE.startswith(text[:-1])]
    assert "{{" not in text.replace("{{ 7*7 }}", "")


def test_a_run_of_nothing_but_errors():
    scores = {"right": 0.0, "fact_recall": 0.0}
    rows = [
        answer(n, answer="", citations=(), scores=scores, error="Traceback\nKeyError: 3") for n in (1, 2, 3)
    ]
    root = parsed(page(a_run(rows, [replace(quote(1), right=False, verdict=None, error="ValueError: 4")])))
    assert sections(root) == ["conclusion", "figures", "types", "quotes", "errors", "terms"]
    assert "4 题没有走完就出错了" in section(root, "errors")
    assert "KeyError: 3" in section(root, "errors")
    assert "硬规则被破坏 4 处" in section(root, "conclusion")


def test_a_baseline_without_a_question_in_common_is_none():
    for baseline in (a_run(), a_run([answer(99)])):
        root = parsed(page(mixed(), baseline))
        assert "没有可比的基线" in section(root, "conclusion")
        assert "changes" not in sections(root)


def test_an_empty_run():
    assert sections(parsed(page(a_run()))) == ["conclusion", "terms"]


def test_a_run_that_only_searched():
    def found(n, share):
        return answer(n, answer="", citations=(), type="crud", scores={"recall@10": share, "ndcg@10": share})

    run = a_run([found(n, 1.0) for n in range(20)], set="crud")
    before = a_run([found(n, n % 2 / 2) for n in range(20)], set="crud")
    root = parsed(page(run, before))
    assert sections(root) == ["conclusion", "figures", "search", "changes", "terms"]
    assert "检索与基线相比显著变好。 nDCG：25.0% → 100.0%" in section(root, "conclusion")
    assert [words(value) for value in root.xpath("//dd[@class='value']")] == ["100.0%", "100.0%"]
    assert "只检索，不作答" in words(root.find("body/header"))


def test_the_grounding_metric_is_measured_against_labels():
    rows = [sentence(n, "verbatim", True, n > 2) for n in range(1, 9)]
    rows += [sentence(n, "别的", False, n < 12) for n in range(9, 13)]
    root = parsed(page(a_run([answer(1)], (), rows)))
    found = {words(row[0]): [words(cell) for cell in row] for row in root.xpath("//section[@id='trust']//tr")}
    # Supported by the metric are verbatim 3 to 8 and wrongly 9 to 11; odd ones are dev.
    assert found["准确率"][1::2] == [f"{6 / 9:.1%}", "6 / 9", f"{3 / 4:.1%}"]
    assert found["准确率"][4] == f"{3 / 5:.1%}"
    assert found["召回率"][1::2] == [f"{6 / 8:.1%}", "6 / 8", f"{3 / 4:.1%}"]
    assert found["照抄"][1:] == ["8", "8", "6", f"{6 / 8:.1%}"]
    assert found["别的"][1:] == ["4", "0", "3", f"{1 / 4:.1%}"]
    told = section(root, "trust")
    assert "verbatim-001（标注句，照抄） 第1句 应为 有据 ✗ 错：判为无据（2030年），标注有据" in told
    assert "没有与人工标注的句子比较" in section(parsed(page(a_run([answer(1)]))), "trust")


def test_figures_of_an_external_set_stand_beside_what_others_report():
    rows = [answer(n, type="noise 0.2", scores={"rgb_accuracy": float(n % 4 > 0)}) for n in range(8)]
    root = parsed(page(a_run(rows, set="rgb_zh", mode="reader")))
    (row,) = root.xpath("//table[caption='与已发表的数字并看']/tbody/tr")
    assert [words(cell) for cell in row][:6] == ["含答案", "noise 0.2", "8", "75.0%", "94.7%", "ChatGPT"]
    assert "回归检查" not in section(root, "conclusion")
    rows.append(answer(9, scores={"right": 1.0}))  # what another set calls fact is not what ours does
    root = parsed(page(a_run(rows, set="rgb_zh", mode="reader")))
    assert "fact" in root.xpath("//section[@id='types']//th/text()")


def test_the_history_is_of_the_same_questions_up_to_this_run():
    def past(day, right=0.5, **configuration):
        own = {**mixed().configuration, "started": f"2025-12-{day:02}T10:00:00+00:00"} | configuration
        return f"run{day}", {"configuration": own, "metrics": {"right": right}}

    known = [past(day, day / 100) for day in range(1, 31)] + [past(31, 0.31, gold={}), past(31, None)]
    other = [past(1, set="rgb"), past(1, split="dev"), past(1, started="2027-01-01T00:00:00+00:00")]
    root = parsed(page(mixed(), None, known + other + [("old", {"metrics": {}})]))
    rows = [[words(cell) for cell in row] for row in root.xpath("//section[@id='history']//tbody/tr")]
    assert len(rows) == MOST_RUNS
    assert rows[0] == ["2025-12-02 10:00", "a", "abc123+", "2.0%", "相同"]
    assert rows[-1] == ["2025-12-31 10:00", "a", "abc123+", "31.0%", "有改动"]
    assert "history" not in sections(parsed(page(mixed(), None, known[:1])))
