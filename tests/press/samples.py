"""One realistic sheet of every document the station prints: fictional people with rare names, long texts, photos."""

from __future__ import annotations

import io
from functools import cache

from studio_desk.press.page import (
    QR,
    ArchiveStamp,
    Attendee,
    Beside,
    Cell,
    Checks,
    Column,
    CutLine,
    Fields,
    Form,
    Gap,
    GongwenMark,
    Heading,
    Imprint,
    PageBreak,
    Photo,
    Photos,
    Roll,
    Row,
    Rule,
    Sheet,
    Signature,
    Signatures,
    Signin,
    Spine,
    Spines,
    Step,
    Table,
    Text,
    Timeline,
)

RARE_NAMES = (
    "䶮㛃",
    "𠅤明远",
    "王𫖯",
    "𬱖荣",
    "㴔水生",
    "𪚥家骏",
    "𬭎志强",
    "赵堃",
    "石鿍",
    "阿卜杜热依木·买买提吐尔逊",
)
"""Names with characters of Ext A, B, E and F, and a long one with the middle dot."""

STATION = "商洛市洛南县古城镇委员联络站"

LONG = (
    "群众反映，镇区老街排水管网年久失修，每逢“七下八上”主汛期，雨水倒灌进入临街商铺和一楼住户，去年7月14日一次强降雨"
    "（3小时降雨量达86.5毫米）造成37户进水，直接经济损失约12.6万元；部分路段井盖缺失，夜间无照明，老人、儿童出行存在安全"
    "隐患。住户曾多次向社区反映，“能不能在今年汛期之前先把最低洼的那一段（邮政所至老粮站，约420米）清淤疏通？”——这是"
    "走访中被问得最多的一句话……委员现场查看了6处积水点，拍照留存，并与镇规划建设办、水务站负责人当面沟通。"
)
ADVICE = (
    "一是请镇政府协调县住建局，把老街排水管网改造列入2025年城镇老旧小区改造配套项目；二是汛前由水务站牵头，对邮政所至老粮站"
    "段先行清淤，所需经费约3.8万元从“以工代赈”项目中列支；三是补齐缺失井盖11处、路灯9盏，明确管护责任人。"
)


@cache
def photo(kind: str = "JPEG", size: tuple[int, int] = (1600, 1200), shade: int = 0, orientation: int = 1) -> bytes:
    """A made-up photograph: a landscape of bands and a disc."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", size, (150, 190 - shade, 230))
    pen = ImageDraw.Draw(image)
    width, height = size
    for band in range(12):
        top = height * (0.45 + 0.05 * band)
        pen.rectangle((0, top, width, height), fill=(90 + shade, 140 - 7 * band, 70 + 4 * band))
    pen.ellipse((width * 0.7, height * 0.1, width * 0.82, height * 0.1 + width * 0.12), fill=(255, 230, 140))
    pen.polygon(
        [(width * 0.1, height * 0.5), (width * 0.3, height * 0.2), (width * 0.5, height * 0.5)], fill=(200, 120, 90)
    )
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(out, kind, **({"quality": 85, "exif": exif} if kind == "JPEG" else {}))
    return out.getvalue()


def journal(*, number: str = "MQ-2025-0012", pages: str = "2", photos: bool = True, text: str = LONG) -> Sheet:
    """民情日志, one day's visit, photos overleaf."""
    blocks = (
        Heading("民 情 日 志"),
        Form(
            rows=(
                Row(
                    (
                        Cell("编　号", number),
                        Cell("日　期", "2025年5月5日　星期一"),
                        Cell("天　气", "多云转小雨", span=0.8),
                    )
                ),
                Row((Cell("时间段", "09:00—11:40"), Cell("地　点", "古城镇老街社区居委会二楼议事室"))),
                Row(
                    (
                        Cell("委　员", "王𫖯、𬱖荣、赵堃"),
                        Cell("方　式", Checks(("走访", "接待", "电话", "来信", "网上"), ("走访",))),
                    )
                ),
                Row(
                    (Cell("姓　名", "𪚥家骏"), Cell("性　别", "男", span=0.7), Cell("年　龄", "67", span=0.7)),
                    group="群众",
                ),
                Row((Cell("住　址", "老街社区3组17号", span=1.4), Cell("电　话", "170****4416")), group="群众"),
                Row(
                    (
                        Cell(
                            "类　别",
                            Checks(("民生", "城建", "环保", "教育", "医疗", "三农", "治安", "其他"), ("城建", "民生")),
                        ),
                    )
                ),
                Row((Cell("反映情况", text),), min_height_mm=40),
                Row((Cell("委员意见", ADVICE, foot="签字：王𫖯　　2025年5月5日"),), min_height_mm=30),
                Row(
                    (Cell("办理过程", "5月6日转镇政府办理；5月12日水务站进场清淤；5月20日清淤420米，补井盖11处。"),),
                    min_height_mm=20,
                ),
                Row(
                    (Cell("结　果", Checks(("已解决", "部分解决", "正在办理", "解释说明", "留作参考"), ("部分解决",))),)
                ),
                Row((Cell("群众评价", Checks(("满意", "基本满意", "不满意"), ("满意",))), Cell("签　字", "𪚥家骏"))),
            )
        ),
        Gap(3),
        Signatures((Signature("记录人", "石鿍"), Signature("审核人", ""), Signature("召集人", "䶮㛃"))),
    )
    if photos:
        blocks += (
            PageBreak(),
            Heading("现场照片", level=1),
            Photos(
                (
                    Photo(photo(), "老街邮政所门前积水点", "2025-05-05"),
                    Photo(photo(shade=30), "委员与群众面对面座谈", "2025-05-05"),
                    Photo(photo(size=(900, 1200), shade=60), "缺失井盖处"),
                    Photo(b"not a picture", "清淤后"),
                )
            ),
        )
    return Sheet(
        "民情日志 " + number,
        blocks,
        stamp=ArchiveStamp("Z109", "2025", "0012", "", "永久", pages),
        running=f"{STATION}　民情日志 {number}",
    )


