"""Bring your own: a person's table of questions, in our columns or in those of ragas, becomes questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

from eval.dataset import MAX_CHARS, DatasetError, Passage, Question, Split
from eval.matching import RawTexts, plain, states
from eval.own import cells
from eval.own.finder import Finder
from eval.own.tables import Row, read_table
from rag.datatypes import RefusalReason, Turn
from rag.errors import UsageError
from rag.records import turns_from_json

TYPE = "自备"
"""The type of a question that names none."""
LIMIT = 500
"""The longest right answer, in characters, to a question of a type of its own: room for a long list, not for a page."""
ROOM = 2
"""How many times as long as its gold an answer may be at least, whatever its type."""
MAX_QUESTION = 2000
"""Characters of a question: `rag.assistant.MAX_QUESTION`, which is not in sight from here; a test holds them equal."""

# What is read from a table, by the names that it goes by. Who moves from ragas has `question`, `answer`,
# `contexts`, `ground_truth` (0.1) or `user_input`, `response`, `retrieved_contexts`, `reference` (0.2 and later).
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "user_input", "问题"),
    "reference": ("reference", "ground_truth", "ground_truths", "标准答案", "参考答案", "答案"),
    "answer": ("answer",),
    "facts": ("facts", "要点"),
    "forbidden": ("forbidden", "不许出现"),
    "file": ("file", "文件"),
    "quote": ("quote", "出处", "原文"),
    "sources": ("sources",),
    "reference_contexts": ("reference_contexts",),
    "contexts": ("contexts",),
    "answerable": ("answerable", "可答"),
    "reason": ("reason",),
    "type": ("type", "类型"),
    "id": ("id", "编号"),
    "split": ("split",),
    "history": ("history", "前文"),
    "max_chars": ("max_chars", "最多字数"),
}
# Known and of no use here: what a system made of the question, and remarks.
IGNORED = ("response", "回答", "retrieved_contexts", "note", "备注", "")
_NO = ("否", "不可答", "false", "0", "no", "n")
_YES = ("是", "可答", "true", "1", "yes", "y", "")
_SHOWN = 5


def load_own(path: Path, texts: RawTexts) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """Return the questions of a person's table, and what is to be told about them, one line each.

    Args:
        path: a CSV or JSONL file; `eval/README.md` says which columns it may have.
        texts: the documents; every quote must stand in them, contexts may.

    Raises:
        DatasetError: the table cannot be read, or rows of it are wrong; the first five are named.
    """
    table = read_table(path)
    columns = list(dict.fromkeys(name for row in table for name in row.values))
    if not set(COLUMNS["question"]) & set(columns):
        raise DatasetError(f"{path.name} 没有 question（或 user_input、问题）一列：请在表头写上")
    notes: dict[str, list[int]] = {}
    finder = Finder(texts)
    found: dict[str, Question] = {}
    wrong: list[str] = []
    for row in table:
        try:
            question = _Parser(row, path.stem, columns, finder, notes).question()
            if question.id in found:
                raise DatasetError(f"编号 {question.id} 重复，请改成不同的")
            found[question.id] = question
        except UsageError as error:
            wrong.append(f"第 {row.number} 行：{error}")
    if wrong:
        more = f"；另有 {len(wrong) - _SHOWN} 行不对" if len(wrong) > _SHOWN else ""
        raise DatasetError(f"{path.name} {'；'.join(wrong[:_SHOWN])}{more}")
    known = {name for names in COLUMNS.values() for name in names} | set(IGNORED)
    unknown = [name for name in columns if name not in known]
    told = (f"没有用到的列：{'、'.join(unknown)}",) if unknown else ()
    return tuple(found.values()), (*told, *(f"{note}：第 {_some(rows)} 行" for note, rows in notes.items()))


def _some(numbers: Sequence[int]) -> str:
    shown = "、".join(map(str, numbers[:_SHOWN]))
    return shown + (f" 等 {len(numbers)}" if len(numbers) > _SHOWN else "")


class _Parser:
    """Reads one row."""

    def __init__(
        self, row: Row, stem: str, columns: Sequence[str], finder: Finder, notes: dict[str, list[int]]
    ) -> None:
        self._row = row
        self._stem = stem
        self._columns = columns
        self._finder = finder
        self._notes = notes

    def question(self) -> Question:
        """Return the question of the row.

        Raises:
            UsageError: something is missing or wrong; the message goes on from `第 3 行`.
        """
        asked = self._value("question")
        if isinstance(asked, list):
            raise DatasetError("这是多轮样本：请把最后一问写进 question，前文写进 history")
        answerable = self._answerable()
        reference = self._reference()
        facts = self._facts()
        sources, documents = self._sources(answerable=answerable)
        if not cells.text(asked):
            raise DatasetError("没有问题")
        if len(cells.text(asked)) > MAX_QUESTION:
            raise DatasetError(f"问题有 {len(cells.text(asked))} 个字，超过 {MAX_QUESTION} 字的上限：请缩短")
        if answerable and not (reference or facts):
            raise DatasetError("没有标准答案，也没有要点：请补上，答不了的题请在 answerable 一列写“否”")
        if not answerable and (facts or sources):
            raise DatasetError("标为不可答，却有要点或出处：请删去其一")
        kind = self._text("type") or TYPE
        gold = max(len(plain(reference)), len(plain("".join(forms[0] for forms in facts))))
        quoted = " ".join(passage.quote for places in sources for passage in places)
        if quoted and not all(any(states(quoted, form) for form in forms) for forms in facts):
            self._note("要点不在所给的出处里，请核对")
        return Question(
            id=self._text("id") or f"{self._stem}-{self._row.number}",
            split=cast(Split, self._choice("split", get_args(Split)) or "test"),
            type=kind,
            question=cells.text(asked),
            history=self._history(),
            answerable=answerable,
            facts=facts,
            forbidden=tuple(cells.listed(self._value("forbidden"), cells.ITEM)),
            sources=sources,
            reference=reference,
            documents=documents,
            reason=cast(RefusalReason, self._choice("reason", get_args(RefusalReason)) or None),
            max_chars=self._number("max_chars") or max(MAX_CHARS.get(kind, LIMIT), ROOM * gold),
        )

    def _note(self, what: str) -> None:
        self._notes.setdefault(what, []).append(self._row.number)

    def _value(self, field: str) -> object:
        """Return the first value that is not blank among the columns of a field; others are told not to be read."""
        values = ((name, self._row.values.get(name)) for name in COLUMNS[field])
        filled = [(name, value) for name, value in values if value == 0 or (value and value == value)]
        if not filled:
            return None
        read, found = filled[0]
        unread = [name for name, value in filled[1:] if value != found]
        if unread:
            self._note(f"{read} 和 {'、'.join(unread)} 都填了而且不同，只看 {read}")
        return found

    def _text(self, field: str) -> str:
        return cells.text(self._value(field))

    def _choice(self, field: str, allowed: Sequence[str]) -> str:
        given = self._text(field)
        if given and given not in allowed:
            raise DatasetError(f"{field} 是 {given}：应是 {'、'.join(allowed)} 之一")
        return given

    def _number(self, field: str) -> int:
        given = self._text(field)
        if given and not given.isdecimal():
            raise DatasetError(f"{field} 是 {given}：应是整数")
        return int(given or 0)

    def _answerable(self) -> bool:
        given = self._text("answerable").lower()
        if given not in (*_YES, *_NO):
            raise DatasetError(f"answerable 是 {given}：应是“是”或“否”")
        return given in _YES

    def _reference(self) -> str:
        """Return the whole gold answer. `answer` is that only in a table without any column made for it."""
        field = "reference" if set(COLUMNS["reference"]) & set(self._columns) else "answer"
        return "\n".join(cells.listed(self._value(field)))

    def _facts(self) -> tuple[tuple[str, ...], ...]:
        facts = cells.facts(self._value("facts"))
        if any(cells.has_joined(forms) for forms in facts):
            self._note("要点里不带空格的“/”当作原文（元/吨）；要分开几种写法，请用“|”")
        return facts

    def _history(self) -> tuple[Turn, ...]:
        turns = cells.parsed(self._value("history") or [])
        if not isinstance(turns, list):
            raise DatasetError("history 应是一列 {role, content}")
        return turns_from_json(turns)

    def _sources(self, *, answerable: bool) -> tuple[tuple[tuple[Passage, ...], ...], tuple[str, ...]]:
        """Return the gold passages, and the gold documents where files are named without words."""
        files = cells.listed(self._value("file"), cells.ITEM)
        quotes = self._quotes(files)
        sources = [self._standing(quote, files) for quote in quotes] + self._own_sources()
        for context in self._contexts() if answerable else ():
            places = self._finder.places(context, self._finder.files)
            if places:
                sources.append(places)
            else:
                self._note("给出的段落在文档里找不到，不作出处")
        if files and not quotes:
            self._finder.check(files)
        return tuple(sources), () if sources else tuple(files)

    def _quotes(self, files: Sequence[str]) -> list[str]:
        """Return the quotes of the row: a list, one that may run over lines, or one a line."""
        given = self._value("quote")
        whole = cells.listed(given)
        stands = len(whole) > 1 or any(self._finder.places(one, files or self._finder.files) for one in whole)
        return whole if stands else cells.listed(given, cells.LINE)

    def _standing(self, quote: str, files: Sequence[str]) -> tuple[Passage, ...]:
        places = self._finder.places(quote, files or self._finder.files)
        if not places:
            elsewhere = [place.file for place in self._finder.places(quote, self._finder.files)]
            advice = f"它在 {elsewhere[0]} 里" if elsewhere else "请从原文复制"
            raise DatasetError(f"出处在{'、'.join(files) or '文档'}里找不到“{quote[:30]}”：{advice}")
        return places

    def _own_sources(self) -> list[tuple[Passage, ...]]:
        """Return the passages of `sources` as in `eval/questions.jsonl`."""
        given = self._value("sources")
        parsed = [] if given is None else cells.parsed(given)
        try:
            return [
                tuple(
                    passage
                    for place in [source, *source.get("also", [])]
                    for passage in self._standing(place["quote"], [place["file"]])
                )
                for source in cast(list[dict[str, Any]], parsed)
            ]
        except (KeyError, TypeError, AttributeError) as error:
            raise DatasetError("sources 应是一列 {file, quote}") from error

    def _contexts(self) -> list[str]:
        """Return the passages that are the gold: not those that a system has found for its answer."""
        given = cells.listed(self._value("reference_contexts"))
        answered = {"answer", "response"} & set(self._columns)
        if answered and set(COLUMNS["reference"]) & set(self._columns):
            return given
        return given + cells.listed(self._value("contexts"))
