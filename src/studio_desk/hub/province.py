"""Fill a province's PostgreSQL from a district's home: ops, bodies, records and frontiers, each chain from where it stopped.

How far the province holds a chain is its row in `frontier`, written in the same transaction as the ops: killed at any
moment, it goes on where it was. Records are not merged here: their rows are what the journal of the home worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from studio_desk.exchange import trust_store
from studio_desk.hub import province_schema as schema
from studio_desk.hub.province_rows import Body, Row, clean, of_record, station_of
from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.kernel.words import say
from studio_desk.store.erasure import party
from studio_desk.store.ops import GENESIS

if TYPE_CHECKING:
    from studio_desk.store.home import Home

BATCH: Final = 2_000
"""Most ops of one transaction."""
PAGE: Final = 1_000
"""Ops compared at a time when a chain of the province is not that of the home."""


@dataclass
class Followed:
    """What was done.

    Attributes:
        ops: ops that are new in the province.
        taken_back: ops that the home has no more, as after the undo of an import.
        records: records whose rows were written.
        behind: the province lacks more; call again.
    """

    ops: int = 0
    taken_back: int = 0
    records: int = 0
    behind: bool = False

    def as_json(self) -> dict[str, Any]:
        """The answer of `hub province fill`."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class _Cut:
    """The end of a chain that the home has no more: all behind the op `common`, whose digest is `head`."""

    station: str
    dev: str
    common: int
    head: str
    gone: list[tuple[str, bytes]]


@dataclass
class _Batch:
    """What goes into the province in one transaction."""

    cuts: list[_Cut] = field(default_factory=list)
    ops: list[tuple[Any, ...]] = field(default_factory=list)
    points: dict[str, tuple[int, str]] = field(default_factory=dict)
    touched: dict[str, set[str]] = field(default_factory=dict)
    """Records to be written, and under which stations ops about them came."""

    def touch(self, recs: Iterable[str]) -> None:
        """Some records are to be written whatever ops there are."""
        for rec in recs:
            self.touched.setdefault(rec, set())


