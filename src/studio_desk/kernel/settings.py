"""Every setting, asked like a field of a record: label, limits, default and one sentence, declared once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Protocol, Self, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from studio_desk.kernel import text
from studio_desk.kernel.ask import Ask
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series

PREFIX: Final = "setting."
"""What the names of settings begin with in the home's small texts (`home.meta`)."""
_ABSENT: Final = "\0"
FONT_POINTS: Final = MappingProxyType({"小": 10, "中": 11, "大": 13, "特大": 16})
"""Points of the font sizes (desk.md)."""
ARCHIVE_PLACES: Final = ("全宗号", "门类", "年度", "保管期限", "机构", "件号")
"""The places of an archive code template, written in braces."""
ARCHIVE_CODE_FORMS: Final = MappingProxyType(
    {
        "DA/T 13-2022": "{全宗号}-{门类}·{年度}·{保管期限}-{件号}",
        "DA/T 22-2015": "{全宗号}-{门类}·{年度}-{保管期限}-{机构}-{件号}",
    }
)
"""The item forms of the two standards; they differ in where the dot and the hyphen stand, and districts differ too."""


class TextStore(Protocol):
    """Small durable texts by name, as `home.meta`."""

    def get(self, key: str, default: str = "", /) -> str:
        """The text under `key`."""

    def set(self, key: str, value: str, /) -> None:
        """Keep `value` under `key`."""


def _line(limit: int) -> BeforeValidator:
    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        value = text.one_line(value)
        if len(value) > limit:
            raise _wrong("TEXT_TOO_LONG", say("最多{limit}个字。", limit=limit), say("请删减后再保存。"))
        return value

    return BeforeValidator(read)


def _code(value: Any) -> Any:
    """A code of an archive: half-width letters, digits and hyphens."""
    if not isinstance(value, str):
        return value
    value = text.half_width(value).upper()
    if not re.fullmatch(r"[0-9A-Z-]{0,12}", value):
        raise _wrong(
            "BAD_ARCHIVE_CODE", say("代码只能用字母、数字和连字符，最多12位。"), say("请照档案馆给的代码填写。")
        )
    return value


