"""A sealed year keeps its numbers, its catalogue and its pages; what comes later is told or added behind."""

from pathlib import Path

import pytest

from studio_desk.binder import filing, gaps, print_binder, seal_year
from studio_desk.binder import seal as sealing
from studio_desk.kernel.canon import canon, digest
from studio_desk.kernel.problem import Problem
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from tests.binder.station import PASSPHRASE, YEAR, Station
from tests.press.reading import solid, text_of

BOX = f"SQ-{YEAR}-30年-第01盒.pdf"


def texts(station: Station, folder: Path) -> dict[str, str]:
    return {path.name: solid(text_of(path)) for path, _ in print_binder(station.home, YEAR, folder).files}


def test_the_seal_is_an_op_with_the_list_and_its_digest(station: Station):
    station.at(f"{YEAR + 1}-03-01")
    seal = seal_year(station.home, YEAR, accept_gaps=True)
    op, _, body = list(station.home.journal.ops(station.home.device))[-1]
    assert op.type == "archive.seal"
    assert body is not None
    assert (seal.day, seal.by, len(seal.items)) == (f"{YEAR + 1}-03-01", "何小兰", 30)
    assert seal.digest == digest(canon([item.as_json() for item in seal.items]))
    assert all(item.pages and item.box and item.rev for item in seal.items)


def test_a_sealed_year_is_printed_as_it_was_sealed(station: Station, tmp_path: Path):
    before = texts(station, tmp_path / "before")
    seal_year(station.home, YEAR, accept_gaps=True)
    sealed = {p.name: p.read_bytes() for p, _ in print_binder(station.home, YEAR, tmp_path / "sealed").files}
    # Everything that the pages tell changes: the record itself, a name on it, the matter that came of it, the office.
    station.at(f"{YEAR + 1}-04-01")
    journal = station.home.journal
    journal.correct(station.entries[0], {"subject": "改了的事由", "content": "改了的内容" * 400}, "记错了事由")
    journal.correct(station.entries[0], {"subject": "又改了的事由"}, "再次更正")
    journal.correct(station.members[0], {"name": "李改名"}, "改名")
    journal.correct(station.studio, {"name": "改名的工作室"}, "改名")
    journal.move(station.cases[0], "重新办理", "群众不满意")
    journal.void(station.suggestions[0], "重复")
    station.photo(station.entries[1], "民情日志", 33)
    again = texts(station, tmp_path / "again")
    assert set(again) == set(before)
    for name, text in again.items():
        body, _, note = text.rpartition("备考表")
        assert body == before[name].rpartition("备考表")[0]
        assert "改" not in body
        if name == BOX:
            assert f"件号0001归档后更正2次，最近{YEAR + 1}年4月1日：再次更正。" in note
            assert f"件号0026已于{YEAR + 1}年4月1日作废：重复。" in note
            assert "件号0019" not in note  # a step of the life cycle is no correction
    changed = {p.name: p.read_bytes() for p, _ in print_binder(station.home, YEAR, tmp_path / "changed").files}
    assert [name for name in sealed if sealed[name] != changed[name]] == [BOX]


def test_reopened_it_gives_the_same_bytes(station: Station, tmp_path: Path):
    seal_year(station.home, YEAR, accept_gaps=True)
    first = print_binder(station.home, YEAR, tmp_path / "first")
    assert first.sealed
    station.home.journal.rebuild()
    station.home.close()
    station.home = Home.open(station.folder, shapes=KINDS, passphrase=PASSPHRASE)
    second = print_binder(station.home, YEAR, tmp_path / "second")
    assert [p.read_bytes() for p, _ in second.files] == [p.read_bytes() for p, _ in first.files]