class Province:
    """A connection to a province's database."""

    def __init__(self, url: str) -> None:
        """Connect.

        Args:
            url: `postgresql+psycopg://…`.

        Raises:
            Problem: `PROVINCE_URL_WRONG`, `PROVINCE_AWAY`.
        """
        import psycopg

        address = address_of(url)
        with _told():
            self._c = psycopg.connect(address, connect_timeout=15, autocommit=True)
        self._years: set[int] = set()

    def close(self) -> None:
        """Close the connection."""
        self._c.close()

    def init(self, parts: int = schema.PARTS) -> bool:
        """Make the schema and the partitions of this year and the next; answers whether there was none.

        Args:
            parts: hash partitions of `op` and `body`; 1 for Citus.

        Raises:
            Problem: `PROVINCE_AWAY`, `PROVINCE_PARTS`.
        """
        if not 1 <= parts <= 1024:
            raise Problem("PROVINCE_PARTS", say("分区数写得不对。"), say("请写1至1024；用 Citus 时写1。"))
        with _told(), self._c.transaction():
            self._alone("schema")
            fresh = not self._is_there()
            if fresh:
                for statement in schema.statements(parts):
                    self._c.execute(statement.encode())
                facts = {"schema": schema.VERSION, "parts": str(parts)}
                for key, value in facts.items():
                    self._c.execute("INSERT INTO province.fact VALUES (%s, %s) ON CONFLICT DO NOTHING", (key, value))
        self._make_years({0})
        return fresh

    def follow(self, home: Home, *, most: int = 20_000, also: Iterable[str] = ()) -> Followed:
        """Bring the province up to a district's home, in transactions of `BATCH` ops.

        Args:
            home: the district's home, open.
            most: ops after which it stops for now.
            also: records that changed although no op is new, as by a body that came late.

        Raises:
            Problem: `NOT_A_DISTRICT`, `NO_PROVINCE`, `PROVINCE_NEWER`, `PROVINCE_AWAY`; what is committed by then stays.
        """
        if home.role != "district":
            raise Problem("NOT_A_DISTRICT", say("只有区级才往省级数据库送数据。"), say("请在区级的电脑上操作。"))
        done = Followed()
        with _told():
            self._check()
            self._name_stations(home)
            if cuts := self._cuts(home):
                batch = _Batch(cuts=cuts)
                batch.touch(rec for cut in cuts for rec, _ in cut.gone if rec)
                self._put(home, batch, done)
            waiting = list(also)
            while (batch := self._next(home)).ops or waiting:
                if batch.ops and done.ops >= most:
                    done.behind = True
                    break
                batch.touch(waiting)
                waiting.clear()
                self._put(home, batch, done)
        return done

    def everything(self, home: Home) -> Followed:
        """As `follow`, to the end, and every record anew: for a province that was filled by an older program.

        Raises:
            Problem: as `follow`.
        """
        with home.file.read() as c:
            uids = list(c.exec_driver_sql("SELECT DISTINCT rec FROM op WHERE rec <> '' ORDER BY rec").scalars())
        done = self.follow(home, most=1 << 60)
        for start in range(0, len(uids), BATCH):
            done.records += self.follow(home, also=uids[start : start + BATCH]).records
        return done

    # --- inside --------------------------------------------------------------------------------------------------

    def _is_there(self) -> bool:
        found = self._c.execute("SELECT to_regclass('province.fact') IS NOT NULL").fetchone()
        return bool(found and found[0])

    def _check(self) -> None:
        if not self._is_there():
            raise Problem(
                "NO_PROVINCE", say("这个数据库里还没有省级的表。"), say("请先运行 hub province init，再送数据。")
            )
        if self._fact("schema") != schema.VERSION:
            raise Problem(
                "PROVINCE_NEWER",
                say("省级数据库是由别的版本建立的。"),
                say("请安装相同的版本；两边的数据都没有改动。"),
            )
        self._make_years({0})

    def _fact(self, key: str) -> str:
        found = self._c.execute("SELECT value FROM province.fact WHERE key = %s", (key,)).fetchone()
        return str(found[0]) if found else ""

    def _alone(self, who: str) -> None:
        """Until the transaction ends, nobody else works for the same district or on the schema."""
        self._c.execute("SELECT pg_advisory_xact_lock(hashtext('studio-desk province'), hashtext(%s))", (who,))

    def _make_years(self, years: set[int]) -> None:
        """Make partitions before they are needed: those asked for, this year's and the next."""
        this = clock.today().year
        lacking = ({*years, this, this + 1}) - self._years
        if not lacking:
            return
        with self._c.transaction():
            self._alone("schema")
            parts = int(self._fact("parts"))
            for year in sorted(lacking):
                found = self._c.execute("SELECT to_regclass(%s)", (f"province.record_{year}",)).fetchone()
                for statement in schema.year_statements(year, parts) if not (found and found[0]) else ():
                    self._c.execute(statement.encode())
        self._years |= lacking

    def _name_stations(self, home: Home) -> None:
        names = {one.code: one.name for one in trust_store.required(home).computers}
        names |= {code: code for code in map(party, home.journal.frontiers()) if code not in names}
        with self._c.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO province.station VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (station) DO UPDATE SET name = excluded.name WHERE station.name <> excluded.name",
                [(f"{home.code}/{code}", home.code, code, name[:200]) for code, name in sorted(names.items())],
            )

    def _points(self, district: str) -> dict[str, tuple[int, str]]:
        """How far the province holds each chain of a district."""
        rows = self._c.execute(
            "SELECT f.dev, f.seq, encode(f.head, 'hex') FROM province.station s"
            " JOIN province.frontier f ON f.station = s.station WHERE s.district = %s",
            (district,),
        )
        return {dev: (seq, head) for dev, seq, head in rows}

    def _cuts(self, home: Home) -> list[_Cut]:
        """What the home has no more, as after the undo of an import or a restored backup."""
        cuts = []
        here = home.journal.frontiers()
        for dev, (seq, head) in self._points(home.code).items():
            if seq <= here.get(dev, (0, ""))[0] and _digests(home, dev, seq, seq) == {seq: head}:
                continue
            station, common = station_of(home.code, dev), self._common(home, dev, seq)
            gone = self._c.execute(
                "SELECT rec, body FROM province.op WHERE station = %s AND dev = %s AND seq > %s", (station, dev, common)
            ).fetchall()
            cuts.append(_Cut(station, dev, common, _digests(home, dev, common, common).get(common, ""), gone))
        return cuts

    def _cut(self, cut: _Cut) -> None:
        where = (cut.station, cut.dev)
        self._c.execute("DELETE FROM province.op WHERE station = %s AND dev = %s AND seq > %s", (*where, cut.common))
        self._c.execute(
            "DELETE FROM province.body WHERE station = %s AND digest = ANY(%s)",
            (cut.station, [body for _, body in cut.gone]),
        )
        # Those that are still something are written again in the same transaction.
        recs = sorted({rec for rec, _ in cut.gone if rec})
        self._c.execute("DELETE FROM province.record WHERE station = %s AND uid = ANY(%s)", (cut.station, recs))
        self._c.execute("DELETE FROM province.frontier WHERE station = %s AND dev = %s", where)
        if cut.common:
            self._c.execute(
                "INSERT INTO province.frontier VALUES (%s, %s, %s, decode(%s, 'hex'))", (*where, cut.common, cut.head)
            )

    def _common(self, home: Home, dev: str, seq: int) -> int:
        """The last op of a chain that home and province share."""
        station = station_of(home.code, dev)
        while seq > 0:
            first = max(1, seq - PAGE + 1)
            rows = self._c.execute(
                "SELECT seq, encode(digest, 'hex') FROM province.op"
                " WHERE station = %s AND dev = %s AND seq BETWEEN %s AND %s",
                (station, dev, first, seq),
            ).fetchall()
            here = _digests(home, dev, first, seq)
            same: list[int] = [number for number, digest in rows if here.get(number) == digest]
            if same:
                return max(same)
            seq = first - 1
        return 0

    def _next(self, home: Home) -> _Batch:
        """The next ops of all chains, at most `BATCH`."""
        batch = _Batch()
        known = self._points(home.code)
        for dev, (last, _) in sorted(home.journal.frontiers().items()):
            seq = known.get(dev, (0, GENESIS))[0]
            if seq >= last or len(batch.ops) >= BATCH:
                continue
            station, until = station_of(home.code, dev), min(last, seq + BATCH - len(batch.ops))
            for number, digest, type_, rec, body, line in _ops(home, dev, seq + 1, until):
                raw = bytes.fromhex
                batch.ops.append((station, dev, number, raw(digest), clean(type_), clean(rec), raw(body), line))
                batch.points[dev] = (number, digest)
                if rec:
                    batch.touched.setdefault(rec, set()).add(station)
        return batch

    def _put(self, home: Home, batch: _Batch, done: Followed) -> None:
        """One transaction: all of a batch, or nothing."""
        rows: list[Row] = []
        bodies: list[Body] = []
        for uid, stations in sorted(batch.touched.items()):
            more_rows, more_bodies = of_record(home, uid, stations)
            rows += more_rows
            bodies += more_bodies
        self._make_years({row.year for row in rows if row.year is not None})
        with self._c.transaction():
            self._alone(home.code)
            for cut in batch.cuts:
                self._cut(cut)
            for statement in schema.STAGING:
                self._c.execute(statement.encode())
            self._copy("stage_op", batch.ops)
            self._copy("stage_body", [(b.station, bytes.fromhex(b.digest), b.line, b.gone) for b in _once(bodies)])
            self._copy("stage_record", [_columns(row) for row in rows])
            for statement in schema.MERGE:
                self._c.execute(statement.encode())
            with self._c.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO province.frontier VALUES (%s, %s, %s, decode(%s, 'hex'))"
                    " ON CONFLICT (station, dev) DO UPDATE SET seq = excluded.seq, head = excluded.head",
                    [(station_of(home.code, dev), dev, seq, head) for dev, (seq, head) in sorted(batch.points.items())],
                )
        done.ops += len(batch.ops)
        done.taken_back += sum(len(cut.gone) for cut in batch.cuts)
        done.records += sum(row.year is not None for row in rows)

    def _copy(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with self._c.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)


