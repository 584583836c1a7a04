"""The explicit list of screens, in the order of the navigation; a newcomer adds one line."""

from __future__ import annotations

from studio_desk.desk.actions import Screen
from studio_desk.desk.screens import (
    assign,
    backup,
    binder,
    conflicts,
    custody,
    duplicates,
    handover,
    help,  # noqa: A004 - the page is called so
    history,
    inbox,
    ledger,
    lists,
    network,
    preview,
    receipts,
    record,
    search,
    settings,
    stations,
    today,
    trust,
)

SCREENS: tuple[Screen, ...] = (
    today.SCREEN,
    *ledger.SCREENS,
    handover.SCREEN,
    custody.SCREEN,
    network.SCREEN,
    inbox.SCREEN,
    stations.SCREEN,
    conflicts.SCREEN,
    duplicates.SCREEN,
    receipts.SCREEN,
    assign.SCREEN,
    lists.SCREEN,
    binder.SCREEN,
    preview.SCREEN,
    backup.SCREEN,
    trust.SCREEN,
    settings.SCREEN,
    help.SCREEN,
    search.SCREEN,
    record.SCREEN,
    history.SCREEN,
)
"""Every screen; those with `listed=False` are reached from others."""


def screens(role: str) -> tuple[Screen, ...]:
    """The screens of a station's or a district's desk."""
    return tuple(screen for screen in SCREENS if role in screen.roles)
