"""Activities, minutes and suggestions of a sample station."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from studio_desk.kernel import clock
from studio_desk.story import names

if TYPE_CHECKING:
    from studio_desk.story.sample import Sample


def activities(s: Sample) -> None:
    """Activities with attendance and photos."""
    for number in range(s.size.activities):
        kind, title, summary, place = names.ACTIVITIES[number % len(names.ACTIVITIES)]
        offset = min(360, int((number + 0.5) * 364 / s.size.activities))
        day = s.iso(offset)
        s.at(s.moment(offset, 17))
        seats = [
            {
                "member": m,
                "actual": "签到" if s.chance.random() < 0.85 else "缺席",
                "at": "08:50",
                "answer": "参加",
            }
            for m in s.chance.sample(s.members, min(9, len(s.members)))
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
        uid = s.write(
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
            host=s.studio,
            outside_hosts=["青溪区第二小学"] if kind == "读书" else [],
            committee="经济和农业农村委员会" if consult else "",
            topic_source="群众荐题" if consult else "",
            topic="供暖管道如何过县道" if consult else "",
            attendance=seats,
            stages=[{"day": day, "stage": "协商", "text": "通报情况、提问、解答、发言。"}] if consult else [],
            advice="形成3条建议，报镇党委、政府。" if number % 3 == 0 else "",
            consensus="各方同意先定路由和时间，分两步实施。" if consult else "",
            summary=summary + ",到会人员作了记录，会后形成清单逐条落实。",
            served=s.chance.randint(12, 160),
            state="已举办",
        )
        s.activities.append((uid, kind, day, seats, title))
        for caption in ("会场", "发言")[: 2 if number % 3 == 0 else 1]:
            if s.photos < s.size.photos:
                s.photo(uid, "活动", f"{title}{caption}", day, "现场照片")
        if number % 2 == 0:
            s.home.journal.move(uid, "资料齐")
            s.home.journal.move(uid, "已审核")


def minutes(s: Sample) -> None:
    """Minutes of the meetings among them."""
    issue = 0
    for uid, kind, day, seats, title in s.activities:
        if kind not in {"微协商", "内务会", "座谈会", "集体学习"}:
            continue
        issue += 1
        held = date.fromisoformat(day)
        s.at(datetime.combine(min(held + timedelta(days=3), s.until), time(15), clock.CHINA))
        rounds = 14 if issue == 1 else 1
        done = "已完成" if held + timedelta(days=60) < s.until else "办理中"
        speeches = [
            {
                "who": ("高德明", "仇建国", "翟玉兰", "欧阳思远")[i % 4],
                "role": ("区交通局", "供热公司", "群众代表", "召集人")[i % 4],
                "text": words,
            }
            for i, words in enumerate(names.SPEECHES * rounds)
        ]
        present = [{"member": s["member"], "seat": "出席"} for s in seats if s.get("member") and s["actual"] == "签到"]
        absent = [
            {"member": s["member"], "seat": "请假", "reason": "本职工作"}
            for s in seats
            if s.get("member") and s["actual"] != "签到"
        ]
        others = [{"name": s["name"], "unit": s["unit"], "seat": "列席"} for s in seats if s.get("name")]
        minutes = s.write(
            "minutes",
            title=f"{title}会议纪要",
            activity=uid,
            mark=f"{s.place.station}{'微协商' if kind == '微协商' else '会议'}纪要",
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
                    "state": done,
                },
                {
                    "what": "受理并在七个工作日内答复",
                    "who": "区交通局",
                    "due": (held + timedelta(days=25)).isoformat(),
                    "state": done,
                },
                {
                    "what": "住户沟通和进度通报",
                    "who": "石桥社区",
                    "due": (held + timedelta(days=40)).isoformat(),
                    "state": done,
                },
            ],
        )
        s.home.journal.move(minutes, "待审")
        if issue % 4:
            issued = min(held + timedelta(days=4), s.until).isoformat()
            s.home.journal.move(minutes, "已签发", changes={"signer": "马长福", "issued": issued})


def suggestions(s: Sample) -> None:
    """Suggestions, each a row of its own (S003-36)."""
    sources = [("活动", uid, day, title) for uid, _, day, _, title in s.activities] * 2
    for number, (kind, uid, day, title) in enumerate(sources[: s.size.suggestions]):
        matter = names.MATTERS[number % len(names.MATTERS)]
        s.write(
            "suggestion",
            title=f"关于解决{matter[1]}的建议" if number % 2 else "关于缓解农村留守老人看病难的建议",
            parent_kind=kind,
            parent=uid,
            day=day,
            text=f"在“{title}”中提出：{matter[4]}建议由{matter[5] or '镇政府'}牵头，明确时限，结果向群众公开。",
            category=matter[0],
            proposer=s.members[number % len(s.members)],
            studio=s.studio,
            to_unit=matter[5],
            state="已提出",
        )
