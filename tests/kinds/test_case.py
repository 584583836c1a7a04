"""A matter of the people: acceptance, deadlines, what must be there before it is closed, what counts as a deed."""

import itertools

import pytest

from studio_desk.kernel.problem import Problem
from studio_desk.kinds import kind
from studio_desk.press.page import Timeline
from tests.kinds.bodies import CASE, SHELVED, typed
from tests.kinds.shelf import Shelf

KIND = kind("case")
QUICK = {
    "uid": "u1",
    "title": "路灯不亮",
    "registered": "2026-03-06",
    "journal_entry": "u-entry",
    "category": "基层治理",
    "in_scope": "属于",
}
READY = {"due": "2026-05-05", "route": "自办"}
ANSWERED = {**READY, "answered": "2026-03-08", "answer_way": "电话"}
TOLD = {**ANSWERED, "told": "2026-03-09", "told_way": "当面"}
DONE = {**TOLD, "result": "解决", "closed": "2026-03-10"}


def found(**changes):
    return {(finding.field, finding.code) for finding in KIND.find(typed(QUICK, **changes))}


def test_a_matter_is_registered_with_five_fields():
    assert found() == set()


@pytest.mark.parametrize("field", ["title", "registered", "journal_entry", "category", "in_scope"])
def test_the_required_fields(field):
    assert found(**{field: ...}) == {(field, "FIELD_REQUIRED")}


def test_a_title_has_at_most_fifty_characters():
    assert found(title="路" * 50) == set()
    assert found(title="路" * 51) == {("title", "TEXT_TOO_LONG")}


@pytest.mark.parametrize(
    ("urgency", "day"), [("一般", "2026-05-05"), ("较急", "2026-03-21"), ("急", "2026-03-13"), ("特急", "2026-03-07")]
)
def test_the_remedy_names_the_deadline_of_the_urgency(urgency, day):
    (finding,) = KIND.find(typed(QUICK, state="受理", urgency=urgency))
    assert finding.code == "DUE_MISSING"
    assert day in finding.remedy
    assert found(state="受理", urgency=urgency, due=day) == set()


def test_without_an_urgency_the_remedy_asks_for_one():
    (finding,) = KIND.find(typed(QUICK, state="受理", urgency=""))
    assert (finding.code, "紧急程度" in finding.remedy) == ("DUE_MISSING", True)


def test_what_is_outside_the_remit_cannot_be_accepted():
    assert found(in_scope="不属于") == set()
    assert found(in_scope="不属于", state="受理", due="2026-05-05") == {("in_scope", "OUT_OF_SCOPE")}


def test_a_refusal_needs_its_ground_and_the_day_the_people_were_told():
    refused = {"in_scope": "不属于", "state": "不予受理"}
    assert found(**refused) == {("refusal_ground", "NEEDED_NOW"), ("told", "NEEDED_NOW")}
    assert found(**refused, refusal_ground="超出职权", told="2026-03-07") == set()
    with pytest.raises(Problem, match="REASON_REQUIRED"):
        KIND.allow_move("登记", "不予受理", " ")


def test_the_way_it_goes_must_be_known_and_a_unit_named():
    assert found(state="办理中", due="2026-05-05") == {("route", "NEEDED_NOW")}
    assert found(state="办理中", due="2026-05-05", route="转办(单位)") == {("host_unit", "NEEDED_NOW")}
    assert found(state="办理中", due="2026-05-05", route="转办(单位)", host_unit="区交通局") == set()


def test_at_most_six_units_help_and_none_twice():
    assert found(co_units=[f"单位{n}" for n in range(6)]) == set()
    assert found(co_units=[f"单位{n}" for n in range(7)]) == {("co_units", "TEXT_TOO_LONG")}
    assert found(co_units=["区交通局", "区交通局"]) == {("co_units", "UNIT_TWICE")}
    assert found(host_unit="区交通局", co_units=["区交通局"]) == {("co_units", "UNIT_TWICE")}


def test_an_old_petition_is_flagged_on_the_matter():
    assert found(route="转信访") == {("petition", "PETITION_FLAG")}
    assert found(route="转信访", petition=True) == set()


def test_a_suspended_matter_has_a_day_to_come_back():
    assert found(state="挂起", **READY) == {("suspended_until", "NEEDED_NOW")}


