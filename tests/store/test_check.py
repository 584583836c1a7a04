"""Whatever is damaged is found, named, and where the journal is whole, mended."""

import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Cancelled
from studio_desk.store import blobs
from studio_desk.store.check import check
from studio_desk.store.home import Home
from studio_desk.store.keys import KeyFile, new_key
from tests.store.conftest import PASSPHRASE, SLIP, chain

NewHome = Callable[..., Home]


@pytest.fixture
def home(new_home: NewHome) -> Home:
    """A home with records written, corrected, moved, withdrawn, and a photo."""
    home = new_home()
    uids = [
        home.journal.write("slip", {"day": "2026-11-20", "title": f"路灯{n}", "note": "䶮𬱖堃 灌溉渠淤堵。" * 9}).uid
        for n in range(12)
    ]
    home.journal.correct(uids[0], {"title": "改过的"}, "写错了")
    home.journal.move(uids[1], "已登记")
    home.journal.void(uids[2], "重复")
    blobs.put(home, _photo(), "a.png")
    return home


def _photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(buffer, "PNG")
    return buffer.getvalue()


def codes(home: Home, **more) -> list[str]:
    found = check(home, **more)
    assert found.ok == all(f.level != "error" for f in found.findings)
    for finding in found.findings:
        assert finding.sentence.endswith("。")
        assert finding.remedy
    return sorted(f.code for f in found.findings)


def spoil(home: Home, *statements: str) -> None:
    with home.file.write() as c:
        for statement in statements:
            c.exec_driver_sql(statement)


def test_a_sound_home_has_no_findings(home: Home):
    told = []
    assert check(home).as_json() == {"ok": True, "findings": []}
    assert check(home, deep=True, progress=lambda *step: told.append(step[2])).as_json() == {"ok": True, "findings": []}
    assert {"正在核对日志", "正在核对附件"} <= set(told)
    assert list((home.path / "backups").iterdir()) == []


def test_a_merged_home_with_a_conflict_is_sound(new_home: NewHome):
    station, district = new_home("SQ"), new_home("990000", "district")
    uid = station.journal.write("slip", {"day": "2026-11-20", "title": "路灯"}).uid
    district.journal.apply(chain(station, "SQ-1"))
    district.journal.correct(uid, {"title": "甲"}, "更正")
    station.journal.correct(uid, {"title": "乙"}, "更正")
    district.journal.apply(chain(station, "SQ-1"))
    assert district.journal.record(uid)["conflict"] == ["title"]
    assert codes(district, deep=True) == []


@pytest.mark.parametrize(
    ("statement", "code", "quick"),
    [
        ("UPDATE chain SET head = '" + "0" * 64 + "'", "CHAIN_BROKEN", True),
        ("DELETE FROM op WHERE seq = 3", "CHAIN_BROKEN", True),
        ("DELETE FROM op WHERE seq = (SELECT max(seq) FROM op)", "CHAIN_BROKEN", True),
        ('UPDATE op SET line = replace(line, \'"t":"2\', \'"t":"1\') WHERE seq = 4', "CHAIN_BROKEN", False),
        ("UPDATE op SET line = line || ' ' WHERE seq = 4", "CHAIN_BROKEN", False),
        ("UPDATE op SET line = 'x' WHERE seq = 4", "CHAIN_BROKEN", False),
        ("UPDATE op SET t = '1999' WHERE seq = 4", "CHAIN_BROKEN", False),
        ("UPDATE op SET rec = (SELECT rec FROM op WHERE seq = 5) WHERE seq = 4", "CHAIN_BROKEN", False),
        ("UPDATE body SET line = replace(line, '路灯3', '路灯8')", "BODY_DAMAGED", False),
        ("DELETE FROM body WHERE line LIKE '%路灯3%'", "BODY_MISSING", False),
        ("UPDATE blob SET data = x'00'", "ATTACHMENT_DAMAGED", False),
        ("UPDATE blob SET size = 1", "ATTACHMENT_DAMAGED", False),
        ("UPDATE slip SET title = '偷改' WHERE title = '路灯3'", "RECORDS_DIFFER", False),
        ("UPDATE slip SET urgent = 1 WHERE title = '路灯3'", "RECORDS_DIFFER", False),
        ("DELETE FROM slip WHERE title = '路灯3'", "RECORDS_DIFFER", True),
        ("UPDATE record SET title = '偷改' WHERE title = '路灯3'", "REGISTER_DIFFERS", False),
        ("UPDATE record SET draft = 0 WHERE title = '路灯3'", "REGISTER_DIFFERS", False),
        ("DELETE FROM record WHERE title = '路灯3'", "REGISTER_DIFFERS", True),
        ("DELETE FROM search WHERE rowid = 3", "SEARCH_DIFFERS", False),
        ("INSERT INTO search (rowid, text, initials) VALUES (4000, '路', '')", "SEARCH_DIFFERS", False),
    ],
)
def test_every_damage_is_found(home: Home, statement: str, code: str, quick: bool):
    spoil(home, statement)
    assert code in codes(home, deep=True)
    assert bool(codes(home)) == quick


