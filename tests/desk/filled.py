"""Values that every kind accepts, made from what it asks: the first word of each list, today, a plain text."""

from typing import Any

from studio_desk.desk.form.fields import Field, fields_of
from studio_desk.kernel import clock
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kinds import KINDS, kind
from studio_desk.record.kind import Kind
from studio_desk.store.home import Home

TEXTS = {
    "phone": "13909140000",
    "sha256": "0" * 64,
    "mime": "application/pdf",
    "size": 12,
    "content": "河边路灯坏了两盏,晚上看不清路,住户十几家,希望尽快修好。",
    "name": "张卫国",
    "head": "张卫国",
}


def value_of(field: Field, uids: dict[str, str]) -> Any:
    if field.name in TEXTS:
        return TEXTS[field.name]
    words = vocabulary(field.ask.vocabulary).words() if field.ask.vocabulary else []
    plain = {
        "text": "石桥镇河边",
        "long": "已经登记,下周回访。",
        "number": 3,
        "yes": False,
        "day": clock.today().isoformat(),
        "time": "09:30",
        "word": words[0] if words else "",
        "words": words[:1],
        "lines": ["一条"],
        "ref": uids.get(field.ask.refers, next(iter(uids.values()), "")),
        "refs": [uids[field.ask.refers]] if field.ask.refers in uids else [],
    }
    if field.sort == "parts":
        return [{f.name: value_of(f, uids) for f in fields_of(field.part) if f.required}]
    return plain[field.sort]


def values_for(one: Kind, uids: dict[str, str], **more: Any) -> dict[str, Any]:
    """Required fields filled in; what the kind's own check still wants, it says in `more`."""
    values = {f.name: value_of(f, uids) for f in fields_of(one.model) if f.required}
    return values | OWN.get(one.key, {}) | more


OWN: dict[str, dict[str, Any]] = {
    "station": {"station_code": "SQ", "name": "石桥镇政协联络站"},
    "studio": {"name": "张卫国委员工作室", "sector": "农业界"},
    "task": {"origin": "站内"},
}


def fill(home: Home, **more: dict[str, Any]) -> dict[str, str]:
    """One record of every kind, in the order in which they can name each other; answers their uids."""
    uids: dict[str, str] = {}
    first = ("office", "station", "studio", "member", "group", "contact_point", "person", "household")
    rest = ("journal_entry", "case", "activity", "minutes", "suggestion", "attachment")
    for key in (*first, *rest, *(k.key for k in KINDS if k.key not in {*first, *rest})):
        values = values_for(kind(key), uids, **more.get(key, {}))
        uids[key] = home.journal.write(key, values).uid
    return uids
