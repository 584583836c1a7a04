"""Duplicates: what is suggested and why, what is not, and that blocks lose nothing that comparing all pairs would find."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from studio_desk.kernel.lookalike import folded, variants
from studio_desk.kernel.pinyin import sounds
from studio_desk.kinds import KINDS
from studio_desk.store import keys, links
from studio_desk.store.home import Home
from studio_desk.tally import duplicates
from studio_desk.tally.duplicates import alike


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys._ARGON2, "kib", 64)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home.create(
        tmp_path / "SQ", role="station", code="SQ", name="石桥", shapes=KINDS, passphrase="试试口令", use_keyring=False
    ) as made:
        yield made


@pytest.fixture
def district(tmp_path: Path) -> Iterator[Home]:
    with Home.create(
        tmp_path / "QX",
        role="district",
        code="990000",
        name="青溪",
        shapes=KINDS,
        passphrase="试试口令",
        use_keyring=False,
    ) as made:
        yield made


def person(home: Home, name: str, **more: Any) -> str:
    return home.journal.write("person", {"name": name, **more}).uid


def event(home: Home, station: str, title: str, place: str, day: str = "2026-05-04") -> str:
    values = {
        "title": title, "place": place, "start_day": day, "station": station, "activity_kind": "走访", "mode": "线下",
        "host": "00000000-0000-7000-8000-000000000001",
    }  # fmt: skip
    kind = home.journal.shapes["activity"]
    with home.file.write() as c:
        row = kind.project({**values, "uid": f"{station}-{title}-{place}", "code": f"{station}-HD", "state": "已举办"})
        row |= {"rev": "r", "conflict": [], "updated_at": "", "updated_by": ""}
        c.execute(kind.table.insert().values(**row))
        register = "INSERT INTO record VALUES (NULL,?,'activity',?,?,'已举办',?,?,'r',0,0,0,'','0',1,'')"
        c.exec_driver_sql(register, (row["uid"], row["code"], title, day, station))
    return str(row["uid"])


def found(home: Home, kind: str = "person") -> list[tuple[str, ...]]:
    return [s.signs for s in duplicates.duplicates(home, kind)]


ID = "110101197003072519"


@pytest.mark.parametrize(
    ("one", "other", "signs"),
    [
        ({"name": "李晴", "id_number": ID}, {"name": "李情情", "id_number": ID.lower()}, ("身份证号相同", "出生日期相同")),
        ({"name": "李晴", "phone": "13912345678"}, {"name": "王五", "phone": "13912345678"}, ("电话相同",)),
        ({"name": "张已", "birth": "1970"}, {"name": "张己", "birth": "1970-03"}, ("姓名形近", "出生年份相同")),
        ({"name": "張曉東", "birth": "1970"}, {"name": "张晓东", "birth": "1970"}, ("姓名形近", "出生年份相同")),
        ({"name": "王晓燕", "birth": "1970-03-07"}, {"name": "王小艳", "birth": "1970-03-07"}, ("出生日期相同", "姓名同音")),
        ({"name": "单雄信", "address": "石桥村3组"}, {"name": "善雄信", "address": "石桥村 3组"}, ("姓名同音", "住址相同")),
        ({"name": "王芳", "birth": "1970-03-07"}, {"name": "王芳", "age": 56, "age_day": "2026-05-01"}, ("姓名相同", "出生年份相同")),
        ({"name": "王芳", "household": "h"}, {"name": "王方", "household": "h"}, ("姓名同音", "同一家庭")),
    ],
)  # fmt: skip
def test_what_is_suggested(home: Home, one: dict[str, Any], other: dict[str, Any], signs: tuple[str, ...]) -> None:
    for values in (one, other):
        kept = [{"code": code, "reason": "核对过"} for code in ("AGE_DIFFERS", "ID_CHECK_DIGIT")]
        person(home, **{**values, "kept": kept})
    assert found(home) == [signs]
    hint = alike(home, "person", {**other, "uid": "new"})
    assert signs in [s.signs for s in hint]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "王芳"}, {"name": "王芳"}),
        ({"name": "王芳", "birth": "1970"}, {"name": "王芳", "birth": "1990"}),
        ({"name": "王芳", "phone": "13912345678", "sex": "女"}, {"name": "李强", "phone": "13912345678", "sex": "男"}),
        ({"name": "匿名", "birth": "1970", "address": "石桥村"}, {"name": "匿名", "birth": "1970", "address": "石桥村"}),
        ({"name": "王芳", "birth": "1970", "id_number": ID}, {"name": "王芳", "birth": "1970", "id_number": "110101197003070011"}),
        ({"name": "李大山", "birth": "1970"}, {"name": "王小水", "birth": "1970"}),
    ],
)  # fmt: skip
def test_what_is_not(home: Home, one: dict[str, Any], other: dict[str, Any]) -> None:
    for values in (one, other):
        person(home, **values)
    assert found(home) == []


def test_decided_pairs_and_withdrawn_records_are_left_out(home: Home) -> None:
    a, b, c = (person(home, "王芳", birth="1970-03-07") for _ in range(3))
    assert len(found(home)) == 3
    links.link(home.journal, a, b)
    links.link(home.journal, b, c)
    assert found(home) == []
    links.unlink(home.journal, b, c, "不是")
    assert len(found(home)) == 1  # a and c are open again
    home.journal.void(c, "重复")
    assert found(home) == []


def test_a_crowd_at_one_telephone_is_not_compared(home: Home) -> None:
    for number in range(duplicates.CROWD + 1):
        person(home, f"王{chr(0x4E00 + number)}", phone="13912345678")
    assert found(home) == []


def test_a_joint_event_of_two_stations(district: Home) -> None:
    event(district, "SQ", "“水韵石桥”微协商活动", "石桥村文化广场")
    event(district, "HX", "水韵石桥微协商", "石桥村文化广场二楼")
    event(district, "HX", "委员读书会", "青溪区图书馆")
    event(district, "SQ", "水韵石桥微协商", "石桥村文化广场", "2026-05-11")
    (one,) = duplicates.duplicates(district, "activity")
    assert one.signs == ("同一天举办", "活动名称相近", "地点相近")
    assert {one.one.station, one.other.station} == {"SQ", "HX"}


@pytest.mark.parametrize("seed", range(4))
def test_blocks_lose_nothing(home: Home, seed: int) -> None:
    """Against every pair compared with every other."""
    print("seed", seed)
    chance = random.Random(seed)
    names = ["王芳", "王方", "汪芳", "李已", "李己", "張晴", "张睛", "单信", "善信"]
    for _ in range(60):
        values = {
            "name": chance.choice(names),
            "birth": chance.choice(["", "1970", "1970-03", "1971-01-02"]),
            "phone": chance.choice(["", "", "13912345678", "13912345679"]),
            "address": chance.choice(["", "石桥村1组", "石桥村2组"]),
            "sex": chance.choice(["", "男", "女"]),
        }
        person(home, **values)
    with home.file.read() as c:
        rows = c.exec_driver_sql("SELECT * FROM person").mappings().all()
    facts = [duplicates._facts("person", dict(row)) for row in rows]
    rules, least = duplicates._rules()
    wanted = {
        (s.one.uid, s.other.uid)
        for one, other in combinations(facts, 2)
        if (s := duplicates._judge("person", one, other, rules, least))
    }
    assert {(s.one.uid, s.other.uid) for s in duplicates.duplicates(home)} == wanted
    assert wanted


def test_names_that_look_and_sound_alike() -> None:
    assert folded("張 曉東") == folded("张晓东")
    assert folded("阿依古丽·买买提") == folded("阿依古丽买买提")
    assert "李己" in variants("李已")
    assert sounds("单晴") == {"dan qing", "shan qing", "chan qing"}
    assert sounds("𠮷") | sounds("·") | sounds("") == sounds("𠮷")
