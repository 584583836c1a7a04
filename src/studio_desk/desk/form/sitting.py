"""One record being worked on: read it, keep what is half typed, save, correct, move it on, withdraw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio_desk.desk.form import drafts
from studio_desk.desk.form.form import Form
from studio_desk.desk.form.start import first_values
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.record.kind import VOID, Move

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.store.journal import Written

KEEP_AFTER_MS = 2000
"""Pause in typing after which the half-typed form is kept; leaving a field keeps it at once."""


class Sitting(QObject):
    """One form and the record it stands for.

    Signals:
        moved_on: the record was read or saved anew.
        typed: something differs from what is saved, or no longer does.
    """

    moved_on = Signal()
    typed = Signal()

    def __init__(self, desk: Desk, form: Form) -> None:
        super().__init__(form)
        self._desk, self.form, self.kind = desk, form, form.kind
        self.uid = ""
        self.row: dict[str, Any] | None = None
        self.dirty = False
        self.recovered = ""
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(KEEP_AFTER_MS)
        self._keep.timeout.connect(self.keep)
        form.changed.connect(self._changed)
        form.left.connect(self.keep)
        form.keep_wanted.connect(self._keep_warning)

    # --- reading -------------------------------------------------------------------------------------------------

    def begin(self, values: Mapping[str, Any]) -> None:
        """A new record."""
        told = dict(values) if values.get("uid") else first_values(self._desk, self.kind, values)
        self._show(str(told["uid"]), None, told)

    def read(self, uid: str) -> None:
        """A record of the file, with what was typed and not saved since.

        Raises:
            Problem: `NO_SUCH_RECORD`.
        """
        row = self._desk.journal.record(uid)
        draft = drafts.of(self._desk.home, uid)
        if draft is None:
            self._show(uid, row, row)
            return
        self._show(uid, row, {**row, **draft.values}, at=draft.at)

    def resume(self, draft: drafts.Draft) -> None:
        """A half-typed form of a record that is not in the file yet."""
        self._show(draft.key, None, draft.values, at=draft.at)

    def read_again(self) -> None:
        """The record changed elsewhere: show it anew unless something is half typed."""
        if self.row is not None and not self.dirty:
            self.read(self.uid)

    def _show(self, uid: str, row: dict[str, Any] | None, values: Mapping[str, Any], *, at: str = "") -> None:
        self._keep.stop()
        self.uid, self.row, self.recovered, self.dirty = uid, row, at, bool(at)
        self.form.put({**values, "uid": uid}, whole=row is not None)
        self.form.lock(bool(self.locked))
        self.moved_on.emit()

    # --- what it is ----------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """Its state; the first one for a new record."""
        return str(self.row["state"]) if self.row else self.kind.life.first

    @property
    def locked(self) -> str:
        """Why nothing may be changed, `""` when it may."""
        row, home = self.row, self._desk.home
        if row is None:
            return ""
        if row["state"] == VOID:
            return say("已作废：{reason}", reason=row.get("void_reason") or "")
        if row.get("conflict"):
            return say("有不一致的内容，请先到“冲突”选定以哪一个为准。")
        if home.role == "station" and row["station"] not in {"", home.code}:
            return say("是{station}的记录，本站只能看。", station=row["station"])
        return ""

    @property
    def is_draft(self) -> bool:
        """Whether it may be changed without giving a reason."""
        return self.row is None or self.state in self.kind.life.drafts

    def moves(self) -> list[Move]:
        """The steps open to it now, withdrawing left out."""
        if self.locked:
            return []
        values, role = self.row or {"state": self.state}, self._desk.role
        found = [move for move in self.kind.life.moves_from(self.state) if move.end != VOID]
        return [move for move in found if self.kind.may_step(values, move.end, role)]

    # --- keeping what is half typed ------------------------------------------------------------------------------

    def _changed(self) -> None:
        self.dirty = True
        self._keep.start()
        self.typed.emit()

    def keep(self) -> None:
        """Keep the half-typed form, durable, for this record only."""
        self._keep.stop()
        if not self.dirty or self.locked:
            return
        if self._desk.busy:
            self._keep.start()
            return
        base = str(self.row["rev"]) if self.row else ""
        self._desk.attempt(
            drafts.keep,
            self._desk.home,
            self.uid,
            self.kind.key,
            self.form.values(),
            new=self.row is None,
            title=self.form.title,
            base=base,
        )

    def give_up(self) -> None:
        """Forget what was typed and not saved."""
        self._keep.stop()
        self.dirty = False
        drafts.drop(self._desk.home, self.uid)
        if self.row is not None:
            self.read(self.uid)

    def _keep_warning(self, finding: Any) -> None:
        self._desk.ask_reason(say("保留这条提醒"), finding.sentence, lambda reason: self.form.keep(finding, reason))

    # --- saving --------------------------------------------------------------------------------------------------

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save; a record that is no draft asks for the reason first. `then()` when it was saved."""
        if self.locked:
            self._desk.tell(self.locked)
            return
        if self.row is not None and not self.dirty:
            self._desk.tell(say("存好了，没有新的改动。"))
            if then:
                then()
            return
        if not self._fits():
            return
        if self.is_draft:
            self._write("record.save", "", then)
        else:
            self._desk.ask_reason(
                say("更正"),
                say("这条记录已经登记，更正要写明原因。"),
                lambda reason: self._write("record.correct", reason, then),
            )

    def move(self, move: Move) -> None:
        """Take one step of the life cycle, with what was typed."""
        self.form.put_state(move.end)
        fits = self._fits()
        if not fits:
            self.form.put_state(self.state)
            return
        if move.reason:
            self._desk.ask_reason(
                say(move.label), say("“{label}”要写明原因。", label=say(move.label)), lambda r: self._move(move, r)
            ).rejected.connect(lambda: self.form.put_state(self.state))
        else:
            self._move(move, "")

    def void(self) -> None:
        """Withdraw the record; nothing is deleted."""
        self._desk.ask_reason(
            say("作废"), say("作废后这条记录不再计入，编号保留，内容仍可查看。请写明原因。"), self._void
        )

    def _fits(self) -> bool:
        self.form.settle()
        errors = self.form.show_all()
        if not errors:
            return True
        self.keep()
        first = errors[0]
        self.form.go_to(first.field)
        self._desk.tell(say("有{n}处要改：{sentence}", n=len(errors), sentence=first.sentence))
        return False

    def _write(self, type_: str, reason: str, then: Callable[[], None] | None) -> None:
        if (written := self._transact(lambda: self._put(type_, reason))) is not None:
            self._saved(written)
            if then:
                then()

    def _move(self, move: Move, reason: str) -> None:
        def act() -> Written:
            if self.row is None:
                self.form.put_state(self.kind.life.first)
                self._put("record.save", "")
            changes = {n: v for n, v in self.form.values().items() if n != "state"}
            return self._desk.journal.move(self.uid, move.end, reason, changes=changes)

        written = self._transact(act)
        if written is None:
            self.form.put_state(self.state)
        else:
            self._saved(written)

    def _void(self, reason: str) -> None:
        written = self._transact(lambda: self._desk.journal.void(self.uid, reason))
        if written is not None:
            self._saved(written)

    def _put(self, type_: str, reason: str) -> Written:
        values = self.form.values()
        if self.row is None:
            return self._desk.journal.write(self.kind.key, values)
        return self._desk.journal.write(
            self.kind.key, values, uid=self.uid, type=type_, reason=reason, base=str(self.row["rev"])
        )

    def _transact(self, act: Callable[[], Written]) -> Written | None:
        """Do it and forget the half-typed form in one transaction."""
        try:
            with self._desk.home.transaction():
                written = act()
                drafts.drop(self._desk.home, self.uid)
        except Problem as problem:
            self.form.show_all()
            self._desk.refuse(problem)
            return None
        return written

    def _saved(self, written: Written) -> None:
        self.dirty = False
        self.read(written.uid)
        self._desk.tell(say("存好了：{code}", code=written.code))
