"""What the page calls things: kinds of questions, quotes and labelled sentences, figures in plain words."""

from __future__ import annotations

from collections.abc import Mapping

QUESTION_TYPES: Mapping[str, tuple[str, str]] = {
    "fact": ("事实", "一个数、一个名称、一个原因"),
    "definition": ("定义", "什么是、指什么"),
    "list": ("列举", "有哪些：一句之内的，“一是二是”的，小标题里的"),
    "attribution": ("归属", "谁说的、谁写的、谁发的、何时何处发表"),
    "paraphrase": ("换说法", "口语提问，与原文少有相同的词"),
    "noisy": ("带错字", "错别字、繁体、全角、中英混杂"),
    "several": ("多处合看", "要合看几处或几个文件才能答"),
    "time": ("限年份", "以年份为条件"),
    "conversation": ("追问", "有前文的追问"),
    "unanswerable": ("文中没有", "切题而文件里没有答案，应当拒答"),
    "off_topic": ("题外", "闲聊、代码、指令注入、危险的请求，应当拒答"),
}
"""Title and description by type of our own questions; the types of other sets go by their own names."""

SPLITS: Mapping[str, str] = {"all": "全部", "dev": "开发用的一半", "test": "留出的一半"}

QUOTE_KINDS: Mapping[str, str] = {
    "exact": "原文照引",
    "exact_break": "照引，原文中间断行",
    "exact_marks": "照引，标点全半角不同",
    "number": "改了数",
    "year": "改了年份",
    "name": "改了名称",
    "negation": "肯定否定颠倒",
    "word": "换了词或次序",
    "spliced": "两处拼成一句",
    "paraphrase": "换了说法",
    "invented": "编造",
    "ellipsis": "中间用省略号",
    "insertion": "括号里加注",
    "traditional": "繁体",
    "clause": "只引一个分句",
    "attributed": "带说话人，说话人对",
    "speaker": "带说话人，说话人错",
    "numeral": "数换写法，值不变",
    "organisation": "改了机构",
    "modality": "改了语气",
    "omission": "漏了限定语",
    "addition": "添了内容",
    "noise": "一成错字",
    "spliced_three": "三处拼成一句",
}

SENTENCE_KINDS: Mapping[str, str] = {
    "verbatim": "照抄",
    "cut": "截取",
    "merged": "两处合写",
    "reworded": "改字句",
    "paraphrase": "换说法",
    "summary": "概括",
    "number_form": "数字换写法",
    "attributed": "带说话人",
    "number": "改了数",
    "date": "改了日期",
    "name": "改了名称",
    "negated": "肯定否定颠倒",
    "strength": "改了程度",
    "swapped": "对调",
    "added": "添了内容",
    "other": "引错地方",
    "invented": "编造",
    "cause": "硬加因果",
    "scope": "改了范围",
}

REASONS: Mapping[str, str] = {
    "not_in_documents": "文件里没有",
    "not_stated": "相关而未载明",
    "off_topic": "题外",
    "unsafe": "不予回答",
}

TITLES: Mapping[str, str] = {"latency": "用时"}
"""Titles of metrics where the column's head does not say enough by itself."""

QUOTE_FIGURES: Mapping[str, tuple[str, str, str]] = {
    "quote_accuracy": (
        "引文全对",
        "引文出自何处、改了什么，都说对",
        "判定、出自的文件、改动之处都报告正确的条数 / 条数",
    ),
    "verdict_accuracy": (
        "引文判定",
        "原文、改动、拼接、编造判得对",
        "判定（原文、改动、拼接、换了说法、没有）正确的条数 / 条数",
    ),
    "quote_latency": ("查引文用时", "查一条引文，中位数", "查一条引文的用时，中位数"),
}
"""Title, meaning and formula of the figures of quotes."""

KEY_FIGURES = (
    *("right", "sentence_support", "citation_precision", "citation_recall"),
    *("under_refusal", "over_refusal", "quote_accuracy", "latency"),
)
KEY_FIGURES_OF_SEARCH = ("recall@1", "recall@10", "mrr@10", "ndcg@10")
"""What stands large at the top of the page; the latter where questions were only searched for."""
