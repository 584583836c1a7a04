"""A kind of record, declared once: table, labels, checks, life cycle, numbering, paper, retention."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import PydanticUndefined
from sqlalchemy import JSON, Column, Table
from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.base import manager_of_class
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

from studio_desk.kernel.ask import Ask
from studio_desk.kernel.canon import canon
from studio_desk.kernel.dates import first_day
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.text import one_line
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say, series
from studio_desk.record.duty import Duty
from studio_desk.record.fields import Day, Line, Long
from studio_desk.record.rare import unreadable

if TYPE_CHECKING:
    from studio_desk.press.page import Sheet
    from studio_desk.record.look import Look

VOID = "作废"
"""The state of a withdrawn record, in every life cycle (no delete; S004-48)."""


class Part(SQLModel):
    """A child line without a life of its own (a step, a speech): stored as JSON inside its record."""

    model_config = SQLModelConfig(extra="forbid")


class Kept(Part):
    """A warning that the clerk kept, with the reason."""

    code: Annotated[Line, Ask("提醒")]
    field: Annotated[Line, Ask("栏目")] = ""
    reason: Annotated[Line, Ask("保留理由")] = Field(min_length=1)


class Record(SQLModel):
    """The columns that every kind has (domain.md 2.1).

    `rev`, `conflict`, `updated_at` and `updated_by` are worked out from the journal and never travel in a body.
    """

    model_config = SQLModelConfig(extra="forbid")

    uid: Line = Field(primary_key=True, max_length=36)
    code: Annotated[Line, Ask("编号", listed=True, search=True)] = ""
    station: Annotated[Line, Ask("站点")] = ""
    state: Annotated[Line, Ask("状态", listed=True)] = ""
    void_reason: Annotated[Line, Ask("作废原因")] = ""
    created_at: Line = ""
    created_by: Annotated[Line, Ask("录入人")] = ""
    entered_late: Annotated[bool, Ask("补录")] = False
    source: Annotated[Line, Ask("来源", vocabulary="entry_source")] = "手工"
    kept: list[Kept] = Field(default_factory=list, sa_type=JSON)
    rev: Line = ""
    conflict: list[str] = Field(default_factory=list, sa_type=JSON)
    updated_at: Line = ""
    updated_by: str = ""


WORKED_OUT = ("rev", "conflict", "updated_at", "updated_by")
"""Columns that the journal fills and that are no part of a body."""
COMMON = tuple(Record.model_fields)


@dataclass(frozen=True)
class Move:
    """One allowed step of a life cycle.

    Attributes:
        start: state before; `"*"` means any but void.
        end: state after.
        label: the button's words.
        who: roles that may take it, of `domain.md` 2.3 (C clerk, H head, V convener, D district, A approver, R archivist).
        reason: a reason must be given.
    """

    start: str
    end: str
    label: str
    who: str = "C"
    reason: bool = False


@dataclass(frozen=True)
class Life:
    """A life cycle: states in order, the moves between them, which states are drafts and which are closed."""

    states: tuple[str, ...]
    moves: tuple[Move, ...]
    drafts: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The state a new record starts in."""
        return self.states[0]

    def moves_from(self, state: str) -> list[Move]:
        """The moves open to a record in `state`."""
        return [m for m in self.moves if m.start in {state, "*"} and state not in {m.end, VOID}]


def _no_findings(record: Any) -> list[Finding]:
    del record
    return []


def _no_duties(record: Any) -> list[Duty]:
    del record
    return []


def _no_sheets(record: Any, look: Look) -> list[Sheet]:
    del record, look
    return []


def _any_step(values: Mapping[str, Any], end: str, role: str) -> bool:
    del values, end, role
    return True


