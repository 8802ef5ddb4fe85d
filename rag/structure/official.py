"""Official documents: their titles, who issues them, and what their record lines state."""

from __future__ import annotations

import re

from rag.datatypes import Fact, Span
from rag.numerals import find_dates
from rag.text import fold

_KINDS_OF_DOCUMENT = (
    "通知|意见|办法|决定|决议|规定|条例|公告|通告|公报|批复|函|纲要|规划|方案|报告|细则|解释|通报|命令|令|目录|指南|措施|要点|计划|说明|"
    "法|规则|章程|准则|规范|标准|制度|清单|白皮书|讲话|建议|复函|答复|问答|解读"
)
_DOCUMENT_TITLE = re.compile(rf"(?:{_KINDS_OF_DOCUMENT})(?:\(.{{1,20}}\))?$")
_UNFINISHED = re.compile(r"(?:关于|印发|转发|发布|公布|做好|加强|推进|[的和与及、暨])$|[《（(“][^》）)”]*$")
_ISSUERS = re.compile(r"([一-鿿()、\s]{2,80}?)(?=关于|令$|公告$)")
_ORGANISATION = re.compile(
    r".*(?:部|委|委员会|局|厅|院|会|办公室|办公厅|署|政府|银行|总行|社|中心|公司|大学|集团|协会|学会|司|指挥部|领导小组|国务院|中共中央|总局|省委|市委|等[一二三四五六七八九十]*部门)(?:\(.{1,8}\))?"
)
_KEYS = {
    "issuer": "发文机关|制发机关|制定机关|发布机构|发文单位|发布单位",
    "number": r"发文字号|文件编号|文\s*号",
    "date": "发布日期|公开日期|发布时间",
    "signed": "成文日期|发文日期|生成日期|印发日期",
}
RECORD_KEYS = (
    "(?:信息)?索引号|统一登记号|主题分类|信息分类|体裁分类|组配分类|公文种类|公文类型|公文时效|生效日期|施行日期|公开方式|公开类别|公开范围|"
    "签发人|附加码|" + "|".join(_KEYS.values())
)
"""What the lines of a document's record on government sites begin with (a regular expression on folded text)."""
LABEL_KEYS = r"名\s*称|标\s*题|有\s*效\s*性|时\s*效性?|主题词"
"""The same, but words that other texts use as well: only among other lines of a record do they count."""
_ANY_KEY = f"{RECORD_KEYS}|{LABEL_KEYS}"
_FIELD = re.compile(rf"(?P<key>{_ANY_KEY})\s*:\s*(?P<value>.*?)\s*(?=(?:{_ANY_KEY})\s*:|$)")
NUMBER = re.compile(
    r"[一-鿿]{1,16}[〔\[(]\s*\d{4}\s*[〕\])]\s*第?\s*\d{1,5}\s*号|第\s*[\d一二三四五六七八九十百零〇○]{1,7}\s*号"
)


def is_document_title(text: str) -> bool:
    """Whether a line ends as the titles of official documents do: …的通知, …条例."""
    return bool(_DOCUMENT_TITLE.search(fold(text)))


def is_unfinished_title(text: str) -> bool:
    """Whether a title must go on behind these words: 国务院办公厅关于, 《…."""
    return bool(_UNFINISHED.search(text))


def is_organisation(text: str) -> bool:
    """Whether a short line names an organisation, or several, and nothing else."""
    bare = fold("".join(text.split()))
    return bool(re.fullmatch(r"[一-鿿()、]{2,30}", bare)) and bool(_ORGANISATION.fullmatch(bare))


def issuer_in_title(title: str) -> Fact | None:
    """Return who issues a document by its title (国务院办公厅关于…的通知), None where it does not say."""
    match = _ISSUERS.match(fold(title))
    if not match or not is_document_title(title):
        return None
    named = re.split(r"[、\s]+", match.group(1))
    if not all(_ORGANISATION.fullmatch(name) for name in named):
        return None
    return Fact(kind="issuer", value=title[: match.end()], span=Span(start=0, end=match.end()))


def read_record(text: str) -> list[Fact]:
    """Return the issuing body, the document number and the dates that a record line (发文机关：…) states."""
    facts = []
    folded = fold(text)
    for match in _FIELD.finditer(folded):
        kind = next((name for name, keys in _KEYS.items() if re.fullmatch(keys, match["key"])), None)
        start, end = match.span("value")
        value = text[start:end].rstrip("；; ")
        if kind is None or not value:
            continue
        stated = Span(start=start, end=start + len(value))
        if kind in ("date", "signed"):
            dates = find_dates(value)
            if not dates:
                continue
            value = dates[0][0]
        facts.append(Fact(kind=kind, value=value, span=stated))
    return facts
