"""A page of the people's-concerns journal: what is refused, what is only pointed out, what it counts for."""

from datetime import timedelta

import pytest

from studio_desk.kernel import clock
from studio_desk.kinds import kind
from studio_desk.press.page import PageBreak, Photos
from tests.kinds.bodies import ATTACHMENT, CASE, JOURNAL_ENTRY, SHELVED, typed
from tests.kinds.shelf import Shelf, words

KIND = kind("journal_entry")
QUICK = {
    "uid": "u1",
    "way": "走访",
    "day": "2026-03-06",
    "place": "上河湾村",
    "members": ["u-li"],
    "recorder": "赵㛃",
    "content": "灌溉渠淤堵约200米,春灌受影响,盼清淤。",
}


def found(**changes):
    return {(finding.field, finding.code, finding.level) for finding in KIND.find(typed(QUICK, **changes))}


def test_ten_fields_are_enough_for_an_entry():
    assert found() == set()


@pytest.mark.parametrize("field", ["way", "day", "place", "recorder", "content"])
def test_who_when_where_what_must_be_there(field):
    assert found(**{field: ...}) == {(field, "FIELD_REQUIRED", "error")}
    assert found(**{field: " \u3000"}) == {(field, "FIELD_REQUIRED", "error")}


def test_a_thin_entry_is_a_warning_that_can_be_kept_with_a_reason():
    assert found(content="路灯不亮。") == {("content", "THIN_ENTRY", "warning")}
    assert found(content="路灯不亮。" + " \n" * 30) == {("content", "THIN_ENTRY", "warning")}
    assert found(content="亮" * 20) == set()
    kept = [{"code": "THIN_ENTRY", "field": "content", "reason": "来电者只说了一句"}]
    assert found(content="路灯不亮。", kept=kept) == set()


@pytest.mark.parametrize("way", ["来信", "信箱"])
def test_a_letter_needs_the_day_it_came(way):
    assert found(way=way) == {("letter_received", "NEEDED_NOW", "error")}
    assert found(way=way, letter_received="2026-03-05") == set()
    assert found(way=way, letter_received="2026-03-07") == {("letter_received", "DATE_ORDER", "error")}
    assert found(way=way, letter_received="2026-03") == set()


def test_an_entry_ends_after_it_began():
    assert found(time="9:30", end_time="9:29") == {("end_time", "TIME_ORDER", "error")}
    assert found(time="9:30", end_time="9:30") == set()
    assert found(time="12:60") == {("time", "NO_SUCH_TIME", "error")}


@pytest.mark.parametrize("day", ["2023-02-29", "开春", "2026-13-01"])
def test_a_day_that_is_none_is_refused_beside_its_field(day):
    ((field, code, _),) = found(day=day)
    assert (field, code) == ("day", "NO_SUCH_DATE")


def test_what_lies_ahead_cannot_have_happened():
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert found(day=tomorrow) == {("day", "FUTURE_DAY", "warning")}


def test_an_entry_without_a_member_is_pointed_out_and_one_written_twice_refused():
    assert found(members=[]) == {("members", "NO_MEMBER", "warning")}
    assert found(members=["u-li", "u-li"]) == {("members", "MEMBER_TWICE", "error")}


@pytest.mark.parametrize(
    ("heads", "flag", "warned"), [(4, False, False), (5, False, True), (5, True, False), (4, True, True)]
)
def test_five_or_more_are_a_group_visit(heads, flag, warned):
    persons = [{"name": "张某", "heads": 1}, {"name": "王某", "heads": heads - 1}]
    expected = {("group_visit", "GROUP_VISIT", "warning")} if warned else set()
    assert found(persons=persons, group_visit=flag) == expected


def test_children_under_fourteen_are_sensitive():
    assert found(persons=[{"name": "小明", "age": 13}]) == {("persons.0.age", "MINOR", "warning")}
    assert found(persons=[{"name": "小明", "age": 14}]) == set()


@pytest.mark.parametrize("phone", ["19900000001", "0914-2330001", "２３３０００１", "12345", "029 88880000转201"])
def test_telephone_numbers_as_people_write_them(phone):
    assert found(persons=[{"name": "张某", "phone": phone}]) == set()


@pytest.mark.parametrize("phone", ["1990000000", "没有电话", "12000000001"])
def test_what_is_no_telephone_number_is_a_warning(phone):
    assert found(persons=[{"name": "张某", "phone": phone}]) == {("persons.0.phone", "PHONE_FORM", "warning")}


