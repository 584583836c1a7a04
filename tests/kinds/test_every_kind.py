"""The suite every kind inherits: a newcomer adds a body to `EXAMPLES` and is held to all of this."""

import copy
import json
import re
import subprocess
import sys
import typing
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel import clock, dates
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kinds import KINDS, kind
from studio_desk.record import fields
from studio_desk.record.kind import COMMON, VOID, WORKED_OUT, Kind, Part
from tests.kinds.bodies import BODIES
from tests.kinds.roster import ROSTER
from tests.kinds.shelf import Shelf, leaves
from tests.kinds.values import values_of

EXAMPLES = {**ROSTER, **BODIES}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
RARE = "李䶮𠅤𪚥〇·😀👩\u200d⚕️\u202eab\u200f\x00\ue19d\ufdd0"
EVERY = pytest.mark.parametrize("one", KINDS, ids=lambda one: one.key)


@pytest.fixture(autouse=True)
def spring_2026():
    clock.set_clock(lambda: datetime(2026, 5, 1, 9, 0, tzinfo=clock.CHINA))
    yield
    clock.set_clock(None)


def example(one: Kind, **changes):
    """The kind's faultless body with some fields changed; a field set to `...` is left out."""
    values = {**EXAMPLES[one.key], **changes}
    return {
        key: copy.deepcopy(value) for key, value in values.items() if value is not ... and key in one.model.model_fields
    }


def own_fields(one: Kind):
    return {name: info for name, info in one.model.model_fields.items() if name not in COMMON}


def part_of(info):
    """The child-line model of a list field, `None` for other fields."""
    inner = next(iter(typing.get_args(info.annotation)), None)
    return inner if isinstance(inner, type) and issubclass(inner, Part) else None


def asks_of(one: Kind):
    """Path and Ask of every field, those of child lines included."""
    for name, info in own_fields(one).items():
        yield name, one.asks.get(name)
        if part := part_of(info):
            for inner, inner_info in part.model_fields.items():
                yield f"{name}.{inner}", next((m for m in inner_info.metadata if hasattr(m, "label")), None)


def read_by(info, function) -> bool:
    return any(getattr(m, "func", None) is function for m in info.metadata)


def told(findings):
    """Every finding is a sentence in Chinese with a remedy, short enough to stand beside a field."""
    for finding in findings:
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*", finding.code), finding
        assert CHINESE.search(finding.sentence), finding
        assert CHINESE.search(finding.remedy), finding
        assert len(finding.sentence) < 300, finding
        assert finding.level in {"error", "warning"}
        json.dumps(finding.as_json())
    return findings


# ---------------------------------------------------------------- declared


def test_keys_titles_and_prefixes_are_unique_and_well_formed():
    for values in ([k.key for k in KINDS], [k.title for k in KINDS], [k.prefix for k in KINDS]):
        assert len(set(values)) == len(values)
    assert set(EXAMPLES) == {k.key for k in KINDS}, "a kind without an example, or an example without its kind"


@EVERY
def test_the_declaration_is_whole(one):
    assert one.table.name == one.key
    assert CHINESE.search(one.title)
    assert re.fullmatch(r"[A-Z]{2,4}", one.prefix)
    assert one.name in one.asks
    assert not one.day or read_by(one.model.model_fields[one.day], fields._day)
    assert set(one.searched) <= set(own_fields(one))
    assert not one.retention or one.retention in vocabulary("retention").words()
    assert not [c for c in one.table.columns if "FLOAT" in str(c.type).upper() or "NUMERIC" in str(c.type).upper()]
    assert kind(one.key) is one


@EVERY
def test_every_field_has_a_chinese_label_and_stands_in_a_section(one):
    labels = [ask.label for name, ask in asks_of(one) if ask and "." not in name]
    assert len(set(labels)) == len(labels)
    for name, ask in asks_of(one):
        assert ask is not None, f"{name} is not asked"
        assert CHINESE.search(ask.label), name
        assert not ask.hint or (CHINESE.search(ask.hint) and ask.hint.endswith("。")), name
        assert CHINESE.search(one.label(name)), name
    assert one.asks[next(iter(own_fields(one)))].group, "the first field opens a section"
    assert sum(ask.listed for ask in one.asks.values()) >= 3


