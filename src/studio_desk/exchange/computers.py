"""Which computer of its station a home is: free numbers at the district, and a number put right before it is enrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.exchange import trust_store
from studio_desk.exchange.header import chain_age, chain_owner, chain_to
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store import branches, custody, numbers
from studio_desk.store.home import check_computer

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def free(home: Home, station: str) -> int:
    """At the district: the number for a further computer of a station; one that was ever used is not given again."""
    devices = [c.device for c in trust_store.required(home).computers if c.code == station]
    devices += [dev for dev in home.journal.frontiers() if chain_owner(dev) == station and not chain_to(dev)]
    return max((numbers.computer_of(dev) for dev in devices), default=0) + 1


def number(home: Home) -> int:
    """Which computer of its station a home is."""
    return numbers.computer_of(home.device)


def change(home: Home, computer: int) -> int:
    """Make a home that is not enrolled yet another computer of its station; all that was typed stays.

    Nothing of its chain has left the house, so the ops are said again in the new chain, with numbers of the new range.

    Args:
        home: a station.
        computer: 1 to 99.

    Returns:
        How many records got another number.

    Raises:
        Problem: `NOT_A_STATION`, `COMPUTER_NOT_VALID`, `COMPUTER_ENROLLED`.
    """
    if home.role != "station":
        raise Problem("NOT_A_STATION", say("只有站点才分第几台电脑。"), say("区级不用写这一项。"))
    check_computer(computer)
    if computer == number(home):
        return 0
    if trust_store.current(home) is not None:
        raise Problem(
            "COMPUTER_ENROLLED",
            say("本机已经登记为{device}，不能再改。", device=home.device.partition(".")[0]),
            say("编号和上报都以它为准，不用改；要添电脑，请在新的电脑上新建。"),
        )
    old = sorted(custody.own_chains(home), key=chain_age)
    with home.renamed(computer), home.file.write() as c:
        for dev in old:
            branches.move(home.journal, dev, 0, {}, home.device)
        own = numbers.ranges(computer)
        rows = c.exec_driver_sql("SELECT uid, code FROM record WHERE station = ? ORDER BY n", (home.code,)).all()
        wrong = [uid for uid, code in rows if not any(_running(code) in one for one in own)]
        for uid in wrong:
            home.journal.renumber(uid, say("本机改为本站第{n}台电脑，编号随之更换", n=computer))
    return len(wrong)


def _running(code: str) -> int:
    """The running part of a record's number, 0 when it has none."""
    tail = code.rpartition("-")[2]
    return int(tail) if tail.isdigit() else 0
