"""What an 附件 must say about its file; taken off a record it becomes void with a reason (domain.md 2.1)."""

from __future__ import annotations

import re

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.attachment.model import Attachment
from studio_desk.record.checks import not_ahead
from studio_desk.record.kind import VOID, Life, Move

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MIME = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')
"""Characters that Windows refuses in a file name, path separators among them."""

LIFE = Life(states=("在档",), moves=(Move("*", VOID, "撤下", reason=True),))


def check(attachment: Attachment) -> list[Finding]:
    """The digest, the type and the size describe a real file, and its name is no path."""
    findings = not_ahead(attachment.taken, "taken")
    if not _DIGEST.fullmatch(attachment.sha256):
        findings.append(
            Finding(
                "sha256",
                "DIGEST_FORM",
                say("校验码不是64位小写十六进制数。"),
                say("请重新添加这个文件，校验码由程序计算。"),
            )
        )
    if not _MIME.fullmatch(attachment.mime):
        findings.append(
            Finding(
                "mime",
                "MIME_FORM",
                say("“{mime}”不是文件类型。", mime=attachment.mime),
                say("请写成“image/jpeg”的样子。"),
            )
        )
    if attachment.size == 0:
        findings.append(Finding("size", "FILE_EMPTY", say("文件是空的。"), say("请重新扫描或拍照后再添加。")))
    if _NOT_IN_NAMES.search(attachment.name) or attachment.name in {".", ".."}:
        findings.append(
            Finding(
                "name",
                "FILE_NAME",
                say("文件名“{name}”里有不能用的符号。", name=attachment.name[:60]),
                say('请去掉 / \\ : * ? " < > | 这些符号。'),
            )
        )
    return findings
