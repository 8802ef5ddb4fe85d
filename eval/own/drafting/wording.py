"""From a statement to the words of a question: what is left out in front, and whether it can stand alone."""

from __future__ import annotations

import re

import rjieba

from eval.own.drafting.candidate import Piece, Statement

_NUMBERING = re.compile(
    r"^\s*(?:[答问][:：]|——|[（(]?[一二三四五六七八九十\d]{1,3}[）)、．.](?!\d)|第[一二三四五六七八九十]+条\s*|[一二三四五六七八九十](?:是要?|要)|其[一二三四五][,，])\s*"
)
_SAYS = r"(?:表示|指出|强调|显示|提出|要求|介绍|认为|称|说|透露|明确|规定|提到|建议|通报|披露|了解到|获悉)"
_LEAD = re.compile(
    rf"^(?:在[^，,。；;]{{2,40}}[时上中][,，])?([^，,。；;：:“”？?]{{1,30}}?)(?:也|还|同时|进一步)?{_SAYS}(?:[,，:：]|(?=我国|全国|中国))"
)
_LINK = re.compile(
    r"^(?:当[天日]|经查|同时|此外|另外|与此同时|目前|当前|现在|近年来?|近日|日前|据(?:统计|了解|悉|介绍|测算)|统计显示|因此|为此|至此|下一步|接下来|"
    r"可见|但要看到|然而也要看到|需要看到的是|总的来看|特别是|尤其是|截至目前|具体来看|一方面|另一方面|具体表现为[:：]|主要是|首先是?|其次是?|最后是?|再次)[,，]?"
)
_ASPECT = re.compile(r"^在[^，,。“”]{2,14}(?:上|方面)[,，]")
_POINTS_BACK = re.compile(
    r"其(?!他|余|实)|(?:该|此|这|那|它|他(?!国|人|乡|方)|她|上述|前述|以下|如下|上年|去年|今年|明年|当年|同年|同期|(?<![资基根成样版文课日原书])本(?!国|土|质|地|领|身|科|级)|我们|咱|前者|后者|两者|三者)"
)
_FINE = re.compile(r"其他|尤其|极其|应该|因此|由此|因地|此外|如此|彼此|在此|据此")
TIME = re.compile(
    r"^(?:截至|截止|自|从|到|在|进入|面向)?(?:(?:19|20)\d\d(?:\s*[-—~至到]\s*(?:19|20)?\d\d)?年(?:\d{1,2}月)?(?:\d{1,2}日)?(?:年?[底末初中]|上半年|下半年|[一二三四]季度)?|“十[一二三四五六]五”(?:时期|期间|末|规划)?|党的[一二三四五六七八九十]{2,3}大(?=以来))(?:以来|来|起|前|期间)?[,，]?"
)
BREAKS_OFF = re.compile(r"(?:上|中|下|(?<!小)时|后|前|的|部分|方面|基础|目标|过程)$")
"""How a text ends that something is to follow."""
_WEAK = re.compile(
    r"(?:依法|重点|力争|继续|参与|大力|全面|全力|深入|加快|着力|切实|认真|积极|严格|不断|持续|进一步|稳步|扎实|统筹|充分|建立健全|深化|完善|加强|推进|推动|新建|新增|共|年均|占比|增长?幅度?|增速|同比|环比|比重|比例|总量|总额|数量|规模(?!以)|其中|累计)"
)
_MANNER = re.compile(
    r"^(?:一体|高水平|高质量|协同|统筹|科学|准确|重点|着力|全力|大力|坚持|依法|有序|超前|前瞻)+"
)
_NOUNS = ("n", "t", "j", "l", "i", "vn", "an", "eng", "s", "b", "q", "x", "nr", "m")


def body(text: str) -> tuple[str, str]:
    """Return a statement without its numbering, its connective and who says it, and who does: `《方案》`, `李乐成`."""
    said = ""
    for _ in range(4):
        before = text
        text = _NUMBERING.sub("", text)
        text = _LINK.sub("", text)
        lead = _LEAD.match(text)
        if lead and not said:
            said, text = lead.group(1), text[lead.end() :]
        text = _ASPECT.sub("", text).lstrip("“ ")
        if text == before:
            break
    return text, said


def points_back(text: str) -> bool:
    """Whether a text speaks of something named before it: 其, 该, 这, 上述, 去年."""
    return bool(_POINTS_BACK.search(_FINE.sub("", text)))


def has_subject(text: str) -> bool:
    """Whether a text begins with what it is about, a time in front of it aside."""
    if text.startswith("按照《"):
        return True
    rest = TIME.sub("", text)
    rest = re.sub(r"^在[^，,。]{2,24}[,，]", "", rest).lstrip("“《")
    if rest.startswith(("我国", "全国", "各地", "各级", "在校", "在建", "在册", "在职", "哪些")):
        return True
    first, *others = [tag for _, tag in rjieba.tag(rest[:24])] or [""]
    idle = first in ("i", "l") and bool(others) and others[0].startswith("v")
    return first.startswith(_NOUNS) and first != "m" and not idle and not _WEAK.match(rest)


def begins_with_verb(text: str) -> bool:
    """Whether a text begins with what is to be done, an adverb in front of it aside: 深入实施……."""
    rest = _MANNER.sub("", TIME.sub("", text))
    tagged = [tag for _, tag in rjieba.tag(rest[:24])[:3]]
    while tagged and tagged[0] in ("d", "ad", "vd", "a"):
        tagged = tagged[1:]
    return bool(tagged) and tagged[0] in ("v", "vn", "vi")


def to_do(text: str) -> str:
    """Return a demand without a subject as one speaks of it: 要……."""
    text = _LINK.sub("", text)
    time = TIME.match(text)
    at = time.end() if time else 0
    return (
        text
        if re.match(r"[要将应须可]|必须|需要", text[at:]) or "了" in text
        else f"{text[:at]}要{text[at:]}"
    )


def named(piece: Piece, statement: Statement, said: str) -> str | None:
    """Return what puts a statement without a subject into its context: 按照《……》， or 某某表示，.

    None where nothing that a reader would know is at hand.
    """
    work = re.search(r"《([^》]{2,60})》$", said)
    if work or (not statement.paragraph.speaker and len(piece.short) == 1):
        short = work.group(1) if work else next(iter(piece.short))
        return (
            f"按照《{piece.short.get(short, short)}》，" if len(piece.short.get(short, short)) > 4 else None
        )
    if statement.paragraph.speaker:
        return f"{statement.paragraph.speaker}表示，"
    return f"《{piece.title}》一文提到，" if piece.title and len(piece.title) <= 26 else None
