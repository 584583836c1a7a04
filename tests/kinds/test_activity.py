"""An event: who held it, who came, what a micro-consultation needs, and how it is counted."""

import itertools

import pytest

from studio_desk.kernel.problem import Problem
from studio_desk.kinds import kind
from studio_desk.press.page import Signin
from tests.kinds.bodies import ACTIVITY, SHELVED, typed
from tests.kinds.shelf import Shelf, words

KIND = kind("activity")
QUICK = {
    "uid": "u1",
    "title": "集体学习",
    "activity_kind": "集体学习",
    "mode": "团体",
    "start_day": "2026-03-18",
    "place": "工作室",
    "host": "u-studio",
}
CAME = [{"member": "u-li", "actual": "签到"}]


def found(**changes):
    return {(finding.field, finding.code, finding.level) for finding in KIND.find(typed(QUICK, **changes))}


def test_a_plan_needs_six_fields():
    assert found() == set()


@pytest.mark.parametrize("field", ["title", "activity_kind", "mode", "start_day", "place", "host"])
def test_the_required_fields(field):
    assert found(**{field: ...}) == {(field, "FIELD_REQUIRED", "error")}


def test_it_ends_after_it_began():
    assert found(end_day="2026-03-17") == {("end_day", "DATE_ORDER", "error")}
    assert found(start_time="14:00", end_time="13:59") == {("end_time", "TIME_ORDER", "error")}
    assert found(start_time="14:00", end_day="2026-03-19", end_time="09:00") == set()


def test_a_host_is_credited_once():
    assert found(co_hosts=["u-studio2"]) == set()
    assert found(co_hosts=["u-studio"]) == {("co_hosts", "HOST_TWICE", "error")}
    assert found(co_hosts=["u-studio2", "u-studio2"]) == {("co_hosts", "HOST_TWICE", "error")}


@pytest.mark.parametrize("what", ["微协商", "专题协商", "社区议事会"])
def test_a_committee_answers_for_a_consultation_once_it_is_more_than_a_plan(what):
    assert found(activity_kind=what, state="计划") == set()
    assert found(activity_kind=what, state="方案") == {("committee", "COMMITTEE_MISSING", "error")}
    assert found(activity_kind=what, state="方案", committee="经济委员会") == set()
    assert found(activity_kind=what, state="取消") == set()


def test_a_key_activity_is_approved_before_people_are_told():
    assert found(emphasis=True, state="方案") == set()
    assert found(emphasis=True, state="通知") == {("approver", "APPROVAL_MISSING", "error")}
    assert found(emphasis=True, state="通知", approver="钱𫖯") == set()
    assert found(emphasis=True, state="已举办", attendance=CAME) == {("approver", "APPROVAL_MISSING", "error")}


def micro(*sides, actual="签到", state="已举办"):
    people = [{"name": f"来人{n}", "side": side, "actual": actual} for n, side in enumerate(sides)]
    return found(activity_kind="微协商", committee="经济委员会", state=state, attendance=people)


def test_a_micro_consultation_brings_a_department_and_the_people_together():
    missing = ("attendance", "SIDE_MISSING", "error")
    assert micro("部门", "群众方") == set()
    assert micro("部门", "部门", "群众方", actual="迟到") == set()
    assert micro("部门", "委员") == {missing}
    assert micro("群众方") == {missing}
    assert missing in micro("部门", "群众方", actual="缺席")
    assert micro("委员", state="进行") == set()
    texts = [f.sentence for f in KIND.find(typed(QUICK, activity_kind="微协商", committee="委", state="已举办"))]
    assert any("部门" in text for text in texts)
    assert any("群众方" in text for text in texts)


def test_every_line_of_the_roll_is_somebody_and_nobody_twice():
    assert found(attendance=[{"unit": "交通局"}]) == {("attendance.0.name", "NOBODY", "error")}
    assert found(attendance=[{"member": "u-li"}, {"member": "u-li"}]) == {
        ("attendance.1.member", "MEMBER_TWICE", "error")
    }
    assert found(attendance=[{"name": "张伟"}, {"name": "张伟"}]) == set()  # two of the same name