def case() -> Sheet:
    """民情事项 with its timeline."""
    steps = [
        Step("2025-05-05", "受理", "走访中由委员王𫖯受理，登记为民情事项 AQ-2025-0007。" + LONG[:60] + "。", who="王𫖯"),
        Step("2025-05-06", "交办", "填写交办单，送古城镇人民政府，承办：镇规划建设办；协办：水务站。", who="石鿍"),
        Step("2025-05-12", "办理", "水务站组织挖掘机1台、人工14人次进场，清运淤泥86立方米。" * 3, who="水务站 𠅤明远",
             photos=(Photo(photo(), "清淤前"), Photo(photo(shade=40), "清淤中"), Photo(photo(shade=70), "清淤后"))),
        Step("2025-05-20", "答复", "书面答复反映人，并在社区公示栏张贴。", who="镇规划建设办"),
        Step("2025-06-03", "回访", LONG, who="王𫖯、𬱖荣"),
        Step("2025-06-30", "办结", "群众评价满意，予以办结。", done=True, who="䶮㛃"),
        Step("2025-09-30", "汛后复查", "汛期结束后到现场复查。", done=False),
    ]  # fmt: skip
    return Sheet(
        "民情事项 AQ-2025-0007 老街排水",
        (
            Heading("民 情 事 项 档 案"),
            Form(
                rows=(
                    Row((Cell("案　号", "AQ-2025-0007"), Cell("类　别", "城乡建设·排水"), Cell("难　点", "跨部门", span=0.8))),
                    Row((Cell("题　名", "关于古城镇老街排水管网清淤疏通和井盖补齐的事项"),)),
                    Row((Cell("对　象", "老街社区37户"), Cell("承　办", "镇规划建设办"), Cell("协　办", "水务站"))),
                    Row((Cell("摘　要", LONG),), min_height_mm=25),
                )
            ),
            Gap(5),
            Heading("办理过程", level=1),
            Timeline(tuple(steps)),
            Heading("资金和物资", level=1),
            Table(
                (Column("序号", 0.5), Column("名称", 2, "left"), Column("数量"), Column("金额（元）", align="right"), Column("来源", 1.5)),
                (("1", "挖掘机台班", "6 台班", "7,200.00", "以工代赈"), ("2", "井盖（重型）", "11 套", "5,390.00", "镇财政"), ("", "合计", "", "12,590.00", "")),
                caption="资金和物资表",
                bold=frozenset({2}),
            ),
            Gap(4),
            Signatures((Signature("承办人", "", ""), Signature("审核人", "䶮㛃", "2025-06-30")), per_row=2),
        ),
        stamp=ArchiveStamp("Z109", "2025", "0007", "", "30年", "3"),
        running="民情事项 AQ-2025-0007",
    )  # fmt: skip


