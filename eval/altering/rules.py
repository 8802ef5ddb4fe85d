"""The tables of rules: what makes a sentence false, by kind, and what leaves it true."""

from __future__ import annotations

from collections.abc import Mapping

from eval.altering import figures, names, restating, splices, wording
from eval.altering.sentence import Rule

ALTERATIONS: Mapping[str, tuple[Rule, ...]] = {
    "number": (figures.number, figures.borrowed_number, figures.swapped_numbers),
    "date": (figures.date,),
    "document": (figures.document_number,),
    "name": (names.name, names.person, names.title),
    "negation": (wording.negation_dropped, wording.negation_added),
    "direction": (wording.direction,),
    "modality": (wording.modality,),
    "scope": (wording.scope,),
    "speaker": (names.speaker,),
    "unit": (figures.unit,),
    "splice": (splices.subject_of_another, splices.clause_of_another),
    "added": (splices.clause_added,),
    "roles": (names.roles,),
    "cause": (wording.cause,),
}
RESTATEMENTS: Mapping[str, tuple[Rule, ...]] = {
    "numeral script": (figures.numeral_script, figures.bound),
    "unit converted": (figures.unit_converted,),
    "date script": (figures.date_script,),
    "alias": (names.alias,),
    "without lead": (restating.without_lead,),
    "reordered": (restating.list_reordered, restating.parts_reordered, restating.time_moved),
    "voice": (restating.voice,),
    "without adverb": (restating.without_adverb,),
    "synonym": (restating.synonym,),
    "combined": (restating.combined,),
    "cut": (restating.cut, restating.item_dropped),
    "speaker first": (restating.speaker_first,),
}
