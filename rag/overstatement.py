"""Whether a sentence says more than its source: duties, totals, what is done, causes, reach.

Each kind is two sets of words: those that say more, and those of which the source must have one for it.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class _Kind(NamedTuple):
    """Words that claim something, and what must stand in the source for it; `planned` limits it to plans."""

    claimed: re.Pattern[str]
    grounds: re.Pattern[str]
    planned: re.Pattern[str] | None = None


_PLAN = re.compile(
    "将|拟|力争|争取|确保|计划|有望|有助于|鼓励|支持|推动|探索|努力|目标|部署|打算|预计|期待|(?<![主重需想只])要(?!求|素|点|害|义)"
)
_KINDS = (
    # A duty, or every case, where the source encourages or allows.
    _Kind(
        re.compile("必须|务必|一律|强制|应当"),
        re.compile(
            "必须|必[然需]|务必|(?<!需)须|需要|应当|应(?![用对链急邀运])|一律|不得|严?禁止?|强制|责令|义务|有责任"
            "|(?<![主重需想只首])要(?![求素点害义闻件])"
        ),
    ),
    _Kind(
        re.compile("全部|所有|一律|任何|无一例外|统统|凡是"),
        re.compile("全|所有|一律|任何|都|均|各|每|凡|悉数|一切|统|整个|无一|普遍|满"),
    ),
    _Kind(
        re.compile("历年|从来|历来|始终|一直|每年"),
        re.compile("历年|从来|历来|始终|一直|每年|多年|长期|持续|连续|不断|年来|向来|年均|逐年|常年"),
    ),
    # What is done, where the source has plans.
    _Kind(
        re.compile("已经|(?<![业而早])已(?!知|故|婚)"),
        re.compile("已|完成|成功|[^\\W\\d]了|以来|期间|截至|日前|近日"),
        _PLAN,
    ),
    # Certainty, and being the first or the most.
    _Kind(
        re.compile("完全|彻底|绝对|必将|必定|肯定|保证"),
        re.compile("完全|彻底|绝对|必|肯定|保证|确保|全面|全部|坚决|一定"),
    ),
    _Kind(
        re.compile(r"首次|首个|首家|首批|唯一|最[大高早好强先](?!\d)|第一个|第一次"),
        re.compile("首|唯一|最|第一|率先|领先|居前|榜|冠|破纪录|新高|仅有|只有"),
    ),
    # A cause, where the source sets one thing beside another.
    _Kind(
        re.compile(
            "由于|(?<!之)因为|之所以|正因|导致|致使|促使|使得|得益于|归功于|归因于|源于|所以(?!然)|带动|因而|于是|从而|由此"
            "|引发|引起|造成|催生"
        ),
        re.compile(
            "由于|因|之所以|故|从而|使|让|令|导致|致|促|动|得益|归功|造成|引起|引发|源|来自|靠|依托|通过|只有|才|原因|关键|离不开|为了|激发|支撑|赋能|引领|奠定"
        ),
    ),
    # The reach.
    _Kind(re.compile("全球|世界"), re.compile("全球|世界|国际|各国|海外|国外|地球")),
    _Kind(re.compile("全国"), re.compile("全国|我国|中国|国内|各地|各省|国家|全社会|多省|内地")),
)
_PART = re.compile(
    "中小|小微|大型|民营|(?<![全我各两外本中])国有|外资|私营|中央|省级|市级|县级|县城|乡镇|农村|城镇|东部|中部|西部|东北|沿海|海外|境外|年轻|少数"
)


def overstated(claim: str, ground: str, wide: str) -> list[str]:
    """Return the words of `claim` that say more than its source does; all texts are folded.

    Args:
        claim: the sentence.
        ground: the sentences that should support it.
        wide: the passages that those are from, with what is said of them.
    """
    found = [
        match.group()
        for kind in _KINDS
        for match in kind.claimed.finditer(claim)
        if match.group() not in ground
        and not kind.grounds.search(ground)
        and (kind.planned is None or kind.planned.search(ground))
    ]
    found += [part for part in _PART.findall(claim) if part not in wide]
    return found
