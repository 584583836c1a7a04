"""The province's database follows districts: the same state as their homes, whatever happens on the way. Real PostgreSQL."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from studio_desk.exchange import dump, erasure, inbox, network, outbox, review
from studio_desk.hub import province_schema as schema
from studio_desk.hub.province import BATCH, Province
from studio_desk.kernel import clock
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from tests.hub.world import DISTRICT, PASSPHRASE, World, quick, until, write

OTHER = "980000"
"""A second district."""
P2 = {kind.key: {name for name, ask in kind.asks.items() if ask.personal == "P2"} for kind in KINDS}


def uri(db: str) -> str:
    return make_url(db).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def db(postgres) -> str:
    """A province's database with its schema."""
    url = postgres.fresh()
    province = Province(url)
    assert province.init(4)
    assert not province.init(4)
    province.close()
    return url


@pytest.fixture
def look(db: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(uri(db), autocommit=True) as c:
        yield c


def follow(db: str, home: Home, **more: Any):
    province = Province(db)
    try:
        return province.follow(home, **more)
    finally:
        province.close()


def take(world: World, station: Home, district: Home | None = None) -> None:
    """By stick from a station to the district."""
    for sent in outbox.export(station, world.folder / f"stick-{station.code}", everything=True).files:
        outcomes = inbox.receive(district or world.open(), [sent.file])
        assert outcomes[0].outcome in {"applied", "duplicate"}, outcomes


def there(look: psycopg.Connection[Any], district: str) -> tuple[list[dict[str, Any]], dict[str, list[Any]]]:
    """What the province holds of a district, in the words of `dump`."""
    rows = look.execute(
        "SELECT r.uid, r.kind, r.fields, r.heads, r.conflicts FROM province.record r JOIN province.station s"
        ' ON s.station = r.station WHERE s.district = %s ORDER BY r.uid COLLATE "C"',
        (district,),
    ).fetchall()
    records = [{"uid": u, "kind": k, "values": f, "heads": h, "conflicts": c} for u, k, f, h, c in rows]
    points = look.execute(
        "SELECT f.dev, f.seq, encode(f.head, 'hex') FROM province.frontier f JOIN province.station s"
        " ON s.station = f.station WHERE s.district = %s",
        (district,),
    ).fetchall()
    return records, {dev: [seq, head] for dev, seq, head in points}


def same(look: psycopg.Connection[Any], home: Home) -> None:
    """The province holds what the home's canonical dump says, without sensitive fields, and every op of it."""
    said = dump.dump(home, canonical=True)
    records = [
        {**one, "values": {k: v for k, v in one["values"].items() if k not in P2.get(one["kind"], set())}}
        for one in said["records"]
    ]
    assert there(look, home.code) == (records, said["frontiers"])
    ops = look.execute(
        "SELECT o.dev, o.seq, o.line, encode(o.digest, 'hex') FROM province.op o JOIN province.station s"
        ' ON s.station = o.station WHERE s.district = %s ORDER BY o.dev COLLATE "C", o.seq',
        (home.code,),
    ).fetchall()
    with home.file.read() as c:
        here = c.exec_driver_sql("SELECT dev, seq, line, digest FROM op ORDER BY dev, seq").all()
    assert ops == [tuple(row) for row in here]


def bodies(look: psycopg.Connection[Any]) -> list[str | None]:
    return [line for (line,) in look.execute("SELECT line FROM province.body").fetchall()]


def test_it_holds_what_the_district_holds(world: World, db: str, look):
    station, second = world.station(entries=5), world.station("XH", entries=3)
    take(world, station)
    take(world, second)
    done = follow(db, world.open())
    assert (done.records, done.behind) == (8, False)
    same(look, world.open())
    assert follow(db, world.open()).as_json() == {"ops": 0, "taken_back": 0, "records": 0, "behind": False}
    uid = write(station, 9, subject="换一个年度", day="2025-12-31")
    station.journal.correct(uid, {"day": "2026-01-01"}, "日期写错了")
    take(world, station)
    follow(db, world.open())
    same(look, world.open())
    assert look.execute("SELECT year FROM province.record WHERE uid = %s", (uid,)).fetchall() == [(2026,)]


def test_a_correction_moves_a_record_to_another_year(world: World, db: str, look):
    station = world.station()
    uid = write(station, 1, day="2025-12-31")
    for day, year in (("2025-12-31", 2025), ("2026-01-01", 2026)):
        station.journal.correct(uid, {"day": day}, "日期写错了")
        take(world, station)
        follow(db, world.open())
        assert look.execute("SELECT year, day FROM province.record").fetchall() == [(year, day)]


def test_conflicts_are_those_of_the_journal(world: World, db: str, look):
    station = world.station()
    uid = write(station, 1)
    base = ",".join(station.journal.heads(uid))
    station.journal.write("journal_entry", {**_values(station, uid), "place": "甲村"}, uid=uid, type="record.correct")
    station.journal.write(
        "journal_entry", {**_values(station, uid), "place": "乙村"}, uid=uid, type="record.correct", base=base
    )
    take(world, station)
    follow(db, world.open())
    same(look, world.open())
    assert look.execute("SELECT conflicts FROM province.record").fetchall() == [(["place"],)]


def _values(home: Home, uid: str) -> dict[str, Any]:
    row = home.journal.record(uid)
    return {k: v for k, v in row.items() if k not in {"kind", "rev", "conflict", "updated_at", "updated_by"}}


def test_sensitive_values_stay_with_the_district(world: World, db: str, look):
    station = world.station()
    secret, plain = "丈夫患病卧床", "灌溉渠淤堵约200米"
    write(station, 1, situation=secret, difficulties="欠债")
    write(station, 2)
    take(world, station)
    follow(db, world.open())
    same(look, world.open())
    assert sorted(line is None for line in bodies(look)) == [False, True]
    whole = "".join(str(row) for name in ("op", "body", "record", "station", "fact") for row in look.execute(f"SELECT * FROM province.{name}"))  # type: ignore[call-overload] # fmt: skip
    assert secret not in whole
    assert plain in whole


def test_erasure_is_followed(world: World, db: str, look):
    station = world.station(entries=3)
    take(world, station)
    follow(db, world.open())
    assert len(bodies(look)) == 3
    uid = look.execute("SELECT uid FROM province.record WHERE fields->>'subject' = '灌溉渠淤堵1'").fetchone()[0]
    erasure.redact(world.open(), uid, "依法")
    follow(db, world.open())
    same(look, world.open())
    assert len(bodies(look)) == 2
    assert not any("灌溉渠淤堵1" in (line or "") for line in bodies(look))
    kind, fields = look.execute("SELECT kind, fields FROM province.record WHERE uid = %s", (uid,)).fetchone()
    assert (kind, fields["was"]) == ("erased", "journal_entry")
    assert "subject" not in fields


def test_an_import_that_was_undone_goes_from_the_province_too(world: World, db: str, look):
    station = world.station(entries=2)
    take(world, station)
    follow(db, world.open())
    write(station, 7)
    station.journal.correct(look.execute("SELECT uid FROM province.record").fetchone()[0], {"place": "改"}, "改")
    take(world, station)
    follow(db, world.open())
    same(look, world.open())
    review.undo(world.open(), review.imports(world.open())[0]["bundle"])
    done = follow(db, world.open())
    assert done.taken_back == 2
    same(look, world.open())
    take(world, station)
    follow(db, world.open())
    same(look, world.open())


def test_two_districts_with_the_same_codes_share_one_province(world: World, db: str, look, tmp_path: Path):
    take(world, world.station(entries=3))
    other = World.__new__(World)
    other.folder, other.homes, other.hubs = tmp_path / "other", {}, []
    other.folder.mkdir()
    from studio_desk.exchange import trust_store

    neighbour = Home.create(
        other.folder / DISTRICT, role="district", code=OTHER, name="邻区", shapes=KINDS, passphrase=PASSPHRASE, use_keyring=False
    )  # fmt: skip
    other.homes[DISTRICT] = neighbour
    trust_store.required(neighbour)
    take(other, other.station("SQ", entries=2), neighbour)
    for home in (world.open(), neighbour, world.open(), neighbour):
        follow(db, home)
    same(look, world.open())
    same(look, neighbour)
    held = look.execute("SELECT station, count(*) FROM province.record GROUP BY 1 ORDER BY 1").fetchall()
    assert held == [("980000/SQ", 2), ("990000/SQ", 3)]
    other.close()


_FILL = """
import sys
from pathlib import Path
from studio_desk.hub import province
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
province.BATCH = 3
with Home.open(Path(sys.argv[1]), shapes=KINDS, passphrase=sys.argv[2]) as home:
    one = province.Province(sys.argv[3])
    for _ in sys.stdin:
        print(one.follow(home, most=1).behind, flush=True)
"""


def test_killed_in_the_middle_it_goes_on_where_it_was(world: World, db: str, look, tmp_path: Path):
    """A step is three ops; the program waits for a line before each, and is killed somewhere inside one."""
    seed = random.randrange(1 << 30)
    print("seed", seed)
    chance = random.Random(seed)
    take(world, world.station(entries=40))
    world.shut()
    program = tmp_path / "fill.py"
    program.write_text(_FILL, encoding="utf-8")
    for kills in range(4):
        command = [sys.executable, str(program), str(world.folder / DISTRICT), PASSPHRASE, db]
        fill = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        steps, behind = 0, "True"
        while behind == "True" and (kills == 3 or steps < 2):
            fill.stdin.write("\n")
            behind = fill.stdout.readline().strip()
            steps += 1
        if kills < 3:
            fill.stdin.write("\n")
            time.sleep(chance.random() / 20)
            fill.kill()
        fill.communicate(timeout=120)
        assert fill.returncode == (0 if kills == 3 else -signal.SIGKILL)
    assert behind == "False"
    same(look, world.open())


def test_a_hub_fills_the_province_after_each_merge_and_when_it_is_back(world: World, postgres, look, db: str):
    station = world.station(entries=2)
    hub = world.hub("--province", db)
    network.push(station, url=hub.url, dial=quick)
    until(lambda: look.execute("SELECT count(*) FROM province.record").fetchone() == (2,), 60)
    hub.merged()
    look.execute("ALTER SCHEMA province RENAME TO away")
    write(station, 5)
    network.pull(station, url=hub.url, dial=quick)
    network.push(station, url=hub.url, dial=quick)
    hub.merged()  # the district works on
    until(lambda: [e["code"] for e in hub.lines() if e["event"] == "province_waits"] == ["NO_PROVINCE"], 60)
    look.execute("ALTER SCHEMA away RENAME TO province")
    until(lambda: look.execute("SELECT count(*) FROM province.record").fetchone() == (3,), 90)
    hub.merged()
    hub.stop()
    same(look, world.open())


def test_partitions_of_new_years_are_made_ahead(look, db: str):
    year = clock.today().year
    names = {
        name for (name,) in look.execute("SELECT relname FROM pg_class WHERE relname ~ '^record_[0-9]+$'").fetchall()
    }
    assert {"record_0", f"record_{year}", f"record_{year + 1}"} <= names


def test_one_station_and_one_year_read_one_partition(world: World, db: str, look):
    take(world, world.station(entries=3))
    follow(db, world.open())
    queries = {
        "SELECT * FROM province.record WHERE station = '990000/SQ' AND year = 2026 ORDER BY day DESC": r"\brecord_2026_\d\b",
        "SELECT * FROM province.op WHERE station = '990000/SQ' AND dev = 'SQ-1' AND seq > 1": r"\bop_\d+\b",
        "SELECT * FROM province.body WHERE station = '990000/SQ'": r"\bbody_\d+\b",
    }
    for query, name in queries.items():
        plan = "\n".join(line for (line,) in look.execute(f"EXPLAIN {query}").fetchall())  # type: ignore[call-overload]
        assert len(set(re.findall(name, plan))) == 1, plan
        assert "Append" not in plan, plan


@pytest.mark.parametrize("parts", [1, 4])
def test_what_citus_asks_of_a_schema(postgres, parts: int):
    """Its rules that can be seen without it: keys hold the distribution column, no foreign keys, one level of partitions."""
    url = postgres.fresh()
    province = Province(url)
    province.init(parts)
    province.close()
    with psycopg.connect(uri(url)) as c:
        keys = c.execute(
            "SELECT t.relname, array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum))"
            " FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey)"
            " WHERE n.nspname = 'province' AND (i.indisunique OR i.indisprimary) GROUP BY i.indexrelid, t.relname"
        ).fetchall()
        of = {name: columns for name, columns in keys if name in schema.DISTRIBUTED}
        assert of.keys() == set(schema.DISTRIBUTED)
        assert {columns[0] for columns in of.values()} == {"station"}
        kinds = c.execute(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attcollation FROM pg_attribute a"
            " JOIN pg_class t ON t.oid = a.attrelid JOIN pg_namespace n ON n.oid = t.relnamespace"
            " WHERE n.nspname = 'province' AND a.attname = 'station' AND t.relname = ANY(%s)",
            (list(schema.DISTRIBUTED),),
        ).fetchall()
        assert len(set(kinds)) == 1  # co-located tables have keys of one type
        assert c.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'").fetchone() == (0,)
        deep = c.execute(
            "SELECT count(*) FROM pg_partitioned_table p JOIN pg_inherits i ON i.inhrelid = p.partrelid"
        ).fetchone()[0]
        assert (deep > 0) == (parts > 1)  # with hashing left to Citus there is one level
        hashed = c.execute("SELECT count(*) FROM pg_partitioned_table WHERE partstrat = 'h'").fetchone()[0]
        assert (hashed > 0) == (parts > 1)


def test_every_statement_joins_on_the_station():
    for statement in schema.MERGE:
        tables = set(re.findall(r"province\.(\w+)|(stage_\w+)", statement))
        joined = " USING " in statement
        assert len(tables) == 2, statement
        assert not joined or re.search(r"\w\.station = s\.station", statement), statement
        if "ON CONFLICT (" in statement:
            assert "ON CONFLICT (station, " in statement


def test_refusals(world: World, postgres, tmp_path: Path):
    station = world.station()
    empty = postgres.fresh()
    for url, home, code in (
        ("sqlite:///x.db", world.open(), "PROVINCE_URL_WRONG"),
        ("nonsense", world.open(), "PROVINCE_URL_WRONG"),
        (f"postgresql+psycopg://hub@/x?host={tmp_path}", world.open(), "PROVINCE_AWAY"),
        (empty, world.open(), "NO_PROVINCE"),
        (empty, station, "NOT_A_DISTRICT"),
    ):
        with pytest.raises(Problem) as told:
            follow(url, home)
        assert told.value.code == code
        assert told.value.remedy
    assert told.value.exit_code != NETWORK
    province = Province(empty)
    with pytest.raises(Problem) as told:
        province.init(0)
    assert told.value.code == "PROVINCE_PARTS"
    province.init(1)
    with psycopg.connect(uri(empty)) as c:
        c.execute("UPDATE province.fact SET value = '99' WHERE key = 'schema'")
    with pytest.raises(Problem) as told:
        province.follow(world.open())
    assert told.value.code == "PROVINCE_NEWER"
    province.close()
    assert BATCH > 1


def test_at_the_command_line(world: World, postgres, capsys: pytest.CaptureFixture[str]):
    from studio_desk import app

    take(world, world.station(entries=2))
    world.shut()
    url = postgres.fresh()
    secret = world.folder / "secret"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    where = ["--home", str(world.folder / DISTRICT), "--passphrase-file", str(secret), "--json", "hub", "province"]

    def ask(*words: str) -> dict[str, Any]:
        assert app.main([*where, *words, "--db", url]) == 0
        return json.loads(capsys.readouterr().out)

    assert [ask("init", "--parts", "2"), ask("init")] == [{"fresh": True}, {"fresh": False}]
    assert [ask("fill")["records"], ask("fill")["records"], ask("fill", "--all")["records"]] == [2, 0, 2]
    assert app.main([*where, "fill", "--db", "nonsense"]) == 2
