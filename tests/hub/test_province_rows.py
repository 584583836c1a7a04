"""What of a record may go to the province: nothing sensitive, nothing that this program does not know."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from studio_desk.hub.province_rows import public, public_body, station_of
from studio_desk.kinds import KINDS
from studio_desk.record.kind import Kind, Part
from studio_desk.store.ops import body_line
from tests.kinds.bodies import BODIES, typed

BY_KEY = {kind.key: kind for kind in KINDS}


def p2(kind: Kind) -> set[str]:
    return {name for name, ask in kind.asks.items() if ask.personal == "P2"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_field_goes_by_its_class(kind: Kind):
    values = dict.fromkeys(kind.model.model_fields, "值")
    assert set(public(kind.key, values)) == set(values) - p2(kind)
    assert public(kind.key, {**values, "of_a_newer_version": "值"}).keys() == public(kind.key, values).keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_sensitive_fields_inside_lines_are_left_out(kind: Kind):
    for name, info in kind.model.model_fields.items():
        parts = [one for one in get_args(info.annotation) if isinstance(one, type) and issubclass(one, Part)]
        if not parts or name in p2(kind):
            continue
        inner = parts[0].model_fields
        closed = {n for n, told in inner.items() if any(getattr(one, "personal", "") == "P2" for one in told.metadata)}
        (line,) = public(kind.key, {name: [dict.fromkeys(inner, "值")]})[name]
        assert line.keys() == inner.keys() - closed


@pytest.mark.parametrize("key", BODIES)
def test_a_body_goes_whole_or_not_at_all(key: str):
    kind, values = BY_KEY[key], typed(BODIES[key])
    line = body_line(values, kind=key, version=kind.version)
    sensitive = any(values.get(name) for name in p2(kind)) or values.get("personal") == "P2"
    assert public_body(line) == (None if sensitive else line)
    plain = {name: value for name, value in values.items() if name not in p2(kind)}
    if "personal" in plain:
        plain["personal"] = "P1"
    line = body_line(plain, kind=key, version=kind.version)
    assert public_body(line) == line
    for closed in p2(kind):
        assert public_body(body_line({**plain, closed: "值"}, kind=key, version=kind.version)) is None
    assert public_body(body_line({**plain, "of_a_newer_version": "值"}, kind=key, version=kind.version)) is None
    assert public_body(body_line(plain, kind=key, version=kind.version + 1)) is None


def test_what_is_not_understood_stays():
    assert public("of_a_newer_version", {"code": "X"}) == {}
    assert public_body(body_line({"code": "X"}, kind="of_a_newer_version")) is None
    for line in (None, '"text"', "[]", '{"kind":"journal_entry","values":[],"version":1}'):
        assert public_body(line) is None


def test_a_picture_that_says_it_is_sensitive_tells_nothing_else():
    values: dict[str, Any] = {**typed(BODIES["attachment"]), "personal": "P2"}
    assert set(public("attachment", values)) <= {"code", "station", "state"}


def test_texts_hold_no_nul():
    assert public("journal_entry", {"subject": "a\x00b", "members": ["\x00"]}) == {
        "subject": "a\ufffdb",
        "members": ["\ufffd"],
    }


def test_chains_belong_to_stations():
    assert station_of("990000", "SQ-1") == "990000/SQ"
    assert station_of("990000", "SQ-1.2a3f90c1d") == "990000/SQ"
    assert station_of("990000", "990000-1@SQ") == "990000/SQ"
    assert station_of("990000", "990000-1") == "990000/990000"
