"""What each kind of body and person demands beyond types and lists (domain.md 2.1, 2.2)."""

import copy
from datetime import datetime

import pytest

from studio_desk.kernel import clock
from studio_desk.kinds import kind
from tests.kinds.roster import ROSTER


@pytest.fixture(autouse=True)
def spring_2026():
    clock.set_clock(lambda: datetime(2026, 5, 1, 9, 0, tzinfo=clock.CHINA))
    yield
    clock.set_clock(None)


def found(key, **changes):
    """`{(field, code): level}` of the example with some fields changed."""
    return {(f.field, f.code): f.level for f in kind(key).find({**copy.deepcopy(ROSTER[key]), **changes})}


def first_line(key, field, **changes):
    lines = copy.deepcopy(ROSTER[key][field])
    lines[0] |= changes
    return {field: lines}


CASES = [
    # 区政协
    ("office", {"admin_code": "99000"}, ("admin_code", "ADMIN_CODE_FORM"), "error"),
    ("office", {"admin_code": "99000a"}, ("admin_code", "ADMIN_CODE_FORM"), "error"),
    ("office", {"term_end": "2020"}, ("term_end", "DATE_ORDER"), "error"),
    ("office", first_line("office", "plenaries", end="2026-01-11"), ("plenaries.0.end", "DATE_ORDER"), "error"),
    ("office", {"plenaries": []}, ("plenaries", "NO_PLENARY"), "warning"),
    ("office", {"towns": ["石桥镇", "石桥镇"]}, ("towns", "TOWN_TWICE"), "error"),
    # 联络站
    ("station", {"station_code": "sq"}, ("station_code", "STATION_CODE_FORM"), "error"),
    ("station", {"station_code": "S"}, ("station_code", "STATION_CODE_FORM"), "error"),
    ("station", {"station_code": "SHIQIAO"}, ("station_code", "STATION_CODE_FORM"), "error"),
    ("station", {"station_code": "石桥"}, ("station_code", "STATION_CODE_FORM"), "error"),
    ("station", {"clerk_b": "赵㛃"}, ("clerk_b", "SAME_CLERK"), "error"),
    ("station", {"clerk_b": ""}, ("clerk_b", "NO_SECOND_CLERK"), "warning"),
    ("station", {"phone": "12"}, ("phone", "PHONE_FORM"), "warning"),
    ("station", {"opened": "2030-01-01"}, ("opened", "FUTURE_DAY"), "warning"),
    ("station", first_line("station", "posts", until="2020"), ("posts.0.until", "DATE_ORDER"), "error"),
    ("station", first_line("station", "posts", role="门卫"), ("posts.0.role", "UNKNOWN_WORD"), "error"),
    # 工作室
    ("studio", {"type": "个人型", "lead_member": ""}, ("lead_member", "LEAD_MEMBER_MISSING"), "error"),
    ("studio", {"type": "界别型", "sector": ""}, ("sector", "SECTOR_MISSING"), "error"),
    ("studio", {"type": "区域型", "town": ""}, ("town", "TOWN_MISSING"), "error"),
    ("studio", {"name": "石桥镇委员之家"}, ("name", "STUDIO_NAME"), "warning"),
    (
        "studio",
        first_line("studio", "receptions", cycle="每周"),
        ("receptions.0.number", "NO_SUCH_RECEPTION_DAY"),
        "error",
    ),
    ("studio", first_line("studio", "receptions", end="08:00"), ("receptions.0.end", "TIME_ORDER"), "error"),
    ("studio", first_line("studio", "receptions", start="12:60"), ("receptions.0.start", "NO_SUCH_TIME"), "error"),
    ("studio", {"ordinal": 0}, ("ordinal", "WRONG_TYPE"), "error"),
    # 委员
    ("member", {"id_number": "990000194909210010"}, ("id_number", "ID_CHECK_DIGIT"), "warning"),
    ("member", {"id_number": "9900001949"}, ("id_number", "ID_FORM"), "warning"),
    ("member", {"id_number": "990000194902300016"}, ("id_number", "ID_BIRTH"), "warning"),
    ("member", {"birth": "1950"}, ("id_number", "ID_BIRTH_DIFFERS"), "warning"),
    ("member", {"sex": "女"}, ("id_number", "ID_SEX_DIFFERS"), "warning"),
    ("member", {"phone": "1234567"}, ("phone", "PHONE_FORM"), "warning"),
    ("member", {"birth": "2049-09-21"}, ("birth", "FUTURE_DAY"), "warning"),
    ("member", {"level": "省"}, ("terms", "LEVEL_WITHOUT_TERM"), "warning"),
    ("member", first_line("member", "terms", until="2024-01"), ("terms", "ALL_TERMS_ENDED"), "warning"),
    ("member", first_line("member", "terms", until="2021"), ("terms.0.until", "DATE_ORDER"), "error"),
    (
        "member",
        first_line("member", "terms", level="县", since="2020-01"),
        ("terms.1.since", "TERMS_OVERLAP"),
        "warning",
    ),
    ("member", first_line("member", "posts", until="2020"), ("posts.0.until", "DATE_ORDER"), "error"),
    ("member", first_line("member", "terms", since=""), ("terms.0.since", "FIELD_REQUIRED"), "error"),
    ("member", {"name": "长" * 51}, ("name", "TEXT_TOO_LONG"), "error"),
    ("member", {"sector": "青联"}, ("sector", "UNKNOWN_WORD"), None),
    # 组
    ("group", {"group_kind": "界别组", "sector": ""}, ("sector", "SECTOR_MISSING"), "error"),
    ("group", first_line("group", "members", member="u-zhou"), ("members.1.member", "MEMBER_TWICE"), "error"),
    ("group", {"head": "u-nobody"}, ("head", "HEAD_NOT_IN_GROUP"), "warning"),
    ("group", first_line("group", "members", until="2023-01-01"), ("head", "HEAD_NOT_IN_GROUP"), "warning"),
    ("group", first_line("group", "members", until="2021-01-01"), ("members.0.until", "DATE_ORDER"), "error"),
    # 联系点
    ("contact_point", {"contact": ""}, ("contact", "NO_CONTACT"), "warning"),
    ("contact_point", first_line("contact_point", "needs", met="2026-01"), ("needs.0.met", "DATE_ORDER"), "error"),
    ("contact_point", first_line("contact_point", "needs", met="2026-04"), ("needs.0.state", "NEED_STATE"), "warning"),
    # 群众
    ("person", {"name": "匿名"}, ("name", "ANONYMOUS_WITH_NUMBERS"), "warning"),
    ("person", {"birth": "2013-01-01", "age": None, "id_number": ""}, ("birth", "MINOR"), "warning"),
    ("person", {"birth": "", "age": 13, "id_number": ""}, ("age", "MINOR"), "warning"),
    ("person", {"birth": "", "age": None, "id_number": "990000201211170014"}, ("birth", "MINOR"), "warning"),
    ("person", {"age": 60}, ("age", "AGE_DIFFERS"), "warning"),
    ("person", {"age": 131}, ("age", "WRONG_TYPE"), "error"),
    ("person", {"consent_day": ""}, ("consent_day", "NO_CONSENT"), "warning"),
    # 家庭
    ("household", {"category": ""}, ("category", "NO_CATEGORY"), "warning"),
    ("household", {"head": "李某"}, ("head", "HEAD_DIFFERS"), "warning"),
    ("household", {"members": ROSTER["household"]["members"][:1] * 2}, ("members", "TWO_HEADS"), "error"),
    ("household", {"incomes": ROSTER["household"]["incomes"][:1] * 2}, ("incomes", "INCOME_TWICE"), "error"),
    ("household", first_line("household", "incomes", amount=-1), ("incomes.0.amount", "WRONG_TYPE"), "error"),
    ("household", first_line("household", "incomes", amount=3120.5), ("incomes.0.amount", "WRONG_TYPE"), "error"),
    ("household", first_line("household", "members", sex="女"), ("members.0.id_number", "ID_SEX_DIFFERS"), "warning"),
    ("household", first_line("household", "members", birth="2030"), ("members.0.birth", "FUTURE_DAY"), "warning"),
]


