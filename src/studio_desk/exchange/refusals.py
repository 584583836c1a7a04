"""Every way a bundle is refused: one code, one Chinese sentence, one remedy (`docs/bundle-format.md` clause 12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from studio_desk.kernel.problem import DAMAGED, REFUSED, Problem
from studio_desk.kernel.words import say


def refuse(code: str, **values: Any) -> Problem:
    """The Problem of one code of the catalogue, its sentence filled with `values`.

    Args:
        code: a key of `CODES`.
        **values: what the sentence names; they also go to scripts with the Problem.
    """
    sentence, remedy = _CATALOGUE[code]
    return Problem(
        code,
        sentence(**{name: _short(value) for name, value in values.items()}),
        remedy(),
        exit_code=DAMAGED if code in _DAMAGED else REFUSED,
        **values,
    )


def _short(value: Any) -> Any:
    """A stranger's text, fit for one sentence: printable, at most 80 characters."""
    if not isinstance(value, str):
        return value
    clean = "".join(c if c.isprintable() else "?" for c in value)
    return clean if len(clean) <= 80 else clean[:79] + "…"


def _again() -> str:
    return say("请让对方重新导出一次再送来；这个文件已隔离保存，没有改动任何记录。")


def _alarm() -> str:
    return say("正常的交接文件不会这样。请不要再打开它，向送文件的人核实来源，并告诉区级管理员；没有改动任何记录。")


def _newer() -> str:
    return say("请先把本机的 Studio Desk 更新到最新版本，再从隔离区重新接收。")


def _enrol() -> str:
    return say("请确认该站点已登记（enrol accept），登记后在隔离区选“重新接收”。")


def _support() -> str:
    return say("请把这个文件交给区级管理员；让对方更新程序后重新导出。没有改动任何记录。")


_Sentence = Callable[..., str]
_DAMAGED: Final = frozenset({"BUNDLE_EMPTY", "BUNDLE_TRUNCATED", "BUNDLE_DAMAGED", "ZIP_DAMAGED", "DIGEST_WRONG", "ENTRY_CHECKSUM"})  # fmt: skip