def test_two_records_that_swapped_their_search_words_are_found(home: Home):
    spoil(
        home,
        "DELETE FROM search WHERE rowid IN (4, 5)",
        "INSERT INTO search (rowid, text, initials) VALUES (4, '路 灯 4', ''), (5, '路 灯 3', '')",
    )
    assert codes(home, deep=True) == ["SEARCH_DIFFERS"]


def test_what_is_damaged_is_named(home: Home):
    spoil(home, "DELETE FROM body WHERE line LIKE '%路灯3%' OR line LIKE '%路灯4%'")
    finding = next(f for f in check(home, deep=True).findings if f.code == "BODY_MISSING")
    assert "2条" in finding.sentence
    assert "SQ-1 4、SQ-1 5" in finding.sentence
    spoil(home, "UPDATE slip SET note = ''")
    finding = next(f for f in check(home, deep=True).findings if f.code == "RECORDS_DIFFER")
    assert "便条" in finding.sentence
    assert finding.sentence.endswith("等。")


def test_an_attachment_that_a_body_names_and_nobody_has(home: Home, new_home: NewHome, monkeypatch):
    monkeypatch.setattr(type(SLIP), "blobs", lambda *_: ("ab" * 32,))
    home.journal.write("slip", {"day": "2026-11-20", "title": "有照片"})
    assert codes(home, deep=True) == ["ATTACHMENT_MISSING"]
    assert not check(home, deep=True).ok
    district = new_home("990000", "district")
    district.journal.apply(chain(home, "SQ-1"))
    assert codes(district, deep=True) == ["ATTACHMENT_MISSING"]
    assert check(district, deep=True).ok  # it may still be on its way


def test_an_erased_body_is_no_damage_and_one_that_stayed_is(home: Home):
    uid = home.journal.write("slip", {"day": "2026-11-20", "title": "要删除的人"}).uid
    home.journal.redact(uid, "依法删除")
    assert codes(home, deep=True) == []
    kept = home.journal.write("slip", {"day": "2026-11-20", "title": "没有删掉"}).uid
    home.journal.note("record.redact", {}, rec=kept, reason="依法删除")
    home.journal.rebuild()
    assert codes(home, deep=True) == ["BODY_NOT_ERASED"]


def test_what_was_worked_out_is_mended_and_the_journal_never(home: Home):
    spoil(home, "UPDATE slip SET title = '偷改'", "DELETE FROM search", "DELETE FROM record WHERE title = '路灯5'")
    assert codes(home, deep=True, mend=True) == ["RECORDS_DIFFER", "REGISTER_DIFFERS", "SEARCH_DIFFERS"]
    assert codes(home, deep=True) == []
    spoil(home, "UPDATE slip SET title = '偷改'", "DELETE FROM op WHERE seq = 3")
    assert "CHAIN_BROKEN" in codes(home, deep=True, mend=True)
    assert "CHAIN_BROKEN" in codes(home, deep=True)


def test_every_flipped_page_is_found_deep_down_also_where_the_structure_is_whole(home: Home):
    home.close()
    database = home.path / "desk.db"
    whole = database.read_bytes()
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(15):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        database.write_bytes(data)
        try:
            with Home.open(home.path, shapes=(SLIP,), passphrase=PASSPHRASE) as hurt:
                assert "FILE_DAMAGED" in codes(hurt, deep=True)
        except Problem as problem:
            assert problem.code == "FILE_DAMAGED"  # noqa: PT017 - so bad that it does not open
    database.write_bytes(whole)
    with Home.open(home.path, shapes=(SLIP,), passphrase=PASSPHRASE) as again:
        assert codes(again, deep=True) == []


def test_a_key_file_that_would_not_open_next_time_is_found(home: Home, tmp_path: Path):
    path = home.path / "desk.key"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert codes(home) == ["KEY_FILE_DAMAGED"]
    path.unlink()
    assert codes(home) == ["KEY_FILE_MISSING"]
    KeyFile.create(tmp_path / "other", new_key(), "x", use_keyring=False)
    path.write_bytes((tmp_path / "other").read_bytes())
    assert codes(home) == ["KEY_FILE_FOREIGN"]
    path.write_bytes(whole)
    assert codes(home) == []


def test_cancelling_leaves_nothing(home: Home):
    for text in ("正在核对日志", "正在核对附件"):

        def stop(_done: int, _total: int, told: str, text: str = text) -> None:
            if told == text:
                raise Cancelled

        with pytest.raises(Cancelled):
            check(home, deep=True, progress=stop)
        assert list((home.path / "backups").iterdir()) == []
