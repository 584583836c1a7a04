"""A suggestion: one row, one 条, whatever it was made in."""

import pytest

from studio_desk.kernel.problem import Problem
from studio_desk.kinds import kind
from tests.kinds.bodies import SUGGESTION, typed

KIND = kind("suggestion")
QUICK = {"uid": "u1", "parent_kind": "活动", "parent": "u-activity", "day": "2026-03-18", "text": "建议装路灯。"}


def found(**changes):
    return {(finding.field, finding.code, finding.level) for finding in KIND.find(typed(QUICK, **changes))}


@pytest.mark.parametrize("field", ["parent_kind", "parent", "day", "text"])
def test_the_required_fields(field):
    assert found() == set()
    assert found(**{field: ...}) == {(field, "FIELD_REQUIRED", "error")}


def test_what_is_sent_has_a_unit_and_what_is_answered_a_result():
    assert found(state="已送交") == {("to_unit", "NEEDED_NOW", "error")}
    assert found(state="已答复", to_unit="区交通局") == {("result", "NEEDED_NOW", "error")}
    assert found(state="已答复", to_unit="区交通局", result="已采纳") == set()


def test_what_was_not_taken_up_has_its_reason():
    assert found(result="未采纳") == {("result_text", "NEEDED_NOW", "error")}
    assert found(result="未采纳", result_text="经费不足。") == set()


def test_what_became_of_it_has_a_kind():
    assert found(converted_to="u-case") == {("converted_kind", "NEEDED_NOW", "error")}
    assert found(sent="2026-03-17") == {("sent", "DATE_ORDER", "error")}


def test_it_counts_once_for_the_body_and_once_for_the_member_and_apart_when_it_was_converted():
    duties = KIND.duties(KIND.read(typed(SUGGESTION)))
    assert {(d.name, d.who, d.body, d.day) for d in duties} == {
        (name, who, "u-studio", "2026-03-18") for name in ("意见建议", "意见建议转化") for who in ("", "u-zhou")
    }
    plain = KIND.duties(KIND.read(typed(QUICK, state="已提出", station="SQ")))
    assert [(d.name, d.who, d.body) for d in plain] == [("意见建议", "", "SQ")]
    assert KIND.duties(KIND.read(typed(SUGGESTION, state="草稿"))) == []


def test_its_walk():
    for start, end in (("草稿", "已提出"), ("已提出", "已送交"), ("已送交", "已答复"), ("已答复", "已归档")):
        KIND.allow_move(start, end, "")
    with pytest.raises(Problem, match="REASON_REQUIRED"):
        KIND.allow_move("已提出", "已归档", "")
