"""What is not answered, and what is said then."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.datatypes import Answer, Place, Refusal, RefusalReason, Sentence
from rag.question import Question
from rag.text import fold, worded

_INJECTION = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不用管|不要管|跳过|绕过)[^。?]{0,8}(?:指令|规则|提示|要求|设定|限制|文档|资料|上面|以上|之前)"
    r"|(?:输出|显示|泄露|告诉我|打印|重复)[^。?]{0,8}(?:系统)?(?:提示词|指令|prompt)|system\s*prompt|ignore\s+(?:all|previous|the)"
    r"|越狱|jailbreak|你(?:现在)?(?:就)?(?:是|扮演)[^。?]{0,10}(?:没有限制|不受限|dan)"
)
_HARM = re.compile(
    r"(?:怎么|如何|怎样|教我)[^。?]{0,10}(?:炸药|炸弹|毒品|枪支|诈骗|洗钱|黑客|自杀|杀人|病毒木马|假币|假证)"
)
_SMALL_TALK = re.compile(
    r"^(?:你好|您好|嗨|哈喽|hello|hi|hey|早上好|下午好|晚上好|晚安|在吗|谢谢|多谢|感谢|辛苦|再见|拜拜|好的|ok|嗯|你是谁|你叫什么|你会什么|你能做什么)"
    r"[呀啊吗呢了你您哦,，。!！?？~\s]*(?:$|.{0,12}(?:心情|辛苦|谢谢|是谁|怎么样)[^?？]*[?？]?$|.{0,4}$)"
)
_MESSAGES: dict[RefusalReason, str] = {
    "not_in_documents": "文档里没有找到能回答这个问题的内容。",
    "not_stated": "文档提到了相关内容，但没有说明所问的这一点。",
    "off_topic": "这个问题与所收文档无关，我只回答文档里有依据的内容。",
    "unsafe": "这个请求不能照办；我只依据所收文档回答问题。",
}
_WORDLESS = "没有看到问题；请用文字提问。"
_GREETING = "您好，我可以回答所收文档里的问题，并为每句话注明出处；请直接提问。"


def small_talk(text: str) -> bool:
    """Whether `text` is a greeting, thanks or a question about the program, not about the documents."""
    return bool(_SMALL_TALK.match(fold(text).strip()))


def screen(question: Question) -> Answer | None:
    """Return a refusal for what is no question to the documents: no word, small talk, injection, a harmful request."""
    folded = fold(question.text).strip()
    if not worded(folded):
        return refuse(question, "off_topic", message=_WORDLESS)
    if _INJECTION.search(folded) or _HARM.search(folded):
        return refuse(question, "unsafe")
    if small_talk(question.text):
        return refuse(question, "off_topic", message=_GREETING)
    return None


def refuse(
    question: Question, reason: RefusalReason, nearest: Sequence[Place] = (), message: str | None = None
) -> Answer:
    """Return a refusal with its reason, what is said, and up to three of the nearest passages."""
    said = message or _MESSAGES[reason]
    return Answer(
        question=question.text,
        standalone_question=question.text,
        sentences=(Sentence(text=said),),
        refusal=Refusal(reason=reason, message=said),
        nearest=tuple(nearest[:3]),
    )
