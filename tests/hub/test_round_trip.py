"""A station pushes, the hub merges and answers, the station pulls: custody says received. On both databases."""

from __future__ import annotations

import hashlib
import json
import signal
import sqlite3

import pytest

from studio_desk.exchange import inbox, network, outbox, receipts
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.store import custody
from tests.cli.terminal import Terminal
from tests.hub.world import World, line, quick, uids, until, write


def test_push_merge_receipt_pull(world: World, db: str):
    station = world.station(entries=3)
    hub = world.hub(db=db)
    assert hub.health()["database"] == ("postgresql" if db else "sqlite")

    done = network.push(station, url=hub.url, dial=quick)
    assert [f["arrived"] for f in done.files] == [True]
    mine = uids(station)
    assert set(custody.words(station, list(mine)).values()) == {"packed"}
    assert list((station.path / "outgoing").iterdir()) == []

    hub.merged()
    found = network.pull(station, dial=quick)  # the hub is remembered
    assert [one.outcome for one in found.results] == ["applied"]
    assert set(custody.words(station, list(mine)).values()) == {"received"}
    with pytest.raises(Problem) as nothing:
        network.push(station, dial=quick)
    assert nothing.value.code == "NOTHING_TO_EXPORT"
    assert network.pull(station, dial=quick).results == []

    said = hub.stop()
    assert said["backlog"] == 0
    assert uids(world.open(), "SQ") == mine


def test_the_same_by_stick_and_by_network_is_one_bundle(world: World):
    station = world.station(entries=2)
    (sent,) = outbox.export(station, world.folder / "stick").files
    assert [o.outcome for o in inbox.receive(world.open(), [sent.file])] == ["applied"]
    hub = world.hub()
    client = line(station, hub.url)
    assert client.upload(sent.file, sent.sha256)
    assert not client.upload(sent.file, sent.sha256)  # the hub has it
    client.close()
    hub.merged()
    assert [e["event"] for e in hub.lines() if e["event"] in {"applied", "duplicate"}] == ["duplicate"]
    network.pull(station, url=hub.url, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}
    hub.stop()
    with world.open().file.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM record WHERE station = 'SQ'").scalar() == 2


def test_what_the_district_writes_reaches_the_station(world: World):
    station = world.station(entries=1)
    (uid,) = uids(station)
    hub = world.hub()
    network.push(station, url=hub.url, dial=quick)
    hub.merged()
    network.pull(station, dial=quick)
    # The hub holds the home only while it works: the desk can open it beside the running hub.
    district = until(lambda: _try_open(world), 30)
    receipts.send_back(district, uid, "地点请写清楚")
    world.shut()
    until(lambda: hub.get("/metrics")[1].count("studio_desk_hub_mail_unfetched 1"), 30)
    network.pull(station, dial=quick)
    assert custody.words(station, [uid]) == {uid: "returned"}


def _try_open(world: World):
    try:
        return world.open()
    except Problem as problem:
        if problem.code != "FILE_BUSY":
            raise
        return None


def test_while_the_desk_is_open_bundles_wait_and_the_page_says_so(world: World):
    station = world.station(entries=1)
    hub = world.hub()
    hub.merged()
    until(lambda: _try_open(world), 30)
    network.push(station, url=hub.url, dial=quick)
    until(lambda: hub.health()["worker"] == "home_busy", 30)
    assert hub.health()["ok"]
    assert hub.health()["backlog"] == 1
    assert "办公台正开着" in hub.get("/")[1]
    assert network.push(station, dial=quick).waiting_receipt  # nothing is sent twice while the receipt is out
    world.shut()
    hub.merged()
    network.pull(station, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}


def test_a_bundle_that_is_not_one_ends_in_quarantine(world: World):
    station = world.station()
    hub = world.hub()
    junk = world.folder / "junk.sdx"
    junk.write_bytes(b"not a bundle" * 1000)
    sha256 = hashlib.sha256(junk.read_bytes()).hexdigest()
    client = line(station, hub.url)
    client.upload(junk, sha256)
    hub.merged()
    (event,) = [e for e in hub.lines() if e["event"] == "quarantined"]
    assert event["sha256"] == sha256
    assert event["code"]
    assert "已隔离" in hub.get("/")[1]


def test_killed_at_any_moment_nothing_acknowledged_is_lost(world: World, db: str):
    station = world.station(entries=4)
    for number in range(3):
        write(station, 10 + number)
        hub = world.hub(db=db)
        network.push(station, url=hub.url, everything=True, dial=quick)
        hub.stop(signal.SIGKILL)  # acknowledged, most likely not merged
    hub = world.hub(db=db)
    hub.merged()
    network.pull(station, url=hub.url, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}
    hub.stop()
    assert uids(world.open(), "SQ") == uids(station)


