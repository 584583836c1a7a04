"""What the hub remembers: uploads under way, bundles that came in, mail that waits, nonces, known devices, events.

The same tables on SQLite and on PostgreSQL. No personal data: codes of computers, digests, sizes and times only; names
are those of stations. Times are seconds since 1970.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table

metadata = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the type is called INTEGER."""

fact = Table(
    "hub_fact",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", String, nullable=False),
)
"""Small texts: `box` (this database's own name), `schema`, `trust_version`."""

device = Table(
    "hub_device",
    metadata,
    Column("sign", String(64), primary_key=True),
    Column("device", String(16), nullable=False, index=True),
    Column("code", String(8), nullable=False),
    Column("name", String, nullable=False),
    Column("revoked", Boolean, nullable=False),
)
"""The stations' computers by public key, as the district's trust list had them when the home was last open."""

nonce = Table(
    "hub_nonce",
    metadata,
    Column("device", String(16), primary_key=True),
    Column("nonce", String(32), primary_key=True),
    Column("at", Float, nullable=False),
    Index("hub_nonce_at", "at"),
    Index("hub_nonce_device_at", "device", "at"),
)
"""Requests seen; kept until the window of their time has passed for certain. Also counts requests a minute."""

upload = Table(
    "hub_upload",
    metadata,
    Column("device", String(16), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("began", Float, nullable=False),
    Column("touched", Float, nullable=False, index=True),
    Column("writer", String(32), nullable=False),
    Column("lease", Float, nullable=False),
)
"""Uploads under way, one for each device and digest; `writer` and `lease` say who may append until when."""

bundle = Table(
    "hub_bundle",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("device", String(16), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("state", String(8), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("code", String(40), nullable=False),
    Column("sender", String(8), nullable=False),
    Column("chain", String(40), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("merged", Float, nullable=False),
    Index("hub_bundle_state_at", "state", "at"),
    Index("hub_bundle_device_at", "device", "at"),
)
"""Bundles that arrived whole. `state`: `waiting` (in the folder `inbox`), `done`, `apart` (our program failed on it
again and again; the file is kept in `apart` for a person). `outcome` and the rest are the answer of `inbox.receive`."""

mail = Table(
    "hub_mail",
    metadata,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("device", String(16), nullable=False),
    Column("name", String(80), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("chain", String(48), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("fetched", Float, nullable=False),
    Index("hub_mail_device_seq", "device", "seq"),
    sqlite_autoincrement=True,
)
"""Downward bundles by addressee; a later one that says all that an earlier said replaces it."""

worker = Table(
    "hub_worker",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("doing", String, nullable=False),
    Column("counts", String, nullable=False),
)
"""One row for each process of the hub: what it is at and what it counted, as JSON (`board`)."""

event = Table(
    "hub_event",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False, index=True),
    Column("event", String(24), nullable=False),
    Column("device", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("code", String(40), nullable=False),
)
"""What happened, for the district's administrator; kept for `log.KEPT_DAYS`."""