@dataclass(frozen=True)
class Kind:
    """A record type.

    Attributes:
        key: the English name, equal to the table's.
        title: Chinese title; source string of its translation.
        prefix: two to four letters of the number (domain.md 2.1), unique among kinds.
        model: the SQLModel table.
        life: its life cycle.
        name: field whose value titles a record in lists and catalogues.
        day: field with the date of the event, `""` when the kind has none; gives the number's year and lateness.
        owner: who writes it.
        check: findings beyond types and vocabularies.
        duties: what a record counts for.
        sheets: its printed pages.
        may_step: whether a home of some role may bring a record of some values to a state; its state is `""` when it is new.
        upcasts: pure functions; number i turns a body of version i+1 into version i+2.
        retention: key of its period in the vocabulary `retention` (`永久`, `30年`, `10年`), `""` = not archived.
        same: what two linked records are (`同一人`), `""` when records of the kind are never linked.
    """

    key: str
    title: str
    prefix: str
    model: type[Record]
    life: Life
    name: str
    day: str = ""
    owner: Literal["station", "district"] = "station"
    check: Callable[[Any], list[Finding]] = _no_findings
    duties: Callable[[Any], list[Duty]] = _no_duties
    sheets: Callable[[Any, Look], list[Sheet]] = _no_sheets
    may_step: Callable[[Mapping[str, Any], str, str], bool] = _any_step
    upcasts: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()
    retention: str = ""
    searched: tuple[str, ...] = field(default=())
    same: str = ""

    @property
    def sided(self) -> bool:
        """Whether some steps belong to the district and others to the station."""
        return self.may_step is not _any_step

    @property
    def version(self) -> int:
        """The version of the bodies written now."""
        return len(self.upcasts) + 1

    @property
    def table(self) -> Table:
        """The SQLAlchemy table of the kind."""
        return cast("Table", self.model.__table__)  # type: ignore[attr-defined]  # SQLModel adds it to table models

    @cached_property
    def asks(self) -> dict[str, Ask]:
        """What a person sees of each field, common columns last; fields without an `Ask` are not shown."""
        found = {name: ask for name, info in self.model.model_fields.items() if (ask := _ask(info.metadata))}
        own = {name: ask for name, ask in found.items() if name not in COMMON}
        return own | {name: ask for name, ask in found.items() if name in COMMON}

    @cached_property
    def plain(self) -> type[BaseModel]:
        """The model without its table: the same fields and checks, for merging and rebuilding thousands of bodies.

        A table model sets every field through SQLAlchemy's instrumentation, which takes three times as long.
        """
        fields: dict[str, Any] = {name: (info.annotation, copy(info)) for name, info in self.model.model_fields.items()}
        return create_model(self.model.__name__, __config__=ConfigDict(extra="forbid"), **fields)

    def upcast(self, values: Mapping[str, Any], version: int) -> dict[str, Any]:
        """The values of an older body as today's kind writes them; a body of a newer version stays as it is."""
        data = dict(values)
        for upcast in self.upcasts[max(version, 1) - 1 :]:
            data = upcast(data)
        return data

    def read(self, values: Mapping[str, Any], version: int = 0) -> Record:
        """The one constructor: upcast, validate, return a record.

        Args:
            values: field values as JSON types.
            version: version of the body they come from; 0 means today's.

        Raises:
            pydantic.ValidationError: a value does not fit; use `find` for the clerk's sentences.
        """
        # `model_validate` of a table model sets every field once more through SQLAlchemy's instrumentation, which takes
        # three times as long as validating; a record that was never in a session needs only its state.
        record: Record = self.model.__new__(self.model)
        values = self.upcast(values, version or self.version)
        self.model.__pydantic_validator__.validate_python(values, self_instance=record)
        self._instrumentation.setup_instance(record)
        return record

    @cached_property
    def _instrumentation(self) -> Any:
        configure_mappers()
        return manager_of_class(self.model)

    def find(self, values: Mapping[str, Any]) -> list[Finding]:
        """All findings about values as typed: types, required fields, vocabularies, then the kind's own check."""
        return self._judge(values)[1]

    def _judge(self, values: Mapping[str, Any]) -> tuple[Record | None, list[Finding]]:
        """The record of some values, `None` when there is none, and all findings about it."""
        try:
            record = self.read(values)
        except ValidationError as wrong:
            return None, [self._finding(cast("dict[str, Any]", e)) for e in wrong.errors()]
        if record.state == VOID:
            return record, []  # a rule that became stricter must never keep a record from being withdrawn
        findings = [*self._words(record), *self.check(record), *unreadable(record.model_dump(mode="json"))]
        kept = {(k.code, k.field) for k in record.kept} | {(k.code, "") for k in record.kept if not k.field}
        return record, [
            f
            for f in findings
            if f.level == "error" or not ({(f.code, f.field), (f.code, "")} & kept)
        ]  # fmt: skip

    def refuse_errors(self, values: Mapping[str, Any]) -> Record:
        """The record of `values`, or its first error as a Problem that carries all findings.

        Raises:
            Problem: at least one finding is an error.
        """
        return self._accept(values)[0]

    def _accept(self, values: Mapping[str, Any]) -> tuple[Record, list[Finding]]:
        record, findings = self._judge(values)
        errors = [f for f in findings if f.level == "error"]
        if errors or record is None:
            # What was written wrong is told before what is still missing.
            first = next((f for f in errors if f.code != "FIELD_REQUIRED"), errors[0])
            raise Problem(
                first.code, first.sentence, first.remedy, field=first.field, findings=[f.as_json() for f in findings]
            )
        return record, findings

    def body(self, record: Record) -> dict[str, Any]:
        """The values of a record as they travel: JSON types, without what the journal works out, without empty ones.

        A field that is filled unless told otherwise travels even when it was emptied.
        """
        values = record.model_dump(mode="json", exclude=set(WORKED_OUT))
        return {k: v for k, v in values.items() if not _empty(v) or k in self._filled_unless_told}

    @cached_property
    def _filled_unless_told(self) -> frozenset[str]:
        defaults = {n: i.get_default(call_default_factory=True) for n, i in self.model.model_fields.items()}
        return frozenset(n for n, v in defaults.items() if v is not PydanticUndefined and not _empty(v))

    def title_of(self, record: Any) -> str:
        """The words that stand for a record in a list: its name field, else its number."""
        return str(getattr(record, self.name, "") or record.code)

    def label(self, name: str) -> str:
        """The label of a field, of a child line's field (`steps.day`) or of one line's (`steps.2.day`: 步骤第3行的日期)."""
        first, *rest = name.split(".")
        ask = self.asks.get(first)
        if ask is None:
            return name
        label = say(ask.label)
        if rest and rest[0].isdigit():
            label = say("{list}第{n}行", list=label, n=int(rest[0]) + 1)
        part = next(iter(get_args(self.model.model_fields[first].annotation)), None)
        fields = part.model_fields if isinstance(part, type) and issubclass(part, Part) else {}
        inner = _ask(fields[rest[-1]].metadata) if rest and rest[-1] in fields else None
        return say("{line}的{label}", line=label, label=say(inner.label)) if inner else label

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the kind with labels, vocabularies and personal-data classes (`kinds KIND`)."""
        schema = self.model.model_json_schema()
        for name, ask in self.asks.items():
            extra = {"title": say(ask.label), "vocabulary": ask.vocabulary, "refers": ask.refers}
            schema["properties"][name] |= {k: v for k, v in extra.items() if v} | {"personal": ask.personal}
        return schema

    def fingerprint(self) -> str:
        """A text that changes when the table changes; the projection is then rebuilt from the journal."""
        return canon([self.key, [f"{c.name} {c.type}" for c in self.table.columns], list(self.searched), self.version])

    # What the journal asks of a kind (store.journal.Shape).

    @property
    def first_state(self) -> str:
        """The state a new record starts in."""
        return self.life.first

    def admit(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
        """The body of values about to be saved, and the warnings that stay.

        Raises:
            Problem: a finding is an error; the Problem carries all findings.
        """
        record, findings = self._accept(values)
        return self.body(record), findings

    def allow_move(self, start: str, end: str, reason: str) -> None:
        """Check one step of the life cycle.

        Raises:
            Problem: `MOVE_NOT_ALLOWED`, `REASON_REQUIRED`.
        """
        open_moves = self.life.moves_from(start)
        move = next((m for m in open_moves if m.end == end), None)
        if move is None:
            raise Problem(
                "MOVE_NOT_ALLOWED",
                say("“{title}”不能从“{start}”转到“{end}”。", title=say(self.title), start=start, end=end[:30]),
                say("现在可以转到：{ends}。", ends=series(m.end for m in open_moves) or say("无")),
                allowed=[m.end for m in open_moves],
            )
        if move.reason and not reason.strip():
            raise Problem(
                "REASON_REQUIRED",
                say("“{label}”要写明原因。", label=say(move.label)),
                say("请用一句话说明原因。"),
            )

    def allow_step(self, values: Mapping[str, Any], end: str, role: str) -> None:
        """Check that a home may bring a record to a state; `may_step` says which side each step belongs to.

        Raises:
            Problem: `STEP_OF_OTHER_SIDE`.
        """
        if self.may_step(values, end, role):
            return
        other = say("区级") if role == "station" else say("站点")
        raise Problem(
            "STEP_OF_OTHER_SIDE",
            say("“{title}”转到“{end}”由{side}来做。", title=say(self.title), end=say(end), side=other),
            say("请等对方办理；有话要说的，写在记录里随下一次交接带去。"),
        )

    def blobs(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Digests of the attachments a body names (the field `sha256` of kinds that hold a file)."""
        sha = values.get("sha256")
        return (str(sha),) if sha else ()

    def project(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Column values of a body; a body that no longer validates is kept as it is, field by field."""
        try:
            return self.read(values).model_dump(mode="json")
        except ValidationError:
            blank = {n: i.get_default(call_default_factory=True) for n, i in self.model.model_fields.items()}
            blank = {n: ("" if v is PydanticUndefined else v) for n, v in blank.items()}
            return {c.name: _storable(c, values.get(c.name, blank.get(c.name))) for c in self.table.columns}

    def words(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """The text to be searched and the names whose pinyin initials are searched."""
        texts = [str(row.get(n, "") or "") for n, a in self.asks.items() if a.search and a.personal != "P2"]
        inner = [_flat(row[n]) for n in self.searched if row.get(n)]
        return "\n".join(filter(None, [*texts, *inner])), str(row.get(self.name, "") or "")

    def summary(self, row: Mapping[str, Any]) -> tuple[str, str, bool, bool]:
        """Title, day, whether a draft, whether closed: what the register of all records shows."""
        state = row.get("state", "")
        day = str(row.get(self.day, "") or "") if self.day else ""
        return (
            str(row.get(self.name) or row.get("code") or ""),
            day,
            state in self.life.drafts,
            state in self.life.closed,
        )

    def _words(self, record: Record) -> list[Finding]:
        findings = []
        day = (first_day(getattr(record, self.day, "")) if self.day else None) or None
        for name, ask in self.asks.items():
            if ask.vocabulary:
                findings += _check_words(name, ask, getattr(record, name, None), day)
        for name, info in self.model.model_fields.items():
            value = getattr(record, name, None)
            if isinstance(value, list) and value and isinstance(value[0], Part) and info is not None:
                for number, part in enumerate(value):
                    for inner, inner_info in type(part).model_fields.items():
                        inner_ask = _ask(inner_info.metadata)
                        if inner_ask and inner_ask.vocabulary:
                            where = f"{name}.{number}.{inner}"
                            findings += _check_words(where, inner_ask, getattr(part, inner), day)
        state = record.state
        if state and state != VOID and state not in self.life.states:
            near = difflib.get_close_matches(state, self.life.states, 1, 0)
            findings.append(_unknown_word("state", say("状态"), state, near[0] if near else ""))
        return findings

    def _finding(self, error: dict[str, Any]) -> Finding:
        where = one_line(".".join(str(p) for p in error["loc"]))
        label = self.label(where) if where else ""
        kind, context = str(error["type"]), error.get("ctx") or {}
        if "remedy" in context:
            return Finding(where, kind, context["sentence"], context["remedy"])
        if kind in {"missing", "string_too_short", "too_short"}:
            return Finding(
                where, "FIELD_REQUIRED", say("“{label}”没有填。", label=label), say("请填写“{label}”。", label=label)
            )
        if kind == "extra_forbidden":
            near = difflib.get_close_matches(where, list(self.asks), n=1, cutoff=0)
            return Finding(
                where,
                "UNKNOWN_FIELD",
                say("“{title}”没有“{field}”这一栏。", title=say(self.title), field=where[:60]),
                say("最接近的是“{near}”；全部栏目用 kinds {key} 查看。", near=near[0] if near else "", key=self.key),
            )
        if kind in {"string_too_long", "too_long"}:
            limit = context.get("max_length", "")
            return Finding(
                where,
                "TEXT_TOO_LONG",
                say("“{label}”太长，最多{limit}。", label=label, limit=limit),
                say("请删减后再保存。"),
            )
        return Finding(
            where,
            "WRONG_TYPE",
            say("“{label}”填的内容不合要求。", label=label or where),
            say("请检查这一栏：应填{wanted}。", wanted=_wanted(kind)),
        )


def _empty(value: Any) -> bool:
    return value in ("", [], {}) or value is None or value is False


def _storable(column: Column[Any], value: Any) -> Any:
    """A stranger's value as its column can hold it; the body keeps it verbatim."""
    if isinstance(column.type, JSON):
        return value if isinstance(value, list) else []
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _wanted(kind: str) -> str:
    names = {"int": say("整数"), "bool": say("是或否"), "list": say("若干行"), "string": say("文字")}
    return next((label for key, label in names.items() if kind.startswith(key)), say("规定的内容"))


def _ask(metadata: Sequence[Any]) -> Ask | None:
    return next((m for m in metadata if isinstance(m, Ask)), None)


def _unknown_word(where: str, label: str, word: str, near: str) -> Finding:
    return Finding(
        where,
        "UNKNOWN_WORD",
        say("“{label}”里没有“{word}”这个词。", label=label, word=word[:60]),
        say("最接近的是“{near}”，请从列表中选。", near=near),
    )


def _check_words(where: str, ask: Ask, value: Any, day: Any) -> list[Finding]:
    words = value if isinstance(value, list) else [value]
    listed = vocabulary(ask.vocabulary)
    findings = []
    for word in words:
        if not isinstance(word, str) or not word:
            continue
        term = listed.find(word)
        if term is None or term.word != word:
            findings.append(_unknown_word(where, say(ask.label), word, term.word if term else listed.nearest(word)))
        elif day and not term.valid(day):
            findings.append(
                Finding(
                    where,
                    "WORD_NOT_IN_FORCE",
                    say("“{word}”在{day}不在有效期内。", word=word, day=day.isoformat()),
                    say("请换一个词，或写明理由后保留。"),
                    "warning",
                )
            )
    return findings


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_flat(v) for v in value.values())
    if isinstance(value, list):
        return "\n".join(_flat(v) for v in value)
    return "" if value is None or isinstance(value, bool) else str(value)


__all__ = ["COMMON", "VOID", "WORKED_OUT", "Day", "Duty", "Kept", "Kind", "Life", "Long", "Move", "Part", "Record"]
