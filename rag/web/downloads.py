"""Kept answers as files: `/answers/ID.docx` and the like, `/answers/ID~ID.docx` for a conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Response

from rag import records
from rag.datatypes import Answer
from rag.errors import UsageError
from rag.export import WRITERS
from rag.export.answers import Verify, answers_sheet
from rag.kept import Kept

TYPES = {
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Suffix to media type: the formats in which an answer is given."""
_HEADERS = {"Cache-Control": "private", "X-Content-Type-Options": "nosniff"}
_UNFIT = re.compile(r'[\s\x00-\x1f\x7f\\/:*?"<>|.？：。，、！；“”‘’]+')
_LONGEST_NAME = 40
MOST = 200
"""Answers in one file."""


def router(kept: Kept, verify: Verify) -> APIRouter:
    """Return the routes `GET /answers/IDS.SUFFIX`, the suffix one of `TYPES`; what there is not is 404.

    IDS are one id, or up to `MOST` of them with `~` between, which are one file; JSON is of one answer.

    Args:
        kept: where the answers are.
        verify: compares quotes with their files once more, before they are given away.
    """
    routes = APIRouter()

    @routes.get("/answers/{identifiers}.{suffix}")
    def answers(identifiers: str, suffix: str) -> Response:
        chosen = identifiers.split("~")
        fits = f".{suffix}" in TYPES and len(chosen) <= (1 if suffix == "json" else MOST)
        try:
            found = [kept.get(identifier) for identifier in chosen] if fits else [None]
        except UsageError as error:
            return _missing(str(error))
        standing = [each.answer for each in found if each]
        if len(standing) < len(found):
            return _missing("没有这个文件：链接不完整，或这条回答已不再保存")
        return _file(standing, f".{suffix}", verify)

    return routes


def _file(answers: Sequence[Answer], suffix: str, verify: Verify) -> Response:
    if suffix == ".json":
        data = records.line(records.answer_json(answers[0])) + b"\n"
    else:
        data = WRITERS[suffix](answers_sheet(answers, verify, date.today()))
    name = f"{file_stem(answers[0].question)}{suffix}"
    disposition = f"attachment; filename=\"yinju{suffix}\"; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=TYPES[suffix], headers=_HEADERS | {"Content-Disposition": disposition})


def file_stem(question: str) -> str:
    """Return a question as the name of a file, without a suffix: without what a file system may not take."""
    return _UNFIT.sub(" ", question).strip()[:_LONGEST_NAME].strip() or "引据"


def _missing(message: str) -> Response:
    return Response(message, status_code=404, media_type="text/plain; charset=utf-8", headers=_HEADERS)