@pytest.mark.parametrize(
    ("key", "changes", "where", "level"), CASES, ids=[f"{c[0]}-{c[2][0]}-{c[2][1]}" for c in CASES]
)
def test_a_rule_speaks_where_it_is_broken(key, changes, where, level):
    assert found(key, **changes).get(where) == level


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("station", {"station_code": "SQ"}), ("station", {"station_code": "SHIQIA"}), ("station", {"clerk_b": "韩琎"}),
        ("studio", {"type": "其它", "sector": "", "town": "", "lead_member": ""}), ("studio", {"type": "个人型"}),
        ("member", {"id_number": ""}), ("member", {"phone": "1990000 0001"}), ("member", {"phone": "0914-2330009"}),
        ("member", {"name": "阿卜杜热合曼•吐尔逊尼亚孜"}), ("member", {"name": "长" * 50}), ("member", {"birth": "1949"}),
        ("person", {"name": "匿名", "phone": "", "id_number": ""}), ("person", {"birth": "", "age": 14, "id_number": ""}),
        ("person", {"id_number": "９９００００１９５６０３０４００１２"}), ("office", {"assessment_year": "", "plenaries": []}),
        ("group", {"head": ""}), ("group", {"members": [], "head": "u-li"}),
    ],
)  # fmt: skip
def test_what_is_right_is_left_alone(key, changes):
    assert found(key, **changes) == {}