def address_of(url: str) -> str:
    """What the driver takes for a URL of `postgresql+psycopg://…`.

    Raises:
        Problem: `PROVINCE_URL_WRONG`.
    """
    try:
        name = make_url(url)
    except ArgumentError as error:
        raise _wrong_url() from error
    if name.drivername != "postgresql+psycopg":
        raise _wrong_url()
    return name.set(drivername="postgresql").render_as_string(hide_password=False)


def _columns(row: Row) -> tuple[Any, ...]:
    fields = None if row.fields is None else canon(dict(row.fields))
    known = (row.station, clean(row.uid), row.year, row.kind, row.code, row.state, row.day)
    return (*known, list(row.heads), list(row.conflicts), fields)


def _once(bodies: Iterable[Body]) -> list[Body]:
    """Each body once: two ops of a hostile station may name the same."""
    return list({(body.station, body.digest): body for body in bodies}.values())


def _ops(home: Home, dev: str, first: int, last: int) -> Iterator[tuple[int, str, str, str, str, str]]:
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            "SELECT seq, digest, type, rec, body, line FROM op WHERE dev = ? AND seq BETWEEN ? AND ? ORDER BY seq",
            (dev, first, last),
        ).all()
    yield from ((r[0], r[1], r[2], r[3], r[4], r[5]) for r in rows)


def _digests(home: Home, dev: str, first: int, last: int) -> dict[int, str]:
    with home.file.read() as c:
        rows = c.exec_driver_sql("SELECT seq, digest FROM op WHERE dev = ? AND seq BETWEEN ? AND ?", (dev, first, last))
        return {row[0]: row[1] for row in rows}


@contextmanager
def _told() -> Iterator[None]:
    """What the driver raises, in words."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise Problem(
            "PROVINCE_AWAY",
            say("省级数据库连不上，或中途断开了。"),
            say("请检查地址、口令和数据库；再做一次就会接着送，重复做不会出错。"),
            exit_code=NETWORK,
            detail=type(error).__name__,
        ) from error


def _wrong_url() -> Problem:
    return Problem(
        "PROVINCE_URL_WRONG",
        say("省级数据库的地址写得不对。"),
        say("省级数据库只能是 PostgreSQL：postgresql+psycopg://用户:口令@主机/库名"),
    )
