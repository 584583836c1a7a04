"""Bring an older file up to today's core tables, one plain function a step; kinds' tables are rebuilt from the journal."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

STEPS: tuple[Callable[[Connection], None], ...] = ()
"""Step i turns a file of version i+1 into version i+2; `store.file.SCHEMA` is `len(STEPS) + 1`."""


def run(c: Connection, found: int) -> None:
    """Run the steps that a file of version `found` still lacks, inside the caller's transaction."""
    for step in STEPS[max(found, 1) - 1 :]:
        step(c)
    c.exec_driver_sql(f"PRAGMA user_version = {len(STEPS) + 1}")
