"""The tables of a province's database (PostgreSQL): the ops of many districts, and the rows worked out from them.

Every table's key begins with `station`, the district's and the station's code (`990000/SQ`): a station's data lies
together, moves together, and is the distribution key where the tables are spread over several machines (`docs/scale.md`).
Nothing here is truth: all of it can be filled anew from the districts' homes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

SCHEMA: Final = "province"
"""Name of the PostgreSQL schema that holds the tables."""
VERSION: Final = "1"
PARTS: Final = 64
"""Hash partitions of `op` and `body`, unless told otherwise."""
YEAR_PARTS: Final = 8
"""Hash partitions of one year of `record`."""
FIRST_YEAR: Final = 2000
"""No record is older; what says so has no believable year and lies under year 0."""
DISTRIBUTED: Final = ("op", "body", "record", "frontier")
"""Tables with a distribution key; the others are small and the same everywhere."""

_FACT: Final = "CREATE TABLE IF NOT EXISTS province.fact (key text PRIMARY KEY, value text NOT NULL)"
_STATION: Final = """CREATE TABLE IF NOT EXISTS province.station (
  station text PRIMARY KEY, district text NOT NULL, code text NOT NULL, name text NOT NULL)"""
_OP: Final = """CREATE TABLE IF NOT EXISTS province.op (
  station text NOT NULL, dev text NOT NULL, seq bigint NOT NULL,
  digest bytea NOT NULL, type text NOT NULL, rec text NOT NULL, body bytea NOT NULL, line text NOT NULL,
  PRIMARY KEY (station, dev, seq))"""
_BODY: Final = """CREATE TABLE IF NOT EXISTS province.body (
  station text NOT NULL, digest bytea NOT NULL, line text,
  PRIMARY KEY (station, digest))"""
_RECORD: Final = """CREATE TABLE IF NOT EXISTS province.record (
  station text NOT NULL, uid text NOT NULL, year smallint NOT NULL,
  kind text NOT NULL, code text NOT NULL, state text NOT NULL, day text NOT NULL,
  heads text[] NOT NULL, conflicts text[] NOT NULL, fields jsonb NOT NULL,
  PRIMARY KEY (station, uid, year))"""
_FRONTIER: Final = """CREATE TABLE IF NOT EXISTS province.frontier (
  station text NOT NULL, dev text NOT NULL, seq bigint NOT NULL, head bytea NOT NULL,
  PRIMARY KEY (station, dev))"""
_INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS op_rec ON province.op (station, rec)",
    "CREATE INDEX IF NOT EXISTS record_list ON province.record (station, kind, day DESC, uid)",
    "CREATE INDEX IF NOT EXISTS record_code ON province.record (station, code)",
    "CREATE INDEX IF NOT EXISTS record_kind ON province.record (kind, state)",
)


def statements(parts: int) -> Iterator[str]:
    """What makes the schema.

    Args:
        parts: hash partitions of `op` and `body`; 1 leaves hashing out, as for Citus, whose shards are that, and which
            takes one level of partitions only.
    """
    by_hash = " PARTITION BY HASH (station)" if parts > 1 else ""
    yield f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"
    yield from (_FACT, _STATION, _OP + by_hash, _BODY + by_hash, _RECORD + " PARTITION BY RANGE (year)", _FRONTIER)
    yield from _INDEXES
    for name in ("op", "body") if parts > 1 else ():
        for part in range(parts):
            yield _hashed(name, f"{name}_{part}", parts, part)


def year_statements(year: int, parts: int) -> Iterator[str]:
    """What makes the partitions of one year of records; year 0 is that of records without a believable one.

    Args:
        year: the year.
        parts: as `statements`.
    """
    name = f"record_{year}"
    by_hash = " PARTITION BY HASH (station)" if parts > 1 else ""
    yield (
        f"CREATE TABLE IF NOT EXISTS province.{name} PARTITION OF province.record"
        f" FOR VALUES FROM ({year}) TO ({year + 1}){by_hash}"
    )
    for part in range(YEAR_PARTS) if parts > 1 else ():
        yield _hashed(name, f"{name}_{part}", YEAR_PARTS, part)


def _hashed(parent: str, name: str, parts: int, part: int) -> str:
    return (
        f"CREATE TABLE IF NOT EXISTS province.{name} PARTITION OF province.{parent}"
        f" FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
    )


STAGING: Final = (
    """CREATE TEMP TABLE IF NOT EXISTS stage_op (station text, dev text, seq bigint, digest bytea, type text, rec text,
  body bytea, line text) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS stage_body (station text, digest bytea, line text, gone boolean)
  ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS stage_record (station text, uid text, year smallint, kind text, code text,
  state text, day text, heads text[], conflicts text[], fields jsonb) ON COMMIT DELETE ROWS""",
)
"""Tables of one connection, filled by `COPY` and emptied by the end of each transaction."""

MERGE: Final = (
    """INSERT INTO province.op (station, dev, seq, digest, type, rec, body, line)
 SELECT station, dev, seq, digest, type, rec, body, line FROM stage_op ON CONFLICT DO NOTHING""",
    """DELETE FROM province.body b USING stage_body s
 WHERE s.gone AND b.station = s.station AND b.digest = s.digest""",
    """INSERT INTO province.body (station, digest, line)
 SELECT station, digest, line FROM stage_body WHERE NOT gone ON CONFLICT DO NOTHING""",
    """DELETE FROM province.record r USING stage_record s
 WHERE r.station = s.station AND r.uid = s.uid AND (s.year IS NULL OR r.year <> s.year)""",
    """INSERT INTO province.record (station, uid, year, kind, code, state, day, heads, conflicts, fields)
 SELECT station, uid, year, kind, code, state, day, heads, conflicts, fields FROM stage_record WHERE year IS NOT NULL
 ON CONFLICT (station, uid, year) DO UPDATE SET kind = excluded.kind, code = excluded.code, state = excluded.state,
  day = excluded.day, heads = excluded.heads, conflicts = excluded.conflicts, fields = excluded.fields""",
)
"""From staging into the tables; a record without a year is one that is no more."""
