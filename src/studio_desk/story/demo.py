"""The whole story on sample data: district, two stations, a year of records, bundles, merge, receipts back, binders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from studio_desk.binder import print_binder
from studio_desk.exchange import enrol, inbox, outbox, receipts
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.kinds import KINDS
from studio_desk.store.custody import custody
from studio_desk.store.home import Home
from studio_desk.story.names import DISTRICT, PLACES, Place
from studio_desk.story.sample import DEMO, Sample, Size

PASSPHRASE = "demo-2026-qingxi"  # noqa: S105 - of fictional data, printed for the reader
OPERATOR = "何小兰"

Shoot = Callable[[Path, Path, Path], list[Path]]
"""`shoot(station home, district home, folder)` saves pictures of the desk's screens; wired by `app`."""


@dataclass
class Told:
    """What the story did, for people and scripts."""

    folder: Path
    homes: dict[str, Path] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    statuses: dict[str, dict[str, int]] = field(default_factory=dict)
    binders: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    screenshots: list[Path] = field(default_factory=list)
    missing_glyphs: list[Any] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The story as the command line prints it."""
        return {
            "folder": str(self.folder),
            "homes": {code: str(path) for code, path in self.homes.items()},
            "passphrase": PASSPHRASE,
            "steps": [{"what": what, "result": result} for what, result in self.lines],
            "status": self.statuses,
            "binders": {c: [{"path": p, "pages": n} for p, n in files] for c, files in self.binders.items()},
            "screenshots": [str(p) for p in self.screenshots],
            "missing_glyphs": self.missing_glyphs,
            "files": [str(p) for p in self.files],
        }


def tell(
    folder: Path,
    *,
    until: date | None = None,
    size: Size = DEMO,
    shoot: Shoot | None = None,
    progress: Progress = silent,
) -> Told:
    """Play the whole story below an empty folder.

    Args:
        folder: new or empty.
        until: last day of the sample year; 31 December of the last year when not given.
        size: of the first station; the second has a quarter of it.
        shoot: saves pictures of the screens; none are taken when not given.
        progress: counts the chapters.

    Raises:
        Problem: `FOLDER_NOT_EMPTY`, or whatever a step refuses.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Problem(
            "FOLDER_NOT_EMPTY",
            say("文件夹“{folder}”不是空的。", folder=str(folder)),
            say("请另选一个空文件夹。"),
        )
    story = _Story(folder, until or date(clock.today().year - 1, 12, 31), size)
    chapters: Sequence[tuple[str, Callable[[], None]]] = (
        (say("建立区政协和两个站点"), story.found),
        (say("登记入网：申请、核对指纹、安装信任表"), story.enrol),
        (say("两个站点记一年的工作"), story.work),
        (say("导出数据包到U盘"), story.send),
        (say("区里导入、合并"), story.merge),
        (say("回执带回站点"), story.acknowledge),
        (say("打印年度归档盒"), story.print),
        (say("保存屏幕图片"), lambda: story.pictures(shoot)),
    )
    for done, (title, chapter) in enumerate(chapters):
        progress(done, len(chapters), title)
        chapter()
    progress(len(chapters), len(chapters), say("完成"))
    return story.told


