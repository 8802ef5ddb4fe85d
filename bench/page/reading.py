"""What an answer says, on the page and by the assistant, in one form, so that the two can be compared."""

from __future__ import annotations

from lxml import html

from rag.datatypes import Answer
from rag.text import squeeze

SPOKEN = ".yj-text, .yj-items li, .yj-refusal"
"""The elements that hold the words of an answer, as a selector of CSS."""
_SPOKEN = (
    "//*[contains(concat(' ', @class, ' '), ' yj-text ') or contains(concat(' ', @class, ' '), ' yj-refusal ')]"
    " | //*[contains(concat(' ', @class, ' '), ' yj-items ')]//li"
)
_VERDICTS = "//*[@class='yj-ok' or @class='yj-no']"


def said(shown: str) -> str | None:
    """Return the words of an answer that is shown as HTML, without verdicts and white space; None where it has none yet."""
    whole = html.fromstring(f"<div>{shown}</div>")
    for verdict in whole.xpath(_VERDICTS):
        verdict.drop_tree()
    found = whole.xpath(_SPOKEN)
    return squeeze("".join(element.text_content() for element in found)) or None


def agrees(shown: str | None, answer: Answer) -> bool:
    """Return whether words that are shown are an answer's: all of it, or a refusal's message behind its label."""
    if answer.refusal:
        return shown is not None and shown.endswith(squeeze(answer.refusal.message))
    return shown == squeeze(answer.text)