@EVERY
def test_vocabularies_and_references_exist(one):
    keys = {k.key for k in KINDS}
    for name, ask in asks_of(one):
        assert not ask.vocabulary or vocabulary(ask.vocabulary).terms, name
        assert not ask.refers or ask.refers in keys, name


@EVERY
def test_sensitive_fields_are_never_listed_or_searched(one):
    for name, ask in asks_of(one):
        if ask.personal == "P2":
            assert not ask.listed, name
            assert not ask.search, name
            assert name.split(".")[0] not in one.searched, name
        if "id_number" in name:
            assert ask.personal == "P2"


@EVERY
def test_search_text_holds_what_is_searched_and_nothing_sensitive(one):
    row = one.read(example(one)).model_dump(mode="json")
    text, names = one.words(row)
    assert names == row[one.name]
    public = {leaf for n, ask in one.asks.items() if ask.personal != "P2" for leaf in leaves(row.get(n))}
    for name, ask in one.asks.items():
        if ask.search:
            assert str(row[name]) in text
        if ask.personal == "P2":
            for leaf in leaves(row[name]):
                assert not isinstance(leaf, str) or not leaf or leaf in public or leaf not in text, name


@EVERY
def test_the_schema_is_json_with_labels_and_classes(one):
    schema = json.loads(json.dumps(one.schema()))
    for name in one.asks:
        assert CHINESE.search(schema["properties"][name]["title"])
        assert schema["properties"][name]["personal"] in {"P0", "P1", "P2"}
    assert schema["additionalProperties"] is False
    assert one.fingerprint() == kind(one.key).fingerprint()


# ---------------------------------------------------------------- life cycle


@EVERY
def test_every_state_is_reached_and_void_ends_everything(one):
    life = one.life
    assert VOID not in life.states
    assert set(life.drafts) | set(life.closed) <= set(life.states)
    reached, frontier = {life.first}, [life.first]
    while frontier:
        state = frontier.pop()
        ends = [move.end for move in life.moves_from(state)]
        assert len(set(ends)) == len(ends), "two moves with one end"
        assert VOID in ends or state == VOID
        new = set(ends) - reached
        reached |= new
        frontier += new
    assert reached == {*life.states, VOID}
    assert life.moves_from(VOID) == []
    for move in life.moves:
        assert set(move.who) <= set("CHVMDAR")
        assert CHINESE.search(move.label)
        assert move.start in {*life.states, "*"}
        assert move.reason or move.end != VOID


@EVERY
def test_a_move_that_is_not_allowed_says_what_is(one):
    with pytest.raises(Problem) as refused:
        one.allow_move(one.life.first, "没有这个状态", "原因")
    assert refused.value.code == "MOVE_NOT_ALLOWED"
    assert refused.value.more["allowed"]
    with pytest.raises(Problem) as refused:
        one.allow_move(one.life.first, VOID, " ")
    assert refused.value.code == "REASON_REQUIRED"
    one.allow_move(one.life.first, VOID, "重复登记")


@EVERY
def test_a_void_record_has_no_findings_and_counts_for_nothing(one):
    values = example(one, state=VOID, void_reason="重复登记")
    assert one.find(values) == []
    assert one.duties(one.read(values)) == []


# ---------------------------------------------------------------- reading


@EVERY
def test_the_example_is_faultless_and_fills_every_field(one):
    assert told(one.find(example(one))) == []
    left_out = {name for name in own_fields(one) if name not in EXAMPLES[one.key]}
    assert left_out == set()


@EVERY
def test_reading_its_own_body_gives_the_same_record(one):
    record = one.read(example(one))
    body = one.body(record)
    again = one.read(body)
    assert again == record
    assert canon(one.body(again)) == canon(body)
    assert not set(body) & set(WORKED_OUT)
    assert all(value not in ("", [], {}, None) for value in body.values())


