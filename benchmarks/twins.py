"""Likely duplicates among many citizens against comparing everyone with everyone, and the hint while a form is filled in."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks import stock
from benchmarks.race import Goal, Lane, Page, exponent, race
from studio_desk.kernel import ids
from studio_desk.kernel.canon import digest
from studio_desk.store.ops import FORMAT, GENESIS, Op, body_line
from studio_desk.story import names
from studio_desk.tally import duplicates

OURS, NAIVE, HINT = "duplicates (ours)", "every pair (naive)", "alike: the hint in a form (ours)"
TWINS = 50
"""One citizen in so many is entered a second time, with another character of the same sound."""


def measure(folder: Path, *, quick: bool) -> Page:
    """All suggestions of a station of some size."""
    page = Page(
        "duplicates",
        "Likely duplicates",
        "Ours: `tally.duplicates.duplicates`: every citizen read, names folded and read aloud, compared within blocks of equal keys."
        " Naive and oracle: every pair judged by the same rules (1,000 citizens only); the same pairs must come out. Hint: what a"
        " form asks when a name has been typed.",
        head=("what", "citizens", "CPU ms", "wall ms", "found"),
    )
    costs: list[tuple[int, float]] = []
    for number in (1_000, 4_000) if quick else (1_000, 10_000, 100_000):
        home = stocked(folder, number)
        found = duplicates.duplicates(home)
        lanes = [Lane(OURS, lambda h=home: duplicates.duplicates(h)), Lane(HINT, lambda h=home: hint(h))]
        if number == 1_000:
            assert {(s.one.uid, s.other.uid) for s in found} == every_pair(home)
            lanes.append(Lane(NAIVE, lambda h=home: every_pair(h)))
        taken = race(lanes, 3, warm=False)
        for name, one in taken.items():
            told = f"{len(hint(home) if name == HINT else found):,}"
            page.rows.append((name, f"{number:,}", f"{one.cpu * 1e3:.1f}", f"{one.wall * 1e3:.1f}", told))
        costs.append((number, taken[OURS].cpu))
        page.goals.append(Goal(f"the hint at {number:,}", taken[HINT].cpu * 1e3, 50, "ms"))
        home.close()
    page.goals.append(Goal("exponent of growth", exponent(costs), 1.2, ""))
    page.remarks.append(f"Growth: n^{exponent(costs):.2f}.")
    return page


def stocked(folder: Path, number: int) -> Any:
    """A station with so many citizens, one in `TWINS` of them twice."""
    home = stock.new_home(folder / f"people-{number}")
    chance, prev, before = random.Random(stock.SEED), GENESIS, dict[str, object]()
    ids.seed_ids(stock.SEED)
    lines = []
    for seq in range(1, number + 1):
        given = chance.choice(names.GIVEN) + chance.choice(names.GIVEN)
        values = {
            "name": chance.choice(names.SURNAMES) + given,
            "sex": chance.choice("男女"),
            "birth": f"{chance.randint(1930, 2010)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
            "address": f"{chance.choice(names.PLACES[0].villages)}{chance.randint(1, number)}号",
            "phone": f"139{chance.randrange(10**8):08d}",
        }
        if seq % TWINS == 0:
            values = {**before, "name": str(before["name"])[:-1] + "华"}
        before = values
        common = {
            "uid": ids.new_uid(),
            "code": f"SQ-QZ-2026-{seq:06d}",
            "station": "SQ",
            "state": "在册",
            "source": "手工",
        }
        line = body_line({**values, **common}, kind="person", by="何小兰")
        t, rec = "2026-01-01T09:00:00+08:00", str(common["uid"])
        op = Op(FORMAT, home.device, seq, prev, t, "record.save", rec, (), digest(line), len(line.encode()))
        prev = op.digest
        lines.append((op.line, line))
    ids.seed_ids(None)
    home.journal.apply(lines)
    return home


def hint(home: Any) -> list[Any]:
    """What a form asks after name and telephone."""
    found = duplicates.alike(
        home, "person", {"uid": "new", "name": "王伟华", "phone": "13912345678", "birth": "1970-05-01"}
    )
    assert isinstance(found, list)
    return found


def every_pair(home: Any) -> set[tuple[str, str]]:
    """The pairs that the rules call likely, without blocks."""
    facts_of, rules_of, judge = duplicates._facts, duplicates._rules, duplicates._judge  # noqa: SLF001 - the oracle judges by the same rules
    with home.file.read() as c:
        facts = [facts_of("person", dict(row)) for row in c.exec_driver_sql("SELECT * FROM person").mappings()]
    rules, least = rules_of()
    return {
        (s.one.uid, s.other.uid)
        for one, other in combinations(facts, 2)
        if (s := judge("person", one, other, rules, least))
    }
