"""What the parts of the lists are called, and the words of the program that stand in them, in the language in force."""

from __future__ import annotations

from studio_desk.kernel.calendar import HOLIDAY, REST, WORK
from studio_desk.kernel.words import say


def labels() -> dict[str, str]:
    """What the parts of the lists are called, by their paths (`store.list_parts`)."""
    return {
        "vocabulary.title": say("名称"),
        "vocabulary.en": say("英文"),
        "vocabulary.source": say("出处"),
        "vocabulary.terms": say("词"),
        "vocabulary.terms.word": say("词"),
        "vocabulary.terms.en": say("英文"),
        "vocabulary.terms.since": say("起"),
        "vocabulary.terms.until": say("止"),
        "vocabulary.terms.days": say("天数"),
        "vocabulary.terms.working_days": say("工作日数"),
        "vocabulary.terms.hours": say("小时数"),
        "vocabulary.terms.years": say("年数"),
        "vocabulary.terms.points": say("分值"),
        "rules.title": say("名称"),
        "rules.number": say("文号"),
        "rules.issuer": say("印发机关"),
        "rules.text": say("正文"),
        "rules.parameters": say("文件定下的数值"),
        "rules.parameters.name": say("名称"),
        "rules.parameters.value": say("数值"),
        "scheme.title": say("名称"),
        "scheme.object": say("对象"),
        "scheme.rules": say("依据的文件（代号）"),
        "scheme.text": say("说明"),
        "scheme.items": say("指标"),
        "scheme.items.name": say("名称"),
        "scheme.items.trigger": say("什么情况计"),
        "scheme.items.points": say("分值"),
        "scheme.items.unit": say("单位"),
        "scheme.items.cap": say("最多"),
        "scheme.items.floor": say("最少"),
        "scheme.items.evidence": say("凭什么"),
        "calendar.days": say("放假和调休"),
        "calendar.days.day": say("日期"),
        "calendar.days.kind": say("哪一种"),
        "calendar.days.name": say("名称"),
        "calendar.plan": say("年度计划"),
        "calendar.plan.day": say("日期"),
        "calendar.plan.what": say("事项"),
        "defaults.values": say("预填内容"),
        "trust.expires": say("有效期到"),
        "trust.threshold": say("要几把根钥匙签名"),
        "trust.roots": say("根钥匙"),
        "trust.escrow": say("应急钥匙"),
        "trust.computers": say("电脑"),
        "trust.computers.name": say("名称"),
        "trust.computers.key": say("钥匙"),
        "trust.computers.second": say("第二签名"),
        "trust.computers.stopped": say("停用"),
        "trust.url": say("接收站"),
        "trust.pins": say("接收站证书指纹"),
    }


def choice_word(path: str, word: str) -> str:
    """A word of the program that a part may be, as a person reads it; the list always holds the Chinese one.

    Args:
        path: of the part (`calendar.days.kind`).
        word: the word in the list.
    """
    known = {
        ("calendar.days.kind", WORK): say("工作", "日历"),
        ("calendar.days.kind", REST): say("休息", "日历"),
        ("calendar.days.kind", HOLIDAY): say("法定", "日历"),
    }
    return known.get((path, word), word)
