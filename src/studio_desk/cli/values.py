"""Turn `field=value` words into the values of a record: lists, yes and no, child lines, references by number or name."""

from __future__ import annotations

import difflib
import json
import re
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio_desk.kernel.problem import USAGE, Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.record.kind import Kind
    from studio_desk.store.home import Home

_YES = {"是", "true", "yes", "1", "√", "✓", "对"}
_NO = {"否", "false", "no", "0", "×", "不", ""}
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def from_pairs(kind: Kind, pairs: Iterable[str]) -> dict[str, Any]:
    """The values that `--set f=v …` names; a field is named by its key or by its Chinese label.

    A list is written as JSON (`members=["…","…"]`) or by naming the field again; a child line is a JSON object.

    Args:
        kind: the kind of record.
        pairs: words as typed.

    Raises:
        Problem: `SET_FORM` when a word has no `=`, `NOT_JSON` when a list or child line is no JSON.
    """
    labels = {say(ask.label): name for name, ask in kind.asks.items()}
    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise Problem(
                "SET_FORM",
                say("“{word}”不是“栏目=内容”的样子。", word=pair[:60]),
                say("例如：--set place=石桥村 --set day=2026-03-06"),
                exit_code=USAGE,
            )
        name = labels.get(name.strip(), name.strip())
        _known(kind, name)
        value = _typed(kind, name, text)
        if isinstance(value, list) and isinstance(values.get(name), list):
            values[name] += value
        else:
            values[name] = value
    return values


def from_json(kind: Kind, text: str) -> dict[str, Any]:
    """The values of one record written as a JSON object, as `show` prints it or as `kinds KIND` describes it.

    Raises:
        Problem: `NOT_JSON`, `NOT_UTF8`.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Problem("NOT_UTF8", say("这一行不是 UTF-8 编码。"), say("请把文件另存为 UTF-8 编码后再试。")) from None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_json(str(error)[:120]) from None
    if not isinstance(found, dict):
        raise _not_json(say("应是一个对象"))
    if found.get("kind") == kind.key and "kind" not in kind.model.model_fields:
        del found["kind"]
    for name in found:
        _known(kind, name)
    return found


def with_references(home: Home, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with every reference as a uid, also inside child lines; numbers and unique titles are understood.

    Raises:
        Problem: `NO_SUCH_RECORD` or `AMBIGUOUS_NAME`, with the field.
    """
    return {name: _resolved(home, kind.model, kind.label(name), name, value) for name, value in values.items()}


def kept(words: Sequence[str]) -> list[dict[str, str]]:
    """Warnings that are kept, as `--keep CODE=reason` or `--keep CODE@field=reason`.

    Raises:
        Problem: `SET_FORM`.
    """
    found = []
    for word in words:
        what, equals, reason = word.partition("=")
        code, _, field = what.partition("@")
        if not equals or not reason.strip():
            raise Problem(
                "SET_FORM",
                say("“{word}”没有写明理由。", word=word[:60]),
                say("例如：--keep ID_CHECK_DIGIT=证件原件如此"),
                exit_code=USAGE,
            )
        found.append({"code": code.strip(), "field": field.strip(), "reason": reason.strip()})
    return found


def _known(kind: Kind, name: str) -> None:
    """Refuse a field that the kind does not have before anything else is said.

    Raises:
        Problem: `UNKNOWN_FIELD` with the nearest.
    """
    if name in kind.model.model_fields:
        return
    labels = {say(ask.label): key for key, ask in kind.asks.items()}
    close = difflib.get_close_matches(name, [*kind.asks, *labels], n=1, cutoff=0)
    near = labels.get(close[0], close[0])
    raise Problem(
        "UNKNOWN_FIELD",
        say("“{title}”没有“{field}”这一栏。", title=say(kind.title), field=name[:60]),
        say(
            "最接近的是“{near}”（{label}）；全部栏目用 kinds {key} 查看。",
            near=near,
            label=kind.label(near),
            key=kind.key,
        ),
        field=name[:60],
        nearest=near,
    )


def _typed(kind: Kind, name: str, text: str) -> Any:
    wanted = kind.model.model_fields[name].annotation
    if wanted is bool:
        return True if text.strip().lower() in _YES else False if text.strip().lower() in _NO else text
    if typing.get_origin(wanted) is list:
        return _list(text, child=_is_part(typing.get_args(wanted)[0]))
    if text == "" and type(None) in typing.get_args(wanted):
        return None
    return text


def _list(text: str, *, child: bool) -> list[Any]:
    text = text.strip()
    if not text:
        return []
    if text.startswith("[") or child:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _not_json(str(error)[:120]) from None
        return found if isinstance(found, list) else [found]
    return [text]


def _is_part(item: Any) -> bool:
    return isinstance(item, type) and hasattr(item, "model_fields")


def _resolved(home: Home, model: Any, label: str, name: str, value: Any) -> Any:
    info = model.model_fields.get(name)
    if info is None or not value:
        return value
    ask = next((m for m in info.metadata if hasattr(m, "refers")), None)
    inner = typing.get_args(info.annotation)
    item = inner[0] if typing.get_origin(info.annotation) is list and inner else None
    if item is not None and _is_part(item) and isinstance(value, list):
        return [
            {k: _resolved(home, item, label, k, v) for k, v in one.items()} if isinstance(one, dict) else one
            for one in value
        ]
    refers = getattr(ask, "refers", "")
    if not refers and not _is_reference(info.metadata if item is None else typing.get_args(item)):
        return value
    if isinstance(value, list):
        return [_uid(home, refers, one, label, name) if isinstance(one, str) else one for one in value]
    return _uid(home, refers, value, label, name) if isinstance(value, str) else value


def _is_reference(metadata: Iterable[Any]) -> bool:
    from studio_desk.record.fields import Ref

    mark = typing.get_args(Ref)[1]
    return any(one is mark for one in metadata)


def _uid(home: Home, kind: str, named: str, label: str, field: str) -> str:
    named = named.strip()
    if _UID.fullmatch(named):
        return named
    of_kind, values = ("AND kind = ?", (kind,)) if kind else ("", ())
    with home.file.read() as c:
        found = c.exec_driver_sql("SELECT uid FROM record WHERE code = ? LIMIT 2", (named,)).scalars().all()
        if not found:
            found = (
                c.exec_driver_sql(
                    f"SELECT uid FROM record WHERE title = ? {of_kind} LIMIT 2",  # noqa: S608 - a literal
                    (named, *values),
                )
                .scalars()
                .all()
            )
    if len(found) == 1:
        return str(found[0])
    if found:
        raise Problem(
            "AMBIGUOUS_NAME",
            say("“{label}”写的“{name}”不止一个。", label=label, name=named[:60]),
            say("请写编号；用 search 可以查到。"),
            field=field,
        )
    raise Problem(
        "NO_SUCH_RECORD",
        say("“{label}”写的“{name}”找不到。", label=label, name=named[:60]),
        say("请写编号或 uid；用 search 可以查到。"),
        field=field,
    )


def _not_json(detail: str) -> Problem:
    return Problem(
        "NOT_JSON",
        say("这里要写 JSON:{detail}。", detail=detail),
        say("记录写成 {example}，明细也是这样，几行用方括号括起来。", example='{"place":"石桥村"}'),
    )
