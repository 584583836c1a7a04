"""Minutes: the sections each state asks for, verdicts with reasons, the day of issue, the 纪要 and the record on paper."""

import pytest

from studio_desk.kernel.problem import Problem
from studio_desk.kinds import kind
from studio_desk.press.page import GongwenMark, Heading, Imprint, Roll
from tests.kinds.bodies import MINUTES, SHELVED, typed
from tests.kinds.shelf import Shelf, words

KIND = kind("minutes")
QUICK = {
    "uid": "u1",
    "title": "关于路灯的微协商",
    "activity": "u-activity",
    "day": "2026-03-18",
    "chair": "欧阳思远",
    "recorder": "赵㛃",
}


def found(**changes):
    return {(finding.field, finding.code, finding.level) for finding in KIND.find(typed(QUICK, **changes))}


def test_a_draft_needs_five_fields():
    assert found() == set()


@pytest.mark.parametrize("field", ["title", "activity", "day", "chair", "recorder"])
def test_the_required_fields(field):
    assert found(**{field: ...}) == {(field, "FIELD_REQUIRED", "error")}


def test_what_goes_to_the_head_has_agenda_people_and_contents():
    assert found(state="待审") == {(name, "NEEDED_NOW", "error") for name in ("agenda", "seats", "gist")}
    ready = {"agenda": ["路灯"], "seats": [{"name": "褚堃"}]}
    assert found(state="待审", **ready, gist="会议议定。") == set()
    assert found(state="待审", **ready, speeches=[{"who": "褚堃", "text": "可以修。"}]) == set()
    assert found(state="待审", **ready, matters=[{"matter": "修路灯", "verdict": "能办"}]) == set()
    assert found(state="已签发", **ready, gist="会议议定。") == {
        ("signer", "NEEDED_NOW", "error"),
        ("issued", "NEEDED_NOW", "error"),
    }


@pytest.mark.parametrize("verdict", ["有条件办", "不能办"])
def test_a_verdict_that_is_not_a_plain_yes_has_its_reason(verdict):
    matter = {"matter": "修路灯", "verdict": verdict}
    assert found(matters=[matter]) == {("matters.0.reason", "VERDICT_REASON", "error")}
    assert found(matters=[{**matter, "reason": "须报批"}]) == set()
    assert found(matters=[{"matter": "修路灯", "verdict": "能办"}]) == set()


def test_an_action_item_says_what_who_and_by_when():
    item = {"what": "换灯", "who": "镇政府", "due": "2026-03-25"}
    assert found(actions=[item]) == set()
    for field in item:
        assert found(actions=[{k: v for k, v in item.items() if k != field}]) == {
            (f"actions.0.{field}", "FIELD_REQUIRED", "error")
        }
    assert found(actions=[{**item, "due": "2026-03-17"}]) == {("actions.0.due", "DATE_ORDER", "error")}


def test_absence_has_its_reason():
    assert found(seats=[{"name": "沈勰", "seat": "缺席"}]) == {("seats.0.reason", "ABSENCE_REASON", "warning")}
    assert found(seats=[{"seat": "出席"}]) == {("seats.0.name", "NOBODY", "error")}


def test_minutes_are_issued_within_seven_working_days():
    # 2026-03-18 is a Wednesday: seven working days later is Friday 27 March.
    assert found(issued="2026-03-27") == set()
    assert found(issued="2026-03-28") == {("issued", "MINUTES_LATE", "warning")}
    assert found(issued="2026-03-17") == {("issued", "DATE_ORDER", "error")}
    assert found(day="2026-03", issued="2026-05-01") == set()


def test_the_meeting_ends_after_it_began():
    assert found(time="14:30", ended="14:29") == {("ended", "TIME_ORDER", "error")}


def test_twelve_thousand_characters_forty_speakers_and_twenty_five_items_fit():
    speeches = [{"who": f"发言人{n}", "text": "言" * 300} for n in range(40)]
    actions = [{"what": f"事项{n}", "who": "镇政府", "due": "2026-04-01"} for n in range(25)]
    values = typed(QUICK, speeches=speeches, actions=actions)
    assert KIND.find(values) == []
    printed = words(KIND.sheets(KIND.read(values), Shelf(*SHELVED)))
    assert all(f"发言人{n}" in printed for n in range(40))
    assert all(f"{n + 1}.事项{n}。" in printed for n in range(25))


def test_the_head_issues_them():
    KIND.allow_move("草稿", "待审", "")
    KIND.allow_move("待审", "已签发", "")
    KIND.allow_move("已签发", "已归档", "")
    with pytest.raises(Problem, match="REASON_REQUIRED"):
        KIND.allow_move("待审", "草稿", "")
    with pytest.raises(Problem, match="MOVE_NOT_ALLOWED"):
        KIND.allow_move("草稿", "已签发", "")
    assert [m.who for m in KIND.life.moves if m.end == "已签发"] == ["H"]


def test_they_count_once_issued_by_the_day_of_issue():
    assert [(d.name, d.day, d.body) for d in KIND.duties(KIND.read(typed(MINUTES)))] == [
        ("会议纪要", "2026-03-24", "SQ")
    ]
    assert KIND.duties(KIND.read(typed(MINUTES, state="待审"))) == []


@pytest.mark.parametrize(("state", "draft"), [("草稿", True), ("待审", True), ("已签发", False), ("已归档", False)])
def test_what_is_not_approved_bears_the_mark_of_a_draft(state, draft):
    summary, _ = KIND.sheets(KIND.read(typed(MINUTES, state=state)), Shelf(*SHELVED))
    assert summary.draft is draft


def test_the_form_of_the_summary_is_that_of_the_standard():
    summary, record = KIND.sheets(KIND.read(typed(MINUTES)), Shelf(*SHELVED))
    assert summary.frame == "gongwen"
    mark, title, *_ = summary.blocks
    assert isinstance(mark, GongwenMark)
    assert (mark.text, mark.number) == ("石桥镇联络站微协商纪要", "第3期")
    assert isinstance(title, Heading)
    assert title.text == MINUTES["title"]
    headings = [b.text for b in summary.blocks if isinstance(b, Heading) and b.level == 1]
    assert headings == ["一、会议议题", "二、议定事项", "三、共识", "四、不同意见", "五、交办事项"]
    rolls = {b.label: b.names for b in summary.blocks if isinstance(b, Roll)}
    assert rolls["出席"] == ("欧阳思远", "褚堃")
    assert rolls["请假"] == ("李䶮（出差）",)
    assert isinstance(summary.blocks[-1], Imprint)
    assert record.frame == "form"
    assert "顶管不破路面" in words([record])
    assert "顶管不破路面" not in words([summary])


def test_without_a_mark_the_office_stands_there():
    summary, _ = KIND.sheets(KIND.read(typed(MINUTES, mark="")), Shelf(*SHELVED))
    assert summary.blocks[0].text == "青溪区政协石桥镇联络站会议纪要"
