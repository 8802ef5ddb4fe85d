"""The table of kinds: what is done to a sentence, and the verdict that a report must come to."""

from __future__ import annotations

from eval.altering import figures, names, restating, wording
from eval.quoting import altered, joined, standing
from eval.quoting.kind import Kind, by_rule, restated_by
from rag.datatypes import QuoteVerdict

FACTUAL = ("number", "date", "name", "organisation", "negation")
"""Kinds of difference that a restatement which leaves the facts has none of."""
OTHERWISE: tuple[QuoteVerdict, ...] = ("altered",)
"""Where most characters stay, a restatement may as well be told as altered in words."""
NOT_TRUE: tuple[QuoteVerdict, ...] = ("spliced", "not_found")
"""A restatement of something else is neither exact nor a paraphrase; what else it is told as is all one."""

KINDS: tuple[Kind, ...] = (
    Kind(name="as it stands", verdict="exact", make=standing.as_it_stands),
    Kind(name="broken lines", verdict="exact", make=standing.broken),
    Kind(name="width and marks", verdict="exact", make=standing.marked_otherwise),
    Kind(name="traditional", verdict="exact", make=standing.in_traditional),
    Kind(name="clause", verdict="exact", make=standing.clause),
    Kind(name="two sentences", verdict="exact", make=standing.two_sentences),
    Kind(name="paragraph", verdict="exact", make=standing.paragraph),
    Kind(name="over a paragraph's end", verdict="exact", make=standing.over_the_end),
    Kind(name="ellipsis", verdict="exact", make=standing.with_ellipsis),
    Kind(name="bracketed note", verdict="exact", make=standing.with_note),
    Kind(name="quotation marks", verdict="exact", make=standing.in_quotation_marks),
    Kind(name="heading", verdict="exact", make=standing.as_it_stands, pool="headings"),
    Kind(name="repeated phrase", verdict="exact", make=standing.phrase, counted=True),
    Kind(name="digit", verdict="altered", make=by_rule(["number"], figures.digit)),
    Kind(name="magnitude", verdict="altered", make=by_rule(["number"], figures.magnitude)),
    Kind(name="number nearby", verdict="altered", make=by_rule(["number"], figures.borrowed_number)),
    Kind(name="unit", verdict="altered", make=by_rule(["number", "word"], figures.unit)),
    Kind(name="year", verdict="altered", make=by_rule(["date"], figures.year)),
    Kind(name="month or day", verdict="altered", make=by_rule(["date"], figures.day)),
    Kind(name="person", verdict="altered", make=by_rule(["name"], names.person)),
    Kind(name="place", verdict="altered", make=by_rule(["name", "organisation"], names.place_name)),
    Kind(name="organisation", verdict="altered", make=by_rule(["organisation"], names.organisation)),
    Kind(
        name="negation put in",
        verdict="altered",
        make=by_rule(["negation"], wording.negation_added, wording.verb_denied),
    ),
    Kind(
        name="negation left out",
        verdict="altered",
        make=by_rule(["negation"], wording.negator_dropped),
    ),
    Kind(
        name="opposite",
        verdict="altered",
        make=by_rule(["negation", "modality", "word"], wording.negation_dropped),
    ),
    Kind(name="modality", verdict="altered", make=by_rule(["modality"], wording.modal)),
    Kind(name="strength", verdict="altered", make=by_rule(["modality", "word"], wording.modality)),
    Kind(
        name="direction",
        verdict="altered",
        make=by_rule(["word", "number", "negation", "modality"], wording.direction),
    ),
    Kind(name="word exchanged", verdict="altered", make=altered.word_exchanged),
    Kind(name="word left out", verdict="altered", make=altered.words_left_out),
    Kind(name="clause left out", verdict="altered", make=altered.clause_left_out),
    Kind(name="word put in", verdict="altered", make=altered.word_put_in),
    Kind(name="clause put in", verdict="altered", make=altered.clause_put_in),
    Kind(name="clause brought in", verdict="altered", also=("spliced",), make=altered.clause_brought_in),
    Kind(
        name="same value",
        verdict="altered",
        make=by_rule(["word"], figures.numeral_script, figures.unit_converted, figures.date_script),
        barred=("number", "date"),
    ),
    Kind(name="cut in a number", verdict="altered", make=altered.cut_in_a_number),
    Kind(name="three facts", verdict="altered", make=altered.several),
    Kind(name="noise 5 %", verdict="altered", make=altered.noise(0.05)),
    Kind(name="noise 10 %", verdict="altered", make=altered.noise(0.1)),
    Kind(name="noise 20 %", verdict="altered", make=altered.noise(0.2)),
    Kind(name="noise 10 % moved", verdict="altered", make=altered.noise(0.1, "moved")),
    Kind(name="of two articles", verdict="spliced", make=joined.sentences_joined(2, near=False)),
    Kind(name="far apart in one", verdict="spliced", make=joined.sentences_joined(2, near=True)),
    Kind(name="halves", verdict="spliced", make=joined.halves_joined),
    Kind(name="of three articles", verdict="spliced", make=joined.sentences_joined(3, near=False)),
    Kind(name="two, a digit each", verdict="spliced", make=joined.joined_and_altered),
    Kind(
        name="synonym",
        verdict="paraphrase",
        also=OTHERWISE,
        barred=FACTUAL,
        make=restated_by(restating.synonym),
    ),
    Kind(
        name="without adverb",
        verdict="paraphrase",
        also=OTHERWISE,
        barred=FACTUAL,
        make=restated_by(restating.without_adverb),
    ),
    Kind(
        name="reordered",
        verdict="paraphrase",
        also=OTHERWISE,
        barred=FACTUAL,
        make=restated_by(restating.list_reordered, restating.parts_reordered, restating.time_moved),
    ),
    Kind(
        name="voice, speaker",
        verdict="paraphrase",
        also=OTHERWISE,
        barred=FACTUAL,
        make=restated_by(restating.voice, restating.speaker_first),
    ),
    Kind(
        name="alias",
        verdict="paraphrase",
        also=OTHERWISE,
        barred=("number", "date", "negation"),
        make=restated_by(names.alias),
    ),
    Kind(name="several rules", verdict="paraphrase", also=OTHERWISE, barred=FACTUAL, make=joined.restated),
    Kind(
        name="clauses turned",
        verdict="paraphrase",
        also=OTHERWISE,
        barred=FACTUAL,
        make=restated_by(restating.turned),
    ),
    *(
        Kind(
            name=f"restated, {name} changed",
            verdict="altered",
            also=NOT_TRUE,
            make=joined.restated_and_changed(*kinds),
        )
        for name, kinds in {
            "number": ("number",),
            "date": ("date",),
            "name": ("name", "organisation"),
            "negation": ("negation",),
            "modality": ("modality",),
        }.items()
    ),
    Kind(name="recombined", verdict="not_found", make=joined.recombined),
    Kind(name="foreign", verdict="not_found", make=joined.foreign, pool="outside"),
)
