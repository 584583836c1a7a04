"""Keys change while a hub runs: the station's requests are signed by the new key, the district's answers bring the new list."""

from __future__ import annotations

import pytest

from studio_desk.exchange import enrol, home_keys, network, rotation, trust_store
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.store import custody
from tests.hub.world import World, quick, uids, write


def test_both_sides_change_keys_and_go_on_over_the_network(world: World):
    station = world.station(entries=1)
    hub = world.hub()
    network.push(station, url=hub.url, dial=quick)
    hub.merged()
    hub.stop()
    rotation.change(station)
    write(station, 2)
    request, shown = enrol.request(station, world.folder / "stick")
    hub = world.hub()
    with pytest.raises(Problem) as early:  # the hub does not know the new key before the district has enrolled it
        network.push(station, url=hub.url)
    assert early.value.code == "KEY_WAITS"
    hub.stop()
    district = world.open()
    enrol.accept(district, request, world.folder / "stick", shown)
    rotation.change_district(district)
    version = trust_store.required(district).version
    world.shut()
    hub = world.hub()
    network.push(station, url=hub.url, dial=quick)
    hub.merged()
    # Sealed for the station's new key, signed by a key of the district that only the list inside names.
    results = network.pull(station, dial=quick).results
    assert {one.outcome for one in results} <= {"applied", "duplicate"}
    assert trust_store.required(station).version == version
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}
    hub.stop()


def test_what_the_district_wrote_comes_while_the_new_key_waits(world: World):
    """The key before asks for mail; nothing is handed over that the district could only set apart; then all goes on."""
    station = world.station(entries=1)
    hub = world.hub()
    network.push(station, url=hub.url)
    hub.merged()
    rotation.change(station)
    assert station.meta.get(custody.KEY_WAITS)
    write(station, 2)
    results = network.pull(station).results
    assert {one.outcome for one in results} == {"applied"}
    assert sorted(custody.words(station, list(uids(station))).values()) == ["final", "received"]
    for _ in range(2):  # again and again: the second finds the bundle in the queue
        with pytest.raises(Problem) as waits:
            network.push(station)
        assert (waits.value.code, waits.value.exit_code) == ("KEY_WAITS", NETWORK)
    request, shown = enrol.request(station, world.folder / "stick")
    hub.stop()
    enrol.accept(world.open(), request, world.folder / "stick", shown)
    hub = world.hub()
    network.push(station, url=hub.url)
    hub.merged()
    assert {one.outcome for one in network.pull(station, url=hub.url).results} == {"applied"}
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}
    assert not station.meta.get(custody.KEY_WAITS)
    assert not station.secret(home_keys.BEFORE)
    events = {line["event"] for line in hub.lines()}
    assert "applied" in events
    assert "quarantined" not in events
    hub.stop()


def test_a_leaked_key_asks_for_nothing(world: World):
    station = world.station(entries=1)
    hub = world.hub()
    network.push(station, url=hub.url)
    hub.merged()
    rotation.change(station, leaked=True)
    write(station, 2)
    assert not station.secret(home_keys.BEFORE)
    for act in (network.pull, network.push):
        with pytest.raises(Problem) as waits:
            act(station)
        assert waits.value.code == "KEY_WAITS"
    hub.stop()
