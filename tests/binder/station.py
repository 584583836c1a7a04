"""A small station with a year of work in it: a few dozen records, rare names, photos, a draft and a withdrawn record."""

import copy
import io
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from studio_desk.kernel import clock, ids
from studio_desk.kinds import KINDS
from studio_desk.store import blobs
from studio_desk.store.home import Home

YEAR = 2025
PASSPHRASE = "青溪-2026-石桥"
NAMES = (
    "李䶮",
    "赵㛃",
    "孙𠅤",
    "钱𫖯",
    "周𬱖",
    "吴㴔",
    "郑𪚥",
    "冯𬭎",
    "古丽米热阿依·艾则孜江·买买提依明阿卜杜拉喀迪尔",
)
SUBJECTS = (
    "灌溉渠淤堵影响春灌",
    "村道路灯不亮",
    "老人看病拿药难",
    "小区化粪池外溢",
    "校车停靠点不安全",
    "茶叶销路和冷链",
)
LONG = (
    "群众反映，镇区老街排水管网年久失修，每逢“七下八上”主汛期，雨水倒灌进入临街商铺和一楼住户，去年7月14日一次强降雨"
    "（3小时降雨量达86.5毫米）造成37户进水；部分路段井盖缺失，夜间无照明，老人、儿童出行存在安全隐患。"
)


