"""Where a text names a body: a ministry, an agency, a company, a university, an association, a newspaper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from rag.aliases import aliases

_LONG = (
    "总局|总署|委员会|常委会|办公室|领导小组|研究院|研究所|研究会|研究中心|科学院|工程院|检察院|集团|公司|大学|学院|学校|协会|学会|商会|联合会|总会"
    "|工会|基金会|银行|支行|分行|交易所|出版社|报社|通讯社|电视台|广播电台|日报|晚报|早报|时报|周刊|新闻网|实验室|联盟|政府"
)
# What makes a body's name of the words before it: 财政 部, 中国信息通信 研究院.
_ENDING = re.compile(rf"[部委局院署厅社]|{_LONG}|集团公司|有限公司|股份公司|人民政府")
# A body of one word: 科技部, 国资委, 新华社; not 中西部, 干部, 格局.
_BODY = re.compile(
    rf".+(?:(?<![东西南北中干全内外乐头底])部|(?<![格布结全大时棋])局|[委院署厅社]|{_LONG}|人大|政协|工商联|组织)"
    "|[党团]中央|中共中央|中央书记处|联合国|欧盟|东盟|北约|非盟"
)
_NOMINAL = frozenset({"n", "ns", "nt", "nz", "nr", "j", "vn", "b", "an"})
_MOST_WORDS = 6


@cache
def known() -> re.Pattern[str]:
    """Return a pattern of the official names that ministries and agencies go by, folded, and of their short forms."""
    names = [name for name in aliases() if _BODY.fullmatch(name)]
    return re.compile("|".join(sorted(names, key=len, reverse=True)))


def organisations(words: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """Return which of the tagged words of a text name bodies: half-open ranges of their numbers, in order."""
    found: list[tuple[int, int]] = []
    for number, (word, tag) in enumerate(words):
        floor = found[-1][1] if found else 0
        if _ENDING.fullmatch(word) and (start := _stem(words, floor, number)) < number:
            found.append((start, number + 1))
        elif _names_body(word, tag):
            found.append((number, number + 1))
    return found


def _names_body(word: str, tag: str) -> bool:
    return tag[0] in "nj" and _BODY.fullmatch(word) is not None


def _stem(words: Sequence[tuple[str, str]], floor: int, ending: int) -> int:
    """Return where the name begins that ends with the word `ending`: the nouns before it, two of them joined.

    A place or another body (国家, 中国, 国务院) begins a name.
    """
    start = at = ending
    while at > max(floor, ending - _MOST_WORDS):
        word, tag = words[at - 1]
        if word in ("和", "与") and start < ending and at == start:
            at -= 1
            continue
        if tag not in _NOMINAL or (at < start and _names_body(word, tag)):
            break
        at -= 1
        start = at
        if tag in ("ns", "nt") or word == "国家":
            break
    return start
