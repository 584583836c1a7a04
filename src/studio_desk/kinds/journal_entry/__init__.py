"""民情日志, the people's-concerns journal."""

from __future__ import annotations

from studio_desk.kinds.journal_entry.model import JournalEntry
from studio_desk.kinds.journal_entry.printed import sheets
from studio_desk.kinds.journal_entry.rules import LIFE, check, duties
from studio_desk.record.kind import Kind

KIND = Kind(
    key="journal_entry",
    title="民情日志",
    prefix="MQ",
    model=JournalEntry,
    life=LIFE,
    name="subject",
    day="day",
    check=check,
    duties=duties,
    sheets=sheets,
    retention="30年",
    searched=("persons", "appeals"),
)
