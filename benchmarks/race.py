"""Run several ways of doing the same work in turn and compare their CPU time: on a busy machine only ratios hold."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

try:
    import resource
except ImportError:  # Windows has none: there the time of child processes is not counted
    resource = None


def cpu() -> float:
    """User and system seconds of this process and of its ended children."""
    if resource is None:
        return time.process_time()
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


@dataclass
class Lane:
    """One way of doing the work.

    Attributes:
        name: what stands in the table.
        run: does the work; what it returns goes to `after`.
        before: prepares a round, not timed.
        after: clears up and checks the answer, not timed.
        times: how many pieces of work one `run` does; the figures are per piece.
    """

    name: str
    run: Callable[[], object]
    before: Callable[[], object] = lambda: None
    after: Callable[[object], object] = lambda _: None
    times: int = 1


@dataclass
class Taken:
    """Seconds that a lane took, one entry a round."""

    cpus: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """Median CPU seconds."""
        return statistics.median(self.cpus)

    @property
    def wall(self) -> float:
        """Median wall seconds."""
        return statistics.median(self.walls)

    @property
    def p95(self) -> float:
        """CPU seconds that 95 of 100 rounds stay under."""
        return sorted(self.cpus)[min(len(self.cpus) - 1, int(0.95 * len(self.cpus)))]

    def over(self, other: Taken) -> float:
        """Median of the rounds' CPU ratios: each round compares neighbours in time, so drift cancels."""
        return statistics.median(a / max(b, 1e-9) for a, b in zip(self.cpus, other.cpus, strict=True))


def race(lanes: Sequence[Lane], rounds: int, *, warm: bool = True) -> dict[str, Taken]:
    """Run the lanes A B C A B C …, after one untimed round when `warm`."""
    taken = {lane.name: Taken() for lane in lanes}
    gc.collect()
    gc.freeze()  # what was there before is not searched again during every lane
    for number in range(-1 if warm else 0, rounds):
        for lane in lanes:
            lane.before()
            wall, spent = time.perf_counter(), cpu()
            answer = lane.run()
            spent, wall = cpu() - spent, time.perf_counter() - wall
            lane.after(answer)
            if number >= 0:
                taken[lane.name].cpus.append(spent / lane.times)
                taken[lane.name].walls.append(wall / lane.times)
    gc.unfreeze()
    return taken


def exponent(costs: Sequence[tuple[int, float]]) -> float:
    """The e of cost = c · n^e, by least squares over the logarithms: 0 does not grow, 1 grows as the data."""
    xs, ys = [math.log(n) for n, _ in costs], [math.log(max(c, 1e-9)) for _, c in costs]
    return statistics.linear_regression(xs, ys).slope


@dataclass(frozen=True)
class Goal:
    """A figure that was promised, and what it is today."""

    what: str
    figure: float
    limit: float
    unit: str = "×"
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the promise holds."""
        return self.figure >= self.limit if self.least else self.figure <= self.limit


@dataclass
class Page:
    """What a benchmark found.

    Attributes:
        name: word on the command line.
        title: heading.
        about: what runs against what: ours, peer, limit, naive form, oracle.
        head: column names.
        rows: cells.
        goals: promises.
        remarks: further sentences.
    """

    name: str
    title: str
    about: str
    head: tuple[str, ...] = ("what", "n", "CPU ms", "wall ms", "ratio")
    rows: list[tuple[str, ...]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, taken: dict[str, Taken], peer: str, n: int | str = "", what: str = "") -> None:
        """One row for each lane; the ratio is to `peer`."""
        for name, one in taken.items():
            ratio = "1" if name == peer else f"{one.over(taken[peer]):.2f}"
            label = f"{what}: {name}" if what else name
            self.rows.append((label, f"{n:,}" if isinstance(n, int) else n, ms(one.cpu), ms(one.wall), ratio))


def ms(seconds: float) -> str:
    """Milliseconds with three digits that count."""
    value = seconds * 1000
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:,.0f}"
