"""Every named bad bundle at a real home that could open it: set apart with its own reason, and nothing else is changed."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest

from studio_desk import cli
from studio_desk.exchange import inspection, quarantine, sealed_files
from studio_desk.kernel.problem import DAMAGED, REFUSED
from studio_desk.kinds import KINDS
from studio_desk.store.check import check
from studio_desk.store.home import Home
from tests.exchange.world import World, golden_district, take, words
from tests.golden import make
from tests.store.conftest import PASSPHRASE

HERE = Path(make.__file__).parent
INDEX: dict[str, str] = json.loads((HERE / "index.json").read_text(encoding="utf-8"))
FILES = [HERE / "bad" / f"{name}.sdx" for name in INDEX]
GOOD = HERE / "good" / "version-1.sdx"


@pytest.fixture
def district(world: World) -> Home:
    world.shapes = KINDS
    home = golden_district(world)
    assert words(take(home, GOOD)) == ["applied"]
    return home


def rows(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """All that the database holds but for what was set apart."""
    with home.file.read() as c:
        names = c.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        return {
            name: sorted((tuple(row) for row in c.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr)
            for name in names
            if name != quarantine.tables.quarantine.name
        }


def test_every_bad_bundle_is_set_apart_and_changes_nothing(district: Home):
    before = rows(district)
    outcomes = take(district, *FILES)
    assert rows(district) == before
    for file, found in zip(FILES, outcomes, strict=True):
        assert (found.outcome, found.code) == ("quarantined", INDEX[file.stem]), file.stem
        assert found.problem.endswith("。"), file.stem
        assert found.remedy.endswith("。"), file.stem
        assert found.exit_code in {REFUSED, DAMAGED}, file.stem
    kept = {entry["file"]: entry for entry in quarantine.entries(district)}
    assert {name: entry["code"] for name, entry in kept.items()} == {f"{n}.sdx": code for n, code in INDEX.items()}
    for file in FILES:
        sealed = sealed_files.place(district, sealed_files.QUARANTINE, kept[file.name]["key"])
        assert sealed.read_bytes() == file.read_bytes()
    assert check(district, deep=True).ok


def test_looking_at_a_bad_bundle_changes_nothing(district: Home):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    before, sample = rows(district), random.Random(seed).sample(FILES, 12)
    for file in sample:
        found = inspection.inspect(file, district)
        assert (found["verdict"], found["code"]) == ("refused", INDEX[file.stem])
        assert len(found["reasons"]) == 2
    assert [o.code for o in take(district, *sample, dry_run=True)] == [INDEX[file.stem] for file in sample]
    assert rows(district) == before
    assert quarantine.entries(district) == []


def test_the_terminal_says_why_and_shows_no_traceback(district: Home, tmp_path: Path):
    district.close()
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    told = {}
    for form in ("json", "text"):
        out, err = io.StringIO(), io.StringIO()
        argv = ["--home", str(district.path), "--passphrase-file", str(secret), "import", *map(str, FILES)]
        rc = cli.main(argv + (["--json"] if form == "json" else []), stdin=io.StringIO(), stdout=out, stderr=err)
        assert rc in {REFUSED, DAMAGED}
        assert "Traceback" not in out.getvalue() + err.getvalue()
        told[form] = out.getvalue() + err.getvalue()
    results = json.loads(told["json"].splitlines()[-1])["results"]
    assert {Path(one["file"]).stem: one["code"] for one in results} == INDEX
    for one in results:
        assert one["problem"] in told["text"], one["file"]
    assert all(sign.isprintable() or sign == "\n" for sign in told["text"])
