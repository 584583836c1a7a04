"""A task: whose step each step is, what an answer needs, how it counts, what is printed above it."""

import pytest

from studio_desk.exchange import tasks
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kinds import kind
from studio_desk.record.kind import VOID
from studio_desk.tally import today
from tests.kinds.bodies import SHELVED, TASK, typed
from tests.kinds.shelf import Shelf, words

KIND = kind("task")


def test_every_step_belongs_to_one_side():
    for state in ("", *KIND.life.states):
        ends = [m.end for m in KIND.life.moves_from(state)] if state else [KIND.life.first]
        for end in ends:
            values = {"state": state, "origin": "主席会"}
            assert KIND.may_step(values, end, "station") != KIND.may_step(values, end, "district"), (state, end)


def test_what_a_station_gave_itself_is_all_its_own():
    own = {"origin": "站内", "station": "SQ", "code": "SQ-RW-2026-0001"}
    for move in KIND.life.moves:
        assert KIND.may_step({"state": move.start, **own}, move.end, "station")
    with pytest.raises(Problem) as refused:
        KIND.allow_step({"state": "", "origin": "区委"}, "已下达", "station")
    assert refused.value.code == "STEP_OF_OTHER_SIDE"
    KIND.allow_step({"state": "", **own}, "已下达", "station")
    assert not KIND.may_step({"state": "已回复", **own, "code": "990000-RW-2026-0001"}, "已办结", "station")


def test_other_layers_mean_the_same_states_and_words():
    closed = {"已回复", *KIND.life.closed}
    assert set(tasks.OPEN) == set(today._OWED) == set(KIND.life.states) - closed
    assert KIND.life.first == tasks.ISSUED
    assert {tasks.REPLIED} == closed - set(KIND.life.closed)
    assert vocabulary("task_sort").find(tasks.CONFLICT)


@pytest.mark.parametrize(("field", "empty"), [("result", ""), ("replied", "")])
def test_an_answer_needs_its_words_and_its_day(field, empty):
    found = KIND.find(typed(TASK, state="已回复", closed="", **{field: empty}))
    assert (field, "NEEDED_NOW") in {(f.field, f.code) for f in found}


def test_planned_and_extra_tasks_are_counted_apart():
    def counted(**changes):
        return [(d.name, d.day, d.body) for d in KIND.duties(KIND.read(typed(TASK, **changes)))]

    assert counted() == [("计划外任务", "2026-03-10", "SQ"), ("计划外任务办结", "2026-03-30", "SQ")]
    assert counted(unplanned=False, state="已回复") == [("任务", "2026-03-10", "SQ")]
    assert counted(state=VOID) == []


@pytest.mark.parametrize(("sort", "heading"), [("交办", "任务交办单"), ("督办", "督办单"), ("催办", "催办函")])
def test_the_slip_is_headed_by_its_sort(sort, heading):
    assert heading in words(KIND.sheets(KIND.read(typed(TASK, sort=sort)), Shelf(*SHELVED)))
