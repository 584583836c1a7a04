"""Print single records and forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.binder.covers import Label
from studio_desk.binder.forms import form
from studio_desk.binder.items import Fonds
from studio_desk.binder.sight import FULL_PRINT, Sight
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.press.page import Sheet
from studio_desk.record.kind import VOID

if TYPE_CHECKING:
    from studio_desk.press.outcome import Printed
    from studio_desk.store.home import Home

FORM_DATE = date(2000, 1, 1)
"""The date inside the file of a form: a form has none, and the same form must give the same bytes."""


def print_records(
    home: Home, uids: Iterable[str], to: Path, full: bool = False, progress: Progress = silent
) -> Printed:
    """Print records as their kinds' forms, each beginning on a front page.

    Drafts bear the mark 草稿, withdrawn records 作废. The date inside the file is that of the latest change, so the same records give the same
    bytes. A full print is written down in the journal.

    Args:
        home: an open home.
        uids: uids or numbers, in the order of the print.
        to: the PDF; replaced in one step.
        full: telephone numbers and sensitive pictures are printed in full.
        progress: counts sheets.

    Raises:
        Problem: `NO_SUCH_RECORD`, `NO_PAPER`, `MEDIUM_…`, `FONT_UNREADABLE`.
    """
    from studio_desk.press.printing import render

    sight = Sight(home, full=full)
    found = [home.journal.find(uid) for uid in uids]
    sheets = [sheet for uid in found for sheet in _sheets(uid, sight)]
    if not sheets:
        raise Problem("NOTHING_TO_PRINT", say("没有选记录。"), say("请至少选一条记录。"))
    latest = max(str(sight.record(uid)["updated_at"]) for uid in found)
    title = sight.title(found[0]) if len(found) == 1 else f"{sight.title(found[0])}等{len(found)}件"
    printed = render(sheets, to, when=date.fromisoformat(latest[:10]), title=title, author=home.name, progress=progress)
    if full:
        home.journal.note(FULL_PRINT, {"records": found, "file": to.name})
    return printed


def print_form(home: Home, name: str, to: Path, blank: bool = True) -> Printed:
    """Print a form to be filled by hand.

    Args:
        home: gives the name of the body that prints.
        name: key or title, see `forms.forms`.
        to: the PDF.
        blank: nothing but that name is filled in; else the archive figures of the settings too.

    Raises:
        Problem: `UNKNOWN_FORM`; `FORM_NEEDS_RECORD` when only a record can fill it; `MEDIUM_…`.
    """
    from studio_desk.press.printing import render

    chosen = form(name)
    if chosen.kind and not blank:
        raise Problem(
            "FORM_NEEDS_RECORD",
            say("“{title}”要由一条记录来填。", title=say(chosen.title)),
            say("请写记录的编号来打印；要空白表，请加 --blank。"),
        )
    fonds = Fonds.of(home, home.name)
    label = Label(fonds_name=home.name) if blank else Label(fonds.number, fonds.name, unit=fonds.unit)
    return render(chosen.sheets(label), to, when=FORM_DATE, title=chosen.title, author=home.name)


def _sheets(uid: str, sight: Sight) -> list[Sheet]:
    """A record's pages; those of a draft or of a withdrawn record say so."""
    kind, record = sight.model(uid)
    made = kind.sheets(record, sight)
    if not made:
        raise Problem(
            "NO_PAPER",
            say("“{title}”没有打印的表格。", title=say(kind.title)),
            say("可以在列表里复制到 Excel 再打印。"),
        )
    draft = record.state in kind.life.drafts
    void = record.state == VOID
    first, *rest = [replace(sheet, draft=sheet.draft or draft, void=void) for sheet in made]
    return [replace(first, recto=True), *rest]
