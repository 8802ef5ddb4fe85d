"""Questions for what something is: 什么是……？ ……的本质是什么？"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import rjieba

from eval.own.drafting.candidate import Candidate, Piece, Statement, plain_words
from eval.own.drafting.wording import body, has_subject, points_back

_SHORT = 36
_DEFINED = re.compile(
    r"^(?P<what>[^，,。；;：:、的和与]{2,16}|“[^”]{2,16}”)[,，]?(?:是指|指的是|系指)(?P<is>[^。]{6,160})。"
)
_CALLED = re.compile(
    r"^(?:(?:本|前)(?:办法|条例|规定|法|细则|意见|规范|标准|通知|方案|决定|条|款))?(?:第[一二三四五六七八九十百零\d]{1,5}[条款项]){0,2}中?(?:所称|称)的?"
    r"(?P<what>[^，,。；;：:”]{2,20}?)”?[,，]?(?:是指|指的是|系指|指)(?P<is>[^。]{6,160}?)(?:[；;]所称|。)"
)
"""What a paper calls something: 本办法所称……，是指……。"""
_KINDS = r"(?:形态|质态|模式|活动|过程|制度|机制|行为|方式|方法|概念|技术|系统|组织|机构|单位|企业|产业|业态|工具|产品|指标|战略|理念|状态|范式)"
_CLASSED = re.compile(
    rf"^(?P<what>[^，,。；;：:、的和与]{{2,12}})是(?P<is>[^，,。；;]{{6,60}}的[^，,。；;的]{{0,6}}{_KINDS})[,，。；;]"
)
_ASPECTS = (
    r"(?:本质|核心|关键|核心要义|实质|目的|目标|根本|前提|内涵|主线|首要任务|主要任务|重点任务|中心任务|总目标|根本目的|出发点|落脚点|基本原则|"
    r"总体要求|工作原则|难点|重点|特征|特点|优势|意义|基础|动力|标志)"
)
_ASPECT = re.compile(
    rf"^(?P<what>[^，,。；;：:是]{{2,24}}的(?:根本|核心|最大|主要|重要|首要)?{_ASPECTS}|这一[^，,。；;]{{2,8}}的目的)(?P<verb>就?是|在于|就?在于)[,，]?(?P<is>[^。；;]{{4,80}})[。；;]"
)
_ROLES = (
    r"(?:主力军|主阵地|主战场|根基|基石|基座|底座|引擎|发动机|底色|底线|第一资源|第一动力|核心要素|核心动力|重要基础|结合点|突破口|着力点|"
    r"必由之路|关键所在|重要途径|重要抓手|关键举措|最终目的|根本动力|压舱石|晴雨表|牛鼻子|主渠道|生命线|重要支撑|重要力量|首要任务)"
)
_ROLE = re.compile(
    rf"^(?P<what>[^，,。；;：:“”]{{2,22}}?)[,，]?(?:就|也|正|既)?是(?P<is>[^，,。；;一“”]{{2,24}}的{_ROLES})[,，。；;]"
)


def definitions(piece: Piece) -> Iterator[Candidate]:
    """Propose `什么是……？` for what a statement defines, and `……的本质是什么？` for what it says of an aspect."""
    for statement in piece.statements:
        text, _ = body(statement.text)
        found = (
            _defined(piece, statement, text)
            or _aspect(piece, statement, text)
            or _role(piece, statement, text)
        )
        if found:
            yield found


def _defined(piece: Piece, statement: Statement, text: str) -> Candidate | None:
    called = _CALLED.match(text)
    found = called or _DEFINED.match(text) or _CLASSED.match(text)
    if found is None or points_back(found["what"]):
        return None
    what = found["what"].strip("“”")
    if not (called or _is_noun(what)):
        return None
    question = f"《{piece.title}》所称的{what}是指什么" if called and piece.title else f"什么是{what}"
    return _answered(piece, (statement.text, text), question, found["is"])


def _aspect(piece: Piece, statement: Statement, text: str) -> Candidate | None:
    match = _ASPECT.match(text)
    if not match or points_back(match["what"]) or not has_subject(match["what"]):
        return None
    said = match["is"]
    parts = re.split(r"[,，](?=(?:关键|核心|重点|本质|目的|根本)(?:在于|是))", said)
    verb = "在于" if "在于" in match["verb"] else "是"
    return _answered(piece, (statement.text, text), f"{match['what']}{verb}什么", parts[0])


def _role(piece: Piece, statement: Statement, text: str) -> Candidate | None:
    match = _ROLE.match(text)
    if not match or points_back(match["what"] + match["is"]) or match["is"].startswith(("不", "由", "在")):
        return None
    found = _answered(piece, (statement.text, text), f"{match['is']}是什么", match["what"])
    return found and replace(found, rule="是什么")


def _answered(piece: Piece, stated: tuple[str, str], question: str, said: str) -> Candidate | None:
    """Return a candidate whose gold is a short fact, or for a long one the sentence as the reference answer.

    `stated` is the sentence as it stands, and without what leads up to it.
    """
    said = said.strip("，,。；; “”")
    if said.count("“") != said.count("”"):
        return None
    short = plain_words(said) <= _SHORT
    found = piece.candidate(question, "定义", "定义", facts=[[said]] if short else (), quotes=[stated[0]])
    return found and replace(found, reference="" if short else stated[1])


def _is_noun(text: str) -> bool:
    tags = [tag for _, tag in rjieba.tag(text)]
    return tags[-1].startswith(("n", "v", "j", "l", "i", "eng", "x", "b", "a")) and tags[0][0] not in "pcudrm"
