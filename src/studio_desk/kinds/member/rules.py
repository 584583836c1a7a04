"""How a membership lives and what must fit together in a member's entry (domain.md 2.2)."""

from __future__ import annotations

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.member.model import Member, Term
from studio_desk.record.checks import in_order, not_ahead, phone_form
from studio_desk.record.kind import VOID, Life, Move
from studio_desk.record.personal import identity_number

LIFE = Life(
    states=("在任", "辞去", "撤销", "届满"),
    moves=(
        Move("在任", "辞去", "辞去委员", who="D", reason=True),
        Move("在任", "撤销", "撤销资格", who="D", reason=True),
        Move("在任", "届满", "届满", who="D"),
        Move("届满", "在任", "续任", who="D"),
        Move("辞去", "在任", "重新任职", who="D", reason=True),
        Move("撤销", "在任", "恢复资格", who="D", reason=True),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    closed=("辞去", "撤销", "届满"),
)
"""Members who left keep their history; only a record made in error is void."""


def check(member: Member) -> list[Finding]:
    """Dates in order, terms that agree with level and state, telephone and identity numbers."""
    findings = [
        *not_ahead(member.birth, "birth"),
        *phone_form("phone", member.phone),
        *identity_number("id_number", member.id_number, birth=member.birth, sex=member.sex),
        *_terms(member),
    ]
    for number, post in enumerate(member.posts):
        findings += in_order(post.since, post.until, f"posts.{number}.until", say("起"), say("止"))
    return findings


def _terms(member: Member) -> list[Finding]:
    findings = []
    for number, term in enumerate(member.terms):
        findings += in_order(term.since, term.until, f"terms.{number}.until", say("起"), say("止"))
    if member.level not in {term.level for term in member.terms}:
        findings.append(
            Finding(
                "terms",
                "LEVEL_WITHOUT_TERM",
                say("级别是“{level}”，任期里没有这一级。", level=member.level),
                say("请补上这一级的任期，或改正级别。"),
                "warning",
            )
        )
    if member.state == LIFE.first and all(term.until for term in member.terms) and not _running(member.terms):
        findings.append(
            Finding(
                "terms",
                "ALL_TERMS_ENDED",
                say("状态是“在任”，各届任期都已经终止。"),
                say("请补上现任的一届，或把状态改为辞去、撤销、届满。"),
                "warning",
            )
        )
    findings += _overlaps(member.terms)
    return findings


def _running(terms: list[Term]) -> bool:
    """Whether a term was neither closed by a date nor by a reason."""
    return any(not term.until and not term.ended for term in terms)


def _overlaps(terms: list[Term]) -> list[Finding]:
    """A warning when two terms at the same level run at the same time."""
    for later, term in enumerate(terms):
        for earlier in terms[:later]:
            if (
                earlier.level == term.level
                and term.since < (earlier.until or "9")
                and earlier.since < (term.until or "9")
            ):
                return [
                    Finding(
                        f"terms.{later}.since",
                        "TERMS_OVERLAP",
                        say("“{level}”级有两届任期重叠。", level=term.level),
                        say("请核对起止日期。"),
                        "warning",
                    )
                ]
    return []