def test_one_extension_of_thirty_days_with_approver_reason_and_notice():
    complete = {"extension_reason": "等许可", "extension_approver": "钱𫖯", "extension_told": "2026-05-01"}
    assert found(due="2026-05-05", extended_to="2026-06-04", **complete) == set()
    assert found(due="2026-05-05", extended_to="2026-06-05", **complete) == {("extended_to", "EXTENSION_TOO_LONG")}
    assert found(due="2026-05-05", extended_to="2026-05-05", **complete) == {("extended_to", "EXTENSION_BACKWARDS")}
    assert found(due="2026-05-05", extended_to="2026-06-04") == {(name, "NEEDED_NOW") for name in complete}


@pytest.mark.parametrize(
    ("state", "filled", "missing"),
    [
        ("已答复", READY, {"answered", "answer_way"}),
        ("已反馈群众", ANSWERED, {"told", "told_way"}),
        ("办结", TOLD, {"result", "closed"}),
        ("办结", READY, {"answered", "answer_way", "told", "told_way", "result", "closed"}),
        ("已归档", TOLD, {"result", "closed"}),
    ],
)
def test_nothing_is_closed_before_the_people_were_told(state, filled, missing):
    assert found(state=state, **filled) == {(name, "NEEDED_NOW") for name in missing}


def test_unsolved_with_a_reason_is_a_lawful_end():
    assert found(state="办结", **DONE) == set()
    assert found(state="办结", **DONE | {"result": "解释说明"}) == {("result_text", "NEEDED_NOW")}
    assert found(state="办结", **DONE | {"result": "解释说明", "result_text": "产权不清,依法不能修。"}) == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"answered": "2026-03-05"}, "answered"),
        ({"told": "2026-03-05"}, "told"),
        ({"answered": "2026-03-10", "told": "2026-03-09"}, "told"),
        ({"told": "2026-03-10", "closed": "2026-03-09"}, "closed"),
        ({"due": "2026-03-05"}, "due"),
    ],
)
def test_days_follow_each_other(changes, field):
    assert (field, "DATE_ORDER") in found(**changes)


def test_a_step_says_when_what_and_how():
    assert found(steps=[{"day": "2026-03-07", "kind": "协调"}]) == {("steps.0.text", "FIELD_REQUIRED")}
    assert found(steps=[{"day": "2026-03-07", "kind": "喝茶", "text": "谈妥"}]) == {("steps.0.kind", "UNKNOWN_WORD")}


def counted(**changes):
    return {(d.name, d.day) for d in KIND.duties(KIND.read(typed(CASE, **changes))) if not d.who}


def test_a_deed_counts_on_the_day_of_closing_when_it_was_solved():
    assert counted() == {("民情事项", "2026-03-06"), ("办结", "2026-04-01"), ("实事", "2026-04-01")}
    assert ("实事", "2026-04-01") not in counted(deed=False)
    assert ("实事", "2026-04-01") not in counted(result="部分解决")
    assert counted(state="办理中") == {("民情事项", "2026-03-06")}
    assert counted(petition=True) == {("民情事项", "2026-03-06"), ("实事", "2026-04-01")}
    assert found(deed=True, result="部分解决") == {("deed", "DEED_NOT_SOLVED")}
    assert {d.who for d in KIND.duties(KIND.read(typed(CASE)))} == {"", "u-ouyang"}


def test_the_walk_of_a_matter():
    walk = ["登记", "受理", "办理中", "挂起", "办理中", "退办", "办理中", "已答复", "已反馈群众", "办结", "重新办理"]
    walk += ["办理中", "已答复", "已反馈群众", "办结", "已归档"]
    for start, end in itertools.pairwise(walk):
        KIND.allow_move(start, end, "理由")
    for start, end in (("登记", "办结"), ("不予受理", "受理"), ("已归档", "办理中"), ("办理中", "办结")):
        with pytest.raises(Problem, match="MOVE_NOT_ALLOWED"):
            KIND.allow_move(start, end, "理由")
    for start, end in (("办理中", "挂起"), ("办理中", "退办"), ("已反馈群众", "重新办理"), ("办结", "重新办理")):
        with pytest.raises(Problem, match="REASON_REQUIRED"):
            KIND.allow_move(start, end, "")
    (again,) = [m for m in KIND.life.moves_from("退办") if m.end == "办理中"]
    assert again.who == "D"


def test_the_timeline_runs_by_date():
    (sheet,) = KIND.sheets(KIND.read(typed(CASE)), Shelf(*SHELVED))
    (timeline,) = [block for block in sheet.blocks if isinstance(block, Timeline)]
    assert [step.title for step in timeline.steps] == [
        "登记", "现场查看", "协调", "挂起至", "延期", "答复", "反馈群众", "办结",
    ]  # fmt: skip
