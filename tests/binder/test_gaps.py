"""What is missing before a year is sealed."""

from studio_desk.binder import gaps, home_look
from studio_desk.kernel.words import speaking
from tests.binder.station import YEAR, Station


def found(station: Station) -> list[tuple[str, str]]:
    return [(gap.uid, gap.what) for gap in gaps(station.home, YEAR)]


def test_a_draft_and_an_event_without_minutes(station: Station):
    assert found(station) == [(station.draft, "DRAFT"), (station.activities[2], "NO_MINUTES")]
    assert [gap.sentence for gap in gaps(station.home, YEAR)] == [
        "SQ-MQ-2025-0019《还是草稿的事》还是“草稿”，不会归档。",
        "SQ-HD-2025-0003《第3次走访慰问》没有会议纪要。",
    ]


def test_complete_is_empty(station: Station):
    station.home.journal.void(station.draft, "不要了")
    station.minute(2)
    assert found(station) == []


def test_unfinished_records(station: Station):
    case = station.case(3, state="已答复", closed="", told="", told_way="")
    entry = station.entry(30, state="已登记")
    minutes = station.minute(2, state="待审", signer="", issued="")
    assert {(case, "NOT_FINISHED"), (entry, "NOT_FINISHED"), (minutes, "NOT_FINISHED")} <= set(found(station))
    told = next(gap for gap in gaps(station.home, YEAR) if gap.uid == case)
    assert told.sentence.endswith("还没有办完，现在是“已答复”。")
    assert told.as_json()["remedy"] == ""


def test_an_event_without_sign_in_or_photo(station: Station):
    station.at(f"{YEAR}-06-01")
    bare = station.write(
        "activity", title="没有照片的活动", activity_kind="走访慰问", mode="团体", start_day=f"{YEAR}-05-20", place="石桥社区",
        host=station.studio, state="已举办",
    )  # fmt: skip
    planned = station.write(
        "activity", title="还没办的活动", activity_kind="走访慰问", mode="团体", start_day=f"{YEAR}-06-20", place="石桥社区",
        host=station.studio, state="通知",
    )  # fmt: skip
    assert {what for uid, what in found(station) if uid == bare} == {
        "NOT_FINISHED",
        "NO_MINUTES",
        "NO_SIGN_IN",
        "NO_PHOTO",
    }
    assert {what for uid, what in found(station) if uid == planned} == {"NOT_FINISHED"}  # it does not count yet


def test_a_sensitive_photo_is_a_photo(station: Station):
    bare = station.home.journal.record(station.activities[2])
    (photo,) = home_look(station.home).children("attachment", "parent", bare["uid"])
    station.home.journal.void(photo["uid"], "换一张")
    assert (station.activities[2], "NO_PHOTO") in found(station)
    station.photo(station.activities[2], "活动", 40, personal="P2")
    assert (station.activities[2], "NO_PHOTO") not in found(station)


def test_a_file_that_is_not_here(station: Station):
    with station.home.file.write() as c:
        c.exec_driver_sql(
            "DELETE FROM blob WHERE sha256 = (SELECT sha256 FROM attachment WHERE parent = ?)", (station.entries[0],)
        )
    assert (station.entries[0], "NO_FILE") in found(station)


def test_sentences_come_in_the_language_in_force(station: Station):
    with speaking("zh_CN"):
        assert gaps(station.home, YEAR)[0].sentence.startswith("SQ-MQ-2025-0019")