def minutes(*, draft: bool = False) -> Sheet:
    """会议纪要 on the grid of GB/T 9704."""
    body = [
        Text("2025年5月9日上午，镇委员联络站召集人䶮㛃主持召开第3次协商议事会，围绕“老街排水管网清淤疏通和长效管护”进行协商。县住建局、镇规划建设办、水务站负责同志和群众代表应邀参加。现将会议议定事项纪要如下："),
        Heading("一、关于清淤疏通", level=1, outline=True),
        Heading("（一）实施范围", level=2),
        Text("会议认为，邮政所至老粮站段（约420米）地势最低、积水最重，应当在汛期之前完成清淤；其余路段纳入2025年城镇老旧小区改造配套项目统筹实施。"),
        Heading("（二）责任分工", level=2),
        Text("由水务站牵头，5月20日前完成；镇规划建设办负责补齐缺失井盖11处、路灯9盏；老街社区负责组织沿街商户腾挪摊位。"),
        Heading("二、关于长效管护", level=1, outline=True),
        Text(LONG),
        Text(ADVICE),
        Text("会议要求，各责任单位要在每月25日前将进展情况报联络站，由联络站汇总后向委员和群众通报。委员石鿍、𬭎志强负责跟踪监督。", lead="三、关于跟踪监督。"),
    ]  # fmt: skip
    return Sheet(
        "古城镇委员联络站协商议事会纪要 第3期",
        (
            GongwenMark("古城镇委员联络站协商议事会纪要", "第3期", "古城镇委员联络站", "2025年5月9日"),
            Heading("关于老街排水管网清淤疏通\n和长效管护有关问题的协商纪要"),
            *body,
            Gap(10),
            Roll(
                "出席",
                ("䶮㛃", "王𫖯", "𬱖荣", "赵堃", "石鿍", "𬭎志强", "阿卜杜热依木·买买提吐尔逊", "李明远", "欧阳震华"),
            ),
            Roll("请假", ("㴔水生",), "（因公出差）"),
            Roll("列席", ("𠅤明远", "𪚥家骏", "张晓梅")),
            Imprint(
                "县政协社会法制委，镇党委、镇人民政府，县住建局，老街社区居民委员会",
                "古城镇委员联络站",
                "2025年5月12日",
            ),
        ),
        frame="gongwen",
        stamp=ArchiveStamp("Z109", "2025", "0031", "办公室", "永久", "3"),
        draft=draft,
    )


def signin(people: int = 23) -> Sheet:
    """签到表."""
    names = [*RARE_NAMES, "欧阳震华", "张晓梅", "李明远"]
    guests = tuple(
        Attendee(
            names[i % len(names)],
            "县政协常委、镇中心小学高级教师" if i % 3 == 0 else "老街社区",
            "列席" if i % 5 == 0 else "",
        )
        for i in range(people)
    )
    return Sheet(
        "签到表",
        (
            Heading("协商议事会签到表"),
            Form(
                (
                    Row(
                        (
                            Cell("活　动", "“老街排水”专题协商议事会（第3次）", span=2),
                            Cell("时　间", "2025-05-09 09:00"),
                        )
                    ),
                    Row(
                        (
                            Cell("地　点", "镇文化站", span=1),
                            Cell("应　到", str(people)),
                            Cell("实　到", ""),
                            Cell("请　假", "1"),
                        )
                    ),
                ),
                label_mm=18,
            ),
            Gap(3),
            Signin(guests),
        ),
    )


