"""Take what adds coverage into the kept corpus: `python -m tests.fuzz.keep FOLDER`, shortest inputs first."""

import hashlib
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz import seeds, targets

CORPUS = Path(__file__).parent / "corpus"
_OURS = str(Path("src") / "studio_desk")


class Steps:
    """Which line of our code followed which; a trace function for `sys.settrace`."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int, int]] = set()

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if _OURS not in frame.f_code.co_filename:
            return None
        name, before = frame.f_code.co_filename, 0

        def line(inner: FrameType, event: str, _: Any) -> Any:
            nonlocal before
            if event == "line":
                self.seen.add((name, before, inner.f_lineno))
                before = inner.f_lineno
            return line

        return line


def steps_of(data: bytes) -> set[tuple[str, int, int]]:
    """What one input walks through, by stage: the same line reached by another stage is another step."""
    steps = Steps()
    sys.settrace(steps)
    try:
        targets.run(data)
    finally:
        sys.settrace(None)
    return {(data[:1].decode("latin-1") + name, before, after) for name, before, after in steps.seen}


def main() -> None:
    known: set[tuple[str, int, int]] = set()
    for data in seeds.all_seeds():
        known |= steps_of(data)
    inputs = [
        file.read_bytes() for folder in (CORPUS, Path(sys.argv[1])) if folder.is_dir() for file in folder.iterdir()
    ]
    CORPUS.mkdir(exist_ok=True)
    for old in CORPUS.iterdir():
        old.unlink()
    kept = 0
    for data in sorted({data for data in inputs if data[:1] in targets.STAGES}, key=lambda d: (len(d), d)):
        if not (found := steps_of(data)) <= known:
            known |= found
            kept += 1
            (CORPUS / hashlib.sha256(data).hexdigest()[:40]).write_bytes(data)
    print(f"{kept} inputs kept, {len(known)} steps")


if __name__ == "__main__":
    main()
