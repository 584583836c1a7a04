"""A small kind and fresh homes for tests of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import pytest
from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long
from studio_desk.record.kind import VOID, Kind, Life, Move, Part, Record
from studio_desk.store.home import Home

PASSPHRASE = "青溪-2026-石桥"


class Step(Part):
    day: Annotated[Day, Ask("日期")] = ""
    what: Annotated[Long, Ask("内容")] = ""


class Slip(Record, table=True):
    __tablename__ = "slip"
    day: Annotated[Day, Ask("日期", listed=True)] = Field(min_length=1)
    title: Annotated[Line, Ask("题名", listed=True, search=True)] = Field(min_length=1)
    note: Annotated[Long, Ask("说明", search=True)] = ""
    steps: Annotated[list[Step], Ask("步骤")] = Field(default_factory=list, sa_type=JSON)
    urgent: Annotated[bool, Ask("急")] = False


LIFE = Life(
    ("草稿", "已登记", "已办结"),
    (
        Move("草稿", "已登记", "登记"),
        Move("已登记", "已办结", "办结", reason=True),
        Move("*", VOID, "作废", reason=True),
    ),
    drafts=("草稿",),
    closed=("已办结",),
)
SLIP = Kind("slip", "便条", "BT", Slip, LIFE, "title", "day", searched=("steps",), same="同一件事")


@pytest.fixture(scope="session")
def slip() -> Kind:
    return SLIP


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    homes: list[Home] = []

    def make(name: str = "SQ", role: str = "station") -> Home:
        home = Home.create(
            tmp_path / name,
            role=role,
            code=name,
            name=f"{name}联络站",
            shapes=(SLIP,),
            passphrase=PASSPHRASE,
            use_keyring=False,
        )
        homes.append(home)
        return home

    yield make
    for home in homes:
        home.close()


def chain(home: Home, dev: str, first: int = 1, last: int | None = None) -> list[tuple[str, str | None]]:
    """Ops of a chain as they would come out of a bundle."""
    return [(line, body) for _, line, body in home.journal.ops(dev, first, last)]