def receipt() -> Sheet:
    """USB 交接回执, two parts."""

    def part(heading: str) -> tuple[object, ...]:
        form = Form(
            (
                Row((Cell("移交单位", STATION),)),
                Row((Cell("接收单位", "洛南县政协委员工作委员会"),)),
                Row((Cell("数据包", "SDX1-ST0007-0012-20250506.sdx"), Cell("字　节", "1,482,960", span=0.5))),
                Row((Cell("时间范围", "2025-04-01 至 2025-05-05"),)),
                Row((Cell("条　数", "民情日志 41　民情事项 7　活动 6　纪要 3　照片 28"),)),
                Row((Cell("校验码", "3F9A 0C21 77DE B104"), Cell("方　式", Checks(("U盘", "光盘", "内网"), ("U盘",))))),
            ),
            label_mm=20,
        )
        return (
            Heading(heading),
            Beside((form,), (QR("SDR1:ST0007:12:3F9A0C2177DEB104:20250506", 40, "扫码核对"),), right_mm=40),
            Gap(2),
            Signatures((Signature("移交人", "石鿍", ""), Signature("接收人", "", "")), per_row=2),
        )

    return Sheet(
        "交接回执",
        (*part("数据交接回执（移交联）"), CutLine(), *part("数据交接回执（接收联）")),  # type: ignore[arg-type]
        numbering="none",
    )


def cover() -> Sheet:
    """盒封面."""
    return Sheet(
        "盒封面",
        (
            Gap(30),
            Heading("洛南县古城镇委员联络站"),
            Rule("double"),
            Gap(30),
            Fields(
                (
                    ("全宗号", "Z109"),
                    ("年度", "2025"),
                    ("保管期限", "永久"),
                    ("机构（问题）", ""),
                    ("起止件号", "0001—0046"),
                    ("盒号", "3"),
                )
            ),
        ),
        frame="insert",
        numbering="none",
    )


def spines() -> Sheet:
    """盒脊."""
    spine = Spine("洛南县古城镇委员联络站（委员工作室）", "Z109", "2025", "永久", "", "0001", "0046", "3")
    return Sheet("盒脊", (Spines(spine),), frame="insert", numbering="none")


COLUMNS = (
    Column("序号", 1.1),
    Column("档号", 4.2, breaks="-"),
    Column("文号", 2.6),
    Column("责任者", 2.8),
    Column("题名", 8, "left"),
    Column("日期", 2),
    Column("密级", 1.1),
    Column("页数", 1.1),
    Column("备注", 2),
)


def catalogue(rows: int = 40) -> Sheet:
    """归档文件目录."""
    lines = tuple(
        (
            str(i + 1), f"Z109-WS·2025-Y-BGS-{i + 1:04d}", "" if i % 3 else f"古联〔2025〕{i + 1}号", RARE_NAMES[i % 9],
            ["关于老街排水管网清淤疏通和井盖补齐的民情日志", "〔民情事项〕老街社区37户雨水倒灌问题办理档案（含回访记录、资金物资表）", "协商议事会纪要（第3期）"][i % 3],
            f"2025{i % 12 + 1:02d}05", "", str(i % 4 + 1), "" if i % 7 else "附光盘1张",
        )
        for i in range(rows)
    )  # fmt: skip
    return Sheet(
        "归档文件目录",
        (Heading("归 档 文 件 目 录"), Table(COLUMNS, lines, caption="", min_height_mm=12, fill=True)),
        landscape=True,
        numbering="sheet",
        running="全宗号 Z109　2025年度　永久",
    )


def catalogue_cover() -> Sheet:
    """目录封面."""
    return Sheet(
        "目录封面",
        (
            Gap(40),
            Heading("归 档 文 件 目 录"),
            Gap(25),
            Fields(
                (
                    ("全宗号", "Z109"),
                    ("全宗名称", "洛南县古城镇委员联络站"),
                    ("年度", "2025"),
                    ("保管期限", "永久"),
                    ("机构（问题）", ""),
                ),
                leading_mm=16,
            ),
        ),
        landscape=True,
        numbering="none",
    )


def reference() -> Sheet:
    """备考表."""
    return Sheet(
        "备考表",
        (
            Heading("备 考 表"),
            Form(
                (
                    Row((Cell("", Text("本盒共46件，计113页，其中民情日志28件、民情事项7件、纪要6件、签到表5件。第0012件照片4张，第0031件附光盘1张。", lead="盒内文件情况说明：", indent=2), foot="整理人：石鿍\n整理日期：2026年1月12日\n检查人：\n检查日期：　　　年　　月　　日"),), min_height_mm=215),
                )
            ),
        ),
    )  # fmt: skip


def everything() -> list[Sheet]:
    """One of each, as a box holds them."""
    return [
        cover(), spines(), catalogue_cover(), catalogue(), journal(), case(), minutes(), signin(), receipt(), reference(),
    ]  # fmt: skip
