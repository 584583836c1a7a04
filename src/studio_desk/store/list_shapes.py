"""What the lists a district sends down must look like: one model, and with it one JSON Schema, for each sort."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from studio_desk.kernel.calendar import HOLIDAY, REST, WORK

MOST = 2000
"""Words, days or items of one list."""


def iso_day(value: str) -> str:
    """A day as `2026-03-06`; anything else is refused."""
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError("YYYY-MM-DD")
    return value


def iso_day_or_empty(value: str) -> str:
    """The same, or nothing."""
    return iso_day(value) if value else value


Day = Annotated[str, AfterValidator(iso_day)]
MaybeDay = Annotated[str, AfterValidator(iso_day_or_empty)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=20000)]
Figure = int | str | bool


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Envelope(_Shape):
    """The values of an op `list`."""

    sort: str = Field(min_length=1, max_length=40)
    key: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,60}$")
    version: int = Field(ge=1, lt=1 << 53)
    since: Day = Field(alias="from")
    content: dict[str, Any]


class Term(BaseModel):
    """One word; further keys are its figures (`days`, `working_days` …)."""

    model_config = ConfigDict(extra="allow")

    word: Words
    en: str = Field(default="", max_length=200)
    since: MaybeDay = ""
    until: MaybeDay = ""

    @model_validator(mode="after")
    def _whole(self) -> Term:
        if self.since and self.until and self.since > self.until:
            raise ValueError("since > until")
        for name, value in (self.model_extra or {}).items():
            if name == "local" or type(value) not in (int, str, bool):
                raise ValueError(name)
        return self


class VocabularyContent(_Shape):
    """A controlled list, whole; what it no longer has ends with it."""

    title: str = Field(default="", max_length=60)
    en: str = Field(default="", max_length=120)
    source: str = Field(default="", max_length=200)
    terms: list[Term] = Field(min_length=1, max_length=MOST)

    @field_validator("terms")
    @classmethod
    def _once(cls, terms: list[Term]) -> list[Term]:
        if len({term.word for term in terms}) < len(terms):
            raise ValueError("a word stands twice")
        return terms


class Parameter(_Shape):
    """A figure that a rule document sets; its name is a word of the field, so it stands as a value."""

    name: Words
    value: Figure


class RulesContent(_Shape):
    """A rule document (制度文件): counting rules, the way of scoring, with the figures it sets."""

    title: Words
    number: str = Field(default="", max_length=60)
    issuer: str = Field(default="", max_length=100)
    text: Text = ""
    parameters: list[Parameter] = Field(default_factory=list, max_length=MOST)


class Item(_Shape):
    """One line of a scheme: what counts, and how much."""

    name: Words
    trigger: str = Field(default="", max_length=200)
    points: int = 0
    unit: str = Field(default="", max_length=20)
    cap: int | None = None
    floor: int | None = None
    evidence: str = Field(default="", max_length=200)


class SchemeContent(_Shape):
    """A scheme (指标体系, 方案, 清单)."""

    title: Words
    object: str = Field(default="", max_length=20)
    rules: str = Field(default="", max_length=60)
    text: Text = ""
    items: list[Item] = Field(min_length=1, max_length=MOST)


class CalendarDay(_Shape):
    """A day that is not as its weekday says."""

    day: Day
    kind: str = Field(pattern=f"^({WORK}|{REST}|{HOLIDAY})$")
    name: str = Field(default="", max_length=40)


class Planned(_Shape):
    """A day of the district's yearly plan."""

    day: Day
    what: Words


class CalendarContent(_Shape):
    """One year: public holidays, exchanged days (调休), and what the district has planned. The key is the year."""

    days: list[CalendarDay] = Field(max_length=366)
    plan: list[Planned] = Field(default_factory=list, max_length=MOST)

    @model_validator(mode="after")
    def _one_year(self, info: ValidationInfo) -> CalendarContent:
        year = str((info.context or {}).get("key", ""))
        days = [one.day for one in self.days]
        if len(year) != 4 or any(day[:4] != year for day in [*days, *(one.day for one in self.plan)]):
            raise ValueError(year)
        if len(set(days)) < len(days):
            raise ValueError("a day stands twice")
        return self


class DefaultsContent(_Shape):
    """What a new record of a kind begins with. The key is the kind."""

    values: dict[str, Figure | list[str]] = Field(min_length=1, max_length=100)


CONTENTS: Final[dict[str, type[BaseModel]]] = {
    "vocabulary": VocabularyContent,
    "rules": RulesContent,
    "scheme": SchemeContent,
    "calendar": CalendarContent,
    "defaults": DefaultsContent,
}
"""The shape of each sort's content."""
