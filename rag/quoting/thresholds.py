"""Where the verdicts on a quote part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where the verdicts part, all of them shares from 0 to 1.

    training/fit_quotes.py measures them: the verdicts hardly change within 0.1 of each, so that of equally
    good values those are taken that leave a freely worded restatement a restatement (`altered`) and show a
    source that more than half of the quote comes from (`loose`).

    `slight`: from this share of its characters on, a place from which a quote differs in a point or two
    stands behind it; `altered`: likewise where it differs in more points, if a fact or a negation is among
    them or the two are so similar by the whole (`close`, an Indel similarity); `loose`: down to here
    likewise where no words are exchanged, or where so large a share of what differs is one character by
    itself (`slips`), and the place still stands behind any quote, unless that restates it.
    `part`, `cover`: how much of each part of a spliced quote stands in its place, and how much of the
    quote in all places together.
    `restated`: how probable it must be that sentences stand behind a quote for it to be their paraphrase;
    `disputed`: the same where a number, date, name or negation does not agree, for the quote to be an
    alteration of them rather than another matter.
    These two are probabilities of the model that training/fit_restatement.py fits; of what no passage of
    its corpora says 5 % lies above 0.43 and 2 % above 0.87.
    `nearest`: how similar (by Indel) a passage must be to be shown where nothing was found.
    """

    altered: float = 0.8
    slight: float = 0.75
    close: float = 0.85
    loose: float = 0.55
    slips: float = 0.35
    part: float = 0.8
    cover: float = 0.85
    restated: float = 0.45
    disputed: float = 0.6
    nearest: float = 0.1
