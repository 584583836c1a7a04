"""Fixture F1: 92 stations, their bundles and one district; totals exact, whatever the order and repetition."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studio_desk.exchange import enrol, inbox, outbox
from studio_desk.exchange.dump import dump
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from studio_desk.story import fixture

PASSPHRASE = "商洛-92-工作室"


def _open(path: Path) -> Home:
    return Home.open(path, shapes=KINDS, passphrase=PASSPHRASE)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """An empty district that trusts all 92 stations, and their 92 bundles."""
    folder = tmp_path_factory.mktemp("f1")
    stick = folder / "usb"
    stick.mkdir()
    district = Home.create(
        folder / "district",
        role="district",
        code="990000",
        name="商洛型区政协",
        shapes=KINDS,
        passphrase=PASSPHRASE,
        use_keyring=False,
    )
    bundles: list[Path] = []
    for path in fixture.build_all(folder / "homes", PASSPHRASE):
        with _open(path) as station:
            request, _ = enrol.request(station, stick)
            enrol.install(station, enrol.accept(district, request, stick).file)
            bundles += [volume.file for volume in outbox.export(station, stick).files]
    district.close()
    return folder / "district", bundles


def _taken_in(district: Path, to: Path, rounds: list[list[Path]]) -> tuple[str, dict[str, int], list[str]]:
    shutil.copytree(district, to)
    with _open(to) as home:
        outcomes = [o.outcome for files in rounds for o in inbox.receive(home, files)]
        return dump(home, canonical=True)["digest"], fixture.totals(home), outcomes


def test_92_bundles_twice_and_backwards_give_the_same_state_and_the_exact_totals(
    sent: tuple[Path, list[Path]], tmp_path: Path
) -> None:
    district, bundles = sent
    assert len(bundles) == fixture.STUDIOS
    forwards = _taken_in(district, tmp_path / "a", [bundles, bundles])
    backwards = _taken_in(district, tmp_path / "b", [bundles[::-1]])
    assert forwards[1] == backwards[1] == fixture.EXPECTED
    assert forwards[0] == backwards[0]
    assert forwards[2].count("applied") == backwards[2].count("applied") == fixture.STUDIOS
    assert forwards[2].count("duplicate") == fixture.STUDIOS


def test_by_type_and_year_the_recipe_is_the_source_documents(sent: tuple[Path, list[Path]]) -> None:
    del sent
    table: dict[tuple[str, str], int] = {}
    micro = {"微调研", "微视察", "微协商"}
    for studio in range(fixture.STUDIOS):
        for event in fixture.events(studio):
            name = "三微" if event.what in micro else event.what if event.what in fixture.EXPECTED else "民意"
            for key in (fixture.type_of(studio), str(event.day.year)):
                table[name, key] = table.get((name, key), 0) + 1
    columns = ("界别型", "区域型", "个人型", "其它", "2021", "2022", "2023")
    assert {name: [table[name, c] for c in columns] for name in fixture.EXPECTED} == {
        "三微": [112, 126, 21, 21, 73, 151, 56],
        "民意": [90, 105, 18, 17, 63, 112, 55],
        "意见建议": [78, 84, 14, 14, 57, 97, 36],
        "实事": [72, 64, 7, 7, 34, 86, 30],
    }