def test_later_records_wait_and_get_later_numbers(station: Station, tmp_path: Path):
    first = seal_year(station.home, YEAR, accept_gaps=True)
    station.at(f"{YEAR + 1}-02-01")
    early = station.entry(1, day=f"{YEAR}-01-02", subject="补录的最早的事")
    state = filing(station.home, YEAR)
    assert state.items == first.items
    assert [(item.uid, item.number) for item in state.waiting] == [(early, 29)]
    result = print_binder(station.home, YEAR, tmp_path)
    assert result.waiting == 1
    text = texts(station, tmp_path)[BOX]
    assert "补录的最早的事" not in text
    assert "封存后又形成1件，待补充归档：SQ-MQ-2025-0021。" in text
    second = seal_year(station.home, YEAR, accept_gaps=True)
    assert [(item.uid, item.number, item.box) for item in second.items] == [(early, 29, 1)]
    assert filing(station.home, YEAR).items == (*first.items, *second.items)
    text = texts(station, tmp_path)[BOX]
    assert "补录的最早的事[民情日志]" in text
    assert f"{YEAR + 1}年2月1日补充归档" in text


def test_settings_changed_later_do_not_change_a_sealed_year(station: Station, tmp_path: Path):
    seal_year(station.home, YEAR, accept_gaps=True)
    before = texts(station, tmp_path)
    settings = station.home.settings.changed(
        fonds_number="Z999", archive_unit="BGS", archive_code_template="{全宗号}.{年度}.{保管期限}.{件号}", duplex=False
    )
    station.home.change_settings(settings)
    assert texts(station, tmp_path) == before


def test_what_was_missing_is_told_on_the_note_sheet(station: Station, tmp_path: Path):
    with pytest.raises(Problem) as refused:
        seal_year(station.home, YEAR)
    assert refused.value.code == "ARCHIVE_GAPS"
    assert refused.value.more["findings"] == [gap.as_json() for gap in gaps(station.home, YEAR)]
    seal_year(station.home, YEAR, accept_gaps=True)
    text = texts(station, tmp_path)[BOX]
    assert "归档时没有会议纪要：件号0025。" in text
    assert "草稿" not in text


def test_refusals(station: Station):
    with pytest.raises(Problem) as refused:
        seal_year(station.home, YEAR, station="LW", accept_gaps=True)
    assert refused.value.code == "NOT_OWNER"
    with pytest.raises(Problem) as refused:
        seal_year(station.home, YEAR + 5, accept_gaps=True)
    assert refused.value.code == "NOTHING_TO_SEAL"
    seal_year(station.home, YEAR, accept_gaps=True)
    with pytest.raises(Problem) as refused:
        seal_year(station.home, YEAR, accept_gaps=True)
    assert refused.value.code == "NOTHING_TO_SEAL"
    station.home.change_settings(station.home.settings.changed(fonds_number=""))
    with pytest.raises(Problem) as refused:
        seal_year(station.home, YEAR - 1, accept_gaps=True)
    assert refused.value.code == "FONDS_NUMBER_MISSING"


def test_what_is_saved_while_pages_are_counted_stops_the_seal(station: Station):
    def clerk(done: int, total: int, text: str) -> None:
        del text
        if done == total:
            station.entry(61)

    with pytest.raises(Problem) as refused:
        seal_year(station.home, YEAR, accept_gaps=True, progress=clerk)
    assert refused.value.code == "CHANGED_MEANWHILE"
    assert not filing(station.home, YEAR).sealed


def test_a_number_that_two_computers_gave_is_given_anew(station: Station):
    """After a restore the old computer may have sealed as well: both ops arrive, and no number stands twice."""
    seal = seal_year(station.home, YEAR, accept_gaps=True)
    other = station.entry(62)
    twin = sealing.replace(seal.items[2], uid=other)
    values = {
        "year": YEAR, "station": "SQ", "office": seal.office, "fonds": sealing.asdict(seal.fonds), "cut": dict(seal.cut),
        "items": [seal.items[3].as_json(), twin.as_json()], "duplex": True, "missing": {}, "digest": "0" * 64,
    }  # fmt: skip
    station.home.journal.note(sealing.SEAL, values)
    items = filing(station.home, YEAR).items
    assert len({(item.period, item.number) for item in items}) == len(items) == 31
    assert items[-1].uid == other
    assert (items[-1].number, items[-1].code) == (29, "Z109-WS·2025·D30-0029")
