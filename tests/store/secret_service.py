"""Started by a test inside a D-Bus session of its own: our key file against the Secret Service that runs there.

`python -m tests.store.secret_service FOLDER make|open|lost`; prints one JSON line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import keyring
from keyring.backends import SecretService

from studio_desk.kernel.problem import Problem
from studio_desk.store.home import Home
from studio_desk.store.keys import KEY_BYTES, keyring_status
from tests.store.conftest import SLIP


def main(folder: Path, wanted: str) -> dict[str, object]:
    """Do what is wanted in the session."""
    keyring.set_keyring(SecretService.Keyring())
    told: dict[str, object] = {**keyring_status()}
    if wanted == "make":
        with Home.create(folder / "SQ", role="station", code="SQ", name="石桥", shapes=[SLIP]) as home:
            told |= {"slots": sorted(home.keys.slots), "code": home.recovery_code, "key": home.file.key.hex()}
        return told
    try:
        with Home.open(folder / "SQ", shapes=[SLIP]) as home:
            assert len(home.file.key) == KEY_BYTES
            told["key"] = home.file.key.hex()
            if wanted == "lost":
                slot = home.keys.slots["keyring"]
                keyring.delete_password(slot["service"], slot["user"])
    except Problem as problem:
        told |= {"code": problem.code, "problem": problem.sentence, "remedy": problem.remedy}
    return told


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
