"""How a citizen's entry lives and what must fit together in it (domain.md 2.1, 2.2)."""

from __future__ import annotations

from studio_desk.kernel import dates
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.identity import age, read_identity
from studio_desk.kernel.words import say
from studio_desk.kinds.person.model import Person
from studio_desk.record.checks import not_ahead, phone_form
from studio_desk.record.kind import VOID, Life, Move
from studio_desk.record.personal import identity_number, minor

LIFE = Life(
    states=("在册", "移出"),
    moves=(
        Move("在册", "移出", "移出", reason=True),
        Move("移出", "在册", "重新登记", reason=True),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    closed=("移出",),
)

ANONYMOUS = "匿名"


def check(person: Person) -> list[Finding]:
    """Numbers and dates, age against birth, minors, and nothing that gives an anonymous person away."""
    born = person.birth or read_identity(person.id_number).birth
    findings = [
        *not_ahead(person.birth, "birth"),
        *not_ahead(person.consent_day, "consent_day"),
        *phone_form("phone", person.phone),
        *identity_number("id_number", person.id_number, birth=person.birth, sex=person.sex),
        *minor("birth" if born else "age", born, person.age),
        *_age(person),
    ]
    if person.name == ANONYMOUS and (person.phone or person.id_number):
        findings.append(
            Finding(
                "name",
                "ANONYMOUS_WITH_NUMBERS",
                say("姓名是“匿名”，却留了电话或身份证号。"),
                say("请清空号码，或改填姓名；本人同意只留电话的，写明理由后保留。"),
                "warning",
            )
        )
    if person.helper and not person.consent_day:
        findings.append(
            Finding(
                "consent_day",
                "NO_CONSENT",
                say("标为辅助力量，没有填本人同意的日期。"),
                say("请征得本人同意后填写日期。"),
                "warning",
            )
        )
    return findings


def _age(person: Person) -> list[Finding]:
    """A warning when age and date of birth do not agree within a year."""
    if person.age is None or not person.birth:
        return []
    told = age(person.birth, dates.first_day(person.age_day))
    if told is None or abs(told - person.age) <= 1:
        return []
    return [
        Finding(
            "age",
            "AGE_DIFFERS",
            say("按出生日期是{told}岁，登记的年龄是{age}岁。", told=told, age=person.age),
            say("请改正其中一处；知道出生日期的，年龄可以不填。"),
            "warning",
        )
    ]
