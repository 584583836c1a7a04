"""The bodies and people of a sample station."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.story import names

if TYPE_CHECKING:
    from studio_desk.story.sample import Sample


def bodies(s: Sample) -> None:
    """The station, its studio and its contact points."""
    town, code = s.place.town, s.place.code
    s.write(
        "station",
        station_code=code,
        name=s.place.station,
        station_kind="联络站",
        town=town,
        address=f"青溪区{town}政府一楼",
        phone=s.landline(1),
        opened="2021-06-24",
        platforms=["一线协商", "服务界别群众", "委员在身边"],
        head="马长福",
        clerk_a="何小兰",
        clerk_b="罗国庆",
        state="在用",
    )
    s.studio = s.write(
        "studio",
        ordinal=11 + names.PLACES.index(s.place),
        name=f"{town}第{11 + names.PLACES.index(s.place)}委员工作室",
        type="区域型",
        level="县",
        theme="有话跟委员说",
        town=town,
        lead_committee="经济和农业农村委员会",
        study_group="第三学习组",
        responsible="马长福",
        convener="欧阳思远",
        liaison="何小兰",
        phone=s.landline(2),
        address=f"青溪区{town}政府一楼101室",
        opening_hours="周一至周五 8:30—17:30",
        receptions=[{"cycle": "每月", "number": n, "start": "09:00", "end": "11:30"} for n in (10, 20)],
        plaque_day="2021-07-01",
        online=True,
        state="在用",
    )
    for point, (name, kind) in enumerate(
        [(v, "社区" if v.endswith("社区") else "村") for v in s.place.villages]
        + [("青溪经开区", "园区"), ("青溪区第二小学", "学校")]
    ):
        needs = (
            [{"text": "希望有农技指导", "tag": "", "since": s.iso(-31 - 20 * point), "state": ""}] if point < 2 else []
        )
        s.points.append(
            s.write(
                "contact_point",
                point_kind=kind,
                name=name,
                town=town,
                contact=s.person_name(),
                phone=s.mobile(0, 2000 + point),
                since="2021-07-01",
                needs=needs,
                state="在用",
            )
        )


def members(s: Sample) -> None:
    """The members with their terms, and their study group."""
    shift = names.PLACES.index(s.place) * 5
    chosen = [names.MEMBERS[(i + shift) % len(names.MEMBERS)] for i in range(22 if s.place.code == "SQ" else 8)]
    for number, (name, sex, nation, sector, unit, title) in enumerate(chosen):
        posts = [{"post": "小组召集人", "body": f"{s.place.town}联络组", "since": "2021-12-20"}] if not number else []
        s.members.append(
            s.write(
                "member",
                name=name,
                sex=sex,
                nation=nation,
                birth="1949-09-21" if number == 0 else f"{1962 + number * 7 % 33}-{number % 12 + 1:02d}",
                native_place="云岭青溪",
                politics="中共党员" if number % 3 == 0 else "群众",
                sector=sector,
                level="市" if number % 3 == 1 else "县",
                terms=[{"level": "市" if number % 3 == 1 else "县", "term": names.TERM, "since": "2021-12-20"}],
                posts=posts,
                studio=s.studio,
                unit=unit,
                job_title=title,
                inside_system="体制外" if "公司" in unit or "合作社" in unit else "体制内",
                phone=s.mobile(0, number + 1),
                expertise=["农业农村"] if "农" in sector else [],
                id_number=s.place.id_number if number == 0 else "",
                state="在任",
            )
        )
    s.write(
        "group",
        group_kind="学习组",
        name="第三学习组",
        head=s.members[0],
        area=s.place.town,
        formed="2021-12-20",
        members=[{"member": m, "role": "", "since": "2021-12-20"} for m in s.members],
        state="在用",
    )


def people(s: Sample) -> None:
    """Households and persons."""
    for number in range(max(4, s.size.cases // 5)):
        village = s.chance.choice(s.place.villages)
        head = s.person_name()
        address = f"{s.place.town}{village}{number % 8 + 1}组{number + 3}号"
        s.households.append(
            s.write(
                "household",
                head=head,
                town=s.place.town,
                address=address,
                phone=s.mobile(1, number),
                surveyed=s.iso(-s.chance.randrange(31, 70)),
                category=s.chance.choice(("低保", "特困", "低保边缘", "独居老人", "残疾")),
                causes=[s.chance.choice(("病", "残", "学", "缺劳力"))],
                house_grade=s.chance.choice("ABCD"),
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
                incomes=[{"year": s.since.year, "kind": "转移性", "amount": 412_000 + 1000 * number}],
                consent_day=s.iso(-31),
                state="在册",
            )
        )
        s.persons.append(
            s.write(
                "person",
                name=head,
                sex="男",
                birth=f"19{40 + number % 50:02d}",
                address=address,
                phone=s.mobile(1, number),
                household=s.households[-1],
                consent_day=s.iso(-31),
                state="在册",
            )
        )
    if spelled := names.KNOWN_TWICE.get(s.place.code):
        s.persons.append(
            s.write(
                "person",
                name=spelled,
                sex="女",
                birth="1951",
                address=f"{s.place.town}{s.place.villages[0]}2组",
                phone="19900019999",
                consent_day=s.iso(-31),
                state="在册",
            )
        )