@EVERY
def test_a_record_with_only_the_required_fields_reads_back_too(one):
    required = {name: value for name, value in example(one).items() if one.model.model_fields[name].is_required()}
    record = one.read(required)
    assert one.read(one.body(record)) == record
    told(one.find(required))


@EVERY
def test_an_emptied_field_stays_empty(one):
    for name, info in one.model.model_fields.items():
        if info.is_required() or name in WORKED_OUT:
            continue
        nothing = {str: "", bool: False}.get(
            info.annotation, [] if typing.get_origin(info.annotation) is list else None
        )
        record = one.read(example(one, **{name: nothing}))
        assert one.read(one.body(record)) == record, name


@EVERY
def test_a_required_field_left_out_or_empty_is_named(one):
    required = [name for name, info in own_fields(one).items() if info.is_required()]
    for name in required:
        for nothing in (..., "", "  ", []):
            found = [f for f in told(one.find(example(one, **{name: nothing}))) if f.field == name]
            assert [f.level for f in found] == ["error"], (name, nothing)
            assert nothing == [] or found[0].code in {"FIELD_REQUIRED", "WRONG_TYPE"}
            assert nothing is not ... or one.label(name) in found[0].sentence


@EVERY
def test_text_without_end_is_refused_in_one_sentence(one):
    for name, info in own_fields(one).items():
        if info.annotation is str:
            found = told(one.find(example(one, **{name: "长" * 20001})))
            assert [f.field for f in found if f.level == "error"] == [name]


@EVERY
def test_an_unknown_field_is_named_with_its_nearest(one):
    wrong = f"{one.name}x"
    found = told(one.find(example(one) | {wrong: "值"}))
    assert [(f.field, f.code) for f in found] == [(wrong, "UNKNOWN_FIELD")]
    assert one.name in found[0].remedy


@EVERY
def test_days_and_times_that_do_not_exist_are_refused_where_they_stand(one):
    for name, info in own_fields(one).items():
        for function, wrong, code in (
            (fields._day, "2023-02-29", "NO_SUCH_DATE"),
            (fields._day, "45000", "NO_SUCH_DATE"),
            (fields._time, "12:60", "NO_SUCH_TIME"),
        ):
            if read_by(info, function):
                found = told(one.find(example(one, **{name: wrong})))
                assert [(f.field, f.code) for f in found] == [(name, code)]
                assert wrong in found[0].sentence


@EVERY
def test_a_word_that_is_not_listed_brings_the_nearest_one(one):
    for name, ask in one.asks.items():
        if not ask.vocabulary or name in COMMON:
            continue
        word = "查无此词"
        many = isinstance(one.read(example(one)).model_dump()[name], list)
        found = [f for f in told(one.find(example(one, **{name: [word] if many else word}))) if f.field == name]
        assert [f.code for f in found] == ["UNKNOWN_WORD"], name
        assert word in found[0].sentence
        assert any(term.word in found[0].remedy for term in vocabulary(ask.vocabulary).terms)


@EVERY
def test_an_unknown_state_is_refused(one):
    found = told(one.find(example(one, state="查无此态")))
    assert [(f.field, f.code) for f in found if f.level == "error"] == [("state", "UNKNOWN_WORD")]


WRONG = [
    3.5,
    True,
    None,
    {},
    {"x": 1},
    [[]],
    [3],
    [None],
    [{"x": {}}],
    2**70,
    -(2**70),
    "{}",
    "\ud800",
    "\udc00x",
    "1" * 5000,
]


@EVERY
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:20])
def test_a_value_of_the_wrong_type_gives_a_finding_never_a_traceback(one, wrong):
    for name, info in one.model.model_fields.items():
        many = [[wrong]] if typing.get_origin(info.annotation) is list else []
        if part := part_of(info):
            many += [
                [{**line, inner: wrong}]
                for line in EXAMPLES[one.key].get(name, [{}])[:1]
                for inner in part.model_fields
            ]
        for value in [wrong, *many]:
            values = example(one, **{name: value})
            if not [f for f in told(one.find(values)) if f.level == "error"]:
                canon(one.body(one.read(values)))


