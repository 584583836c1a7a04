"""`print` and `forms`: paper as PDF/A-2u."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import table
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.press.outcome import Printed

BINDER = "binder"
"""The word after `print` that means the boxes of a year."""


def register(verbs: Verbs) -> None:
    """Announce `forms`, `print` and `seal`."""
    verbs.add("forms", say("可以打印的文书"), forms)
    parser = verbs.add("print", say("打印记录、空白表或一年的归档盒，存为 PDF"), print_)
    parser.add_argument(
        "what", metavar="UID|FORM|binder", nargs="+", help=say("记录的 uid 或编号，或文书名，或 binder")
    )
    parser.add_argument("--to", required=True, metavar="F", help=say("PDF 文件；binder 为文件夹"))
    parser.add_argument("--blank", action="store_true", help=say("印空白表，手写用"))
    parser.add_argument("--full", action="store_true", help=say("电话等不遮住；会记入日志"))
    parser.add_argument("--year", type=int, default=0, metavar="Y", help=say("binder：年度"))
    parser.add_argument("--retention", default="", metavar="R", help=say("binder：只印这个保管期限"))
    parser.add_argument("--station", default="", metavar="CODE", help=say("binder：哪个站的，不写则为本站"))
    parser = verbs.add("seal", say("一年归档完毕，件号从此不变"), seal)
    parser.add_argument("--year", type=int, required=True, metavar="Y", help=say("年度"))
    parser.add_argument("--accept-gaps", action="store_true", help=say("材料不齐也归档，缺什么印在备考表上"))


def forms(call: Call) -> Answer:
    """Every form that can be printed; each can be printed blank."""
    from studio_desk.binder import forms as known

    del call
    found = [{"key": one.key, "title": say(one.title), "kind": one.kind} for one in known()]
    head = (say("文书"), say("名称"), say("由哪种记录填"))
    return Answer({"forms": found}, table(head, [list(one.values()) for one in found]))


def print_(call: Call) -> Answer:
    """Records, a form, or the boxes of a year."""
    from studio_desk import binder

    what, to = call.args.what, Path(call.args.to)
    with call.home() as home:
        if what == [BINDER]:
            if not call.args.year:
                call.args.parser.error("the following arguments are required: --year")
            boxes = binder.print_binder(
                home,
                call.args.year,
                to,
                call.args.retention or None,
                call.progress,
                station=call.args.station,
                full=call.args.full,
            )
            more = {"items": boxes.items, "sealed": boxes.sealed, "waiting": boxes.waiting}
            return _answer(boxes.files, boxes.missing_glyphs, more)
        if call.args.blank or (len(what) == 1 and _is_form(what[0])):
            printed = binder.print_form(home, " ".join(what), to, call.args.blank)
        else:
            printed = binder.print_records(home, what, to, call.args.full, call.progress)
    return _answer([(to, printed.pages)], _missing(printed), {})


def seal(call: Call) -> Answer:
    """Give the items of a year their final numbers; run again later, it adds what has come since."""
    from studio_desk import binder

    with call.home() as home:
        binder.seal_year(home, call.args.year, accept_gaps=call.args.accept_gaps, progress=call.progress)
        found = binder.filing(home, call.args.year)
    data = {"year": call.args.year, "station": found.station, "items": len(found.items), "sealed": found.sealed}
    return Answer(data, say("{year}年度已归档，共{n}件。", year=call.args.year, n=len(found.items)))


def _answer(files: list[tuple[Path, int]], missing: list[dict[str, Any]], more: dict[str, Any]) -> Answer:
    found = [{"path": str(path), "pages": pages} for path, pages in files]
    lines = [say("{file}（{pages}页）", file=one["path"], pages=one["pages"]) for one in found]
    lines += [
        say("第{page}页“{sheet}”有印不出的字 {codepoint}。", page=m["page"], sheet=m["sheet"], codepoint=m["codepoint"])
        for m in missing
    ]
    return Answer({"files": found, "missing_glyphs": missing, **more}, "\n".join(lines))


def _missing(printed: Printed) -> list[dict[str, Any]]:
    return [asdict(one) for one in printed.missing]


def _is_form(word: str) -> bool:
    from studio_desk.binder.forms import form

    try:
        form(word)
    except Problem:
        return False
    return True
