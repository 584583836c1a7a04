"""A year of journal entries and cases of a sample station."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from studio_desk.kernel import clock
from studio_desk.story import names

if TYPE_CHECKING:
    from studio_desk.story.sample import Sample


def journal(s: Sample) -> None:
    """A year of journal entries: reviewed, corrected, withdrawn, with photos."""
    days = sorted(s.chance.randrange(363) for _ in range(s.size.journal))
    for number, offset in enumerate(days):
        category, subject, told, answer, step, _ = names.MATTERS[number % len(names.MATTERS)]
        village = s.chance.choice(s.place.villages)
        way = s.chance.choice(("走访", "走访", "走访", "接待(来访)", "接待(来访)", "来电", "来信", "约见"))
        who = tuple(s.chance.sample(s.members, 1 + (number % 4 == 0)))
        count = 7 if "7名" in told else 1
        hour = s.chance.randint(8, 16)
        day = s.iso(offset)
        content = f"{village}群众{told.format(n=s.chance.randint(3, 46), m=s.chance.randint(20, 900) * 10)}"
        content += f"地点在{village}{s.chance.randint(1, 9)}组。"
        if number == 7:
            content = "路灯不亮。"
        s.at(s.moment(offset, hour + 1))
        uid = s.write(
            "journal_entry",
            way=way,
            day=day,
            time=f"{hour:02d}:{s.chance.choice((0, 10, 30)):02d}",
            end_time=f"{hour + 1:02d}:{s.chance.choice((30, 40)):02d}",
            weather=s.chance.choice(names.WEATHER),
            place=f"{village}{'村委会' if way.startswith('接待') else ''}",
            letter_received=day if way == "来信" else "",
            members=list(who),
            recorder="何小兰",
            studio=s.studio,
            persons=[s.visitor(number, village, count)],
            group_visit=count >= 5,
            household=s.households[number % len(s.households)] if way == "走访" and number % 5 == 0 else "",
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
            kept=[{"code": "THIN_ENTRY", "field": "content", "reason": "电话里只说了这一句"}] if number == 7 else [],
        )
        s.entries.append((uid, day, who, subject))
        if number % 3 == 0:
            s.home.journal.move(uid, "已审核", changes={"reviewer": "马长福"})
        if number % 25 == 4:
            s.home.journal.correct(uid, {"weather": "晴"}, "核对笔记后更正天气")
        if number % 60 == 30:
            s.home.journal.void(uid, "与上一条重复登记")
        if number % 4 == 0 and s.photos < s.size.photos:
            s.photo(uid, "民情日志", f"{subject}现场", day, "现场照片")


def cases(s: Sample) -> None:
    """Matters from the journal, carried through their life."""
    step_by = max(1, len(s.entries) // max(1, s.size.cases))
    for number, (entry, day, who, subject) in enumerate(s.entries[::step_by][: s.size.cases]):
        if s.home.journal.record(entry)["state"] == "作废":
            continue
        matter = next(m for m in names.MATTERS if m[1] == subject)
        opened = date.fromisoformat(day)
        s.at(datetime.combine(opened, time(17), clock.CHINA))
        refused = subject.startswith("土地流转")
        uid = s.write(
            "case",
            title=f"{subject}({s.chance.choice(s.place.villages)})",
            registered=day,
            journal_entry=entry,
            content=matter[2].format(n=12, m=300),
            studio=s.studio,
            members=list(who),
            category=matter[0],
            urgency="一般",
            scope="共性" if "暖" in subject else "个性",
            in_scope="不属于" if refused else "属于",
            steps=[{"day": day, "kind": "登记", "who": "何小兰", "text": "由民情日志转来，登记立项。"}],
        )
        s.cases.append(uid)
        if refused:
            s.home.journal.move(
                uid, "不予受理", "已进入诉讼", {"refusal_ground": s.ground(), "told": day, "told_way": "当面"}
            )
            continue
        _handle(s, uid, number, opened, matter[5] or "村委会")


def _handle(s: Sample, uid: str, number: int, opened: date, unit: str) -> None:
    """Carry a case through its life as far as the calendar allows."""
    journal = s.home.journal
    due = (opened + timedelta(days=60)).isoformat()
    steps = list(journal.record(uid)["steps"])

    def step(days: int, kind: str, who: str, text: str) -> str:
        day = min(opened + timedelta(days=days), s.until)
        s.at(datetime.combine(day, time(10), clock.CHINA))
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
    if number % 9 == 5 or opened + timedelta(days=40) > s.until:
        return
    step(6, "现场查看", unit, "会同委员到现场查看，拍照留存，量了尺寸。")
    step(15, "协调", "欧阳思远", "协调材料和人工，商定分工和完成时间。")
    answered = step(24, "答复", unit, "已按约定办理，书面答复。")
    journal.move(uid, "已答复", changes={"answered": answered, "answer_way": "书面", "steps": steps})
    told = step(26, "反馈", "何小兰", "上门告知办理情况，当面征求意见。")
    journal.move(uid, "已反馈群众", changes={"told": told, "told_way": "当面", "satisfaction": "满意", "steps": steps})
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
    if number % 2 == 0 and s.photos + 1 < s.size.photos:
        s.photo(uid, "民情事项", "办理前", opened.isoformat(), "办理前照片")
        s.photo(uid, "民情事项", "办理后", closed, "办理后照片")