def test_names_keep_rare_characters_and_one_kind_of_middle_dot():
    record = KIND.read(typed(QUICK, recorder="阿卜杜热合曼 • 吐尔逊尼亚孜", persons=[{"name": "赵\ue863㛃"}]))
    assert record.recorder == "阿卜杜热合曼·吐尔逊尼亚孜"
    assert record.persons[0].name == "赵䶮㛃"
    assert found(recorder="李" * 50) == set()
    assert found(recorder="李" * 51) == {("recorder", "TEXT_TOO_LONG", "error")}


def test_an_unknown_word_is_refused_with_the_nearest():
    (finding,) = KIND.find(typed(QUICK, category="环境卫"))
    assert finding.code == "UNKNOWN_WORD"
    assert "环境卫生" in finding.remedy


def test_how_it_was_handled_is_asked_once_the_entry_is_registered():
    assert found(state="草稿") == set()
    assert found(state="已登记") == {("answer", "NOT_HANDLED", "warning")}
    assert found(state="已登记", next_step="3月13日回访。") == set()


def test_it_counts_once_for_the_body_and_once_for_each_member():
    duties = KIND.duties(KIND.read(typed(JOURNAL_ENTRY)))
    assert {(d.name, d.who, d.body, d.day, d.count) for d in duties} == {
        (name, who, "u-studio", "2026-03-06", 1)
        for name in ("民情日志", "信箱", "有效日志")
        for who in ("", "u-ouyang", "u-li")
    }
    assert len(duties) == 9


def test_drafts_do_not_count_and_thin_ones_are_not_valid():
    assert KIND.duties(KIND.read(typed(JOURNAL_ENTRY, state="草稿"))) == []
    assert "有效日志" not in {d.name for d in KIND.duties(KIND.read(typed(JOURNAL_ENTRY, content="路灯不亮。")))}
    assert "有效日志" not in {d.name for d in KIND.duties(KIND.read(typed(JOURNAL_ENTRY, answer="", next_step="")))}
    assert {d.body for d in KIND.duties(KIND.read(typed(JOURNAL_ENTRY, studio="")))} == {"SQ"}


def test_it_is_registered_by_the_clerk_and_reviewed_by_the_head():
    steps = [("草稿", "已登记", "C"), ("已登记", "已审核", "H"), ("已审核", "已归档", "CR")]
    for start, end, who in steps:
        (move,) = [m for m in KIND.life.moves_from(start) if m.end == end]
        assert (move.who, move.reason) == (who, False)
    (back,) = [m for m in KIND.life.moves_from("已审核") if m.end == "已登记"]
    assert back.reason
    assert KIND.life.drafts == ("草稿",)


def test_the_matter_that_came_of_it_stands_on_the_page():
    printed = words(KIND.sheets(KIND.read(typed(JOURNAL_ENTRY)), Shelf(*SHELVED)))
    for told in (CASE["code"], CASE["title"], "[x]解决", "[x]基本满意"):
        assert told in printed


def test_photos_stand_overleaf_without_the_void_and_the_sensitive_ones():
    rows = [
        {**ATTACHMENT, "uid": "a1", "sha256": "1" * 64, "caption": "好照片"},
        {**ATTACHMENT, "uid": "a2", "sha256": "2" * 64, "state": "作废"},
        {**ATTACHMENT, "uid": "a3", "sha256": "3" * 64, "personal": "P2", "caption": "病历"},
        {**ATTACHMENT, "uid": "a4", "sha256": "4" * 64, "mime": "application/pdf"},
        {**ATTACHMENT, "uid": "a5", "sha256": "5" * 64, "caption": "不在本机"},
    ]
    photos = {str(n) * 64: b"picture" for n in (1, 2, 3, 4)}
    record = KIND.read(typed(JOURNAL_ENTRY))
    for full, expected in ((False, ["好照片"]), (True, ["好照片", "病历"])):
        (sheet,) = KIND.sheets(record, Shelf(*rows, full=full, photos=photos))
        at = next(i for i, block in enumerate(sheet.blocks) if isinstance(block, PageBreak))
        (pictures,) = [block for block in sheet.blocks[at:] if isinstance(block, Photos)]
        assert [photo.caption for photo in pictures.items] == expected
    (plain,) = KIND.sheets(record, Shelf())
    assert not any(isinstance(block, PageBreak | Photos) for block in plain.blocks)
