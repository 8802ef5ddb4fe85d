"""The stand-alone form of a follow-up question, by rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.answering.constituents import divide, tokens, topic
from rag.answering.counterparts import swapped
from rag.answering.matching import Vectors
from rag.answering.mentions import Exchange
from rag.answering.references import ORDINAL, resolved
from rag.answering.refusal import small_talk
from rag.answering.topicality import lacks_topic
from rag.datatypes import Turn
from rag.informativeness import idf
from rag.text import fold, worded
from rag.words import content_words, is_function_word

_END = r"[呢吗嘛吧啊呀?？。!！~～]*$"
_LEAD = re.compile(
    r"^(?:(?:好的?|嗯+|哦+|明白了?|谢谢)[，,。!！\s]+|那么|那(?=个人)|那(?![个篇份部项家件条种些次类座款届版位笔])|然后|接下来|请问|再问一下|另外)[，,。!！\s]*"
)
_ASIDE = re.compile(
    r"^(?:哦+|噢+|嗯+|好[的吧]?|行|对|是的|知道了?|明白了?|了解了?|原来如此|这样啊)[，,。.!！~…\s]*$"
)
_CHANGES = re.compile(r"^(?:换(?:一?个)?(?:问题|话题)|问(?:一?个)?别的)[，,。:：\s]*")
_MORE = re.compile(
    rf"^(?:除(?:了)?(?:此|这些?|上述)(?:之外|以外|外)?[，,]?)?(?:都)?还有(?:没有)?(?:别的|其他的?|哪些|什么|更多)*{_END}"
)
_DETAIL = re.compile(
    rf"^(?:请|能不能|能|可以)?(?:再)?(?:具体|详细|展开|说|讲|细)(?:地|说|讲|谈|介绍|展开|解释|一下|一点|点|些|详细|具体|细|来)*(?:是什么|内容)?{_END}"
)
_EXAMPLE = re.compile(
    rf"^(?:能不能|能|可以|请)?(?:再)?(?:举|有)(?:一?个|几个|些|什么|没有)?(?:例子?|实例|案例){_END}|^比如(?:说)?{_END}"
)
_WHAT_ABOUT = re.compile(
    rf"^(?:换成|如果是|要是|至于)?(?P<topic>[^，,?？]{{1,24}}?)(?:呢|又如何|又怎么样|又是多少)(?:[，,](?P<rest>.+)|{_END})"
)
_CORRECTS = re.compile(
    r"^(?:(?:不对|不是的?|错了|搞错了)[，,。]\s*)?(?:不是(?P<old>[^，,]*)[，,]\s*)?"
    r"(?:我(?:想|要)?(?:问|说|指|知道)的?(?:其实)?是(?!否|不是)|我是(?:说|问|指)|应该是|(?<=[，,。])是)(?P<new>.+?)(?:[，,]?而?不是(?P<not>[^，,]+?))?"
    + _END
)
_BACK = re.compile(
    r"^(?:(?:还是|再|我们|先)*(?:回到|说回|回过头来?[说看]?|再说说?|再看看?|再问问?|接着说)(?:刚才|之前|前面|上面)?"
    r"|(?P<recalled>(?:刚才|之前|前面|上面|先前|刚刚)(?:[你我]?(?:说|提|讲|问|谈)(?:到|过|起)?的?|的?(?=[那这]))))"
    r"(?:[你我]?(?:说|提|讲|问|谈)(?:到|过|起)?的?|的(?=[那这]))?(?P<what>[^，,]*?)(?:[，,]\s*(?P<rest>.+))?$"
)
_WHY = re.compile(rf"^(?:这是|是)?(?:为什么|为何|为啥|原因(?:是什么|呢)?){_END}")


def standalone(question: str, history: Sequence[Turn], vectors: Vectors) -> str:
    """Return the question in a form that can be understood without the turns before it.

    A question that is complete by itself comes back as it is. What refers to an earlier turn is put into
    words of that turn: 那2030年呢 asks the last question about another year, 第二点 becomes the second item of
    the answer, 他 the person last named, 它 the topic of the last question; a question that leaves its
    topic out has it put before it; 还有呢 asks the last question for more.
    """
    exchanges: list[Exchange] = []
    for turn, answer in pairwise([*history, Turn(role="user", content="")]):
        if turn.role == "user" and not (small_talk(turn.content) or _ASIDE.match(turn.content)):
            shown = answer.content if answer.role == "assistant" else ""
            exchanges.append(Exchange(_resolved(turn.content.strip(), exchanges, vectors), shown))
    return _resolved(question, exchanges, vectors)


def _resolved(question: str, exchanges: Sequence[Exchange], vectors: Vectors) -> str:
    """Return the stand-alone form of a question after these exchanges."""
    if not exchanges or small_talk(question) or not worded(question):
        return question
    if change := _CHANGES.match(question):
        return question[change.end() :] or question
    first = tokens(question)[0]
    name = first.text[0] == "那" and first.nominal  # 那坡县
    bare = question if name else _LEAD.sub("", question)
    asked = bare if worded(bare) else question
    last = exchanges[-1].question
    back = _BACK.match(asked)
    if back and back["what"] and (back["recalled"] or back["rest"] or not _asks(back["what"])):
        return _back(back["what"], back["rest"] or "", exchanges)
    if corrects := _CORRECTS.match(asked):
        asked = corrects["new"]
        if not _asks(asked):
            return swapped(asked, last, corrects["not"] or corrects["old"] or "")
    if more := _more(asked, last):
        return more
    if referring := _referring(asked, exchanges):
        return referring
    return joined(last, asked) if lacks_topic(asked, exchanges[-1], vectors) else question


def _referring(asked: str, exchanges: Sequence[Exchange]) -> str:
    """Return `asked` with what it points at or replaces put into words, empty where it does neither."""
    last = exchanges[-1].question
    if pointed := resolved(asked, exchanges):
        return re.sub(r"呢[?？]?$", "是多少？" if "多少" in last else "是什么？", pointed)
    about = _WHAT_ABOUT.match(asked)
    if not about or _asks(about["topic"]):
        return ""
    if not about["rest"]:
        return swapped(about["topic"], last)
    return joined(swapped(about["topic"], last), about["rest"])


def _asks(text: str) -> bool:
    return any(token.tag == "ask" for token in tokens(text))


def _more(asked: str, last: str) -> str:
    """Return the last question asked for more, for details, for examples, for the reason; empty for any other."""
    cut = divide(last)
    if _MORE.match(asked):
        return _inserted("还", last) if cut.subject else f"还有{last.removeprefix('还有')}"
    if _WHY.match(asked):
        said = re.sub(r"了$|^[是有]$", "", cut.predicate) + cut.rest.strip("?？。")
        return f"{cut.frame}{cut.subject}为什么{said}？"
    if _EXAMPLE.match(asked):
        return f"{last.rstrip('?？。')}，有哪些例子？"
    return _inserted("具体", last) if _DETAIL.match(asked) else ""


def _inserted(adverb: str, question: str) -> str:
    """Return the question with an adverb after its subject, once."""
    cut = divide(question)
    place = len(cut.frame) + len(cut.subject)
    if question.startswith(adverb, place):
        return question
    if adverb == "还" and cut.asks and not cut.predicate:
        adverb = "还有" if cut.asks[0] in "哪什谁多几" else adverb
    return question[:place] + adverb + question[place:]


def _back(what: str, rest: str, exchanges: Sequence[Exchange]) -> str:
    """Return the question about the earlier exchange that shares most with it; with none, the one before the last."""
    key = {word for word, _ in content_words(what + rest)}
    pairs = _bigrams(what)
    shared = [
        (sum(idf(w) for w in key if w in fold(e.question + e.answer)) + len(pairs & _bigrams(e.question)), -i)
        for i, e in enumerate(exchanges)
    ]
    best, chosen = max(shared)
    chosen = -chosen if best else max(len(exchanges) - 2, 0)
    upto = exchanges[: chosen + 1]
    if ORDINAL.match(what):
        return resolved(f"{what}，{rest}", exchanges) or joined(upto[-1].question, rest)
    asked = rest or what
    return _referring(asked, upto) or joined(upto[-1].question, asked)


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def joined(last: str, asked: str) -> str:
    """Return `asked` with the topic of the last question before it: 甲由谁发布, 甲的起付线是多少, 甲，一个县可以报几类."""
    about = topic(last)
    asked = asked.removeprefix("的") or asked
    if not about or about in asked:
        return asked
    overlap = next((n for n in range(len(about) - 1, 1, -1) if asked.startswith(about[-n:])), 0)
    if overlap:
        return about[:-overlap] + asked
    first = tokens(asked)[0]
    phrase = about.startswith("《") or about.removesuffix("文章") in divide(last).subject
    if not phrase or first.tag in {"t", "m", "ns"}:
        return f"{about}，{asked}"
    attribute = first.nominal and not is_function_word(first.text) and "的" not in divide(asked).subject
    return f"{about}的{asked}" if attribute else about + asked
