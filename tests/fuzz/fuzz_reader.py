"""Drive the strict reader with atheris (libFuzzer): coverage decides which inputs are kept and changed further.

`python -m tests.fuzz.fuzz_reader FOLDER [-max_total_time=3600 …]` runs until the time is over or a find; new inputs go to
FOLDER, the kept corpus and the golden bundles are the seeds; `tests.fuzz.keep` takes what adds coverage into the kept
corpus. `docs/fuzzing.md` tells the rest. Needs the dependency group `fuzz`.
"""

import hashlib
import json
import logging
import random
import sys
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["studio_desk", "PIL"]):
    from PIL import Image

    from tests.fuzz import seeds, targets

    Image.init()

CORPUS = Path(__file__).parent / "corpus"
NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**53, -(2**53), 2**53 - 1, 10**40, 1.5, float("nan"), float("inf"), "", "\0", "\ud800", "a" * 70_000, [], {}, [[]],
    "9" * 64, "0" * 64, "SQ-1", "SQ-1@SQ", "990000", "record.redact", "record.save", "receipt", "\u2028", "é", [1] * 300, {"a": {"b": []}}, "x",
)  # fmt: skip


def one(data: bytes) -> int:
    """libFuzzer's callback: -1 keeps an input that is none out of the corpus."""
    return 0 if targets.run(data) else -1


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Half the time bytes as libFuzzer does, half the time a value of the JSON in some line."""
    chance = random.Random(seed)
    letter, rest = data[:1], data[1:]
    if letter not in targets.STAGES or chance.random() < 0.02:
        return chance.choice(list(targets.STAGES)) + atheris.Mutate(rest, most - 1)
    if letter in b"bfhjrt" and chance.random() < 0.6:
        changed = _change_json(rest, chance)
        if changed is not None and len(changed) < most:
            return letter + changed
    return letter + atheris.Mutate(rest, most - 1)


def _change_json(data: bytes, chance: random.Random) -> bytes | None:
    sections = data.split(targets.CUT)
    place = chance.randrange(len(sections))
    lines = sections[place].split(b"\n")
    at = chance.randrange(len(lines))
    start = 1 if data[:1] != b"{" and place == 0 and at == 0 and len(sections) > 1 else 0
    action = chance.randrange(8)
    if action == 0 and len(lines) > 1:
        del lines[at]
    elif action == 1:
        lines.insert(at, chance.choice(lines))
    else:
        try:
            value = json.loads(lines[at][start:])
        except (ValueError, RecursionError):
            return None
        lines[at] = lines[at][:start] + targets._plain(_spoilt(value, chance))
    sections[place] = b"\n".join(lines)
    return targets.CUT.join(sections)


def _spoilt(value: Any, chance: random.Random) -> Any:
    """The value with something within it replaced, added or taken away."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        what = chance.random()
        if what < 0.1:
            return {k: v for k, v in value.items() if k != key}
        if what < 0.2:
            return {**value, chance.choice(("x", "uid", "sha256", "name", "v", "é")): chance.choice(NASTY)}
        return {**value, key: _spoilt(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.7:
        at = chance.randrange(len(value))
        return [*value[:at], _spoilt(value[at], chance), *value[at + 1 :]]
    if isinstance(value, str) and chance.random() < 0.3:
        return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
    return chance.choice(NASTY)


def main() -> None:
    logging.disable()  # Pillow's remarks about strangers' pictures
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for data in seeds.all_seeds():
        (folder / hashlib.sha256(data).hexdigest()[:40]).write_bytes(data)
    limits = ["-max_len=16384", "-timeout=20", "-rss_limit_mb=512", "-len_control=0", "-print_final_stats=1"]
    words = [*limits, f"-artifact_prefix={folder}/../", *sys.argv[2:], str(folder), str(CORPUS)]
    atheris.Setup([sys.argv[0], *words], one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