def test_a_wrong_check_digit_can_be_kept_with_a_reason_and_nothing_else_is_hidden():
    kept = [{"code": "ID_CHECK_DIGIT", "field": "id_number", "reason": "证件上如此"}]
    wrong = {"id_number": "990000194909210010"}
    assert found("member", **wrong, kept=kept) == {}
    assert ("phone", "PHONE_FORM") in found("member", **wrong, kept=kept, phone="1")
    assert ("kept.0.reason", "FIELD_REQUIRED") in found("member", **wrong, kept=[{**kept[0], "reason": " "}])


def test_an_identity_number_is_stored_without_blanks_and_with_a_capital_x():
    record = kind("person").read({**ROSTER["person"], "id_number": " 990000 19560304 003x "})
    assert record.id_number == "99000019560304003X"


def test_the_compound_and_the_long_name_are_kept_whole():
    for name in ("欧阳思远", "李䶮", "孙𠅤", "郑𪚥", "李二〇", "陈Tai-man", "阿卜杜热合曼·吐尔逊尼亚孜"):
        assert kind("member").read({**ROSTER["member"], "name": name}).name == name


def test_a_member_who_left_is_kept_and_may_come_back():
    life = kind("member").life
    assert {move.end for move in life.moves_from("在任")} == {"辞去", "撤销", "届满", "作废"}
    assert {move.end for move in life.moves_from("届满")} == {"在任", "作废"}
    assert set(life.closed) == {"辞去", "撤销", "届满"}


def test_income_is_whole_fen():
    household = kind("household").read(ROSTER["household"])
    assert [line.amount for line in household.incomes] == [312000, 480050]


def test_numbers_of_the_field_book_have_their_letters():
    prefixes = {key: kind(key).prefix for key in ROSTER}
    assert prefixes == {
        "office": "ZX", "station": "ZD", "studio": "GZ", "member": "WY", "group": "XZ", "contact_point": "LX",
        "person": "QZ", "household": "JT",
    }  # fmt: skip
