"""Keys change while a hub runs: the station's requests are signed by the new key, the district's answers bring the new list."""

from __future__ import annotations

import pytest

from studio_desk.exchange import enrol, network, rotation, trust_store
from studio_desk.kernel.problem import Problem
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
        network.push(station, url=hub.url, dial=quick)
    assert early.value.remedy
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
