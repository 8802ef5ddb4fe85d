"""The metrics: one function each, and the table of them. Adding one is a function and an entry here."""

from __future__ import annotations

from collections.abc import Mapping

from eval.dataset import Question
from eval.metrics import answers, citations, support
from eval.metrics.case import ANSWER, EVIDENCE, REFUSAL, SEARCH, Case, Metric, answerable, unanswerable
from eval.metrics.published import PUBLISHED, has_answer
from eval.metrics.retrieval import has_gold, recall, retrieval


def _cited(question: Question) -> bool:
    return question.answerable and bool(question.sources)


def _table(*metrics: Metric) -> Mapping[str, Metric]:
    return {metric.name: metric for metric in metrics}


METRICS = _table(
    Metric(
        name="right",
        title="答对",
        group=ANSWER,
        meaning="可答的答得对而不啰唆，不可答的拒答",
        formula="可答：没有拒答、要点齐、没有不许有的话、不超长；不可答：拒答了。答对的题数 / 题数",
        score=answers.right,
        failed=0.0,
    ),
    Metric(
        name="fact_recall",
        title="要点",
        group=ANSWER,
        meaning="标准答案的要点说出了多少",
        formula="答出的要点数 / 要点数，对可答的题取平均；拒答算 0",
        score=answers.fact_recall,
        applies=has_answer,
        failed=0.0,
        guarded=True,
    ),
    Metric(
        name="sentence_support",
        title="句有据",
        group=EVIDENCE,
        meaning="回答里的句子有自己所标的原文支持",
        formula="有自己的引文支持的句数 / 陈述事实的句数（是否支持由 rag.grounding 判，判得准不准见“指标可信吗”）",
        score=support.sentence_support,
    ),
    Metric(
        name="faithfulness",
        title="忠实",
        group=EVIDENCE,
        meaning="回答里的句子有找到的任何原文支持",
        formula="检索到的或引用的段落支持的句数 / 陈述事实的句数，不论标的是哪一处（同 RAGAS 的 faithfulness，不用模型）",
        score=support.faithfulness,
    ),
    Metric(
        name="citation_precision",
        title="引文准",
        group=EVIDENCE,
        meaning="所引的原文正是该引的",
        formula="落在标准出处上的引文数 / 引文数；与出处重叠不少于两者中较短的一半才算",
        score=citations.citation_precision,
        applies=_cited,
        guarded=True,
    ),
    Metric(
        name="citation_recall",
        title="引文全",
        group=EVIDENCE,
        meaning="该引的原文引到了",
        formula="引到的标准出处数 / 标准出处数；没有引文算 0",
        score=citations.citation_recall,
        applies=_cited,
        failed=0.0,
        guarded=True,
    ),
    Metric(
        name="pointer_validity",
        title="指针",
        group=EVIDENCE,
        meaning="引文与原文逐字相同，标记不落空",
        formula="标记都有引文、引文都用到、引文与原文逐字相同的回答数 / 回答数",
        score=citations.pointer_validity,
    ),
    Metric(
        name="refusal_precision",
        title="拒得准",
        group=REFUSAL,
        meaning="拒答的题确实不可答",
        formula="应拒答的拒答数 / 拒答数",
        score=answers.refusal_precision,
    ),
    Metric(
        name="refusal_recall",
        title="拒得全",
        group=REFUSAL,
        meaning="不可答的题拒答了",
        formula="拒答数 / 应拒答的题数",
        score=answers.refused,
        applies=unanswerable,
        failed=0.0,
    ),
    Metric(
        name="under_refusal",
        title="漏拒",
        group=REFUSAL,
        meaning="不可答的题却作答了",
        formula="作答数 / 应拒答的题数（出错不算作答）",
        score=answers.answered,
        applies=unanswerable,
        failed=0.0,
        better="less",
    ),
    Metric(
        name="over_refusal",
        title="误拒",
        group=REFUSAL,
        meaning="可答的题却拒答了",
        formula="拒答数 / 可答的题数（出错不算拒答）",
        score=answers.refused,
        applies=answerable,
        failed=0.0,
        better="less",
    ),
    *(
        Metric(
            name=name,
            title=title,
            group=SEARCH,
            meaning=meaning,
            formula=formula,
            score=score,
            applies=has_gold,
            guarded=name in ("recall@10", "ndcg@10"),
        )
        for name, score, title, meaning, formula in (
            *(
                (
                    f"recall@{k}",
                    recall(k),
                    f"R@{k}",
                    f"该找到的段落排在前 {k}",
                    f"前 {k} 个检索结果里的标准出处数 / 标准出处数",
                )
                for k in (1, 5, 10)
            ),
            (
                "mrr@10",
                retrieval("RR@10"),
                "MRR",
                "第一个找对的段落名次的倒数",
                "第一个含标准出处的结果名次的倒数，10 名以外算 0",
            ),
            (
                "ndcg@10",
                retrieval("nDCG@10"),
                "nDCG",
                "找对的段落排得多靠前",
                "前 10 名里，每个结果新找到的出处数 / log2(名次 + 1) 之和，再除以最好的排法的和",
            ),
        )
    ),
    Metric(
        name="judge_right",
        title="模型判对",
        group=ANSWER,
        meaning="语言模型判为答对",
        formula="语言模型判为对的 / 它判出对错的可答的题；拒答算错（只在 run --judge 时有）",
        score=None,
    ),
    Metric(
        name="judge_failed",
        title="模型没判",
        group=ANSWER,
        meaning="语言模型没有判出对错",
        formula="语言模型没能判出对错的 / 交给它判的；出错从不算对",
        score=None,
        better="less",
    ),
    Metric(
        name="brevity",
        title="字数",
        group=ANSWER,
        meaning="可答的题一次回答的长度",
        formula="可答的题里，没有拒答的回答的平均字数",
        score=answers.brevity,
        applies=answerable,
        unit="characters",
        better="less",
    ),
    Metric(
        name="tokens",
        title="词元",
        group=ANSWER,
        meaning="一次回答的长度，按词元计",
        formula="回答的平均词元数（本项目的词元表，连同标记）",
        score=answers.tokens,
        unit="tokens",
        better="less",
    ),
    Metric(
        name="latency",
        title="毫秒",
        group=ANSWER,
        meaning="一次作答，中位数",
        formula="一次作答的用时，中位数",
        score=answers.latency,
        unit="seconds",
        better="less",
        median=True,
    ),
)

KNOWN: Mapping[str, Metric] = {**METRICS, **PUBLISHED}
"""Every metric that a row may have a score of; those of published sets are measured only where a set asks for them."""


def scores(case: Case, metrics: Mapping[str, Metric] = METRICS) -> dict[str, float]:
    """Return the scores of a case, by metric; without those that do not apply or have nothing to count."""
    found = {
        name: metric.score(case)
        for name, metric in metrics.items()
        if metric.score is not None and metric.applies(case.question)
    }
    return {name: score for name, score in found.items() if score is not None}


def failed(question: Question, metrics: Mapping[str, Metric] = METRICS) -> dict[str, float]:
    """Return the scores of a question that ended in an error."""
    return {
        name: metric.failed
        for name, metric in metrics.items()
        if metric.failed is not None and metric.applies(question)
    }
