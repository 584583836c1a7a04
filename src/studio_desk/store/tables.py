"""The tables that every home has, whatever kinds of record it holds (SQLAlchemy Core)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint, text

metadata = MetaData()
"""Tables of the store; `exchange.tables` adds its own. Tables of kinds live in SQLModel's metadata."""

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))
"""Small durable text values: role, code, device, settings."""

op = Table(
    "op",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("dev", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("digest", String, nullable=False, unique=True),
    Column("rec", String, nullable=False),
    Column("type", String, nullable=False),
    Column("t", String, nullable=False),
    Column("body", String, nullable=False),
    Column("line", String, nullable=False),
    UniqueConstraint("dev", "seq"),
    Index("op_rec", "rec"),
    Index("op_type", "type"),
)
"""The journal: canonical op lines, verbatim, of every chain this home holds."""

body = Table("body", metadata, Column("digest", String, primary_key=True), Column("line", String, nullable=False))
"""Bodies by digest, outside the chain so that one can be erased while the chain still verifies."""

blob = Table(
    "blob",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Attachments by digest."""

chain = Table(
    "chain",
    metadata,
    Column("dev", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("head", String, nullable=False),
)
"""The frontier: last op of each chain."""

record = Table(
    "record",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("uid", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("code", String, nullable=False),
    Column("title", String, nullable=False),
    Column("state", String, nullable=False),
    Column("day", String, nullable=False),
    Column("station", String, nullable=False),
    Column("rev", String, nullable=False),
    Column("conflict", Boolean, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("dev", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("revisions", Integer, nullable=False),
    Column("updated_at", String, nullable=False),
    Index("record_kind", "kind"),
    Index("record_kind_day", "kind", "day"),
    Index("record_code", "code"),
    Index("record_station", "station"),
    Index("record_conflict", "n", sqlite_where=text("conflict")),
)
"""The register of all records: one line each, whatever the kind. `dev` and `seq` name the op that last touched it here."""

link = Table(
    "link",
    metadata,
    Column("pair", String, primary_key=True),
    Column("one", String, nullable=False),
    Column("other", String, nullable=False),
    Column("linked", Boolean, nullable=False),
    Column("rev", String, nullable=False),
    Index("link_one", "one"),
    Index("link_other", "other"),
)
"""What was last said of two records: that they are the same person or event, or that they are not. Worked out."""

draft = Table(
    "draft",
    metadata,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("uid", String, nullable=False),
    Column("form", String, nullable=False),
    Column("at", String, nullable=False),
)
"""Half-typed forms, saved while typing and offered again after a crash; `form` is JSON of what was typed."""

secret = Table(
    "secret",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Private keys of the home."""

export = Table(
    "export",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bundle", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("recipient", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("medium", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("ops", Integer, nullable=False),
    Column("records", Integer, nullable=False),
)
"""What was packed when, for whom, on which medium, by whom (custody)."""

OWN = tuple(metadata.tables)
"""Names of the store's own tables; layers above add theirs to the same metadata."""

SEARCH = """CREATE VIRTUAL TABLE IF NOT EXISTS search
 USING fts5(text, initials, content='', contentless_delete=1, tokenize='ascii')"""
"""Full text over single characters; `rowid` is `record.n`."""
