"""The paper of an 活动: the 活动情况表 for the file and the 签到表 for the table at the door (print.md 2, row 7)."""

from __future__ import annotations

from studio_desk.kinds.activity import rules
from studio_desk.kinds.activity.model import Activity, Attendance
from studio_desk.press.page import (
    Attendee,
    Block,
    Cell,
    Column,
    Gap,
    Heading,
    PageBreak,
    Row,
    Sheet,
    Signin,
    Table,
    Text,
)
from studio_desk.record import paper
from studio_desk.record.look import Look


def sheets(record: Activity, look: Look) -> list[Sheet]:
    """The 活动情况表 with roll and photos, then the 签到表."""
    activity = paper.whole(record)
    return [_report(activity, look), _signin(activity, look)]


def _report(activity: Activity, look: Look) -> Sheet:
    blocks: list[Block] = [Heading("活动情况表"), paper.form(activity, _rows(activity, look))]
    if activity.stages:
        blocks += [Gap(4), _stages(activity)]
    if activity.attendance:
        blocks += [Gap(4), _roll(activity, look)]
    if photos := paper.pictures(look, activity.uid):
        blocks += [PageBreak(), *photos]
    return Sheet(activity.title or "活动情况表", tuple(blocks), running=f"活动 {activity.code}".strip())


def _rows(activity: Activity, look: Look) -> list[Row]:
    marks = paper.yes(
        ("重点活动", activity.emphasis),
        ("党建联动", activity.party_building),
        ("公益", activity.charity),
        ("小切口", activity.small_cut),
    )
    hosts = [look.title(activity.host) if activity.host else "", *map(look.title, activity.co_hosts)]
    return [
        Row((Cell("编号", activity.code), Cell("状态", activity.state))),
        Row((Cell("活动名称", activity.title),)),
        Row((Cell("活动种类", activity.activity_kind), Cell("系列", activity.series))),
        Row((Cell("时间", _when(activity)),)),
        Row((Cell("地点", activity.place), Cell("联系点", look.title(activity.contact_point) if activity.contact_point else ""))),
        Row((Cell("主办", "、".join(filter(None, hosts))), Cell("外单位", "、".join(activity.outside_hosts)))),
        Row((Cell("责任专委会", activity.committee), Cell("方案审批人", activity.approver))),
        Row((Cell("履职方式", paper.ticks("duty_mode", activity.mode)), Cell("标记", marks))),
        Row((Cell("职能", paper.ticks("cppcc_function", *activity.functions)),)),
        Row((Cell("平台功能", paper.ticks("studio_function", *activity.purposes)),)),
        Row((Cell("作用", paper.ticks("effect", activity.effect)),)),
        Row((Cell("平台", activity.platform), Cell("衔接平台", activity.forum))),
        Row((Cell("中心工作", "、".join(activity.tags)), Cell("计划项目", activity.plan))),
        Row((Cell("议题", activity.topic, span=1.4), Cell("议题来源", activity.topic_source))),
        *([Row((Cell("由何转来", look.title(activity.converted_from)),))] if activity.converted_from else []),
        Row((Cell("活动方案", Text(activity.scheme)),)),
        Row((Cell("邀请对象", "、".join(activity.invited)), Cell("到会领导", "、".join(activity.leaders)))),
        Row((Cell("活动小结", Text(activity.summary)),), min_height_mm=16),
        Row((Cell("建言成果", Text(activity.advice)),)),
        Row((Cell("共识成果", Text(activity.consensus)),)),
        Row((Cell("服务人数", paper.text_of(activity.served)), Cell("经费", paper.money(activity.cost_fen)))),
        Row((Cell("宣传报道", paper.lines(activity.publicity)),)),
    ]  # fmt: skip


def _when(activity: Activity) -> str:
    start = f"{paper.day(activity.start_day)} {activity.start_time}".strip()
    end = f"{paper.day(activity.end_day)} {activity.end_time}".strip()
    return paper.span(start, end)


def _stages(activity: Activity) -> Table:
    return Table(
        (Column("日期", 1.2), Column("环节", 1.0), Column("情况", 4.0, align="left")),
        tuple((paper.day(s.day), s.stage, s.text) for s in activity.stages),
        caption="协商环节",
    )


def _roll(activity: Activity, look: Look) -> Table:
    return Table(
        (
            Column("序号", 0.6),
            Column("姓名", 1.5),
            Column("单位职务", 2.2, align="left"),
            Column("参加方", 1.0),
            Column("身份", 0.9),
            Column("应到", 0.6),
            Column("回复", 0.9),
            Column("实到", 1.2),
            Column("备注", 1.6, align="left"),
        ),
        tuple(
            (
                str(number),
                _name(line, look),
                _unit(line, look),
                line.side,
                line.role,
                "是" if line.must_attend else "否",
                line.answer,
                f"{line.actual}\n{line.at}".strip(),
                _note(line),
            )
            for number, line in enumerate(activity.attendance, 1)
        ),
        caption="出席情况",
        size=9,
    )


def _name(line: Attendance, look: Look) -> str:
    return line.name or (look.title(line.member) if line.member else "")


def _unit(line: Attendance, look: Look) -> str:
    if line.unit or not line.member:
        return line.unit
    member = look.record(line.member)
    return f"{member.get('unit') or ''}{member.get('job_title') or ''}"


def _note(line: Attendance) -> str:
    leave = line.leave_reason + (f"（{line.leave_approver}准假）" if line.leave_approver else "")
    spoke = f"{line.spoke}发言" if line.spoke and not line.spoke.endswith("发言") else line.spoke
    return "，".join(filter(None, (leave, "未报名到会" if line.walk_in else "", spoke)))


def _signin(activity: Activity, look: Look) -> Sheet:
    lines = activity.attendance
    expected = sum(line.must_attend for line in lines)
    present = sum(rules.came(line) for line in lines)
    leave = sum(line.actual == "请假" for line in lines)
    held = activity.state in rules.HELD
    counts = f"应到{expected}人  实到{present if held else '    '}人  请假{leave if held else '    '}人"
    head = (
        Row((Cell("活动", activity.title),)),
        Row((Cell("时间", _when(activity), span=1.5), Cell("地点", activity.place))),
        Row((Cell("人数", counts if lines else "应到    人  实到    人  请假    人"),)),
    )
    people = tuple(Attendee(_name(line, look), _unit(line, look)) for line in lines)
    blocks = (Heading("签到表"), paper.form(activity, head, label_mm=18), Signin(people))
    return Sheet(f"签到表 {activity.title}".strip(), blocks, running=f"活动 {activity.code}".strip())