def test_leave_needs_a_reason_and_someone_who_granted_it():
    line = {"member": "u-li", "actual": "请假"}
    assert found(attendance=[line]) == {("attendance.0.leave_reason", "LEAVE_NOT_GRANTED", "warning")}
    assert found(attendance=[{**line, "leave_reason": "出差", "leave_approver": "欧阳思远"}]) == set()


def test_who_signed_up_did_not_walk_in():
    line = {"member": "u-li", "actual": "签到", "walk_in": True}
    assert found(attendance=[line]) == set()
    assert found(attendance=[{**line, "answer": "参加"}]) == {("attendance.0.walk_in", "WALK_IN_ANSWERED", "error")}


def test_the_papers_are_complete_only_with_a_roll_and_a_summary():
    assert found(state="已举办") == {("attendance", "NOBODY_CAME", "warning")}
    assert found(state="资料齐", attendance=CAME) == {("summary", "SUMMARY_MISSING", "error")}
    assert found(state="资料齐", summary="学了两份文件。") == {("attendance", "NOBODY_CAME", "error")}
    assert found(state="资料齐", attendance=CAME, summary="学了两份文件。") == set()


def test_money_is_whole_fen_and_never_negative():
    assert found(cost_fen=123450) == set()
    assert {code for _, code, _ in found(cost_fen=-1)} == {"WRONG_TYPE"}
    assert {code for _, code, _ in found(cost_fen=12.5)} == {"WRONG_TYPE"}


def counted(**changes):
    return [(d.name, d.who, d.body) for d in KIND.duties(KIND.read(typed(ACTIVITY, **changes)))]


def test_one_event_is_credited_to_every_host_and_to_each_member_who_came():
    names = ("活动", "微协商", "三微")
    assert sorted(counted()) == sorted(
        [(name, "", body) for name in names for body in ("u-studio", "u-studio2")]
        + [(name, "u-ouyang", "u-studio") for name in names]
    )
    assert {d.day for d in KIND.duties(KIND.read(typed(ACTIVITY)))} == {"2026-03-18"}


@pytest.mark.parametrize(
    ("what", "group"),
    [("微调研", "三微"), ("微视察", "三微"), ("听民意", "民意"), ("解民忧", "民意"), ("安民心", "民意")],
)
def test_the_two_figures_that_the_city_reports(what, group):
    assert (group, "", "u-studio") in counted(activity_kind=what)


def test_other_kinds_belong_to_neither_figure():
    assert {name for name, _, _ in counted(activity_kind="集体学习")} == {"活动", "集体学习"}


@pytest.mark.parametrize("state", ["计划", "方案", "通知", "报名", "进行", "延期", "取消"])
def test_what_was_not_held_does_not_count(state):
    assert counted(state=state) == []


def test_the_walk_of_an_activity():
    walk = ["计划", "方案", "通知", "报名", "进行", "延期", "通知", "报名", "进行"]
    walk += ["已举办", "资料齐", "已举办", "资料齐", "已审核", "已归档"]
    for start, end in itertools.pairwise(walk):
        KIND.allow_move(start, end, "理由")
    KIND.allow_move("计划", "已举办", "")
    for state in ("计划", "方案", "通知", "报名", "进行", "延期"):
        with pytest.raises(Problem, match="REASON_REQUIRED"):
            KIND.allow_move(state, "取消", "")
    for start, end in (("已举办", "取消"), ("取消", "通知"), ("已举办", "已归档")):
        with pytest.raises(Problem, match="MOVE_NOT_ALLOWED"):
            KIND.allow_move(start, end, "理由")


def test_the_sign_in_sheet_names_who_is_expected_and_counts_who_came():
    report, signin = KIND.sheets(KIND.read(typed(ACTIVITY)), Shelf(*SHELVED))
    (block,) = [b for b in signin.blocks if isinstance(b, Signin)]
    assert [person.name for person in block.people] == ["欧阳思远", "李䶮", "褚堃", "卫骉"]
    assert block.people[0].unit == "青溪区中医院主任医师"
    assert "应到3人  实到3人  请假1人" in words([signin])
    assert "出差（欧阳思远准假）" in words([report])
    assert "未报名到会" in words([report])


def test_before_the_event_the_sheet_leaves_the_counts_to_the_pen():
    (_, signin) = KIND.sheets(KIND.read(typed(ACTIVITY, state="通知")), Shelf(*SHELVED))
    assert "应到3人  实到    人  请假    人" in words([signin])
