"""What is right and wrong about a quote report."""

from __future__ import annotations

from eval.dataset import Quote
from eval.matching import plain
from rag.datatypes import QuoteReport


def quote_faults(quote: Quote, report: QuoteReport) -> tuple[str, ...]:
    """Return what is wrong with a quote report, in words: the verdict, the file, the difference.

    A difference is pointed out when one of the best match's differences holds the given words and the
    source's words (`600个` for `500个` points out 600 for 500).
    """
    faults = []
    if report.verdict != quote.verdict:
        faults.append(f"判为 {report.verdict}，应为 {quote.verdict}")
    if quote.file is not None and quote.file not in {match.place.file for match in report.matches}:
        faults.append(f"没有指出出自 {quote.file}")
    if quote.given is not None and quote.source is not None:
        given, source = plain(quote.given), plain(quote.source)
        told = report.matches[0].differences if report.matches else ()
        if not any(given in plain(one.given) and source in plain(one.source) for one in told):
            faults.append(f"没有指出 {quote.given} 应为 {quote.source}")
    return tuple(faults)
