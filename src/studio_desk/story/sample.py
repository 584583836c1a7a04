"""Fill a station with a year of fictional work by the recipe of domain.md 6: same seed, same records."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from studio_desk.kernel import clock, ids
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store import blobs
from studio_desk.store.home import Home
from studio_desk.story import names
from studio_desk.story.names import Place
from studio_desk.story.photos import photo

SEED = 20230604
TERM = "第十五届"


@dataclass(frozen=True)
class Size:
    """How much work a sample station holds."""

    journal: int = 180
    cases: int = 45
    activities: int = 30
    suggestions: int = 40
    photos: int = 60

    def smaller(self, share: int) -> Size:
        """The same recipe, one part in `share`."""
        return Size(
            *(max(2, n // share) for n in (self.journal, self.cases, self.activities, self.suggestions, self.photos))
        )


DEMO = Size()


@contextmanager
def pinned(seed: int, moment: datetime) -> Iterator[Callable[[datetime], None]]:
    """Run with repeatable ids and a clock that the caller moves on; both go back afterwards."""
    now = [moment]

    def tick() -> datetime:
        now[0] += timedelta(seconds=7)
        return now[0]

    def set_to(when: datetime) -> None:
        now[0] = max(now[0], when)

    ids.seed_ids(seed)
    clock.set_clock(tick)
    try:
        yield set_to
    finally:
        ids.seed_ids(None)
        clock.set_clock(None)


class Sample:
    """Writes one station's year."""

    def __init__(self, home: Home, place: Place, until: date, seed: int = SEED, size: Size = DEMO) -> None:
        """Prepare to fill a home.

        Args:
            home: an empty station.
            place: the township it belongs to.
            until: the last day of the year of work.
            seed: the same seed gives the same records.
            size: how much of each kind.
        """
        self.home, self.place, self.until, self.size = home, place, until, size
        self.chance = random.Random(f"{seed}-{place.code}")  # noqa: S311 - sample data, not secrets
        self.seed = self.chance.randrange(1 << 31)
        self.since = until - timedelta(days=364)
        self.members: list[str] = []
        self.studio = ""
        self.points: list[str] = []
        self.households: list[str] = []
        self.persons: list[str] = []
        self.entries: list[tuple[str, str, tuple[str, ...], str]] = []
        self.activities: list[tuple[str, str, str, list[dict[str, Any]], str]] = []
        self.cases: list[str] = []
        self.photos = 0

    def fill(self, progress: Progress = silent) -> None:
        """Write everything: the bodies and people first, then the year day by day."""
        start = datetime.combine(self.since - timedelta(days=30), time(9), clock.CHINA)
        steps: Sequence[tuple[str, Callable[[], None]]] = (
            (say("站点与工作室"), self._bodies),
            (say("委员"), self._members),
            (say("联系点与群众"), self._people),
            (say("民情日志"), self._journal),
            (say("民情事项"), self._cases),
            (say("活动"), self._activities),
            (say("会议纪要"), self._minutes),
            (say("意见建议"), self._suggestions),
        )
        with pinned(self.seed, start) as self._at:
            for done, (title, step) in enumerate(steps):
                progress(done, len(steps), title)
                with self.home.transaction():
                    step()

    # --- bodies and people ---------------------------------------------------------------------------------------

    def _bodies(self) -> None:
        town, code = self.place.town, self.place.code
        self._write(
            "station",
            station_code=code,
            name=self.place.station,
            station_kind="联络站",
            town=town,
            address=f"青溪区{town}政府一楼",
            phone="0999-6600001",
            opened="2021-06-24",
            platforms=["一线协商", "服务界别群众", "委员在身边"],
            head="马长福",
            clerk_a="何小兰",
            clerk_b="罗国庆",
            state="在用",
        )
        self.studio = self._write(
            "studio",
            ordinal=11 + names.PLACES.index(self.place),
            name=f"{town}第{11 + names.PLACES.index(self.place)}委员工作室",
            type="区域型",
            level="县",
            theme="有话跟委员说",
            town=town,
            lead_committee="经济和农业农村委员会",
            study_group="第三学习组",
            responsible="马长福",
            convener="欧阳思远",
            liaison="何小兰",
            phone="0999-6600002",
            address=f"青溪区{town}政府一楼101室",
            opening_hours="周一至周五 8:30—17:30",
            receptions=[{"cycle": "每月", "number": n, "start": "09:00", "end": "11:30"} for n in (10, 20)],
            plaque_day="2021-07-01",
            online=True,
            state="在用",
        )
        for point, (name, kind) in enumerate(
            [(v, "社区" if v.endswith("社区") else "村") for v in self.place.villages]
            + [("青溪经开区", "园区"), ("青溪区第二小学", "学校")]
        ):
            needs = (
                [{"text": "希望有农技指导", "tag": "", "since": self._iso(-31 - 20 * point), "state": ""}]
                if point < 2
                else []
            )
            self.points.append(
                self._write(
                    "contact_point",
                    point_kind=kind,
                    name=name,
                    town=town,
                    contact=self._person_name(),
                    phone=f"1990000{2000 + point:04d}",
                    since="2021-07-01",
                    needs=needs,
                    state="在用",
                )
            )

    def _members(self) -> None:
        shift = names.PLACES.index(self.place) * 5
        chosen = [names.MEMBERS[(i + shift) % len(names.MEMBERS)] for i in range(22 if self.place.code == "SQ" else 8)]
        for number, (name, sex, nation, sector, unit, title) in enumerate(chosen):
            posts = (
                [{"post": "小组召集人", "body": f"{self.place.town}联络组", "since": "2021-12-20"}]
                if not number
                else []
            )
            self.members.append(
                self._write(
                    "member",
                    name=name,
                    sex=sex,
                    nation=nation,
                    birth="1949-09-21" if number == 0 else f"{1962 + number * 7 % 33}-{number % 12 + 1:02d}",
                    native_place="云岭青溪",
                    politics="中共党员" if number % 3 == 0 else "群众",
                    sector=sector,
                    level="市" if number % 3 == 1 else "县",
                    terms=[{"level": "市" if number % 3 == 1 else "县", "term": TERM, "since": "2021-12-20"}],
                    posts=posts,
                    studio=self.studio,
                    unit=unit,
                    job_title=title,
                    inside_system="体制外" if "公司" in unit or "合作社" in unit else "体制内",
                    phone=f"1990000{number + 1:04d}",
                    expertise=["农业农村"] if "农" in sector else [],
                    id_number="990000194909210016" if number == 0 else "",
                    state="在任",
                )
            )
        self._write(
            "group",
            group_kind="学习组",
            name="第三学习组",
            head=self.members[0],
            area=self.place.town,
            formed="2021-12-20",
            members=[{"member": m, "role": "", "since": "2021-12-20"} for m in self.members],
            state="在用",
        )

    def _people(self) -> None:
        for number in range(max(4, self.size.cases // 5)):
            village = self.chance.choice(self.place.villages)
            head = self._person_name()
            address = f"{self.place.town}{village}{number % 8 + 1}组{number + 3}号"
            self.households.append(
                self._write(
                    "household",
                    head=head,
                    town=self.place.town,
                    address=address,
                    phone=f"1990001{number:04d}",
                    surveyed=self._iso(-self.chance.randrange(31, 70)),
                    category=self.chance.choice(("低保", "特困", "低保边缘", "独居老人", "残疾")),
                    causes=[self.chance.choice(("病", "残", "学", "缺劳力"))],
                    house_grade=self.chance.choice("ABCD"),
                    situation=names.LONG_NOTE * (8 if number == 0 else 1),
                    needs="维修屋面，申请危房改造。",
                    members=[
                        {"name": head, "relation": "户主", "sex": "男", "birth": "1958-03"},
                        *(
                            [{"name": "张小宝", "relation": "孙子女、外孙子女", "birth": "2012-02-29"}]
                            if number == 1
                            else []
                        ),
                    ],
                    incomes=[{"year": self.since.year, "kind": "转移性", "amount": 412_000 + 1000 * number}],
                    consent_day=self._iso(-31),
                    state="在册",
                )
            )
            self.persons.append(
                self._write(
                    "person",
                    name=head,
                    sex="男",
                    birth=f"19{40 + number % 50:02d}",
                    address=address,
                    phone=f"1990001{number:04d}",
                    household=self.households[-1],
                    consent_day=self._iso(-31),
                    state="在册",
                )
            )

    # --- the year ------------------------------------------------------------------------------------------------

    def _journal(self) -> None:
        days = sorted(self.chance.randrange(363) for _ in range(self.size.journal))
        for number, offset in enumerate(days):
            category, subject, told, answer, step, _ = names.MATTERS[number % len(names.MATTERS)]
            village = self.chance.choice(self.place.villages)
            way = self.chance.choice(("走访", "走访", "走访", "接待(来访)", "接待(来访)", "来电", "来信", "约见"))
            who = tuple(self.chance.sample(self.members, 1 + (number % 4 == 0)))
            count = 7 if "7名" in told else 1
            hour = self.chance.randint(8, 16)
            day = self._iso(offset)
            content = f"{village}群众{told.format(n=self.chance.randint(3, 46), m=self.chance.randint(20, 900) * 10)}"
            content += f"地点在{village}{self.chance.randint(1, 9)}组。"
            if number == 7:
                content = "路灯不亮。"
            self._at(self._moment(offset, hour + 1))
            uid = self._write(
                "journal_entry",
                way=way,
                day=day,
                time=f"{hour:02d}:{self.chance.choice((0, 10, 30)):02d}",
                end_time=f"{hour + 1:02d}:{self.chance.choice((30, 40)):02d}",
                weather=self.chance.choice(names.WEATHER),
                place=f"{village}{'村委会' if way.startswith('接待') else ''}",
                letter_received=day if way == "来信" else "",
                members=list(who),
                recorder="何小兰",
                studio=self.studio,
                persons=[self._visitor(number, village, count)],
                group_visit=count >= 5,
                household=self.households[number % len(self.households)] if way == "走访" and number % 5 == 0 else "",
                subject=subject,
                category=category,
                urgency="较急" if number % 6 == 0 else "一般",
                scope="共性" if number % 4 == 0 else "个性",
                platform="委员在身边",
                content=content,
                difficulties=names.LONG_NOTE if number % 40 == 11 else "",
                appeals=["尽快现场查看", "给一个明确时间"] if number % 3 == 0 else [],
                answer=answer,
                next_step=step,
                state="已登记",
                kept=[{"code": "THIN_ENTRY", "field": "content", "reason": "电话里只说了这一句"}]
                if number == 7
                else [],
            )
            self.entries.append((uid, day, who, subject))
            if number % 3 == 0:
                self.home.journal.move(uid, "已审核", changes={"reviewer": "马长福"})
            if number % 25 == 4:
                self.home.journal.correct(uid, {"weather": "晴"}, "核对笔记后更正天气")
            if number % 60 == 30:
                self.home.journal.void(uid, "与上一条重复登记")
            if number % 4 == 0 and self.photos < self.size.photos:
                self._photo(uid, "民情日志", f"{subject}现场", day, "现场照片")

    def _cases(self) -> None:
        step_by = max(1, len(self.entries) // max(1, self.size.cases))
        for number, (entry, day, who, subject) in enumerate(self.entries[::step_by][: self.size.cases]):
            if self.home.journal.record(entry)["state"] == "作废":
                continue
            matter = next(m for m in names.MATTERS if m[1] == subject)
            opened = date.fromisoformat(day)
            self._at(datetime.combine(opened, time(17), clock.CHINA))
            refused = subject.startswith("土地流转")
            uid = self._write(
                "case",
                title=f"{subject}({self.chance.choice(self.place.villages)})",
                registered=day,
                journal_entry=entry,
                content=matter[2].format(n=12, m=300),
                studio=self.studio,
                members=list(who),
                category=matter[0],
                urgency="一般",
                scope="共性" if "暖" in subject else "个性",
                in_scope="不属于" if refused else "属于",
                steps=[{"day": day, "kind": "登记", "who": "何小兰", "text": "由民情日志转来，登记立项。"}],
            )
            self.cases.append(uid)
            if refused:
                self.home.journal.move(
                    uid, "不予受理", "已进入诉讼", {"refusal_ground": self._ground(), "told": day, "told_way": "当面"}
                )
                continue
            self._handle(uid, number, opened, matter[5] or "村委会")

    def _handle(self, uid: str, number: int, opened: date, unit: str) -> None:
        """Carry a case through its life as far as the calendar allows."""
        journal = self.home.journal
        due = (opened + timedelta(days=60)).isoformat()
        steps = list(journal.record(uid)["steps"])

        def step(days: int, kind: str, who: str, text: str) -> str:
            day = min(opened + timedelta(days=days), self.until)
            self._at(datetime.combine(day, time(10), clock.CHINA))
            steps.append({"day": day.isoformat(), "kind": kind, "who": who, "text": text})
            return day.isoformat()

        journal.move(uid, "受理", changes={"due": due})
        step(1, "联系单位", "何小兰", f"电话联系{unit}，约定到现场查看。")
        journal.move(
            uid,
            "办理中",
            changes={
                "route": "转办(单位)",
                "host_unit": unit,
                "co_units": ["村委会"] if unit != "村委会" else [],
                "steps": steps,
            },
        )
        if number % 9 == 5 or opened + timedelta(days=40) > self.until:
            return
        step(6, "现场查看", unit, "会同委员到现场查看，拍照留存，量了尺寸。")
        step(15, "协调", "欧阳思远", "协调材料和人工，商定分工和完成时间。")
        answered = step(24, "答复", unit, "已按约定办理，书面答复。")
        journal.move(uid, "已答复", changes={"answered": answered, "answer_way": "书面", "steps": steps})
        told = step(26, "反馈", "何小兰", "上门告知办理情况，当面征求意见。")
        journal.move(
            uid, "已反馈群众", changes={"told": told, "told_way": "当面", "satisfaction": "满意", "steps": steps}
        )
        solved = number % 5 != 3
        closed = step(30, "回访", "马长福", "回访，群众认可。" if solved else "回访，群众理解。")
        result = {
            "result": "解决" if solved else "列入计划",
            "result_text": "已办好并回访。" if solved else "本年度资金已排满，列入下一年度计划。",
            "closed": closed,
            "deed": solved and number % 2 == 0,
            "steps": steps,
        }
        journal.move(uid, "办结", changes=result)
        if number % 2 == 0 and self.photos + 1 < self.size.photos:
            self._photo(uid, "民情事项", "办理前", opened.isoformat(), "办理前照片")
            self._photo(uid, "民情事项", "办理后", closed, "办理后照片")

    def _activities(self) -> None:
        for number in range(self.size.activities):
            kind, title, summary, place = names.ACTIVITIES[number % len(names.ACTIVITIES)]
            offset = min(360, int((number + 0.5) * 364 / self.size.activities))
            day = self._iso(offset)
            self._at(self._moment(offset, 17))
            seats = [
                {
                    "member": m,
                    "actual": "签到" if self.chance.random() < 0.85 else "缺席",
                    "at": "08:50",
                    "answer": "参加",
                }
                for m in self.chance.sample(self.members, min(9, len(self.members)))
            ]
            for seat in seats:
                if seat["actual"] == "缺席":
                    seat["at"] = ""
            if kind == "微协商":
                seats += [
                    {
                        "name": "高德明",
                        "unit": "区交通局",
                        "side": "部门",
                        "role": "列席",
                        "actual": "签到",
                        "at": "08:55",
                    },
                    {
                        "name": "翟玉兰",
                        "unit": "安置楼住户代表",
                        "side": "群众方",
                        "role": "列席",
                        "actual": "签到",
                        "at": "08:40",
                    },
                    {
                        "name": "仇建国",
                        "unit": "供热公司",
                        "side": "服务提供方",
                        "role": "列席",
                        "actual": "签到",
                        "at": "08:58",
                    },
                ]
            consult = kind == "微协商"
            quarter = (int(day[5:7]) + 2) // 3
            uid = self._write(
                "activity",
                title=f"{title}（{day[:4]}年第{quarter}季度）",
                activity_kind=kind,
                mode="团体" if number % 5 else "联合",
                functions=["凝聚共识"] if not consult else ["政治协商", "凝聚共识"],
                effect="资政建言" if consult else "凝心聚力",
                platform="一线协商" if consult else "委员在身边",
                start_day=day,
                start_time="09:00",
                end_time="11:30",
                place=place,
                host=self.studio,
                outside_hosts=["青溪区第二小学"] if kind == "读书" else [],
                committee="经济和农业农村委员会" if consult else "",
                topic_source="群众荐题" if consult else "",
                topic="供暖管道如何过县道" if consult else "",
                attendance=seats,
                stages=[{"day": day, "stage": "协商", "text": "通报情况、提问、解答、发言。"}] if consult else [],
                advice="形成3条建议，报镇党委、政府。" if number % 3 == 0 else "",
                consensus="各方同意先定路由和时间，分两步实施。" if consult else "",
                summary=summary + ",到会人员作了记录，会后形成清单逐条落实。",
                served=self.chance.randint(12, 160),
                state="已举办",
            )
            self.activities.append((uid, kind, day, seats, title))
            for caption in ("会场", "发言")[: 2 if number % 3 == 0 else 1]:
                if self.photos < self.size.photos:
                    self._photo(uid, "活动", f"{title}{caption}", day, "现场照片")
            if number % 2 == 0:
                self.home.journal.move(uid, "资料齐")
                self.home.journal.move(uid, "已审核")

    def _minutes(self) -> None:
        issue = 0
        for uid, kind, day, seats, title in self.activities:
            if kind not in {"微协商", "内务会", "座谈会", "集体学习"}:
                continue
            issue += 1
            held = date.fromisoformat(day)
            self._at(datetime.combine(min(held + timedelta(days=3), self.until), time(15), clock.CHINA))
            rounds = 14 if issue == 1 else 1
            speeches = [
                {
                    "who": ("高德明", "仇建国", "翟玉兰", "欧阳思远")[i % 4],
                    "role": ("区交通局", "供热公司", "群众代表", "召集人")[i % 4],
                    "text": words,
                }
                for i, words in enumerate(names.SPEECHES * rounds)
            ]
            present = [
                {"member": s["member"], "seat": "出席"} for s in seats if s.get("member") and s["actual"] == "签到"
            ]
            absent = [
                {"member": s["member"], "seat": "请假", "reason": "本职工作"}
                for s in seats
                if s.get("member") and s["actual"] != "签到"
            ]
            others = [{"name": s["name"], "unit": s["unit"], "seat": "列席"} for s in seats if s.get("name")]
            minutes = self._write(
                "minutes",
                title=f"{title}会议纪要",
                activity=uid,
                mark=f"{self.place.station}{'微协商' if kind == '微协商' else '会议'}纪要",
                issue=issue,
                day=day,
                time="09:00",
                ended="11:30",
                place="石桥社区活动室",
                chair="欧阳思远",
                recorder="何小兰",
                seats=[*present, *others, *absent],
                agenda=["通报上次议定事项办理情况", title, "议定下一步分工"],
                gist="会议通报了有关情况，与会人员围绕议题充分发表意见。",
                speeches=speeches,
                matters=[
                    {"matter": "管道过县道", "verdict": "能办", "reason": ""},
                    {"matter": "路面恢复费用", "verdict": "有条件办", "reason": "镇里和公司各担一半，需镇长办公会定。"},
                ],
                consensus="先办过路段，再办楼内改造；每周向住户通报一次进度。",
                dissent="有住户担心开挖影响地下室，要求施工前检查。",
                actions=[
                    {
                        "what": "报送过路施工和交通组织方案",
                        "who": "供热公司",
                        "due": (held + timedelta(days=14)).isoformat(),
                    },
                    {
                        "what": "受理并在七个工作日内答复",
                        "who": "区交通局",
                        "due": (held + timedelta(days=25)).isoformat(),
                    },
                    {"what": "住户沟通和进度通报", "who": "石桥社区", "due": (held + timedelta(days=40)).isoformat()},
                ],
            )
            self.home.journal.move(minutes, "待审")
            if issue % 4:
                issued = min(held + timedelta(days=4), self.until).isoformat()
                self.home.journal.move(minutes, "已签发", changes={"signer": "马长福", "issued": issued})

    def _suggestions(self) -> None:
        sources = [("活动", uid, day, title) for uid, _, day, _, title in self.activities] * 2
        for number, (kind, uid, day, title) in enumerate(sources[: self.size.suggestions]):
            matter = names.MATTERS[number % len(names.MATTERS)]
            self._write(
                "suggestion",
                title=f"关于解决{matter[1]}的建议" if number % 2 else "关于缓解农村留守老人看病难的建议",
                parent_kind=kind,
                parent=uid,
                day=day,
                text=f"在“{title}”中提出：{matter[4]}建议由{matter[5] or '镇政府'}牵头，明确时限，结果向群众公开。",
                category=matter[0],
                proposer=self.members[number % len(self.members)],
                studio=self.studio,
                to_unit=matter[5],
                state="已提出",
            )

    # --- small things --------------------------------------------------------------------------------------------

    def _write(self, kind: str, /, **values: Any) -> str:
        given = {k: v for k, v in values.items() if v not in ("", [], None, False)}
        return self.home.journal.write(kind, given).uid

    def _photo(self, parent: str, of: str, caption: str, day: str, kind: str) -> None:
        self.photos += 1
        blob = blobs.put(self.home, photo(self.seed + self.photos), name=f"照片{self.photos:03d}.jpg")
        self._write(
            "attachment",
            parent_kind=of,
            parent=parent,
            name=f"照片{self.photos:03d}.jpg",
            caption=caption,
            photo_kind=kind,
            taken=day,
            personal="P1",
            mime=blob.mime,
            size=blob.size,
            sha256=blob.sha256,
        )

    def _visitor(self, number: int, village: str, count: int) -> dict[str, Any]:
        visitor: dict[str, Any] = {"heads": count, "address": f"{village}{number % 9 + 1}组"}
        if number % 17 == 3:  # a letter without a name
            return visitor
        if number % 6 == 0:
            visitor["person"] = self.persons[number % len(self.persons)]
        return visitor | {
            "name": self._person_name(),
            "sex": self.chance.choice("男女"),
            "age": self.chance.randint(24, 83),
            "phone": f"1990002{number:04d}",
        }

    def _person_name(self) -> str:
        return self.chance.choice(names.SURNAMES) + "".join(self.chance.sample(names.GIVEN, self.chance.randint(1, 2)))

    def _ground(self) -> str:
        from studio_desk.kernel.vocabulary import vocabulary

        return next(w for w in vocabulary("refusal_ground").words() if "诉讼" in w)

    def _iso(self, offset: int) -> str:
        return (self.since + timedelta(days=offset)).isoformat()

    def _moment(self, offset: int, hour: int) -> datetime:
        return datetime.combine(self.since + timedelta(days=offset), time(hour), clock.CHINA)
