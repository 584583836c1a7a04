"""Receipts go back to the station, by file or by twelve characters; what they cover need not leave again."""

from __future__ import annotations

import shutil

import pytest

from studio_desk.exchange import acknowledged, outbox, receipt_code, receipts, trust_store
from studio_desk.kernel.problem import Problem
from studio_desk.store import custody
from studio_desk.store.home import Home
from tests.exchange.world import SHAPES, World, cut, receipt, send, take, titles, words, write
from tests.store.conftest import PASSPHRASE


def word(home: Home, uid: str) -> str:
    return custody.words(home, [uid])[uid]


def code_of(refused: pytest.ExceptionInfo[Problem]) -> str:
    return refused.value.code


def test_the_whole_way_of_a_record(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    assert word(station, uid) == "final"
    file = send(station, world.stick)
    assert word(station, uid) == "packed"
    take(district, file)
    back = receipts.write(district, "SQ", world.stick)
    assert word(station, uid) == "packed"
    (found,) = take(station, back.file)
    assert (found.outcome, found.new) == ("applied", 0)
    assert word(station, uid) == "received"
    said = back.as_json()
    assert said["accepted"] == 1
    assert said["frontiers"] == {"SQ-1": list(station.journal.frontiers()["SQ-1"])}
    assert said["counts"] == {"ops": 1, "records": 1, "missing": 0, "conflicts": 0}
    with pytest.raises(Problem) as refused:
        outbox.export(station, world.stick)
    assert code_of(refused) == "NOTHING_TO_EXPORT"


def test_an_export_repeats_what_no_receipt_covers(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick))
    write(station, "二")
    sent = outbox.export(station, world.stick / "again").files[0]
    assert (sent.first, sent.last, sent.ops) == (1, 2, 2)
    take(station, receipt(district, "SQ", world.stick))
    sent = outbox.export(station, world.stick / "third").files[0]
    assert (sent.first, sent.last) == (2, 2)
    sent = outbox.export(station, world.stick / "fourth", everything=True).files[0]
    assert (sent.first, sent.last) == (1, 2)


def test_a_lost_receipt_is_healed_by_the_next(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick))
    receipt(district, "SQ", world.stick / "lost")
    write(station, "二")
    take(district, send(station, world.stick / "two"))
    second = receipts.write(district, "SQ", world.stick / "back")
    assert words(take(station, second.file)) == ["applied"]
    assert custody.received_to(station) == {"SQ-1": 2}


def test_the_same_receipt_is_not_written_twice(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick))
    first = receipts.write(district, "SQ", world.stick)
    frontier = district.journal.frontiers()
    again = receipts.write(district, "SQ", world.stick / "again")
    assert (again.said, district.journal.frontiers()) == (first.said, frontier)
    assert words(take(station, again.file, first.file)) == ["applied", "duplicate"]


def test_what_a_station_has_seen_is_not_sent_again(world: World):
    district = world.district()
    station = world.station(district)
    for n in range(3):
        write(station, f"第{n}条")
        take(district, send(station, world.stick / str(n)))
        take(station, receipt(district, "SQ", world.stick / str(n)))
    write(station, "最后")
    take(district, send(station, world.stick / "last"))
    file = receipt(district, "SQ", world.stick / "last")
    assert file.name == "990000-1-to-SQ-000005-000005.sdx"  # the list of trust, three receipts, and this one
    assert words(take(station, file)) == ["applied"]