def _template(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = text.one_line(value)
    places = re.findall(r"\{([^{}]*)\}", value)
    unknown = [place for place in places if place not in ARCHIVE_PLACES]
    rest = re.sub(r"\{[^{}]*\}", "", value)
    if unknown or "{" in rest or "}" in rest:
        raise _wrong(
            "BAD_ARCHIVE_TEMPLATE",
            say("档号格式里有认不出的部分：{part}。", part=series(unknown) or value),
            say("可用的有：{places}。", places=" ".join(f"{{{p}}}" for p in ARCHIVE_PLACES)),
        )
    if missing := [p for p in ("全宗号", "年度", "保管期限", "件号") if p not in places]:
        raise _wrong(  # DA/T 13-2022: year, retention and item number are mandatory for items
            "BAD_ARCHIVE_TEMPLATE",
            say("档号格式里缺少{missing}。", missing=series(missing)),
            say("例如：{example}", example=ARCHIVE_CODE_FORMS["DA/T 13-2022"]),
        )
    return value


def _wrong(code: str, sentence: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{sentence}", {"sentence": sentence, "remedy": remedy})


class Settings(BaseModel):
    """The settings of one home, in the order the settings page shows them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Annotated[Literal["zh_CN", "en"], Ask("界面语言", "显示", hint="打印的文书总是中文。")] = "zh_CN"
    font_size: Annotated[Literal["小", "中", "大", "特大"], Ask("字号", hint="马上生效，不用重新打开。")] = "中"
    colour_scheme: Annotated[Literal["浅色", "深色", "高对比"], Ask("颜色", hint="看不清时用高对比。")] = "浅色"

    operator: Annotated[
        str, _line(50), Ask("经办人", "录入", personal="P1", hint="记在每次保存里，回答“谁录入的”。")
    ] = ""
    mask_phones: Annotated[bool, Ask("打印时遮住电话", "打印和归档", hint="印成 170****4416，身份证号总是遮住。")] = (
        True
    )
    fonds_number: Annotated[str, BeforeValidator(_code), Ask("全宗号", hint="档案馆给的代码，一般四位。")] = ""
    archive_category: Annotated[str, BeforeValidator(_code), Ask("档案门类代码", hint="文书档案是 WS。")] = "WS"
    archive_unit: Annotated[
        str, BeforeValidator(_code), Ask("机构（问题）代码", hint="不按机构（问题）分类时空着。")
    ] = ""
    archive_code_template: Annotated[
        str,
        BeforeValidator(_template),
        Ask(
            "档号格式",
            hint="默认按 DA/T 13-2022；按 DA/T 22-2015 的是 {全宗号}-{门类}·{年度}-{保管期限}-{机构}-{件号}。",
        ),
    ] = ARCHIVE_CODE_FORMS["DA/T 13-2022"]
    spine_millimetres: Annotated[int, Field(ge=10, le=100), Ask("盒脊宽（毫米）", hint="常用 20、30、40、50。")] = (
        30  # DA/T 22-2015: 20, 30, 40, 50 or other
    )
    duplex: Annotated[bool, Ask("双面打印", hint="归档盒每件从正面起，背面可能空着；打印机只能印单面的请关掉。")] = True

    photo_edge: Annotated[
        int, Field(ge=800, le=6000), Ask("照片长边（像素）", "照片", hint="更大的照片存入时缩小，原文件不动。")
    ] = 2000
    photo_quality: Annotated[int, Field(ge=60, le=95), Ask("照片质量", hint="60到95，数字大更清楚、更占地方。")] = 85
    keep_geotag: Annotated[bool, Ask("保留照片里的位置", hint="照片可能带有拍摄地点的坐标；一般不保留。")] = False

    backup_yellow_days: Annotated[
        int, Field(ge=1, le=90), Ask("几天没备份变黄（天）", "安全", hint="状态栏“上次备份”变成黄色。")
    ] = 7
    backup_red_days: Annotated[
        int, Field(ge=2, le=365), Ask("几天没备份变红（天）", hint="状态栏“上次备份”变成红色，打开时提醒。")
    ] = 14
    second_backup_folder: Annotated[
        str, _line(500), Ask("第二份备份放在", hint="另一块硬盘或U盘上的文件夹；空着表示不放第二份。")
    ] = ""
    stick_reminder_days: Annotated[
        int,
        Field(ge=0, le=365),
        Ask("几天没报送提醒（天）", hint="有没报送的记录时，到期提醒带U盘去区里；0表示不提醒。"),
    ] = 30
    auto_network: Annotated[
        bool,
        Ask(
            "自动联网报送",
            hint="区里公布了接收站、本站看过并同意以后才会自动联网；关掉后只在点“立即报送和收取”时联网。",
        ),
    ] = True
    idle_lock_minutes: Annotated[
        int, Field(ge=0, le=240), Ask("几分钟不用就锁上（分钟）", hint="几个人共用电脑时打开；0表示不锁。")
    ] = 0

    @model_validator(mode="after")
    def _red_after_yellow(self) -> Self:
        if self.backup_red_days <= self.backup_yellow_days:
            raise _wrong("RED_BEFORE_YELLOW", say("变红的天数要比变黄的多。"), say("例如7天变黄、14天变红。"))
        return self

    @classmethod
    def load(cls, store: TextStore) -> Settings:
        """The settings kept in `store`; what is missing, or was written by a newer version and is not understood, is the default."""
        told = {n: store.get(PREFIX + n, _ABSENT) for n in cls.model_fields}
        good = {n: v for n, v in told.items() if v != _ABSENT and not any(f.field for f in cls.find({n: v}))}
        if cls.find(good):  # each one is good alone, not all together
            good = {n: v for n, v in good.items() if n not in {"backup_yellow_days", "backup_red_days"}}
        return cls.model_validate(good)

    def save(self, store: TextStore) -> list[str]:
        """Keep what differs from what `load` would give; texts that a newer version wrote stay as they are.

        Returns:
            The names of the settings that changed.
        """
        before = Settings.load(store)
        changed = [n for n in Settings.model_fields if getattr(self, n) != getattr(before, n)]
        for name in changed:
            store.set(PREFIX + name, self.text(name))
        return changed

    def text(self, name: str) -> str:
        """One value as it is kept: `1` and `0` for yes and no."""
        value = getattr(self, name)
        return str(int(value)) if isinstance(value, bool) else str(value)

    def changed(self, **values: Any) -> Settings:
        """These settings with other values (texts as typed are understood).

        Raises:
            Problem: the first finding, with all findings as `findings`.
        """
        wanted = {**self.model_dump(), **values}
        if findings := self.find(wanted):
            first = findings[0]
            raise Problem(
                first.code, first.sentence, first.remedy, field=first.field, findings=[f.as_json() for f in findings]
            )
        return Settings.model_validate(wanted)

    @classmethod
    def find(cls, values: Mapping[str, Any]) -> list[Finding]:
        """What is wrong with values as typed, each beside its field."""
        try:
            cls.model_validate(dict(values))
        except ValidationError as wrong:
            return [_finding(error) for error in wrong.errors()]
        return []


@dataclass(frozen=True)
class Setting:
    """What the settings page needs to ask one setting.

    Attributes:
        name: field name of `Settings`.
        ask: label, group and hint.
        default: value of a new home.
        type: `bool` is a tick, `int` a number, `str` a choice when there are `choices`, else a line of text.
        choices: value and label in the language in force.
        least: smallest number.
        most: largest number.
    """

    name: str
    ask: Ask
    default: bool | int | str
    type: type[bool | int | str]
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0
    most: int = 0


def settings() -> tuple[Setting, ...]:
    """Every setting, in the order of the page."""
    found = []
    for name, info in Settings.model_fields.items():
        ask = next(m for m in info.metadata if isinstance(m, Ask))
        words = _words()
        options = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
        least, most = (next((getattr(m, key) for m in info.metadata if hasattr(m, key)), 0) for key in ("ge", "le"))
        choices = tuple((value, words.get(value, value)) for value in options)
        found.append(Setting(name, ask, info.default, type(info.default), choices, least, most))
    return tuple(found)


def _words() -> dict[str, str]:
    return {
        "zh_CN": "中文",
        "en": "English",
        "小": say("小"),
        "中": say("中"),
        "大": say("大"),
        "特大": say("特大"),
        "浅色": say("浅色"),
        "深色": say("深色"),
        "高对比": say("高对比"),
    }


def _finding(error: ErrorDetails) -> Finding:
    name = str(error["loc"][0]) if error["loc"] else ""
    context: dict[str, Any] = error.get("ctx") or {}
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, list(Settings.model_fields), n=1, cutoff=0)
        sentence, remedy = say("没有“{name}”这个设置。", name=name[:60]), say("最接近的是“{near}”。", near=near[0])
        return Finding(name, "UNKNOWN_SETTING", sentence, remedy)
    if "remedy" in context:
        return Finding(name, error["type"], context["sentence"], context["remedy"])
    setting = next(s for s in settings() if s.name == name)
    label = say(setting.ask.label)
    if setting.choices:
        words = series(word for _, word in setting.choices)
        return Finding(
            name, "UNKNOWN_WORD", say("“{label}”里没有这个选项。", label=label), say("可选的有：{words}。", words=words)
        )
    if setting.type is int:
        remedy = say("请填{least}到{most}之间的整数。", least=setting.least, most=setting.most)
        return Finding(name, "OUT_OF_RANGE", say("“{label}”填的数不合要求。", label=label), remedy)
    wanted = say("请填是或否。") if setting.type is bool else say("请填文字。")
    return Finding(name, "WRONG_TYPE", say("“{label}”填的内容不合要求。", label=label), wanted)
