"""Rows pasted from a spreadsheet: read the clipboard, map columns, say what is wrong with each row before anything is kept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from studio_desk.desk.form.fields import Field, fields_of
from studio_desk.desk.form.start import first_values
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.text import half_width, whole
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.record.kind import VOID

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.record.kind import Kind
    from studio_desk.store.home import Home

MOST_ROWS = 5000
_SPLIT = re.compile(r"[、,,;;\n]+")
_DAMAGED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
"""A long number that a spreadsheet turned into `3.30106E+17`: the digits are lost, they must not be guessed."""
YES = {"是", "√", "✓", "对", "有", "y", "yes", "true", "1"}
NO = {"否", "×", "无", "没有", "n", "no", "false", "0", ""}


def cells_of(text: str) -> list[list[str]]:
    """Tab-separated text as spreadsheets write it (quoted cells may hold tabs, line ends and doubled quotes).

    Raises:
        Problem: `NOT_A_TABLE`.
    """
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), dialect="excel-tab"))
    except csv.Error as error:
        raise Problem(
            "NOT_A_TABLE", say("剪贴板里的内容不是表格。"), say("请在表格程序里选中单元格，复制后再来粘贴。")
        ) from error
    return [row for row in rows if any(cell.strip() for cell in row)]


@dataclass
class Pasted:
    """One row and what is wrong with it."""

    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """What keeps the row from being taken in."""
        return [f for f in self.findings if f.level == "error"]


def fields_for(kind: Kind) -> list[Field]:
    """Fields a column can be mapped to: everything but child lines."""
    return [f for f in fields_of(kind.model) if f.sort != "parts"]


def guess(kind: Kind, rows: Sequence[Sequence[str]]) -> tuple[bool, list[str]]:
    """Whether the first row is a heading, and the field of each column (`""`: left out).

    Headings are compared with labels, letter for letter without blanks and stars; without a heading the columns are
    taken as the ledger lists them.
    """
    fields = fields_for(kind)
    labels = {_plain(say(f.ask.label)): f.name for f in fields} | {_plain(f.ask.label): f.name for f in fields}
    width = max(len(row) for row in rows)
    head = [labels.get(_plain(cell), "") for cell in rows[0]] + [""] * (width - len(rows[0]))
    if sum(bool(name) for name in head) >= max(1, len([c for c in rows[0] if c.strip()]) // 2):
        return True, [name if head.index(name) == place else "" for place, name in enumerate(head)]
    listed = [f.name for f in fields if f.ask.listed]
    return False, (listed + [""] * width)[:width]


def _plain(text: str) -> str:
    return re.sub(r"[\s**::]|[((].*?[))]", "", text)


def read_rows(desk: Desk, kind: Kind, rows: Sequence[Sequence[str]], mapping: Sequence[str]) -> list[Pasted]:
    """Rows as records, each with its findings."""
    fields = {f.name: f for f in fields_for(kind)}
    found = []
    for cells in rows:
        values = first_values(desk, kind)
        troubles: list[Finding] = []
        if kind.day and kind.day in mapping:
            values[kind.day] = ""
        for name, cell in zip(mapping, cells, strict=False):
            if name and cell.strip():
                values[name], trouble = _value(desk.home, fields[name], cell)
                troubles += trouble
        said = {f.field for f in troubles}
        findings = [*troubles, *(f for f in kind.find(values) if f.field.split(".")[0] not in said)]
        found.append(Pasted(values, findings))
    return found


def _value(home: Home, field_: Field, cell: str) -> tuple[Any, list[Finding]]:
    cell = cell.strip()
    if _DAMAGED.fullmatch(cell):
        return cell, [
            Finding(
                field_.name,
                "NUMBER_DAMAGED",
                say("“{cell}”是被表格改坏的长号码，末几位已经丢了。", cell=cell),
                say("请在表格里把这一列设成文本，重新填写后再粘贴。"),
            )
        ]
    if field_.sort in {"ref", "refs"}:
        names = _SPLIT.split(cell) if field_.sort == "refs" else [cell]
        uids, troubles = [], []
        for name in filter(None, (n.strip() for n in names)):
            uid, trouble = _named(home, field_, name)
            uids.append(uid)
            troubles += trouble
        return (uids if field_.sort == "refs" else uids[0]), troubles
    if field_.sort in {"words", "lines"}:
        return [_word(field_, one.strip()) for one in _SPLIT.split(cell) if one.strip()], []
    if field_.sort == "yes":
        low = cell.casefold()
        return (low in YES if low in YES | NO else cell), []
    if field_.sort == "number":
        number = whole(half_width(cell).removesuffix(".0"))
        return (cell if number is None else number), []
    return _word(field_, cell), []


def _word(field_: Field, cell: str) -> str:
    term = vocabulary(field_.ask.vocabulary).find(cell) if field_.ask.vocabulary else None
    return term.word if term else cell


def _named(home: Home, field_: Field, name: str) -> tuple[str, list[Finding]]:
    """The one record of that title or number; none or several is an error, never a guess."""
    kind = field_.ask.refers
    with home.file.read() as c:
        uids = (
            c.exec_driver_sql(
                "SELECT uid FROM record WHERE (title = ?1 OR code = ?1) AND (kind = ?2 OR ?2 = '') AND state <> ?3 LIMIT 2",
                (name, kind, VOID),
            )
            .scalars()
            .all()
        )
    if len(uids) == 1:
        return str(uids[0]), []
    sentence = say("没有登记“{name}”。", name=name) if not uids else say("叫“{name}”的不止一个。", name=name)
    remedy = say("请先登记，或改用编号。") if not uids else say("请改用编号。")
    return "", [Finding(field_.name, "NOT_CHOSEN", sentence, remedy)]


def take_in(desk: Desk, kind: str, rows: Sequence[Mapping[str, Any]], progress: Progress) -> int:
    """Keep all rows in one step: all or none (a job)."""
    with desk.home.transaction():
        for number, values in enumerate(rows):
            progress(number, len(rows), "")
            desk.journal.write(kind, {**values, "source": "导入"})
    return len(rows)
