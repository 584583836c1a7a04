"""Words and icons that several screens show alike: kinds, custody words, groups of the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.custody import Word

KIND_ICONS = {
    "office": "building-bank",
    "station": "building-community",
    "studio": "building",
    "member": "user",
    "group": "users-group",
    "contact_point": "map-pin",
    "person": "users",
    "household": "home-heart",
    "journal_entry": "notebook",
    "case": "list-check",
    "activity": "calendar-event",
    "minutes": "file-text",
    "suggestion": "bulb",
    "task": "flag",
    "attachment": "paperclip",
}
"""Icons by key of the kind; a newcomer without a line here gets a page."""

CUSTODY_ICONS: dict[Word, tuple[str, str]] = {
    "draft": ("pencil", "faint"),
    "final": ("check", "text"),
    "packed": ("package-export", "accent"),
    "received": ("circle-check", "good"),
    "returned": ("arrow-back-up", "error"),
    "conflict": ("alert-triangle", "warning"),
}
"""Icon and colour name of each custody word; the word itself always stands beside them."""


def kind_icon(key: str) -> str:
    """The icon of a kind."""
    return KIND_ICONS.get(key, "file-text")


def custody_word(word: Word) -> str:
    """A custody word in the language in force."""
    return {
        "draft": say("未完成"),
        "final": say("待送"),
        "packed": say("已送出"),
        "received": say("区里已收"),
        "returned": say("被退回"),
        "conflict": say("有冲突"),
    }[word]


def change_sign(sort: str) -> tuple[str, str, str]:
    """Word, icon and colour of one sort of what a bundle changes (`exchange.changes`)."""
    return {
        "epoch": (say("区级恢复"), "alert-triangle", "warning"),
        "confirmed": (say("确认"), "circle-check", "good"),
        "unconfirmed": (say("要重报"), "alert-triangle", "warning"),
        "returned": (say("退回"), "arrow-back-up", "error"),
        "task": (say("任务"), "flag", "warning"),
        "conflict": (say("冲突"), "git-merge", "warning"),
        "comment": (say("批注"), "news", "text"),
        "record": (say("区里改动"), "pencil", "text"),
        "erased": (say("依法删除"), "lock", "text"),
        "vocabulary": (say("词表"), "list-details", "text"),
        "rules": (say("口径"), "file-text", "text"),
        "scheme": (say("方案"), "list-check", "text"),
        "calendar": (say("日历"), "calendar-event", "text"),
        "defaults": (say("预填"), "pencil", "text"),
        "trust": (say("信任名单"), "certificate", "text"),
    }.get(sort, (sort, "info-circle", "text"))


def named(left: str, right: str) -> str:
    """A word and what it says, with the colon of the language in force."""
    return say("{left}：{right}", left=left, right=right)


def daily() -> str:
    """Heading of the navigation."""
    return say("日常")


def papers() -> str:
    """Heading of the navigation."""
    return say("台账")


def bodies() -> str:
    """Heading of the navigation."""
    return say("机构和人员")


def exchange() -> str:
    """Heading of the navigation."""
    return say("报送")


def desk() -> str:
    """Heading of the navigation."""
    return say("本机")
