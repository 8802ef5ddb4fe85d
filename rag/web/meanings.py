"""What every setting and every fitted threshold means, in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass

from rag import grounding, near_duplicates
from rag.answering import list_scoring, scoring
from rag.quoting.thresholds import Thresholds
from rag.settings_file import Key

GROUPS: Mapping[str, str] = {
    "": "文档与模型",
    "chunking": "切分",
    "retrieval": "检索",
    "extractive": "摘录作答",
    "llm": "语言模型",
    "web": "网页",
}
"""The section of a setting -> its title; "" for the settings of no section."""

_FITTED_EXPANSION = "training/fit_expansion.py 拟合"
_WHOLE = "量过，改动不大，取整"

MEANINGS: Mapping[Key, tuple[str, str]] = {
    ("docs",): ("文档文件夹", ""),
    ("index",): ("索引文件夹", ""),
    ("embedder",): (
        "嵌入模型：builtin 是随附的，也可写模型的文件夹或名字",
        "随附的由 training/embedder.py 训练",
    ),
    ("store",): ("向量在哪里：faiss 是索引旁的文件，也可写 PostgreSQL 或 Milvus 的地址", ""),
    ("chunking", "max_tokens"): ("一个片段最多多少词元；更长的单句不拆", ""),
    ("chunking", "join_tokens"): ("同一小标题下相邻的短段落，合起来不超过多少词元就并成一个片段", ""),
    ("retrieval", "depth"): ("词语、向量两路各取多少条", ""),
    ("retrieval", "dense_weight"): ("融合时向量一路占的份额，其余归词语一路", "training/fit_fusion.py 拟合"),
    ("retrieval", "ranker"): (
        "排序模型：builtin 是随附的，none 不重排，也可写交叉编码器的文件夹或名字",
        "随附的由 training/fit_ranker.py 拟合",
    ),
    ("retrieval", "ranked"): ("前多少条由排序模型重新打分", ""),
    ("retrieval", "expansion", "pair"): ("双字的权重（主题词为 1，下同）", _FITTED_EXPANSION),
    ("retrieval", "expansion", "function"): ("虚词（多少、有哪些）的权重", _FITTED_EXPANSION),
    ("retrieval", "expansion", "name"): ("别名（简称、全称）的权重", _FITTED_EXPANSION),
    ("retrieval", "expansion", "numeral"): ("另一种写法的数字的权重", _FITTED_EXPANSION),
    ("retrieval", "expansion", "spelling"): ("改正错字以后的词的权重", _FITTED_EXPANSION),
    ("extractive", "sentences"): ("一句不够时，最多摘几句", ""),
    ("extractive", "gain"): ("再添一句，至少要多答出问题的几成", ""),
    ("llm", "base_url"): ("OpenAI 兼容接口的地址；不填就不用语言模型，摘录原文作答", ""),
    ("llm", "model"): ("模型的名字", ""),
    ("llm", "api_key"): ("密钥；不需要就不填", ""),
    ("llm", "timeout"): ("一次回答（含改写追问）最多等多少秒", ""),
    ("llm", "max_tokens"): ("回答最长多少词元；会思考的模型要调大", ""),
    ("llm", "evidence_tokens"): ("给模型看的资料最多多少词元；上下文短的模型要调小", ""),
    ("llm", "temperature"): ("写得多随意，0 最稳定", ""),
    ("llm", "show_unsupported"): ("没有依据的句子划掉显示，而不是删去", ""),
    ("web", "host"): ("在哪个地址上提供网页；0.0.0.0 让别的机器也能打开", ""),
    ("web", "port"): ("第一个要试的端口，被占用就试下一个", ""),
    ("web", "user"): ("登录名；与密码一起设，设了就要登录", ""),
    ("web", "password"): ("登录的密码", ""),
    ("web", "manage"): ("谁能改动：auto 在本机打开网页的人，yes 所有人，no 没有人", ""),
    ("web", "rate"): ("每个地址每分钟最多多少个请求，0 为不限", ""),
    ("web", "proxies"): ("前面的代理的地址，逗号分开；只有它们说的访问者地址才算数", ""),
    ("web", "data"): ("网页存东西的文件夹：分享的回答、反馈、评测报告和草稿", ""),
}
"""A setting -> what it means, and what it was fitted by where it was."""

SECRET = frozenset({("llm", "api_key"), ("web", "password")})
ADDRESSES = frozenset({("llm", "base_url"), ("store",)})
"""Settings that may have a name and a password in them, which are not shown."""
REBUILDS = frozenset({("embedder",), ("store",), ("chunking", "max_tokens"), ("chunking", "join_tokens")})
"""Settings by which an index is built, so that changing one asks for a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A threshold that is fitted and not set."""

    name: str
    value: float
    meaning: str
    origin: str


def settings_of(options: object, above: Key = ()) -> dict[Key, object]:
    """Return every setting of a dataclass of options, and of those in it, by its names."""
    found: dict[Key, object] = {}
    if is_dataclass(options):
        for field in fields(options):
            value = getattr(options, field.name)
            key = (*above, field.name)
            found |= settings_of(value, key) if is_dataclass(value) else {key: value}
    return found


def fitted() -> list[Fitted]:
    """Return the thresholds by which is answered, refused, supported and quoted, as they are in use."""
    answering, quotes = scoring.models(), Thresholds()
    by_answers, by_lists = "training/fit_answering.py 拟合", "training/fit_listing.py 拟合"
    by_support, by_copies = "training/fit_grounding.py 拟合", "training/fit_near_duplicates.py 拟合"
    by_words, by_sense = f"training/fit_quotes.py {_WHOLE}", "training/fit_restatement.py 的概率"
    rows: list[tuple[str, float, str, str]] = [
        ("拒答：把握", answering.threshold, "最好的句子答得了问题的概率低于它，就拒答", by_answers),
        ("拒答：无关", answering.off_topic, "找到的段落含问题的信息不到这一份，就说与文档无关", by_answers),
        ("拒答：没有", answering.nearby, "没有一处含问题的信息达到这一份，就说文档里没有", by_answers),
        ("列举：把握", list_scoring.weights().threshold, "一份清单是所问的概率达到它，才照清单答", by_lists),
        ("有据：整句", grounding.COVERAGE, "一句话的词和双字至少这一份要在引文里，才算有据", by_support),
        ("有据：分句", grounding.CLAUSE_COVERAGE, "每个分句至少这一份要在引文里", by_support),
        ("转载：相同", near_duplicates.RESEMBLANCE, "两段共有的三字串达到这一份，才可能是转载", by_copies),
        ("引文：有改动", quotes.altered, "多处不同，有这一份字相同，仍算引自此处而有改动", by_words),
        ("引文：小改动", quotes.slight, "只差一两处，有这一份字相同，算引自此处", by_words),
        ("引文：很像", quotes.close, "多处不同，整句这样相似，也算引自此处", by_words),
        ("引文：宽限", quotes.loose, "只有增删而没有换字时，放宽到这一份", by_words),
        ("引文：错字", quotes.slips, "差别里零星错字占到这一份，也用宽限", by_words),
        ("引文：拼接的一段", quotes.part, "拼接的每一段，有这一份在它的出处里", by_words),
        ("引文：拼接的全句", quotes.cover, "拼接的各段合起来，占全句这一份", by_words),
        ("引文：转述", quotes.restated, "是转述的概率达到它，算意思相同", by_sense),
        ("引文：转述有误", quotes.disputed, "数字、日期、名称不合而概率达到它，算有改动", by_sense),
        ("引文：最像的", quotes.nearest, "没有找到时，这样相似的才列出来", by_words),
    ]
    return [
        Fitted(name=name, value=value, meaning=meaning, origin=origin)
        for name, value, meaning, origin in rows
    ]