_CATALOGUE: Final[dict[str, tuple[_Sentence, Callable[[], str]]]] = {
    # Clause 2: the outer file.
    "BUNDLE_EMPTY": (lambda **v: say("文件是空的（0 字节）。", **v), _again),
    "BUNDLE_NOT_ONE": (
        lambda **v: say("这不是交接文件。", **v),
        lambda: say("请选择扩展名为 .sdx 的文件；如果确是交接文件，请让对方重新导出。"),
    ),
    "BUNDLE_TOO_BIG": (lambda **v: say("文件有 {size} 字节，超过了 2 GiB 的上限。", **v), _support),
    "BUNDLE_TRUNCATED": (lambda **v: say("文件不完整，后面缺了一段。", **v), _again),
    "BUNDLE_DAMAGED": (lambda **v: say("文件已损坏，或被人改动过。", **v), _again),
    "BUNDLE_NOT_FOR_US": (
        lambda **v: say("这个文件不是写给这里的，用本机的钥匙打不开。", **v),
        lambda: say("请核对文件名里的站点和送达对象；如果确是给这里的，请让对方先完成登记再重新导出。"),
    ),
    # Clause 3: the ZIP.
    "ZIP_DAMAGED": (lambda **v: say("文件内部的结构不对：{detail}。", **v), _again),
    "ZIP_PREPENDED": (lambda **v: say("压缩包前面多出了不该有的内容。", **v), _alarm),
    "ZIP_APPENDED": (lambda **v: say("压缩包后面多出了不该有的内容。", **v), _alarm),
    "ZIP_COMMENT": (lambda **v: say("压缩包里夹带了注释。", **v), _alarm),
    "ZIP_SPLIT": (lambda **v: say("压缩包说自己分成了几卷。", **v), _alarm),
    "ZIP64": (lambda **v: say("压缩包用了超大文件格式（zip64），这里不接受。", **v), _alarm),
    "NAME_CLIMBS": (lambda **v: say("内部文件名“{name}”想跳出文件夹（..）。", **v), _alarm),
    "NAME_ABSOLUTE": (lambda **v: say("内部文件名“{name}”是绝对路径。", **v), _alarm),
    "NAME_BACKSLASH": (lambda **v: say("内部文件名“{name}”里有反斜杠。", **v), _alarm),
    "NAME_DRIVE": (lambda **v: say("内部文件名“{name}”带有盘符。", **v), _alarm),
    "NAME_NUL": (lambda **v: say("内部文件名“{name}”里有空字符。", **v), _alarm),
    "NAME_LOOKALIKE": (lambda **v: say("内部文件名“{name}”里有与字母相似的别种字符。", **v), _alarm),
    "NAME_RESERVED": (lambda **v: say("内部文件名“{name}”是系统保留的设备名。", **v), _alarm),
    "NAME_STRANGE": (lambda **v: say("内部文件名“{name}”不合规定。", **v), _alarm),
    "ENTRY_LINK": (lambda **v: say("内部文件“{name}”是一个链接或特殊文件。", **v), _alarm),
    "ENTRY_TWICE": (lambda **v: say("内部文件“{name}”出现了两次。", **v), _alarm),
    "ENTRY_TWIN": (lambda **v: say("内部文件“{name}”与另一个文件只有大小写或字形之差。", **v), _alarm),
    "ENTRY_UNLISTED": (lambda **v: say("内部文件“{name}”不在清单上。", **v), _alarm),
    "ENTRY_MISSING": (lambda **v: say("清单上的“{name}”不在文件里。", **v), _again),
    "ENTRY_ORDER": (lambda **v: say("内部文件“{name}”的位置不对。", **v), _alarm),
    "ENTRY_BOMB": (lambda **v: say("内部文件“{name}”解开后大得不合情理（压缩炸弹）。", **v), _alarm),
    "ENTRY_TOO_BIG": (lambda **v: say("内部文件“{name}”超过了大小上限。", **v), _support),
    "ENTRY_OVERLAP": (lambda **v: say("内部文件“{name}”与别的内容重叠。", **v), _alarm),
    "ENTRY_ENCRYPTED": (lambda **v: say("内部文件“{name}”又加了一层密码。", **v), _alarm),
    "ENTRY_METHOD": (lambda **v: say("内部文件“{name}”用了不认识的压缩方法。", **v), _alarm),
    "ENTRY_EXTRA": (lambda **v: say("内部文件“{name}”夹带了附加信息。", **v), _alarm),
    "ENTRY_MISMATCH": (lambda **v: say("内部文件“{name}”的两处登记不一致。", **v), _alarm),
    "ENTRY_CHECKSUM": (lambda **v: say("内部文件“{name}”的校验码不对。", **v), _again),
    "ENTRIES_TOO_MANY": (lambda **v: say("文件里的条目太多（超过 {limit} 个）。", **v), _alarm),
    # Clauses 4 and 5: bag and signature.
    "BAG_WRONG": (lambda **v: say("“{name}”的内容不是规定的样子。", **v), _alarm),
    "MANIFEST_WRONG": (lambda **v: say("清单“{name}”写得不对。", **v), _alarm),
    "DIGEST_WRONG": (lambda **v: say("“{name}”的内容与清单上的摘要不符。", **v), _again),
    "SIGNATURE_WRONG": (lambda **v: say("签名不对：内容被改动过，或签名是伪造的。", **v), _alarm),
    "SECOND_SIGNATURE_WRONG": (lambda **v: say("第二签名（SM2）不对：内容被改动过，或签名是伪造的。", **v), _alarm),
    "SECOND_SIGNATURE_MISSING": (lambda **v: say("{device} 应有第二签名（SM2），文件里却没有。", **v), _alarm),
    "SECOND_SIGNATURE_UNASKED": (
        lambda **v: say("文件带有第二签名（SM2），信任名单里却没有 {device} 的 SM2 钥匙。", **v),
        _alarm,
    ),
    "SIGNER_UNKNOWN": (lambda **v: say("签名的钥匙没有登记（自称来自 {sender}）。", **v), _enrol),
    "SIGNER_REVOKED": (
        lambda **v: say("{device} 的钥匙自第 {seq} 号之后已吊销。", **v),
        lambda: say(
            "请与对方核实。电脑坏了、换了，而这些确是它先前写的：区级在隔离区写明原因后收下；它还在用的，请重新登记后再导出；都不是的，请丢弃。"
        ),
    ),
    # Clause 6: the header.
    "HEADER_WRONG": (lambda **v: say("文件头的“{field}”不对。", **v), _alarm),
    "FORMAT_UNKNOWN": (lambda **v: say("文件格式“{found}”不认识。", **v), _support),
    "FORMAT_OLD": (lambda **v: say("文件格式“{found}”早已停用。", **v), _support),
    "FORMAT_NEWER": (lambda **v: say("这个文件要用更新版本的程序来读（需要 {needed}，本机为 {known}）。", **v), _newer),
    "WRONG_DISTRICT": (
        lambda **v: say("这个文件是交给 {to} 的，不是交给 {me} 的。", **v),
        lambda: say("请把文件送到它写明的地方；没有改动任何记录。"),
    ),
    "SENDER_FALSE": (lambda **v: say("文件自称来自 {sender}，签名却是 {signer} 的。", **v), _alarm),
    "DEVICE_FALSE": (lambda **v: say("文件里是 {device} 的记录，签名的却是 {signer}。", **v), _alarm),
    "VOUCH_WRONG": (
        lambda **v: say("{sender} 送回的自称是 {device} 写过的内容，但上面没有区级自己的签名。", **v),
        _alarm,
    ),
    # Clause 7: JSON and ops.
    "BAD_UTF8": (lambda **v: say("{place} 里有不成文字的字节（不是 UTF-8）。", **v), _alarm),
    "JSON_BROKEN": (lambda **v: say("{place} 不是完整的 JSON。", **v), _alarm),
    "JSON_NOT_CANONICAL": (lambda **v: say("{place} 的写法不是规定的唯一写法。", **v), _alarm),
    "JSON_DUPLICATE_KEY": (lambda **v: say("{place} 里同一个键出现了两次。", **v), _alarm),
    "JSON_KEY": (lambda **v: say("{place} 里的键含有非 ASCII 字符。", **v), _alarm),
    "JSON_FLOAT": (lambda **v: say("{place} 里有小数；交接文件只用整数。", **v), _alarm),
    "JSON_NAN": (lambda **v: say("{place} 里有 NaN 或无穷大。", **v), _alarm),
    "JSON_HUGE_INTEGER": (lambda **v: say("{place} 里的整数太大。", **v), _alarm),
    "JSON_DEEP": (lambda **v: say("{place} 的层次太深（超过 {limit} 层）。", **v), _alarm),
    "JSON_SURROGATE": (lambda **v: say("{place} 里有半个字符（代理项）。", **v), _alarm),
    "LINE_TOO_LONG": (lambda **v: say("{place} 这一行太长（超过 {limit} 字节）。", **v), _alarm),
    "OPS_TOO_MANY": (lambda **v: say("文件里的操作太多（超过 {limit} 条）。", **v), _support),
    "OP_WRONG": (lambda **v: say("{place} 的“{field}”不对。", **v), _alarm),
    "OP_NOT_ENTITLED": (lambda **v: say("{sender} 无权写“{type}”这一类操作（{place}）。", **v), _alarm),
    "FOREIGN_OPS": (lambda **v: say("{place} 是 {found} 的操作，不是 {device} 的。", **v), _alarm),
    "CHAIN_BROKEN": (lambda **v: say("{place} 与前一条接不上，中间被改动或缺失。", **v), _alarm),
    # Clause 8: bodies.
    "BODY_UNLISTED": (lambda **v: say("{place} 这份正文不属于任何一条操作。", **v), _alarm),
    "BODY_TWICE": (lambda **v: say("{place} 这份正文出现了两次。", **v), _alarm),
    "BODY_MISSING": (lambda **v: say("{device} 第 {seq} 号缺少正文，又没有依法删除的记载。", **v), _again),
    # Clause 9: attachments.
    "BLOB_PROGRAM": (lambda **v: say("附件“{name}”其实是一个程序。", **v), _alarm),
    "BLOB_MACRO": (lambda **v: say("附件“{name}”里有宏程序。", **v), _alarm),
    "IMAGE_BOMB": (lambda **v: say("图片“{name}”的尺寸大得不合情理（{width}×{height}）。", **v), _alarm),
    "IMAGE_FALSE": (
        lambda **v: say("附件“{name}”名为图片，内容却不是。", **v),
        lambda: say("请向站点核实这个附件；确认无害后可在隔离区放行，或让站点更正附件后重新导出。"),
    ),
    # The reading process.
    "READER_TIMEOUT": (lambda **v: say("这个文件读了 {seconds} 秒还没有读完，已停止。", **v), _alarm),
    "READER_DIED": (lambda **v: say("读这个文件的程序中途停止了（可能是内存不够）。", **v), _alarm),
    # Merging.
    "FORK": (
        lambda **v: say("{device} 的第 {seq} 号有两个不同的版本：同一台电脑的历史分成了两支。", **v),
        lambda: say("两支都已保留，没有合并后来的一支。请问该站点是否恢复过备份或复制过程序，并请区级管理员处理。"),
    ),
    "FOREIGN_RECORD": (
        lambda **v: say("{sender} 改动了 {owner} 的记录（{rec}）。", **v),
        lambda: say("站点只能写自己的记录。请向两个站点核实；没有改动任何记录。"),
    ),
}

CODES: Final = tuple(_CATALOGUE)
"""All codes; each has a named bad bundle in `tests/golden/` or a test of its own."""
