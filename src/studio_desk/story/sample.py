"""Fill a station with a year of fictional work by the recipe of domain.md 6: same seed, same records."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from studio_desk.kernel import clock, ids
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store import blobs
from studio_desk.store.home import Home
from studio_desk.story import meetings, names, people, year
from studio_desk.story.names import Place
from studio_desk.story.photos import photo

SEED = 20230604


@dataclass(frozen=True)
class Size:
    """How much work a sample station holds."""

    journal: int = 180
    cases: int = 45
    activities: int = 30
    suggestions: int = 40
    photos: int = 60

    def smaller(self, share: int) -> Size:
        """The same recipe, one part in `share`."""
        return Size(
            *(max(2, n // share) for n in (self.journal, self.cases, self.activities, self.suggestions, self.photos))
        )


DEMO = Size()


@contextmanager
def pinned(seed: int, moment: datetime) -> Iterator[Callable[[datetime], None]]:
    """Run with repeatable ids and a clock that the caller moves on; both go back afterwards."""
    now = [moment]

    def tick() -> datetime:
        now[0] += timedelta(seconds=7)
        return now[0]

    def set_to(when: datetime) -> None:
        now[0] = max(now[0], when)

    ids.seed_ids(seed)
    clock.set_clock(tick)
    try:
        yield set_to
    finally:
        ids.seed_ids(None)
        clock.set_clock(None)


class Sample:
    """Writes one station's year."""

    def __init__(self, home: Home, place: Place, until: date, seed: int = SEED, size: Size = DEMO) -> None:
        """Prepare to fill a home.

        Args:
            home: an empty station.
            place: the township it belongs to.
            until: the last day of the year of work.
            seed: the same seed gives the same records.
            size: how much of each kind.
        """
        self.home, self.place, self.until, self.size = home, place, until, size
        self.chance = random.Random(f"{seed}-{place.code}")  # noqa: S311 - sample data, not secrets
        self.seed = self.chance.randrange(1 << 31)
        self.since = until - timedelta(days=364)
        self.members: list[str] = []
        self.studio = ""
        self.points: list[str] = []
        self.households: list[str] = []
        self.persons: list[str] = []
        self.entries: list[tuple[str, str, tuple[str, ...], str]] = []
        self.activities: list[tuple[str, str, str, list[dict[str, Any]], str]] = []
        self.cases: list[str] = []
        self.photos = 0

    def fill(self, progress: Progress = silent) -> None:
        """Write everything: the bodies and people first, then the year day by day."""
        start = datetime.combine(self.since - timedelta(days=30), time(9), clock.CHINA)
        steps: Sequence[tuple[str, Callable[[Sample], None]]] = (
            (say("站点与工作室"), people.bodies),
            (say("委员"), people.members),
            (say("联系点与群众"), people.people),
            (say("民情日志"), year.journal),
            (say("民情事项"), year.cases),
            (say("活动"), meetings.activities),
            (say("会议纪要"), meetings.minutes),
            (say("意见建议"), meetings.suggestions),
        )
        with pinned(self.seed, start) as self.at:
            for done, (title, step) in enumerate(steps):
                progress(done, len(steps), title)
                with self.home.transaction():
                    step(self)

    # --- small things --------------------------------------------------------------------------------------------

    def write(self, kind: str, /, **values: Any) -> str:
        """Save one record, empty values left out; answers its uid."""
        given = {k: v for k, v in values.items() if v not in ("", [], None, False)}
        return self.home.journal.write(kind, given).uid

    def photo(self, parent: str, of: str, caption: str, day: str, kind: str) -> None:
        """Paint a photo and attach it to a record."""
        self.photos += 1
        blob = blobs.put(self.home, photo(self.seed + self.photos), name=f"照片{self.photos:03d}.jpg")
        self.write(
            "attachment",
            parent_kind=of,
            parent=parent,
            name=f"照片{self.photos:03d}.jpg",
            caption=caption,
            photo_kind=kind,
            taken=day,
            personal="P1",
            mime=blob.mime,
            size=blob.size,
            sha256=blob.sha256,
        )

    def visitor(self, number: int, village: str, count: int) -> dict[str, Any]:
        """One line of visitors; every seventeenth leaves no name."""
        visitor: dict[str, Any] = {"heads": count, "address": f"{village}{number % 9 + 1}组"}
        if number % 17 == 3:  # a letter without a name
            return visitor
        if number % 6 == 0:
            visitor["person"] = self.persons[number % len(self.persons)]
        return visitor | {
            "name": self.person_name(),
            "sex": self.chance.choice("男女"),
            "age": self.chance.randint(24, 83),
            "phone": self.mobile(2, number),
        }

    def mobile(self, series: int, number: int) -> str:
        """A fictional number that nobody else has, here or at another sample station (domain.md 6).

        Args:
            series: 0 for members and contact points, 1 for people, 2 for visitors.
            number: below 10,000, counted within the series.
        """
        return f"199{names.PLACES.index(self.place) * 10 + series:04d}{number:04d}"

    def landline(self, number: int) -> str:
        """A fictional number of an office of the station."""
        return f"0999-66{names.PLACES.index(self.place):02d}{number:03d}"

    def person_name(self) -> str:
        """A fictional name, surnames with several readings among them."""
        return self.chance.choice(names.SURNAMES) + "".join(self.chance.sample(names.GIVEN, self.chance.randint(1, 2)))

    def ground(self) -> str:
        """The listed ground for refusing what is before a court."""
        from studio_desk.kernel.vocabulary import vocabulary

        return next(w for w in vocabulary("refusal_ground").words() if "诉讼" in w)

    def iso(self, offset: int) -> str:
        """A day of the year as ISO date, counted from its first."""
        return (self.since + timedelta(days=offset)).isoformat()

    def moment(self, offset: int, hour: int) -> datetime:
        """A full hour of a day of the year."""
        return datetime.combine(self.since + timedelta(days=offset), time(hour), clock.CHINA)