class _Story:
    def __init__(self, folder: Path, until: date, size: Size) -> None:
        self.until, self.size = until, size
        self.told = Told(folder)
        self.stick = folder / "usb"
        self.places: tuple[Place, ...] = PLACES[:2]

    def found(self) -> None:
        self.stick.mkdir(parents=True)
        code, name = DISTRICT
        self._create("district", code, name, {})
        for place in self.places:
            self._create("station", place.code, place.station, {"town": place.town})

    def enrol(self) -> None:
        for place in self.places:
            with self._open(place.code) as station:
                request, _ = enrol.request(station, self.stick)
            with self._open(DISTRICT[0]) as district:
                accepted = enrol.accept(district, request, self.stick)
            with self._open(place.code) as station:
                installed = enrol.install(station, accepted.file)
            self._line(say("{code}入网", code=place.code), say("信任表第{v}版", v=installed.trust_version))

    def work(self) -> None:
        for number, place in enumerate(self.places):
            size = self.size if not number else self.size.smaller(4)
            with self._open(place.code) as station:
                Sample(station, place, self.until, size=size).fill()
                counts = custody(station).records
            self._line(say("{code}记录", code=place.code), say("{n}条", n=sum(counts.values())))

    def send(self) -> None:
        for place in self.places:
            with self._open(place.code) as station:
                for sent in outbox.export(station, self.stick).files:
                    self._file(sent.file)
                    self._line(say("{code}数据包", code=place.code), sent.file.name)

    def merge(self) -> None:
        bundles = sorted(self.stick.glob("*.sdx"))
        with self._open(DISTRICT[0]) as district:
            for result in inbox.receive(district, bundles):
                self._line(say("区里导入{file}", file=Path(result.file).name), f"{result.outcome}, +{result.new}")
                if result.outcome != "applied":
                    raise Problem(result.code or "NOT_APPLIED", result.problem, say("请重新导出后再试。"))

    def acknowledge(self) -> None:
        for place in self.places:
            with self._open(DISTRICT[0]) as district:
                receipt = receipts.write(district, place.code, self.stick)
            self._file(receipt.file)
            with self._open(place.code) as station:
                (result,) = inbox.receive(station, [receipt.file])
                counts = custody(station).records
            self.told.statuses[place.code] = counts
            self._line(say("{code}收到回执", code=place.code), f"{result.outcome}, {say('已收')} {counts['received']}")

    def print(self) -> None:
        for place in self.places:
            with self._open(place.code) as station:
                result = print_binder(station, self.until.year, self.told.folder / f"binder-{place.code}")
            self.told.binders[place.code] = [(str(path), pages) for path, pages in result.files]
            self.told.missing_glyphs += list(result.missing_glyphs)
            for path, pages in result.files:
                self._file(path)
                self._line(say("{code}归档盒", code=place.code), f"{path.name}, {say('{n}页', n=pages)}")

    def pictures(self, shoot: Shoot | None) -> None:
        if shoot is None:
            return
        folder = self.told.folder / "screens"
        folder.mkdir()
        self.told.screenshots = shoot(self.told.homes[self.places[0].code], self.told.homes[DISTRICT[0]], folder)
        self.told.files += self.told.screenshots
        self._line(say("屏幕图片"), say("{n}张", n=len(self.told.screenshots)))

    def _create(self, role: str, code: str, name: str, details: dict[str, str]) -> None:
        path = self.told.folder / f"home-{code}"
        with Home.create(
            path,
            role=role,
            code=code,
            name=name,
            shapes=KINDS,
            passphrase=PASSPHRASE,
            use_keyring=False,
            details=details,
        ) as home:
            home.change_settings(home.settings.changed(operator=OPERATOR, fonds_number="Z109"))
        self.told.homes[code] = path
        self._line(say("建立{code}", code=code), name)

    def _open(self, code: str) -> Home:
        return Home.open(self.told.homes[code], shapes=KINDS, passphrase=PASSPHRASE)

    def _line(self, what: str, result: str) -> None:
        self.told.lines.append((what, result))

    def _file(self, path: Path) -> None:
        self.told.files.append(path)


def sample_home(folder: Path, *, until: date | None = None, size: Size = DEMO, progress: Progress = silent) -> Path:
    """One sample station to look at (the desk's “sample data”): made below `folder` when it is not there yet.

    Returns:
        The folder of the home; its passphrase is `PASSPHRASE`.
    """
    path = folder / f"home-{PLACES[0].code}"
    if not (path / "desk.db").exists():
        with Home.create(
            path,
            role="station",
            code=PLACES[0].code,
            name=PLACES[0].station,
            shapes=KINDS,
            passphrase=PASSPHRASE,
            use_keyring=False,
            details={"town": PLACES[0].town, "sample": "1"},
        ) as home:
            home.change_settings(home.settings.changed(operator=OPERATOR))
            Sample(home, PLACES[0], until or clock.today() - timedelta(days=1), size=size).fill(progress)
    return path
