"""How many bytes a record takes in a province's database, and how fast records go in; asked about, not guessed.

    python -m benchmarks.province [--records 100000] [--stations 1000] [--parts 64] [--db postgresql+psycopg://…]

Chains of `benchmarks.stock` (a tenth are corrections) are copied in as `hub.province` copies them: staging by `COPY`, then
its own statements, one transaction for every 2,000 ops. Told are the bytes of each table with its indexes, after `ANALYZE`,
divided by the records; and the time of the database's part. A server of our own runs with `fsync` on. The oracle: as many
ops and records as were made, and a station's year read through the index, from one partition.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from benchmarks import stock
from benchmarks.hub import database
from benchmarks.stations import code_of
from studio_desk.hub import province_schema as schema
from studio_desk.hub.province import BATCH, Province
from studio_desk.hub.province_rows import public, public_body
from studio_desk.kernel.canon import canon
from studio_desk.store.ops import Op, read_body

_RAW = bytes.fromhex


def main(argv: Sequence[str] | None = None) -> int:
    """Fill and measure; answers 1 when the oracle is not content."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--parts", type=int, default=schema.PARTS)
    parser.add_argument("--db", default="postgres")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args(argv)
    with database(told.db) as url:
        found = measure(url, told.records, told.stations, told.parts)
    print(json.dumps(found) if told.json else "\n".join(f"{name:<28}{value}" for name, value in found.items()))
    return 0 if found["right"] else 1


def measure(url: str, records: int, stations: int, parts: int) -> dict[str, Any]:
    """Fill an empty database and ask for its sizes."""
    province = Province(url)
    province.init(parts)
    province._make_years(set(range(2021, 2026)))  # noqa: SLF001 - the years of the stock
    province.close()
    each = records // stations
    ops = each * stock.CORRECTED // (stock.CORRECTED - 1)
    seconds, lines, batch = 0.0, 0, _Rows()
    uri = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(uri, autocommit=True) as c:
        for number in range(stations):
            code = code_of(number)
            for line, body in stock.ops(ops, f"{code}-1", code):
                batch.add(f"990000/{code}", line, body)
                lines += len(line) + len(body.encode())
                if len(batch.ops) >= BATCH:
                    seconds += batch.put(c)
        seconds += batch.put(c)
        c.execute("ANALYZE")
        sizes = {name: _size(c, name) for name in ("op", "body", "record")}
        rows = c.execute("SELECT count(*) FROM province.record").fetchone()[0]
        held = c.execute("SELECT count(*) FROM province.op").fetchone()[0]
        query = "SELECT * FROM province.record WHERE station = '990000/AAAA' AND year = 2023 ORDER BY day DESC"
        plan = [line for (line,) in c.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {query}").fetchall()]
    return {
        "records": rows,
        "ops": held,
        "bytes_a_record": round(sum(sum(pair) for pair in sizes.values()) / rows),
        **{
            f"{name}_table_and_indexes": [round(table / rows), round(indexes / rows)]
            for name, (table, indexes) in sizes.items()
        },
        "lines_a_record": round(lines / rows),
        "ops_a_second": round(held / seconds),
        "bundles_of_250_a_second": round(held / seconds / 250, 1),
        "station_year_ms": float(plan[-1].split()[2]),
        "right": rows == each * stations and held == ops * stations and "Append" not in "".join(plan),
    }


class _Rows:
    """What waits to be copied."""

    def __init__(self) -> None:
        self.ops: list[tuple[Any, ...]] = []
        self.bodies: list[tuple[Any, ...]] = []
        self.records: dict[tuple[str, str], tuple[Any, ...]] = {}

    def add(self, station: str, line: str, body: str) -> None:
        op, values = Op.from_line(line), read_body(body)["values"]
        self.ops.append((station, op.dev, op.seq, _RAW(op.digest), op.type, op.rec, _RAW(op.body), line))
        self.bodies.append((station, _RAW(op.body), public_body(body), False))
        told = ("journal_entry", values["code"], values["state"], values["day"], [op.digest], [])
        fields = canon(public("journal_entry", values))
        self.records[station, op.rec] = (station, op.rec, int(values["day"][:4]), *told, fields)

    def put(self, c: psycopg.Connection[Any]) -> float:
        """As `Province` does; answers the seconds."""
        began = time.perf_counter()
        with c.transaction():
            for statement in schema.STAGING:
                c.execute(statement.encode())
            for table, rows in (("op", self.ops), ("body", self.bodies), ("record", list(self.records.values()))):
                with c.cursor() as cursor, cursor.copy(f"COPY stage_{table} FROM STDIN".encode()) as copy:
                    for row in rows:
                        copy.write_row(row)
            for statement in schema.MERGE:
                c.execute(statement.encode())
        for kept in (self.ops, self.bodies, self.records):
            kept.clear()
        return time.perf_counter() - began


def _leaves(c: psycopg.Connection[Any], name: str) -> Iterator[str]:
    found = c.execute("SELECT relid::regclass::text FROM pg_partition_tree(%s) WHERE isleaf", (f"province.{name}",))
    yield from (leaf for (leaf,) in found.fetchall())


def _size(c: psycopg.Connection[Any], name: str) -> tuple[int, int]:
    """Bytes of a table with what it keeps out of line, and of its indexes."""
    table = indexes = 0
    for leaf in _leaves(c, name):
        one, other = c.execute(
            "SELECT pg_table_size(%s::regclass), pg_indexes_size(%s::regclass)", (leaf, leaf)
        ).fetchone()
        table, indexes = table + one, indexes + other
    return table, indexes


if __name__ == "__main__":
    sys.exit(main())