@EVERY
def test_characters_nobody_else_can_read_are_named_and_can_be_kept(one):
    name = next(n for n, i in own_fields(one).items() if n == one.name or (i.annotation is str and one.asks[n].search))
    values = example(one, **{name: EXAMPLES[one.key][name] + "\ue19d"})
    found = [f for f in told(one.find(values)) if f.code == "PRIVATE_USE"]
    assert [(f.field, f.level) for f in found] == [(name, "warning")]
    assert "U+E19D" in found[0].sentence
    kept = [{"code": "PRIVATE_USE", "field": name, "reason": "证件上就是这个字"}]
    assert "PRIVATE_USE" not in {f.code for f in one.find(values | {"kept": kept})}


@EVERY
def test_rare_and_odd_characters_survive_or_are_cleaned_once(one):
    for name, info in own_fields(one).items():
        if (
            info.annotation is not str
            or one.asks[name].vocabulary
            or any(read_by(info, f) for f in (fields._day, fields._time, fields._number_text))
        ):
            continue
        values = example(one, **{name: RARE[:20]})
        told(one.find(values))
        try:
            kept = getattr(one.read(values), name)
        except ValueError:
            continue
        assert "䶮" in kept
        assert "\x00" not in kept
        assert getattr(one.read(example(one, **{name: kept})), name) == kept


@EVERY
@given(data=st.data())
def test_whatever_is_typed_gives_sentences_or_a_record(one, data):
    values = example(one) | data.draw(values_of(one))
    before = copy.deepcopy(values)
    findings = told(one.find(values))
    assert values == before, "finding changes nothing"
    if not any(f.level == "error" for f in findings):
        record = one.read(values)
        body = one.body(record)
        assert one.read(body) == record
        assert one.find(body) == findings
        canon(body)
        row = record.model_dump(mode="json")
        one.words(row)
        one.summary(row)
        one.duties(record)
        assert one.project(values) == row
    else:
        with pytest.raises(Problem) as refused:
            one.refuse_errors(values)
        assert refused.value.sentence
        projected = one.project(values)
        assert set(projected) == {c.name for c in one.table.columns}
        one.words(projected)
        one.summary(projected)


@EVERY
def test_upcasts_are_pure(one):
    body = one.body(one.read(example(one)))
    for number, upcast in enumerate(one.upcasts):
        before = copy.deepcopy(body)
        first = upcast(copy.deepcopy(body))
        assert upcast(copy.deepcopy(body)) == first, number
        upcast(body)
        assert body == before, number
        canon(first)
    assert one.upcast(body, one.version) == body
    assert one.version == len(one.upcasts) + 1


@EVERY
def test_printed_pages_are_data(one):
    sheets = one.sheets(one.read(example(one)), Shelf())
    assert isinstance(sheets, list)


# ---------------------------------------------------------------- the list


def test_an_unknown_kind_brings_the_nearest_key():
    for asked, near in (
        ("membr", "member"),
        ("委员", "member"),
        ("联络", "station"),
        ("contact-point", "contact_point"),
    ):
        with pytest.raises(Problem) as refused:
            kind(asked)
        assert refused.value.code == "UNKNOWN_KIND"
        assert near in refused.value.remedy


def test_the_list_loads_no_heavy_library():
    heavy = ["pandas", "pypinyin", "reportlab", "alembic", "openpyxl", "keyring", "PIL", "stdnum", "PySide6"]
    code = f"import sys, studio_desk.kinds; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_dates_of_examples_are_iso():
    for body in EXAMPLES.values():
        for leaf in leaves(body):
            if isinstance(leaf, str) and re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", leaf):
                assert dates.parse_day(leaf) == leaf
