"""The metrics of published sets, as their papers or scripts define them; each says where we differ.

An answer is taken without its markers; a refusal says nothing.
"""

from __future__ import annotations

from eval.dataset import Question
from eval.metrics.answers import words
from eval.metrics.case import AS_PUBLISHED, SEARCH, Case, Metric, answerable, unanswerable
from eval.metrics.overlap import bag_f1, bare, run_f1, segments
from eval.metrics.retrieval import has_gold, recall, retrieval
from rag.text import squeeze

_BETA = 1.2
"""How much more ROUGE-L makes of recall than of precision, in the script that DuReader uses."""
_ERRORS_FOUND = "事实性错误"
"""What RGB's prompt has a model say where it finds the passages to be wrong."""


def _said(case: Case) -> str:
    return "" if case.answer.refused else words(case.answer)


def _golds(question: Question) -> tuple[str, ...]:
    """Return the gold answers, any of which will do."""
    return question.facts[0] if question.facts else (question.reference, *question.alternatives)


def has_answer(question: Question) -> bool:
    """Whether a question is answerable and says what an answer is."""
    return question.answerable and bool(question.facts or question.reference)


def exact_match(case: Case) -> float:
    """Return 1 where the answer is a gold answer to the letter, marks and case aside; else 0.

    EM of SQuAD 2.0 (Rajpurkar et al., 2018): for a question without an answer, 1 where none is given. Texts
    are compared as CMRC 2018 compares them (Cui et al., 2019). The sets' systems cut spans out of the
    passage, ours answers in sentences: its EM is low by design.
    """
    if not case.question.answerable:
        return float(not _said(case))
    return float(bare(_said(case)) in {bare(gold) for gold in _golds(case.question)})


def span_f1(case: Case) -> float:
    """Return the best F1 of the answer against a gold answer, in [0, 1].

    F1 of SQuAD 2.0: for a question without an answer, 1 where none is given. Otherwise of CMRC 2018:
    2PR / (P + R) with P = |s| / |answer| and R = |s| / |gold|, s the longest run of tokens that both have,
    tokens as `segments` cuts them.
    """
    if not case.question.answerable:
        return float(not _said(case))
    said = segments(_said(case))
    return max(run_f1(said, segments(gold)) for gold in _golds(case.question))