class Station:
    """Builds the station; `home` is open until `close`."""

    def __init__(self, folder: Path, code: str = "SQ", journal: int = 18) -> None:
        self.now = datetime(YEAR, 1, 2, 9, tzinfo=clock.CHINA)
        clock.set_clock(self.tick)
        ids.seed_ids(7)
        self.folder = folder
        self.home = Home.create(
            folder, role="station", code=code, name="石桥镇政协联络站", shapes=KINDS, passphrase=PASSPHRASE, use_keyring=False
        )  # fmt: skip
        told = self.home.settings.changed(fonds_number="Z109", operator="何小兰")
        self.home.change_settings(told)
        self.journal = journal
        with self.home.transaction():
            self._fill()

    def copied(self, folder: Path) -> "Station":
        """The same station, closed before, in a folder of its own."""
        shutil.copytree(self.folder, folder)
        twin = copy.copy(self)
        twin.folder, twin.home = folder, Home.open(folder, shapes=KINDS, passphrase=PASSPHRASE)
        clock.set_clock(twin.tick)
        ids.seed_ids(8)
        return twin

    def tick(self) -> datetime:
        self.now += timedelta(seconds=7)
        return self.now

    def write(self, kind: str, /, **values: Any) -> str:
        return self.home.journal.write(kind, values).uid

    def close(self) -> None:
        self.home.close()
        clock.set_clock(None)
        ids.seed_ids(None)

    def day(self, number: int) -> str:
        return (date(YEAR, 1, 6) + timedelta(days=number)).isoformat()

    def at(self, day: str) -> None:
        """Move the clock on to an hour of that day."""
        self.now = max(self.now, datetime.fromisoformat(f"{day}T15:00:00+08:00"))

    def _fill(self) -> None:
        self.station = self.write(
            "station", station_code=self.home.code, name=self.home.name, station_kind="联络站", town="石桥镇",
            address="石桥镇正街12号", phone="0914-2330001", head="韩琎", clerk_a="何小兰", clerk_b="罗国庆", state="在用",
        )  # fmt: skip
        self.studio = self.write(
            "studio", ordinal=11, name="石桥镇第11委员工作室", type="区域型", level="县", town="石桥镇",
            lead_committee="经济委员会", study_group="第三学习组", responsible="马长福", convener="欧阳思远",
            liaison="何小兰", address="石桥镇正街12号二楼", state="在用",
        )  # fmt: skip
        self.members = [
            self.write("member", name=name, sector="农业界", level="县", unit="青溪区中医院", job_title="医师",
                       phone=f"1990000{n:04d}", terms=[{"level": "县", "term": "第十五届", "since": "2021-12"}])
            for n, name in enumerate(NAMES)
        ]  # fmt: skip
        self.entries = [self.entry(n) for n in range(self.journal)]
        self.draft = self.write(
            "journal_entry", way="走访", day=self.day(40), place="上河湾村", recorder="赵㛃", content="草稿里的话" * 6,
            subject="还是草稿的事", members=self.members[:1],
        )  # fmt: skip
        self.void = self.entry(50, subject="误录后作废的事")
        self.home.journal.void(self.void, "重复录入")
        self.cases = [self.case(n) for n in range(4)]
        self.activities = [self.activity(n) for n in range(3)]
        self.minutes = [self.minute(n) for n in range(2)]
        self.suggestions = [
            self.write(
                "suggestion", title=f"关于{SUBJECTS[n]}的建议", parent_kind="活动", parent=self.activities[0],
                day=self.day(100 + n), text=LONG, proposer=self.members[n], state="已提出",
            )
            for n in range(3)
        ]  # fmt: skip
        self.old = self.entry(-30, subject="上一年的事")

    def entry(self, n: int, **more: Any) -> str:
        day = self.day(3 * n)
        self.at(day)
        values = {
            "way": "走访", "day": day, "time": "09:30", "end_time": "11:00", "place": "上河湾村村委会",
            "members": [self.members[n % len(NAMES)]], "recorder": NAMES[(n + 1) % len(NAMES)][:20],
            "persons": [{"name": f"{NAMES[n % 8][-1]}某", "age": 60, "phone": f"1380000{n % 10000:04d}"}],
            "subject": f"{SUBJECTS[n % len(SUBJECTS)]}（{n + 1}）", "content": LONG * (1 + n % 3), "studio": self.studio,
            "answer": "本周内联系镇水利站查勘。", "state": "已审核", "reviewer": "韩琎",
        }  # fmt: skip
        uid = self.write("journal_entry", **{**values, **more})
        if n % 6 == 0 and n >= 0:
            self.photo(uid, "民情日志", n)
        return uid

    def photo(self, parent: str, kind: str, n: int, *, personal: str = "P1") -> str:
        image = Image.new("RGB", (640, 480), (150, 190 - n, 230))
        ImageDraw.Draw(image).rectangle((0, 240, 640, 480), fill=(90, 140, 70 + n))
        out = io.BytesIO()
        image.save(out, "JPEG")
        kept = blobs.put(self.home, out.getvalue(), f"现场{n}.jpg")
        return self.write(
            "attachment", parent_kind=kind, parent=parent, name=kept.name, caption=f"现场照片{n}", photo_kind="现场照片",
            mime=kept.mime, size=kept.size, sha256=kept.sha256, personal=personal,
        )  # fmt: skip

    def case(self, n: int, **more: Any) -> str:
        start = self.day(20 + n)
        self.at(self.day(60 + n))
        values = {
            "title": f"{SUBJECTS[n]}办理", "registered": start, "journal_entry": self.entries[n], "content": LONG,
            "studio": self.studio, "members": [self.members[n]], "category": "农业农村", "urgency": "一般",
            "in_scope": "属于", "route": "转办(单位)", "host_unit": "区水利局", "due": self.day(70 + n),
            "steps": [{"day": self.day(25 + n), "kind": "现场查看", "who": NAMES[n], "text": "量得淤堵200米。"}],
            "answered": self.day(50 + n), "answer_way": "书面", "told": self.day(51 + n), "told_way": "电话",
            "result": "解决", "satisfaction": "满意", "closed": self.day(52 + n), "deed": True, "state": "办结",
        }  # fmt: skip
        return self.write("case", **{**values, **more})

    def activity(self, n: int, **more: Any) -> str:
        self.at(self.day(80 + n))
        values = {
            "title": f"第{n + 1}次走访慰问", "activity_kind": "走访慰问", "mode": "团体", "start_day": self.day(75 + n),
            "start_time": "09:00", "place": "石桥社区", "host": self.studio, "state": "已审核", "summary": "各方到齐。",
            "attendance": [
                {"member": m, "side": "委员", "role": "出席", "must_attend": True, "actual": "签到", "at": "08:50"}
                for m in self.members
            ],
        }  # fmt: skip
        uid = self.write("activity", **{**values, **more})
        self.photo(uid, "活动", 20 + n)
        return uid

    def minute(self, n: int, **more: Any) -> str:
        self.at(self.day(85 + n))
        values = {
            "title": f"第{n + 1}次走访慰问会议纪要", "activity": self.activities[n], "day": self.day(75 + n), "issue": n + 1,
            "chair": "欧阳思远", "recorder": "何小兰", "seats": [{"member": m, "seat": "出席"} for m in self.members],
            "agenda": ["通报情况", "议定分工"], "gist": LONG, "signer": "韩琎", "issued": self.day(78 + n),
            "matters": [{"matter": "同意清淤", "verdict": "能办"}],
            "speeches": [{"who": name[:20], "role": "委员", "text": LONG} for name in NAMES[:4]],
            "actions": [{"what": "清淤", "who": "区水利局", "due": self.day(120)}], "state": "已签发",
        }  # fmt: skip
        return self.write("minutes", **{**values, **more})

    @property
    def filed(self) -> list[str]:
        return [*self.entries, *self.cases, *self.activities, *self.minutes, *self.suggestions]
