"""What really changes in a list: every sort by one comparison, told in old and new, bounded whatever somebody wrote."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from studio_desk.exchange import changes, enrol, lists, trust_store
from studio_desk.exchange.differences import MOST, Difference, compare, listed, told
from studio_desk.kernel.canon import canon
from studio_desk.kernel.words import speaking
from studio_desk.store.list_parts import parts
from studio_desk.store.lists import Edition
from tests.exchange.world import World, receipt, take


def edition(sort: str, content: dict[str, Any], since: str = "2026-01-01", key: str = "k", version: int = 1) -> Edition:
    return Edition(sort, key, version, since, content)


def between(sort: str, old: dict[str, Any], new: dict[str, Any], key: str = "k") -> list[str]:
    before = edition(sort, old, key=key)
    return [told(one) for one in changes.compared(edition(sort, new, "2026-07-01", key, 2), [before])]


def test_a_rule_document_is_compared_by_paragraphs_and_figures():
    old = {
        "title": "统计口径",
        "text": "一、总则\n走访每月不少于两次。\n二、计分\n由联络站登记，每户一次。\n三、附则\n自发布之日起施行。",
        "parameters": [{"name": "逾期天数", "value": 15}],
    }
    new = {
        "title": "统计口径（修订）",
        "text": "一、总则\n走访每月不少于三次。\n二、计分\n由联络站登记，每户一次。\n重复的不计。\n三、附则",
        "parameters": [{"name": "逾期天数", "value": 10}, {"name": "每户次数", "value": 1}],
    }
    assert between("rules", old, new) == [
        "改名称：统计口径 → 统计口径（修订）",
        "改正文第2段：走访每月不少于两次。 → 走访每月不少于三次。",
        "新增正文第5段：重复的不计。",
        "删去正文第6段：自发布之日起施行。",
        "改文件定下的数值“逾期天数”的数值：15 → 10",
        "新增文件定下的数值“每户次数”：数值 1",
    ]


def test_a_scheme_is_compared_by_its_lines():
    old = {"title": "考核", "items": [{"name": "走访", "points": 2, "unit": "次"}, {"name": "会议", "points": 1}]}
    new = {
        "title": "考核",
        "items": [{"name": "走访", "points": 3, "unit": "次", "cap": 30}, {"name": "提案", "points": 5}],
    }
    assert between("scheme", old, new) == [
        "改指标“走访”的分值：2 → 3",
        "改指标“走访”的最多：— → 30",
        "新增指标“提案”：分值 5",
        "删去指标“会议”：分值 1",
    ]
    assert between("scheme", old, {**old, "items": old["items"][::-1]}) == ["指标只改了次序"]
    assert between("scheme", old, {**old, "text": "", "rules": ""}) == [], (
        "what is left out and what is empty are the same"
    )


def test_a_calendar_speaks_the_reader_s_language_and_the_list_stays_chinese():
    old = {
        "days": [{"day": "2026-10-01", "kind": "法定", "name": "国庆节"}],
        "plan": [{"day": "2026-03-01", "what": "全会"}],
    }
    new = {
        "days": [{"day": "2026-10-01", "kind": "休息", "name": "国庆节"}],
        "plan": [{"day": "2026-03-02", "what": "全会"}],
    }
    assert between("calendar", old, new, "2026") == [
        "改放假和调休“2026-10-01”的哪一种：法定 → 休息",
        "新增年度计划“2026-03-02”：事项 全会",
        "删去年度计划“2026-03-01”：事项 全会",
    ]
    with speaking("en"):
        line = between("calendar", old, new, "2026")[0]
    assert "法定" not in line
    assert "休息" not in line


def test_a_vocabulary_is_compared_with_the_words_in_force():
    new = edition("vocabulary", {"terms": [{"word": "一般", "days": 30}, {"word": "限时", "days": 3, "until": "2026-12-31"}]}, key="urgency")  # fmt: skip
    found = [told(one) for one in changes.compared(new, [])]
    assert found[:2] == ["改词“一般”的天数：60 → 30", "新增词“限时”：止 2026-12-31、天数 3"]
    assert [line.partition("：")[0] for line in found[2:]] == ["删去词“较急”", "删去词“急”", "删去词“特急”"]


def test_first_values_of_a_form_are_named_as_in_the_form():
    old, new = {"values": {"place": "村口", "way": "走访"}}, {"values": {"place": "村部"}}
    assert between("defaults", old, new, "journal_entry") == ["改“地点”：村口 → 村部", "删去“方式”：走访"]


def test_a_trust_list_tells_whose_keys_come_and_go(world: World):
    district = world.district()
    one = world.station(district)
    take(one, receipt(district, "SQ", world.stick))
    two = world.station(district, "HP")
    shown = enrol.own_request(two).fingerprint
    trust_store.revoke(district, "HP-1", "电脑丢了")
    third = world.station(district, "BH")
    (done,) = take(one, receipt(district, "SQ", world.stick / "later"))
    (change,) = [c for c in done.changes if c["sort"] == "trust"]
    lines = [told(c) for c in change["differences"]]
    assert any(line.startswith("新增电脑“HP-1”") and shown in line and "停用" in line for line in lines)
    assert any(line.startswith("新增电脑“BH-1”") and enrol.own_request(third).fingerprint in line for line in lines)
    assert "新增2处" in change["text"]


def test_the_station_compares_with_what_it_holds_not_with_what_it_never_saw(world: World):
    district = world.district()
    one = world.station(district)
    scheme = {"title": "考核", "items": [{"name": "走访", "points": 1}]}
    lists.put(district, "scheme", "kp", scheme, "2026-01-01")
    take(one, receipt(district, "SQ", world.stick))
    for points in (2, 3):
        lists.put(
            district, "scheme", "kp", {**scheme, "items": [{"name": "走访", "points": points}]}, f"2026-0{points}-01"
        )
    (done,) = take(one, receipt(district, "SQ", world.stick / "later"))
    over, new = (c for c in done.changes if c["sort"] == "scheme")
    assert over["differences"] == []
    assert "已有后来的一版在执行" in over["text"]
    assert [told(c) for c in new["differences"]] == ["改指标“走访”的分值：1 → 3"]
    assert "与现在的相比：改动1处。" in new["text"]


def test_any_two_schemes_are_told_exactly():
    """Putting what is told on top of the old one leads to the new one."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    rng = random.Random(seed)

    def items() -> list[dict[str, Any]]:
        return [{"name": name, "points": rng.randrange(3)} for name in rng.choices("甲乙丙丁", k=rng.randrange(6))]

    shape = parts("scheme")
    for _ in range(300):
        old, new = items(), items()
        found = compare(shape, {"items": old}, {"items": new})
        counts = Counter(one.how for one in found)
        if Counter(map(canon, old)) == Counter(map(canon, new)):
            assert counts == ({} if old == new else {"moved": 1})
            continue
        assert len(new) - len(old) == counts["added"] - counts["removed"]
        assert "moved" not in counts
        have = Counter((one["name"], str(one["points"])) for one in old)
        for one in found:
            name, old_points, new_points = (
                one.what.split("“")[1][0],
                one.old.rpartition(" ")[2],
                one.new.rpartition(" ")[2],
            )
            have[name, old_points] -= one.how in {"removed", "altered"}
            have[name, new_points] += one.how in {"added", "altered"}
        assert +have == Counter((one["name"], str(one["points"])) for one in new)


def test_a_flood_is_counted_and_a_hostile_text_takes_no_time():
    rows = [{"name": f"第{n}项", "points": n} for n in range(2000)]
    found = compare(parts("scheme"), {}, {"items": rows})
    assert len(found) == len(rows)
    shown = listed(found)
    assert (len(shown), shown[-1].how) == (MOST + 1, "more")
    assert str(len(rows) - MOST) in told(shown[-1])
    ends = "甲\n" * 5000 + "乙", "乙\n" * 5000 + "甲"
    assert compare(parts("rules"), {"text": ends[0]}, {"text": ends[1]})
    long_ones = "天" * 9000 + "地" + "人" * 9000, "天" * 9000 + "水" + "人" * 9000
    (one,) = compare(parts("rules"), {"text": long_ones[0]}, {"text": long_ones[1]})
    assert one == Difference(
        "altered", "正文第1段", "…" + "天" * 12 + "地" + "人" * 12 + "…", "…" + "天" * 12 + "水" + "人" * 12 + "…"
    )
