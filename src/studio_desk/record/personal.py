"""Checks of personal data that several kinds share: identity numbers and minors."""

from __future__ import annotations

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.identity import age, read_identity
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.record.checks import figure


def identity_number(field: str, number: str, *, birth: str = "", sex: str = "") -> list[Finding]:
    """Warnings about an identity number; each can be kept with a reason, because old cards do carry errors.

    Args:
        field: the field the findings stand beside.
        number: the number as recorded, `""` for none.
        birth: recorded date of birth (ISO text of any precision) to compare with, `""` for none.
        sex: recorded sex (`男`, `女`) to compare with, `""` for none.
    """
    if not number:
        return []
    told = read_identity(number)
    if told.fault == "form":
        return [
            _warning(
                field, "ID_FORM", say("身份证号应为18位，末位是数字或X。"), say("请对照证件核对；没有证件的不必填。")
            )
        ]
    if told.fault == "birth":
        return [
            _warning(field, "ID_BIRTH", say("身份证号里的出生日期不存在或还没有到。"), say("请对照证件核对第7至14位。"))
        ]
    findings = []
    if told.fault == "digit":
        findings.append(
            _warning(
                field,
                "ID_CHECK_DIGIT",
                say("身份证号末位校验码不对，按前17位应为“{digit}”。", digit=told.digit),
                say("请逐位核对；证件上确实如此的，写明理由后保留。"),
            )
        )
    if birth and not told.birth.startswith(birth):
        findings.append(
            _warning(
                field,
                "ID_BIRTH_DIFFERS",
                say("身份证号里的出生日期是{told}，登记的是{birth}。", told=told.birth, birth=birth),
                say("请以证件为准改正其中一处；证件本身有误的，写明理由后保留。"),
            )
        )
    if sex and sex != told.sex:
        findings.append(
            _warning(
                field,
                "ID_SEX_DIFFERS",
                say("身份证号第17位表示“{told}”，登记的是“{sex}”。", told=_sex(told.sex), sex=_sex(sex)),
                say("请以证件为准改正其中一处；证件本身有误的，写明理由后保留。"),
            )
        )
    return findings


def minor(field: str, birth: str, years: int | None = None) -> list[Finding]:
    """A warning when the person is, or may be, younger than 14: the whole record is then sensitive (PIPL Art. 28).

    Args:
        field: the field the finding stands beside.
        birth: date of birth as ISO text of any precision, `""` when unknown.
        years: age as told, when no date of birth is known.
    """
    grown = figure("未成年人保护年龄", "years", 14)
    told = age(birth) if birth else years
    if told is None or told >= grown:
        return []
    return [
        _warning(
            field,
            "MINOR",
            say("不满{n}周岁，其信息属于敏感个人信息（《个人信息保护法》第二十八条）。", n=grown),
            say("请只留必要的内容，可改记监护人；确需登记的，写明理由后保留。"),
        )
    ]


def _sex(word: str) -> str:
    term = vocabulary("sex").find(word)
    return term.label if term else word


def _warning(field: str, code: str, sentence: str, remedy: str) -> Finding:
    return Finding(field, code, sentence, remedy, "warning")