def test_a_file_whose_last_word_was_lost_is_found_at_the_start(world: World):
    station = world.station(entries=1)
    (sent,) = outbox.export(station, world.folder / "stick").files
    place = world.folder / "990000" / "hub" / "inbox"
    place.mkdir(parents=True)
    (place / f"SQ-1-{sent.sha256}.sdx").write_bytes(sent.file.read_bytes())
    hub = world.hub()
    hub.merged()
    network.pull(station, url=hub.url, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}


def test_a_hub_that_lost_its_database_is_another_mailbox(world: World):
    station = world.station(entries=1)
    hub = world.hub()
    network.push(station, url=hub.url, dial=quick)
    hub.merged()
    network.pull(station, dial=quick)
    hub.stop()
    for file in (world.folder / "990000" / "hub").glob("hub.db*"):
        file.unlink()
    write(station, 7)
    hub = world.hub()
    network.push(station, url=hub.url, dial=quick)
    hub.merged()
    # A receipt that the lost mailbox held may come again before the new one.
    assert network.pull(station, dial=quick).results[-1].outcome == "applied"
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}


def test_the_database_gone_and_back(world: World, postgres):
    station = world.station(entries=2)
    hub = world.hub(db=postgres.fresh())
    hub.merged()  # it serves: a hub whose database goes while it still starts ends with a sentence instead
    postgres.stop(keep=True)
    try:
        status, said = hub.get("/healthz")
        assert status == 503
        assert json.loads(said)["code"] == "DATABASE_AWAY"
        with pytest.raises(Problem) as away:
            network.push(station, url=hub.url, dial=quick)
        assert away.value.exit_code == NETWORK
    finally:
        postgres.start()
    network.push(station, url=hub.url, dial=quick)
    hub.merged()
    network.pull(station, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}


def test_push_and_pull_at_the_terminal(world: World):
    world.station(entries=1)
    world.shut("SQ")
    hub = world.hub()
    terminal = Terminal(world.folder / "SQ")
    assert terminal.refused("push") == "NO_HUB"
    assert terminal.refused("push", "--url", "http://hub.example.gov.cn") == "HUB_NOT_SECURE"
    assert terminal.refused("push", "--url", "gopher://x") == "HUB_URL_WRONG"
    pushed = terminal.json("push", "--url", hub.url)
    assert pushed["records"] == 1
    assert pushed["waiting_receipt"] is False
    hub.merged()
    rc, out, _ = terminal.run("pull")
    assert rc == 0
    assert "已收取" in out
    assert terminal.json("status")["records"]["received"] == 1
    hub.stop()
    write_one = terminal.lines("add", "journal_entry", "--lines", stdin=json.dumps(_typed(), ensure_ascii=False) + "\n")
    assert write_one[0]["ack"]
    answer = terminal.json("push", "--url", f"http://127.0.0.1:{hub.port}", rc=NETWORK)
    assert answer["code"] == "NETWORK_AWAY"
    assert answer["remedy"]
    terminal.close()


def _typed() -> dict[str, str]:
    from tests.cli.terminal import entry

    return entry(3)


def test_a_home_that_is_no_district_opens_no_hub(world: World):
    world.station()
    world.shut("SQ")
    terminal = Terminal(world.folder / "SQ")
    from studio_desk import app

    rc, _, _ = terminal.run("status")
    assert rc == 0
    terminal.close()
    argv = [
        "--home",
        str(world.folder / "SQ"),
        "--passphrase-file",
        str(terminal.secret),
        "hub",
        "serve",
        "--port",
        "0",
    ]
    assert app.main(argv) == 2


def test_graceful_stop_keeps_what_is_under_way(world: World):
    station = world.station(entries=1)
    (sent,) = outbox.export(station, world.folder / "stick").files
    hub = world.hub()
    line(station, hub.url)._piece_of(sent.file.read_bytes()[:1000], sent.sha256, 0, sent.size)
    assert hub.stop(signal.SIGINT)["backlog"] == 0
    with sqlite3.connect(world.folder / "990000" / "hub" / "hub.db") as c:
        assert c.execute('SELECT "offset", length FROM hub_upload').fetchall() == [(1000, sent.size)]
    c.close()
    hub = world.hub()
    assert line(station, hub.url).offset(sent.sha256) == 1000
    assert line(station, hub.url).upload(sent.file, sent.sha256)
