"""One record: its form, its buttons, its files, its history, what names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import signs, theme
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.flow import flowing
from studio_desk.desk.form import drafts
from studio_desk.desk.form.attachments import Attachments, owner_word
from studio_desk.desk.form.form import Form
from studio_desk.desk.form.history import HistoryTree, remark_of_others
from studio_desk.desk.form.linked import Linked
from studio_desk.desk.form.quick_new import make_new
from studio_desk.desk.form.related import Related
from studio_desk.desk.form.sitting import Sitting
from studio_desk.desk.form.start import like
from studio_desk.exchange import remarks
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series
from studio_desk.record.kind import VOID, Kind
from studio_desk.store import custody
from studio_desk.tally import duplicates

if TYPE_CHECKING:
    from studio_desk.store.journal import Changes
    from studio_desk.tally.duplicates import Suggestion

BUTTONS_SHOWN = 2
"""Steps of a life cycle that have a button of their own; the others stand in a menu."""
NO_SHEETS = Kind.__dataclass_fields__["sheets"].default


class RecordPage(Page):
    """The page of whatever record is open; a form is made once per kind."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._sittings: dict[str, Sitting] = {}
        self.sitting: Sitting | None = None
        self._twin: Suggestion | None = None
        self.title = QLabel()
        self.title.setObjectName("title")
        self.title.setWordWrap(True)
        self.signs = QLabel()
        self.signs.setTextFormat(Qt.TextFormat.RichText)
        self.save = push("device-floppy", say("保存"), self._save, keys="Ctrl+S", main=True)
        self.steps = [push("arrow-right", "", self._nothing) for _ in range(BUTTONS_SHOWN)]
        self.more_steps = QPushButton(say("更多步骤"))
        self.more_steps.setMenu(QMenu(self.more_steps))
        self.print = push("printer", say("打印"), self._print, keys="Ctrl+P")
        self.again = push("copy", say("照这条新建"), self._again, keys="Ctrl+Shift+N")
        self.void = push("ban", say("作废"), self._void)
        self.all_history = push("history", say("历史"), self._history)
        self.remark = push("news", say("批注"), self._remark)
        buttons = flowing(
            self.save, *self.steps, self.more_steps, self.print, self.again, self.remark, self.all_history, self.void
        )
        self._make_banner()
        self.linked = Linked(desk)
        self.linked.hide()
        self.forms = QStackedWidget()
        self.attachments = Attachments(desk)
        self.attachments.wanted.connect(self._bring)
        self.history = HistoryTree(desk)
        self.related = Related(desk)
        self.related.counted.connect(self._count_related)
        self.beside = QTabWidget()
        self.beside.addTab(self.attachments, say("附件"))
        self.beside.addTab(self.related, say("相关"))
        self.beside.addTab(self.history, say("历史"))
        self.beside.currentChanged.connect(lambda _: self._fill_beside())
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.forms)
        self.split.addWidget(self.beside)
        self.split.setStretchFactor(0, 1)
        side = self.fontMetrics().height() * 15
        self.split.setSizes([1100 - side, side])
        self._lay(buttons)

    def _make_banner(self) -> None:
        self.banner = QFrame()
        self.banner.setProperty("card", "true")
        self._banner_text = QLabel()
        self._banner_text.setWordWrap(True)
        self._banner_button = QPushButton()
        inside = QHBoxLayout(self.banner)
        inside.addWidget(self._banner_text, 1)
        inside.addWidget(self._banner_button)
        self._banner_act: Callable[[], None] = self._nothing
        self._banner_button.clicked.connect(self._act)

    def _act(self) -> None:
        self._banner_act()

    def _lay(self, buttons: QWidget) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 10, 14, 10)
        box.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.signs)
        box.addLayout(head)
        box.addWidget(buttons)
        box.addWidget(self.banner)
        box.addWidget(self.linked)
        box.addWidget(self.split, 1)
        wanted = {"Ctrl+Return": self._next_needed, "Ctrl+Enter": self._next_needed, "Alt+R": self._offer_related}
        for keys, act in wanted.items():
            QShortcut(QKeySequence(keys), self, act, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _nothing(self) -> None:
        """A button without a task yet."""

    # --- coming and going ----------------------------------------------------------------------------------------

    def arrive(
        self, uid: str = "", kind: str = "", values: Mapping[str, Any] | None = None, draft: str = "", **args: Any
    ) -> None:
        """Open a record, a new one of a kind, or a half-typed form."""
        del args
        try:
            if draft:
                kept = drafts.of(self._desk.home, draft)
                if kept is None:
                    self._desk.back()
                    return
                sitting = self._take(kept.kind)
                if kept.new:
                    sitting.resume(kept)
                else:
                    sitting.read(draft)
            elif uid:
                sitting = self._take(self._desk.journal.record(uid)["kind"])
                sitting.read(uid)
            else:
                sitting = self._take(kind)
                sitting.begin(values or {})
        except Problem as problem:
            self._desk.refuse(problem)
            return
        self.beside.setTabText(1, say("相关"))
        self.beside.setCurrentIndex(0 if owner_word(sitting.kind.key) else 1)
        self._fill_beside()
        if sitting.row is None or sitting.recovered:
            sitting.form.go_to_first()
        else:
            self.save.setFocus()

    def refresh(self, changes: Changes) -> None:
        """The record, or something that names it, changed."""
        sitting = self.sitting
        if sitting is None:
            return
        if sitting.uid in changes.records:
            self._desk.attempt(sitting.read_again)
        self._fill_beside()

    def leave(self) -> None:
        """What is half typed stays for later."""
        if self.sitting is not None and self.sitting.dirty:
            self.sitting.keep()
            self._desk.tell(say("没存的内容已经留着，下次打开接着写。"))

    def keep(self) -> None:
        """What is half typed goes to the disk."""
        if self.sitting is not None:
            self.sitting.keep()

    def stands_under(self) -> str:
        """The ledger of its kind."""
        return f"ledger.{self.sitting.kind.key}" if self.sitting else ""

    def _take(self, key: str) -> Sitting:
        kind = self._desk.kind(key)
        if kind.key not in self._sittings:
            form = Form(self._desk, kind, make_new(self._desk, self))
            sitting = Sitting(self._desk, form)
            sitting.moved_on.connect(self._show_state)
            sitting.typed.connect(self._show_state)
            form.left.connect(self._look_for_twins)
            self.forms.addWidget(form)
            self._sittings[kind.key] = sitting
        self.sitting, self._twin = self._sittings[kind.key], None
        self.forms.setCurrentWidget(self.sitting.form)
        return self.sitting

    # --- what is shown -------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        sitting = self.sitting
        if sitting is None:
            return
        kind, row = sitting.kind, sitting.row
        name = say(kind.title)
        self.title.setText(f"{name} {row['code']}" if row else say("新建{kind}", kind=name))
        self.signs.setText(self._signs(sitting))
        locked = bool(sitting.locked)
        self.save.setEnabled(not locked)
        self._show_steps(sitting)
        self.print.setVisible(kind.sheets is not NO_SHEETS)
        may_void = row is not None and kind.may_step(row, VOID, self._desk.role)
        self.void.setEnabled(may_void and not locked)
        self.all_history.setEnabled(row is not None)
        self.remark.setEnabled(row is not None)
        self.beside.setTabVisible(0, bool(owner_word(kind.key)))
        if row is None or not kind.same:
            self.linked.hide()
        self._show_banner(sitting)

    def _signs(self, sitting: Sitting) -> str:
        parts = [say("状态：{state}", state=say(sitting.state))]
        if sitting.row is not None:
            word = custody.words(self._desk.home, [sitting.uid]).get(sitting.uid)
            sent = custody.departure(self._desk.home, sitting.uid)
            self.signs.setToolTip(_left(sent) if sent is not None else "")
            if word:
                _, colour = signs.CUSTODY_ICONS[word]
                shade = theme.colour(colour).name()
                told = signs.custody_word(word)
                if sent is not None:
                    told = say("{word}，{day}", word=told, day=sent.at[:10]) if word == "packed" else told
                parts.append(f'<span style="color:{shade}">● {told}</span>')
            if sitting.row.get("entered_late"):
                parts.append(say("补录"))
        parts.append(say("有没存的改动") if sitting.dirty else "")
        return " &nbsp; ".join(filter(None, parts))

    def _show_steps(self, sitting: Sitting) -> None:
        moves = sitting.moves()
        for number, button in enumerate(self.steps):
            button.setVisible(number < len(moves))
            if number < len(moves):
                move = moves[number]
                button.setText(say(move.label))
                button.setToolTip(say("转到“{state}”", state=say(move.end)))
                button.clicked.disconnect()
                button.clicked.connect(lambda _=False, move=move: sitting.move(move))
        menu = self.more_steps.menu()
        menu.clear()
        for move in moves[BUTTONS_SHOWN:]:
            action = menu.addAction(say("{label}（转到“{state}”）", label=say(move.label), state=say(move.end)))
            action.triggered.connect(lambda _=False, move=move: sitting.move(move))
        self.more_steps.setVisible(len(moves) > BUTTONS_SHOWN)

    def _show_banner(self, sitting: Sitting) -> None:
        if sitting.recovered and sitting.dirty:
            at = sitting.recovered[:16].replace("T", " ")
            self._say(say("上次没有存完（{at}），写的都在下面。", at=at), say("不要了"), self._give_up)
        elif sitting.row is not None and sitting.row.get("conflict"):
            self._say(sitting.locked, say("去选定"), lambda: self._desk.go("conflicts", uid=sitting.uid))
        elif sitting.locked:
            self._say(sitting.locked, "", self._nothing)
        elif remark := self._returned(sitting):
            self._say(say("被区里退回：{reason}", reason=remark), "", self._nothing)
        elif self._twin is not None and sitting.row is None:
            twin = self._twin
            self._say(
                say(
                    "可能已经登记过：{code} {title}（{why}）。",
                    code=twin.one.code,
                    title=twin.one.title,
                    why=series(twin.reasons),
                ),
                say("去看看"),
                lambda: self._desk.open_record(twin.one.uid),
            )
        elif told := remark_of_others(self._desk, sitting.uid if sitting.row else ""):
            self._say(told, say("回一句"), self._remark)
        else:
            self.banner.hide()

    def _look_for_twins(self) -> None:
        """While somebody new is entered: whether somebody like that is there already."""
        sitting = self.sitting
        if sitting is None or sitting.row is not None or self._desk.busy or sitting.kind.key not in duplicates.KINDS:
            return
        found = duplicates.alike(self._desk.home, sitting.kind.key, {**sitting.form.values(), "uid": sitting.uid})
        twin = found[0] if found else None
        if twin != self._twin:
            self._twin = twin
            self._show_banner(sitting)

    def _say(self, text: str, button: str, act: Callable[[], None]) -> None:
        self._banner_text.setText(text)
        self._banner_button.setText(button)
        self._banner_button.setVisible(bool(button))
        self._banner_act = act
        self.banner.show()  # only here: showing moves the form at once, and a list of suggestions with it

    def _returned(self, sitting: Sitting) -> str:
        if sitting.row is None or custody.words(self._desk.home, [sitting.uid]).get(sitting.uid) != "returned":
            return ""
        remarks = [r.reason for r in self._desk.journal.history(sitting.uid) if r.type == "record.return"]
        return remarks[-1] if remarks else ""

    def _count_related(self, number: int) -> None:
        self.beside.setTabText(1, say("相关（{n}）", n=number) if number else say("相关"))

    def _fill_beside(self) -> None:
        sitting = self.sitting
        if sitting is None or self._desk.busy:
            return
        shown = self.beside.currentWidget()
        saved = sitting.row is not None
        self.linked.put(sitting.kind, sitting.uid, saved=saved, locked=bool(sitting.locked))
        if shown is self.attachments:
            count = self.attachments.put(sitting.kind.key, sitting.uid, saved=saved, locked=bool(sitting.locked))
            self.beside.setTabText(0, say("附件（{n}）", n=count) if count else say("附件"))
        elif shown is self.related:
            row = {"kind": sitting.kind.key, **(sitting.row or {})}
            self.related.put(row)
        else:
            self.history.put(sitting.uid if saved else "")
        self.beside.setMinimumWidth(self.beside.tabBar().sizeHint().width() + 4)

    # --- what is done --------------------------------------------------------------------------------------------

    def _save(self) -> None:
        if self.sitting is not None:
            self.sitting.save(self._stand_for_saved)

    def _stand_for_saved(self) -> None:
        if self.sitting is not None and self._desk.window is not None:
            self._desk.window.replace_place("record", uid=self.sitting.uid)
        self._fill_beside()

    def _give_up(self) -> None:
        if self.sitting is None:
            return
        self.sitting.give_up()
        if self.sitting.row is None:
            self._desk.back()

    def _void(self) -> None:
        if self.sitting is not None:
            self.sitting.void()

    def _remark(self) -> None:
        """A remark that asks for no change."""
        sitting = self.sitting
        if sitting is not None and sitting.row is not None:
            self._desk.ask_reason(
                say("批注"),
                say("不改内容，只留一句话；随下一次交接带给对方。"),
                lambda text: self._keep_remark(sitting.uid, text),
            )

    def _keep_remark(self, uid: str, text: str) -> None:
        if self._desk.attempt(remarks.comment, self._desk.home, uid, text) is not None:
            self._desk.tell(say("已记下，随下一次交接带给对方。"))
            self._fill_beside()

    def _history(self) -> None:
        if self.sitting is not None:
            self._desk.go("history", uid=self.sitting.uid)

    def _again(self) -> None:
        """照上一条新建: from a new form after the last record entered, else after this one."""
        sitting = self.sitting
        if sitting is not None:
            values = self._desk.attempt(like, self._desk, sitting.kind, sitting.row)
            if values is not None:
                self._desk.new_record(sitting.kind.key, values)

    def _print(self) -> None:
        sitting = self.sitting
        if sitting is None or not self.print.isVisible():
            return
        if sitting.dirty or sitting.row is None:
            sitting.save(self._print_saved)
        else:
            self._print_saved()

    def _print_saved(self) -> None:
        sitting = self.sitting
        if sitting is None:
            return
        self._stand_for_saved()
        row = sitting.row or {}
        record = sitting.kind.read({n: v for n, v in row.items() if n in sitting.kind.model.model_fields})
        sheets = self._desk.attempt(sitting.kind.sheets, record, self._desk.look)
        if sheets:
            self._desk.print_sheets(f"{say(sitting.kind.title)} {row.get('code', '')}", sheets)

    def _bring(self, sources: list[Any]) -> None:
        sitting = self.sitting
        if sitting is None:
            return
        if sitting.row is None:
            sitting.save(lambda: self._bring_saved(sources))
        else:
            self.attachments.bring(sources)

    def _bring_saved(self, sources: list[Any]) -> None:
        self._stand_for_saved()
        self.attachments.bring(sources)

    def _offer_related(self) -> None:
        """Alt+R: make another record from this one."""
        self.beside.setCurrentWidget(self.related)
        self.related.offer()

    def _next_needed(self) -> None:
        """Ctrl+Enter: the next field that is needed and empty, or the save button."""
        sitting = self.sitting
        if sitting is None:
            return
        for name, cell in sitting.form.cells.items():
            if cell.editor.field.required and cell.editor.value() in ("", [], None):
                sitting.form.go_to(name)
                return
        self.save.setFocus()


def _left(sent: custody.Departure) -> str:
    """How a record last left the house."""
    at = sent.at[:16].replace("T", " ")
    return say("{at}由{by}送出（{medium}），文件{file}。", at=at, by=sent.by or "—", medium=sent.medium, file=sent.file)


SCREEN = Screen("record", lambda: say("记录"), "file-text", RecordPage, listed=False)
