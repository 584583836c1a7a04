"""Checks that several kinds share: telephone numbers, the order of dates, events in the future, figures of the rule book."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from studio_desk.kernel import clock
from studio_desk.kernel.calendar import is_working
from studio_desk.kernel.dates import first_day
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.record.kind import Record

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0\d{2,3})?[2-9]\d{6,7}(转\d{1,6})?|400\d{7}|1\d{4}|110|119|120")


def figure(word: str, unit: str, otherwise: int) -> int:
    """A figure of the rule book, for example the days of one extension (domain.md 2.4).

    Args:
        word: term of the vocabulary `deadline`, which a district edits.
        unit: `days`, `working_days`, `persons`, `characters` or `years`.
        otherwise: the figure when the district's own list has no such term.
    """
    term = vocabulary("deadline").find(word)
    return int(term.more.get(unit, otherwise)) if term else otherwise


def receipt_days() -> int:
    """Days after which a bundle without the district's receipt is asked about; 0 = never."""
    return figure("等区里回执", "days", 14)


def working_days_after(day: date, number: int) -> date:
    """The day `number` working days after `day`, by the calendar that the district sent, else Monday to Friday."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_working(day)
    return day


def phone_form(field: str, value: str) -> list[Finding]:
    """A warning when a number is neither a mobile of 11 digits, a landline nor a service line (domain.md 2.1)."""
    if not value or _MOBILE.fullmatch(value) or _LANDLINE.fullmatch(value):
        return []
    return [
        Finding(
            field,
            "PHONE_FORM",
            say("“{value}”不像电话号码。", value=value[:30]),
            say("手机号11位，座机请带区号；确实如此的，写明理由后保留。"),
            "warning",
        )
    ]


def in_order(earlier: str, later: str, field: str, before: str, after: str) -> list[Finding]:
    """An error at `field` when the second date lies before the first; imprecise or empty dates are given the benefit.

    Args:
        earlier: ISO date that must not come after `later`.
        later: ISO date.
        field: the field the finding stands beside.
        before: label of the earlier date, in the user's language.
        after: label of the later date, in the user's language.
    """
    if not earlier or not later or later[: len(earlier)] >= earlier[: len(later)]:
        return []
    return [
        Finding(
            field,
            "DATE_ORDER",
            say(
                "“{after}”（{later}）早于“{before}”（{earlier}）。",
                after=after,
                later=later,
                before=before,
                earlier=earlier,
            ),
            say("请核对这两个日期。"),
        )
    ]


def not_ahead(value: str, field: str) -> list[Finding]:
    """A warning when something that is said to have happened is dated after today (or the computer's clock is wrong)."""
    day = first_day(value)
    if day is None or day <= clock.today():
        return []
    return [
        Finding(
            field,
            "FUTURE_DAY",
            say("“{value}”还没有到，今天是{today}。", value=value, today=clock.today().isoformat()),
            say("请核对日期；电脑时钟不准的，请先校准。"),
            "warning",
        )
    ]


def times_in_order(start: str, end: str, field: str) -> list[Finding]:
    """An error at `field` when an event of one day ends before it begins; empty times are given the benefit."""
    if not start or not end or end >= start:
        return []
    return [
        Finding(
            field,
            "TIME_ORDER",
            say("结束时间{end}早于开始时间{start}。", end=end, start=start),
            say("请核对时间；跨天的请分开填写日期。"),
        )
    ]


def needed(record: Record, when: str, labels: Mapping[str, str]) -> list[Finding]:
    """An error for each field that is empty although it must be filled now.

    Args:
        record: the record.
        when: the state or circumstance that asks for the fields, in the user's language.
        labels: field name to its label in the user's language.
    """
    return [
        Finding(
            name,
            "NEEDED_NOW",
            say("“{when}”要有“{label}”，现在没有填。", when=when, label=label),
            say("请先填写“{label}”。", label=label),
        )
        for name, label in labels.items()
        if not getattr(record, name)
    ]
