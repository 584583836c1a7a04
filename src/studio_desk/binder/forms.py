"""The printable forms by name, for a page to be filled by hand or with what the home knows of itself."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from studio_desk.binder.catalogue import TITLE as CATALOGUE
from studio_desk.binder.catalogue import catalogue, front
from studio_desk.binder.covers import Label, cover, spines
from studio_desk.binder.items import ARCHIVED
from studio_desk.binder.note_sheet import TITLE as NOTE_SHEET
from studio_desk.binder.note_sheet import note_sheet
from studio_desk.binder.receipt_note import TITLE as RECEIPT
from studio_desk.binder.receipt_note import Handover, receipt_note
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.record import paper

if TYPE_CHECKING:
    from studio_desk.press.page import Sheet
    from studio_desk.record.kind import Kind


@dataclass(frozen=True)
class PrintForm:
    """A form that can be printed.

    Attributes:
        key: what `print FORM` calls it.
        title: its name.
        kind: key of the kind whose records fill it, `""` for a form of the archive.
        sheets: its pages, given the name and archive figures of whoever prints.
    """

    key: str
    title: str
    kind: str
    sheets: Callable[[Label], Sequence[Sheet]]


class Blank:
    """The `Look` of an empty form: it knows no record."""

    full = False

    def __init__(self, office: str) -> None:
        self.office = office

    def title(self, uid: str) -> str:
        """The uid: there is nothing to look up."""
        return uid

    def record(self, uid: str) -> Mapping[str, Any]:
        """No record."""
        del uid
        return {}

    def children(self, kind: str, field: str, uid: str) -> Sequence[Mapping[str, Any]]:
        """No record."""
        del kind, field, uid
        return ()

    def photo(self, sha256: str) -> bytes | None:
        """No picture."""
        del sha256
        return None


@cache
def forms() -> tuple[PrintForm, ...]:
    """Every form: those of the kinds in the order of the navigation, then what goes with bundles and boxes."""
    of_kinds = [PrintForm(kind.key, kind.title, kind.key, _blank(kind)) for kind in ARCHIVED if _blank(kind)(Label())]
    at = next(number for number, form in enumerate(of_kinds) if form.key == "activity")
    signin = PrintForm("signin", SIGNIN, "activity", _signin(of_kinds[at]))
    return (
        *of_kinds[: at + 1],
        signin,
        *of_kinds[at + 1 :],
        PrintForm("receipt", RECEIPT, "", lambda label: [receipt_note(Handover(from_name=label.fonds_name))]),
        PrintForm("cover", "盒封面", "", lambda label: [cover(label)]),
        PrintForm("spine", "盒脊", "", lambda label: [spines(label)]),
        PrintForm("catalogue", CATALOGUE, "", lambda label: [front(label), catalogue(label, (), ())]),
        PrintForm("note_sheet", NOTE_SHEET, "", lambda _: [note_sheet(())]),
    )


SIGNIN = "签到表"


def form(name: str) -> PrintForm:
    """A form by its key or title.

    Raises:
        Problem: `UNKNOWN_FORM`, naming the one that looks most like it.
    """
    named = {one: form for form in forms() for one in (form.key, form.title)}
    if found := named.get(name.strip()):
        return found
    near = named[difflib.get_close_matches(name[:60], named, n=1, cutoff=0)[0]]
    raise Problem(
        "UNKNOWN_FORM",
        say("没有“{name}”这种表格。", name=name[:60]),
        say("最接近的是“{near}”（{title}）；全部表格用 forms 查看。", near=near.key, title=say(near.title)),
    )


def _blank(kind: Kind) -> Callable[[Label], Sequence[Sheet]]:
    return lambda label: kind.sheets(paper.blank(kind), Blank(label.fonds_name))


def _signin(whole: PrintForm) -> Callable[[Label], Sequence[Sheet]]:
    """The attendance sheet alone, which an event prints behind its report."""
    return lambda label: [sheet for sheet in whole.sheets(label) if sheet.title.startswith(SIGNIN)]