def rouge_l(case: Case) -> float:
    """Return ROUGE-L of the answer, in [0, 1], as DuReader's script computes it (He et al., 2018).

    (1 + β²)PR / (R + β²P) with β = 1.2, P = max lcs / |answer| and R = max lcs / |gold|, each over the gold
    answers; lcs is the longest common subsequence, in characters, white space left out. DuReader 2.0 ranks
    by it; its BLEU-4 is one figure over a whole corpus and is left out here, where a metric is a mean of
    scores.
    """
    from rapidfuzz.distance import LCSseq

    said = squeeze(_said(case))
    if not said:
        return 0.0
    golds = [squeeze(gold) for gold in _golds(case.question)]
    shared = [LCSseq.similarity(said, gold) for gold in golds]
    precision = max(shared) / len(said)
    recall = max(lcs / len(gold) for lcs, gold in zip(shared, golds, strict=True))
    if not precision:
        return 0.0
    return (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


def quest_f1(case: Case) -> float | None:
    """Return F1 by words of the answer against the gold answer, in [0, 1]; None for a refusal.

    The precision of RAGQuestEval (Lyu et al., CRUD-RAG, 2024): SQuAD's F1 over jieba's words, over the
    questions that are answered. There a model answers them in a few words from the text that is judged; here
    the answer itself is compared, which is a sentence, so the figure is lower.
    """
    import rjieba

    if case.answer.refused:
        return None
    said = rjieba.cut(_said(case))
    return max(bag_f1(said, rjieba.cut(gold)) for gold in _golds(case.question))


def quest_recall(case: Case) -> float:
    """Return 1 for an answer, 0 for a refusal: RAGQuestEval's recall, the share of questions answered at all."""
    return float(not case.answer.refused)


def rgb_accuracy(case: Case) -> float:
    """Return 1 where the answer holds one form of every gold answer, else 0.

    Accuracy of RGB (Chen et al., 2024, https://github.com/chen700564/RGB): substrings, case and spaces in the
    answer aside, whatever else is said and however long it is; 0 for a refusal.
    """
    said = _said(case).lower().replace(" ", "")
    return float(all(any(form.lower() in said for form in forms) for forms in case.question.facts))


def rgb_rejection(case: Case) -> float:
    """Return 1 for a refusal, else 0: RGB's rejection rate, over questions whose passages are all noise.

    RGB looks for the words 信息不足, which its prompt asks for; our program refuses in a field of its own.
    """
    return float(case.answer.refused)


def counterfactual(question: Question) -> bool:
    """Whether the passages of an RGB question are false."""
    return question.type == "fact"


def rgb_detection(case: Case) -> float:
    """Return 1 where the answer says that the passages are wrong, else 0: RGB's error detection rate (ED).

    RGB looks for the words 事实性错误; a conflict that the program shows counts as well. Where all passages
    have the same error, only knowledge from elsewhere can tell.
    """
    return float(_ERRORS_FOUND in _said(case) or bool(case.answer.conflicts))


def rgb_correction(case: Case) -> float | None:
    """Return 1 where a detected error is put right, 0 where not, None without detection: RGB's CR."""
    return rgb_accuracy(case) if rgb_detection(case) else None


PUBLISHED = {
    metric.name: metric
    for metric in (
        Metric(
            name="exact_match",
            title="EM",
            group=AS_PUBLISHED,
            formula="与某个标准答案一字不差（不计标点、大小写）；无答案的题，没有作答算 1（SQuAD 2.0、CMRC 2018）",
            score=exact_match,
            failed=0.0,
        ),
        Metric(
            name="span_f1",
            title="F1",
            group=AS_PUBLISHED,
            formula="与标准答案最长的相同片段，准确率与召回率的 F1；无答案的题，没有作答算 1（SQuAD 2.0、CMRC 2018）",
            score=span_f1,
            failed=0.0,
        ),
        Metric(
            name="rouge_l",
            title="ROUGE-L",
            group=AS_PUBLISHED,
            formula="与标准答案按字的最长公共子序列，F 值，β = 1.2（DuReader）",
            score=rouge_l,
            applies=has_answer,
            failed=0.0,
        ),
        Metric(
            name="quest_f1",
            title="词F1",
            group=AS_PUBLISHED,
            formula="没有拒答的题里，与标准答案按词的 F1（CRUD-RAG 的 RAGQuestEval）",
            score=quest_f1,
            applies=has_answer,
        ),
        Metric(
            name="quest_recall",
            title="作答率",
            group=AS_PUBLISHED,
            formula="没有拒答的题数 / 题数（CRUD-RAG 的 RAGQuestEval）",
            score=quest_recall,
            applies=has_answer,
            failed=0.0,
        ),
        Metric(
            name="rgb_accuracy",
            title="含答案",
            group=AS_PUBLISHED,
            formula="含有每个标准答案的回答数 / 题数，不论长短（RGB）",
            score=rgb_accuracy,
            applies=answerable,
            failed=0.0,
        ),
        Metric(
            name="rgb_rejection",
            title="拒答率",
            group=AS_PUBLISHED,
            formula="段落全是杂讯时的拒答数 / 题数（RGB）",
            score=rgb_rejection,
            applies=unanswerable,
            failed=0.0,
        ),
        Metric(
            name="rgb_detection",
            title="查错率",
            group=AS_PUBLISHED,
            formula="段落有错时，说出有错或列出矛盾的回答数 / 题数（RGB）",
            score=rgb_detection,
            applies=counterfactual,
            failed=0.0,
        ),
        Metric(
            name="rgb_correction",
            title="纠错率",
            group=AS_PUBLISHED,
            formula="查出有错的回答里，含有正确答案的 / 查出的（RGB）",
            score=rgb_correction,
            applies=counterfactual,
        ),
        Metric(
            name="recall@50",
            title="R@50",
            group=SEARCH,
            meaning="该找到的段落排在前五十",
            formula="前 50 个片段里的标准出处数 / 标准出处数",
            score=recall(50),
            applies=has_gold,
        ),
        *(
            Metric(
                name=f"success@{cutoff}",
                title=f"中@{cutoff}",
                group=SEARCH,
                formula=f"前 {cutoff} 个结果里有标准出处的题数 / 题数（DuReader_retrieval 的 Recall@{cutoff}）",
                score=retrieval(f"Success@{cutoff}"),
                applies=has_gold,
            )
            for cutoff in (1, 10, 50)
        ),
    )
}
