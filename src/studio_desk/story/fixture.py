"""Acceptance fixture F1, the “商洛型”: 92 stations whose totals are known exactly (domain.md 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from studio_desk.kernel import clock
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from studio_desk.story.sample import pinned

STUDIOS = 92
FIRST_DAY = date(2021, 6, 24)
LAST_DAY = date(2023, 6, 4)
SPAN = 711
MEMBERS = 1012
MUNICIPAL = 319
EXPECTED = {"三微": 280, "民意": 230, "意见建议": 190, "实事": 150}
"""Totals of the period; drafts, withdrawn rows and rows outside it do not count."""
_MICRO = frozenset({"微调研", "微视察", "微协商"})


@dataclass(frozen=True)
class Event:
    """One row of a studio, in the fixture's order."""

    what: str
    day: date


def code_of(studio: int) -> str:
    """The station code of studio 0 to 91: `SA` … two or more capital letters, none twice."""
    return "S" + chr(ord("A") + studio // 26) + chr(ord("A") + studio % 26)


def type_of(studio: int) -> str:
    """36 界别型, 42 区域型, 7 个人型, 7 其它."""
    return next(t for t, end in (("界别型", 36), ("区域型", 78), ("个人型", 85), ("其它", 92)) if studio < end)


def events(studio: int) -> Iterator[Event]:
    """The rows of a studio: k counts on over activities, suggestions and deeds; dates spread by 37s + 101k mod 711."""
    rows = ["微调研", "微视察", "微协商", *(["微协商"] if studio < 4 else []), "听民意", "解民忧"]
    rows += ["安民心"] if studio % 2 == 0 else []
    rows += ["意见建议"] * (3 if studio < 6 else 2) + ["实事"] * (2 if studio < 58 else 1)
    for k, what in enumerate(rows):
        yield Event(what, FIRST_DAY + timedelta(days=(37 * studio + 101 * k) % SPAN))


def members_of(studio: int) -> list[tuple[int, str]]:
    """Numbers and levels of a studio's eleven members."""
    return [(i, "市" if i < MUNICIPAL else "县") for i in range(studio, MEMBERS, STUDIOS)]


def build(studio: int, folder: Path, passphrase: str, joint: Callable[[int], str] | None = None) -> Home:
    """Make the station of one studio with its rows and the noise that must not count.

    Args:
        studio: 0 to 91.
        folder: where the home is made.
        passphrase: of the new home.
        joint: uid of another studio by number, for the two joint events; `None` leaves them alone.
    """
    code = code_of(studio)
    home = Home.create(
        folder,
        role="station",
        code=code,
        name=f"第{studio + 1}委员工作室联络站",
        shapes=KINDS,
        passphrase=passphrase,
        use_keyring=False,
    )
    with pinned(studio + 1, datetime.combine(LAST_DAY + timedelta(days=2), time(9), clock.CHINA)), home.transaction():
        _Rows(home, studio, joint or (lambda _: "")).write()
    return home


def build_all(folder: Path, passphrase: str, progress: Progress = silent) -> list[Path]:
    """Make all 92 station files below `folder`; the joint events name the co-hosting studios of other stations."""
    paths = []
    for studio in range(STUDIOS):
        progress(studio, STUDIOS, say("正在生成第{n}个工作室", n=studio + 1))
        home = build(studio, folder / code_of(studio), passphrase, _co_host)
        paths.append(home.path)
        home.close()
    return paths


def _co_host(studio: int) -> str:
    """The uid that studio's station will give its studio: ids of the fixture are made from the studio's number."""
    return f"00000000-0000-7000-8000-{studio:012d}"


class _Rows:
    def __init__(self, home: Home, studio: int, joint: Callable[[int], str]) -> None:
        self.home, self.studio, self.joint = home, studio, joint
        self.members: list[str] = []
        self.entry = ""
        self.uid = _co_host(studio)

    def write(self) -> None:
        self._studio()
        self.members = [self._member(number, level) for number, level in members_of(self.studio)]
        for event in events(self.studio):
            self._row(event.what, event.day)
        self._noise()

    def _write(self, kind: str, /, **values: Any) -> str:
        return self.home.journal.write(kind, {k: v for k, v in values.items() if v not in ("", [], None, False)}).uid

    def _studio(self) -> None:
        kind = type_of(self.studio)
        self._write(
            "studio",
            uid=self.uid,
            ordinal=self.studio + 1,
            name=f"第{self.studio + 1}委员工作室",
            type=kind,
            sector="文化艺术界" if kind == "界别型" else "",
            town="漫川镇" if kind == "区域型" else "",
            lead_member=f"00000000-0000-7000-9000-{self.studio:012d}" if kind == "个人型" else "",
            lead_committee="提案委员会",
            study_group="第一学习组",
            responsible="马长福",
            convener="欧阳思远",
            liaison="何小兰",
            address="漫川镇老街1号",
            state="在用",
        )

    def _member(self, number: int, level: str) -> str:
        return self._write(
            "member",
            uid=f"00000000-0000-7000-9000-{number:012d}",
            name=f"委员{number:04d}",
            sector="农业界",
            level=level,
            terms=[{"level": level, "term": "第五届", "since": "2021-01-10"}],
            studio=self.uid,
            unit="漫川镇",
            job_title="干部",
            phone=f"1990000{number:04d}",
            state="在任",
        )

    def _present(self, what: str) -> list[str]:
        """微调研 all but the never-attending (i mod 101 = 100); any other event the four lowest-numbered others."""
        able = [m for m, (number, _) in zip(self.members, members_of(self.studio), strict=True) if number % 101 != 100]
        return able if what == "微调研" else able[:4]

    def _row(self, what: str, day: date, *, state: str = "") -> str:
        if what == "意见建议":
            return self._suggestion(day, state)
        if what == "实事":
            return self._deed(day, state)
        return self._activity(what, day, state)

    def _activity(self, what: str, day: date, state: str) -> str:
        seats: list[dict[str, Any]] = [{"member": m, "actual": "签到"} for m in self._present(what)]
        if what == "微协商":
            seats += [
                {"name": "高德明", "unit": "交通局", "side": "部门", "actual": "签到"},
                {"name": "翟玉兰", "unit": "住户代表", "side": "群众方", "actual": "签到"},
            ]
        shared = {("微协商", 4): 85, ("听民意", 40): 41}.get((what, self.studio))
        return self._write(
            "activity",
            title=f"{what}({day.isoformat()})",
            activity_kind=what,
            mode="联合" if shared else "团体",
            start_day=day.isoformat(),
            place="漫川镇",
            host=self.uid,
            co_hosts=[co] if shared and (co := self.joint(shared)) else [],
            committee="提案委员会" if what in _MICRO else "",
            attendance=seats,
            summary="有记录。",
            state=state or "已举办",
        )

    def _suggestion(self, day: date, state: str) -> str:
        return self._write(
            "suggestion",
            parent_kind="民情日志",
            parent=self._journal(),
            day=day.isoformat(),
            text="建议明确牵头单位和时限，结果向群众公开。",
            studio=self.uid,
            state=state or "已提出",
        )

    def _deed(self, day: date, state: str) -> str:
        told = {"answered": day.isoformat(), "answer_way": "当面", "told": day.isoformat(), "told_way": "当面"}
        closed = {"result": "解决", "closed": day.isoformat(), "deed": True, "route": "自办"}
        return self._write(
            "case",
            title="修好村口路灯",
            registered=day.isoformat(),
            journal_entry=self._journal(),
            studio=self.uid,
            category="交通道路",
            in_scope="属于",
            due=(day + timedelta(days=60)).isoformat(),
            state=state or "办结",
            **told,
            **closed,
        )

    def _journal(self) -> str:
        """One journal entry that the studio's suggestions and cases come from."""
        if not self.entry:
            self.entry = self._write(
                "journal_entry",
                way="走访",
                day=FIRST_DAY.isoformat(),
                place="漫川镇老街",
                members=self.members[:1],
                recorder="何小兰",
                studio=self.uid,
                content="群众反映村口路灯不亮、巷道积水，晚上出行不安全，希望尽快修好。",
                answer="当场答复，约定一周内修好。",
                state="已登记",
            )
        return self.entry

    def _noise(self) -> None:
        """7 drafts, 3 withdrawn, 4 outside the period, over all 92 stations: none of them may count."""
        day = FIRST_DAY + timedelta(days=100)
        if self.studio < 7:
            self._row("微调研", day, state="计划")
        if 10 <= self.studio < 13:
            uid = self._row("听民意", day)
            self.home.journal.void(uid, "重复登记")
        outside = {20: FIRST_DAY - timedelta(days=1), 21: LAST_DAY + timedelta(days=1)}
        outside |= {22: FIRST_DAY - timedelta(days=1), 23: LAST_DAY + timedelta(days=1)}
        if self.studio in outside:
            self._row("微视察" if self.studio < 22 else "意见建议", outside[self.studio])


def totals(home: Home, since: date = FIRST_DAY, until: date = LAST_DAY) -> dict[str, int]:
    """Count what a home holds of the four classes in a period, by the rules of domain.md 4.1, from the records' duties."""
    kinds = {kind.key: kind for kind in KINDS}
    counts = dict.fromkeys(EXPECTED, 0)
    for key in ("activity", "suggestion", "case"):
        with home.file.read() as c:
            uids = c.exec_driver_sql("SELECT uid FROM record WHERE kind = ?", (key,)).scalars().all()
        for uid in uids:
            row = home.journal.record(uid)
            row.pop("kind")
            duties = kinds[key].duties(kinds[key].read(row))
            names = {d.name for d in duties if since.isoformat() <= d.day <= until.isoformat()}
            for name in names & counts.keys():
                counts[name] += 1
    return counts
