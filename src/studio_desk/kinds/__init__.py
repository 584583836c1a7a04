"""The record types: the explicit list, and a kind by its key."""

from __future__ import annotations

import difflib

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.kinds import (
    activity,
    attachment,
    case,
    contact_point,
    group,
    household,
    journal_entry,
    member,
    minutes,
    office,
    person,
    station,
    studio,
    suggestion,
    task,
)
from studio_desk.record.kind import Kind

KINDS: tuple[Kind, ...] = (
    office.KIND,
    station.KIND,
    studio.KIND,
    member.KIND,
    group.KIND,
    contact_point.KIND,
    person.KIND,
    household.KIND,
    journal_entry.KIND,
    case.KIND,
    activity.KIND,
    minutes.KIND,
    suggestion.KIND,
    task.KIND,
    attachment.KIND,
)
"""Every record type, in the order of the navigation; a newcomer adds one line."""

_BY_KEY = {kind.key: kind for kind in KINDS}


def kind(key: str) -> Kind:
    """The record type called `key`.

    Raises:
        Problem: UNKNOWN_KIND, naming the type that looks most like it.
    """
    if found := _BY_KEY.get(key):
        return found
    names = {name: one.key for one in KINDS for name in (one.key, one.title)}
    near = names[difflib.get_close_matches(key, names, n=1, cutoff=0)[0]]
    raise Problem(
        "UNKNOWN_KIND",
        say("没有“{key}”这种记录。", key=key[:60]),
        say("最接近的是“{near}”（{title}）。", near=near, title=say(_BY_KEY[near].title)),
    )