def test_a_station_set_back_to_before_the_first_receipt_is_sent_all_of_them(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    station.close()
    shutil.copyfile(station.path / "desk.db", world.folder / "early")
    station = world.reopen("SQ")
    take(district, send(station, world.stick))
    take(station, receipt(district, "SQ", world.stick))
    write(station, "二")
    take(district, send(station, world.stick))
    station.close()
    shutil.copyfile(world.folder / "early", station.path / "desk.db")
    station = world.reopen("SQ")
    take(district, *[sent.file for sent in outbox.export(station, world.stick, everything=True).files])
    # What only the district had comes back before the receipts (decision 21).
    assert words(take(station, *receipts.write(district, "SQ", world.stick).files)) == ["applied", "applied"]
    assert sorted(titles(station).values()) == ["一", "二"]


def test_a_returned_record_says_why(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    take(district, send(station, world.stick))
    with pytest.raises(Problem) as refused:
        receipts.send_back(district, uid, " ")
    assert code_of(refused) == "REASON_REQUIRED"
    receipts.send_back(district, uid, "缺地点")
    back = receipts.write(district, "SQ", world.stick)
    assert [r["reason"] for r in back.said["returned"]] == ["缺地点"]
    take(station, back.file)
    assert word(station, uid) == "returned"
    assert [r.reason for r in station.journal.history(uid)][-1] == "缺地点"
    station.journal.correct(uid, {"note": "村口"}, "补地点")
    assert word(station, uid) == "final"
    take(district, send(station, world.stick / "again"))
    assert receipts.issue(district, "SQ")["returned"] == []


def test_twelve_characters_are_a_receipt(world: World):
    district = world.district()
    one, two = world.station(district, "SQ"), world.station(district, "HP")
    uid = write(one, "路灯不亮")
    write(two, "井盖丢失")
    with pytest.raises(Problem) as refused:
        receipt_code.codes(district, "SQ")
    assert code_of(refused) == "NOTHING_RECEIVED"
    take(district, send(one, world.stick))
    (told,) = receipt_code.codes(district, "SQ")
    assert len(told["code"].replace("-", "")) == 12
    heard = told["code"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    later = write(one, "后来的")
    assert receipt_code.enter(one, heard) == {"device": "SQ-1", "seq": 1, "ops": 1}
    assert receipt_code.enter(one, heard)["ops"] == 0
    assert (word(one, uid), word(one, later)) == ("received", "final")
    with pytest.raises(Problem) as refused:
        receipt_code.enter(two, told["code"])
    assert code_of(refused) == "RECEIPT_CODE_WRONG"
    for wrong, problem in (("ABC", "RECEIPT_CODE_LENGTH"), ("U" * 12, "RECEIPT_CODE_LENGTH")):
        with pytest.raises(Problem) as refused:
            receipt_code.enter(one, wrong)
        assert code_of(refused) == problem
    symbol = told["code"][0]
    other = receipt_code.SYMBOLS[(receipt_code.SYMBOLS.index(symbol) + 1) % 32]
    with pytest.raises(Problem) as refused:
        receipt_code.enter(one, other + told["code"][1:])
    assert code_of(refused) == "RECEIPT_CODE_WRONG"


def test_a_receipt_that_knows_more_than_the_station_begins_a_new_chain(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    world.homes["SQ"].close()
    shutil.copytree(world.folder / "SQ", world.folder / "backup")
    station = world.reopen("SQ")
    write(station, "二")
    take(district, send(station, world.stick))
    back = receipt(district, "SQ", world.stick)
    # The disk dies; a copy comes back, and the mark outside the file with it.
    station.close()
    shutil.rmtree(world.folder / "SQ")
    shutil.copytree(world.folder / "backup", world.folder / "SQ")
    station = world.reopen("SQ")
    assert station.device == "SQ-1"
    (found,) = take(station, back)
    assert found.outcome == "applied"
    assert any("第2至2号" in notice.replace(" ", "") for notice in found.notices)
    assert station.device.startswith("SQ-1.2")
    uid = write(station, "三")
    files = [sent.file for sent in outbox.export(station, world.stick / "new").files]
    # The end of the old chain cannot be compared with the receipt: it goes once more, and the next receipt knows it.
    assert words(take(district, *files)) == ["duplicate", "applied"]
    assert uid in _uids(district)
    (again,) = take(station, receipt(district, "SQ", world.stick / "new"))
    assert again.outcome == "applied"
    assert station.device.startswith("SQ-1.2")
    assert word(station, uid) == "received"


def _uids(home: Home) -> list[str]:
    with home.file.read() as c:
        return list(c.exec_driver_sql("SELECT uid FROM record").scalars())


def test_a_restored_district_is_told_again_what_it_lost(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick))
    take(station, receipt(district, "SQ", world.stick))
    district.close()
    shutil.copytree(world.folder / "990000", world.folder / "backup")
    district = world.reopen("990000")
    write(station, "二")
    take(district, send(station, world.stick / "two"))
    take(station, receipt(district, "SQ", world.stick / "two"))
    assert acknowledged.settle(station) == {"SQ-1": 2}
    mark = (world.folder / "990000" / "desk.mark").read_bytes()
    district.close()
    shutil.rmtree(world.folder / "990000")
    shutil.copytree(world.folder / "backup", world.folder / "990000")
    (world.folder / "990000" / "desk.mark").write_bytes(mark)
    district = world.reopen("990000")
    (found,) = take(station, receipt(district, "SQ", world.stick / "three"))
    assert found.outcome == "applied"
    assert acknowledged.settle(station) == {"SQ-1": 1}
    sent = outbox.export(station, world.stick / "four").files
    assert [(s.device, s.first, s.last) for s in sent] == [("990000-1@SQ", 3, 3), ("SQ-1", 2, 2)]
    assert words(take(district, *[s.file for s in sent])) == ["applied", "applied"]


def test_the_trust_list_travels_with_the_receipt(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick))
    world.station(district, "HP")
    known = trust_store.required(station).version
    (found,) = take(station, receipt(district, "SQ", world.stick))
    assert trust_store.required(station).version == known + 1
    assert any("信任名单" in notice for notice in found.notices)


def test_only_a_district_writes_receipts(world: World):
    district = world.district()
    station = world.station(district)
    for call, code in (
        (lambda: receipts.issue(station, "SQ"), "NOT_A_DISTRICT"),
        (lambda: receipts.issue(district, "HP"), "NO_SUCH_STATION"),
        (lambda: receipt_code.enter(district, "0" * 12), "NOT_A_STATION"),
        (lambda: outbox.export(district, world.stick), "NOT_A_STATION"),
    ):
        with pytest.raises(Problem) as refused:
            call()
        assert code_of(refused) == code


def test_downward_bundles_wait_for_each_other_too(world: World):
    from studio_desk.exchange import outbox as out
    from studio_desk.exchange.transports.folder import Folder
    from studio_desk.exchange.volumes import cut as volumes_of

    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, cut(station, "SQ-1", 1, 1, world.stick))
    receipts.issue(district, "SQ")
    chain = receipts.chain_for(district, "SQ")
    archive = [c.archive for c in trust_store.required(district).of("SQ")]
    files = [
        out.send(district, volumes_of(district, chain, n, n), "SQ", archive, Folder(world.stick / str(n)))[0].file
        for n in (2, 1)
    ]
    (held,) = take(station, files[0])
    assert (held.outcome, held.problem) == ("held", "等待 990000-1@SQ 第1号")
    assert acknowledged.settle(station) == {"SQ-1": 0}
    assert words(take(station, files[1])) == ["applied"]
    assert acknowledged.settle(station) == {"SQ-1": 1}


def test_what_a_copy_sent_does_not_cover_what_was_written_here(world: World) -> None:
    """Two copies of a home write under the same numbers; the receipt for one must not hide the records of the other."""
    district = world.district()
    station = world.station(district)
    write(station, "两边都有")
    world.homes["SQ"].close()
    shutil.copytree(world.folder / "SQ", world.folder / "copy")
    station = world.reopen("SQ")
    write(station, "甲")
    write(station, "乙")
    take(district, send(station, world.stick))
    back = receipt(district, "SQ", world.stick)
    with Home.open(world.folder / "copy", shapes=SHAPES, passphrase=PASSPHRASE) as copy:
        own = write(copy, "只在这里")
        take(copy, back)
        assert custody.words(copy, [own])[own] == "final"
        files = [sent.file for sent in outbox.export(copy, world.stick / "copy").files]
        assert "FORK" in {outcome.code for outcome in take(district, *files)}
        assert custody.words(copy, [own])[own] == "packed"


def test_a_district_set_back_never_contradicts_what_it_sent_down(world: World) -> None:
    """A correction alone went down, no news for a receipt; then the district's file is set back to before it."""
    district = world.district()
    station = world.station(district)
    uid = write(station, "一")
    take(district, send(station, world.stick))
    take(station, receipt(district, "SQ", world.stick))
    world.homes["990000"].close()
    saved = (world.folder / "990000" / "desk.db").read_bytes()
    district = world.reopen("990000")
    district.journal.correct(uid, {"note": "先"}, "更正")
    assert words(take(station, receipt(district, "SQ", world.stick))) == ["applied"]
    district.close()
    (world.folder / "990000" / "desk.db").write_bytes(saved)
    district = world.reopen("990000")
    assert district.device != "990000-1"
    district.journal.correct(uid, {"note": "后"}, "更正")
    (outcome,) = take(station, receipt(district, "SQ", world.stick))
    assert outcome.outcome == "applied"
    assert station.journal.record(uid)["conflict"] == ["note"]
