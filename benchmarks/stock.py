"""Stations of any size with realistic Chinese records, made from a seed: the same size gives the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from studio_desk.exchange import tables
from studio_desk.kernel import ids
from studio_desk.kernel.canon import digest
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from studio_desk.store.ops import FORMAT, GENESIS, Op, body_line
from studio_desk.story import names

SEED = 20230604
STATION, DISTRICT = "SQ", names.DISTRICT[0]
PASSPHRASE = "bench-2026-qingxi"  # of fictional data
RARE = "䶮"
"""A character of the fixture's rare names that stands in one record of a thousand."""
CORRECTED = 10
"""One op in so many changes the record before."""

OpLine = tuple[str, str]
"""An op line and its body line."""


def new_home(folder: Path, role: str = "station") -> Home:
    """An empty home, with the tables of the exchange."""
    assert tables.trust is not None
    code = STATION if role == "station" else DISTRICT
    return Home.create(
        folder, role=role, code=code, name=f"{code}联络站", shapes=KINDS, passphrase=PASSPHRASE, use_keyring=False
    )


def entry(chance: random.Random, number: int) -> dict[str, object]:
    """Values of one 民情日志, as a clerk would type them; about 300 characters."""
    category, subject, told, answer, step, _ = chance.choice(names.MATTERS)
    name = chance.choice(names.SURNAMES) + chance.choice(names.GIVEN) + chance.choice(names.GIVEN)
    if number % 1000 == 7:
        name = f"李{RARE}"
    told = told.format(n=chance.randint(3, 90), m=chance.randint(20, 400))
    return {
        "way": chance.choice(("走访", "接待(来访)", "来电")),
        "day": f"{2021 + number % 5}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        "place": chance.choice(chance.choice(names.PLACES).villages),
        "members": [f"00000000-0000-7000-9000-{chance.randrange(22):012d}"],
        "recorder": "何小兰",
        "subject": subject,
        "category": category,
        "persons": [{"name": name, "sex": "男", "age": chance.randint(20, 90), "phone": f"139{number:08d}"[:11]}],
        "content": f"{name}{told}{chance.choice(names.SPEECHES)}",
        "answer": answer.format(n=3, m=5),
        "next_step": step,
        "studio": "00000000-0000-7000-8000-000000000001",
    }


def ops(number: int, dev: str = f"{STATION}-1", station: str = STATION) -> Iterator[OpLine]:
    """The first `number` ops of a chain: new entries, every tenth op a correction of the one before."""
    chance = random.Random(SEED)
    ids.seed_ids(SEED)
    seq, prev, values, last = 0, GENESIS, {}, ""
    try:
        while seq < number:
            seq += 1
            correct = seq % CORRECTED == 0
            if correct:
                values, base, type_ = {**values, "next_step": "已回访,群众满意。"}, (last,), "record.correct"
            else:
                common = {"uid": ids.new_uid(), "code": f"{station}-MQ-2026-{seq:06d}", "station": station}
                common |= {"state": "已登记", "source": "手工", "created_at": f"2026-01-01T09:00:{seq % 60:02d}+08:00"}
                values, base, type_ = {**entry(chance, seq), **common, "created_by": "何小兰"}, (), "record.save"
            line = body_line(values, kind="journal_entry", by="何小兰", reason="补记" if correct else "")
            t = f"2026-01-01T09:00:{seq % 60:02d}+08:00"
            size = len(line.encode())
            op = Op(FORMAT, dev, seq, prev, t, type_, str(values["uid"]), base, digest(line), size)
            prev = last = op.digest
            yield op.line, line
    finally:
        ids.seed_ids(None)


def records(number: int) -> int:
    """How many records the first `number` ops make."""
    return number - number // CORRECTED


@cache
def stocked(folder: Path, number: int) -> Home:
    """A station that holds `number` ops of its own; made once a run and left open."""
    home = new_home(folder / f"station-{number}")
    home.journal.apply(list(ops(number, home.device)))
    return home


def rows(home: Home) -> Iterator[dict[str, Any]]:
    """Every 民情日志 of a home, as its columns."""
    with home.file.read() as c:
        uids = c.exec_driver_sql("SELECT uid FROM journal_entry").scalars().all()
    yield from (home.journal.record(uid) for uid in uids)
