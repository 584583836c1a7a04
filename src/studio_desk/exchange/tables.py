"""The tables of the exchange, added to the store's: what came in, what waits, what was refused, who is believed."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from studio_desk.store.tables import metadata

imported = Table(
    "imported",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bundle", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("new_first", Integer, nullable=False),
    Column("new_last", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("same", Integer, nullable=False),
    Column("conflicts", Integer, nullable=False),
    Column("blobs", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("undone_at", String, nullable=False),
    Index("imported_bundle", "bundle"),
)
"""One line per merged bundle: `new_first`..`new_last` are the ops that it brought, `blobs` (JSON) its attachments."""

held = Table(
    "held",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("bundle", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("at", String, nullable=False),
)
"""Bundles that wait for an earlier one; their sealed files lie in the folder `held` under their digest."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("what", String, nullable=False),
    Column("key", String, nullable=False, unique=True),
    Column("file", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("rec", String, nullable=False),
    Column("code", String, nullable=False),
    Column("sentence", String, nullable=False),
    Column("remedy", String, nullable=False),
    Column("state", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", String, nullable=False),
)
"""What was refused. `what` is `bundle` (`key` = digest of the file, kept in the folder `quarantine`) or `record`
(`key` = digest of the op, kept in the journal); `state` is `open`, `released` or `discarded`."""

receipt = Table(
    "receipt",
    metadata,
    Column("op", String, primary_key=True),
    Column("station", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("t", String, nullable=False),
    Column("hub_epoch", String, nullable=False),
    Column("trust_version", Integer, nullable=False),
    Column("said", String, nullable=False),
)
"""Receipts written (district) or taken in (station); `said` is the JSON of the receipt."""

code_receipt = Table(
    "code_receipt",
    metadata,
    Column("dev", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("head", String, nullable=False),
    Column("at", String, nullable=False),
)
"""How far receipt codes typed in at the station confirm a chain."""

trust = Table(
    "trust",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("document", String, nullable=False),
    Column("at", String, nullable=False),
)
"""Every version of the trust list this home has held, verbatim; the highest is in force."""

seen = Table(
    "seen",
    metadata,
    Column("station", String, nullable=False),
    Column("device", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", String, nullable=False),
    Column("at", String, nullable=False),
    UniqueConstraint("station", "device", "dev"),
)
"""What a station's bundles say it holds of the district's chain for it (`dev` empty: when it last reported)."""

wanted = Table(
    "wanted",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("dev", String, nullable=False),
    Column("side", String, nullable=False),
)
"""Attachments that bodies name and that are not here (`side` `here`), or that the district asks for (`side` `there`)."""

holds = Table(
    "holds",
    metadata,
    Column("device", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", String, nullable=False),
    UniqueConstraint("device", "dev"),
)
"""At a district: how far a station's computer says it holds the chains of its own station, in its last bundle."""

vouched = Table(
    "vouched",
    metadata,
    Column("dev", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", String, nullable=False),
    Column("vouch", String, nullable=False),
    UniqueConstraint("dev", "seq"),
)
"""At a station: up to where the district signed its chains (`header.vouch`), so that they can be brought back to it."""

lacks = Table(
    "lacks",
    metadata,
    Column("device", String, nullable=False),
    Column("sha256", String, nullable=False),
    UniqueConstraint("device", "sha256"),
)
"""At a district: attachments that a station's computer asked for in its last bundle."""
