"""The BagIt side of a bundle (RFC 8493): tag files, manifests, and the README for whoever opens it in thirty years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from studio_desk.exchange.limits import BAGIT, MANIFEST, SECOND, TAGMANIFEST
from studio_desk.exchange.refusals import refuse
from studio_desk.exchange.sshsig import NAMESPACE
from studio_desk.exchange.strict_json import read_text

BAGIT_TEXT: Final = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""RFC 8493 section 2.1.1."""
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([\x21-\x7e]+)\n")


def manifest(digests: Mapping[str, str]) -> str:
    """A manifest that `sha256sum -c` reads: name to lower-case SHA-256, sorted by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def read_manifest(data: bytes, name: str) -> dict[str, str]:
    """Name to SHA-256.

    Raises:
        Problem: `MANIFEST_WRONG` unless it is exactly what `manifest` writes; `BAD_UTF8`.
    """
    text = read_text(data, name)
    found = {m.group(2): m.group(1) for m in _LINE.finditer(text)}
    if manifest(found) != text or not found:
        raise refuse("MANIFEST_WRONG", name=name)
    return found


def check_bagit(data: bytes) -> None:
    """The bag declaration is the one we write.

    Raises:
        Problem: `BAG_WRONG`.
    """
    if data != BAGIT_TEXT.encode():
        raise refuse("BAG_WRONG", name=BAGIT)


def bag_info(header: Mapping[str, Any], made: str, octets: int, files: int) -> str:
    """`bag-info.txt` (RFC 8493 section 2.2.2).

    Args:
        header: the bundle's header.
        made: ISO time stamp of the packing.
        octets: bytes of the payload.
        files: number of payload files.
    """
    lines = {
        "Source-Organization": header["from"],
        "External-Identifier": header["bundle"],
        "External-Description": f"{header['format']} {header['device']} {header['first']}-{header['last']}"
        f" {header['from']} -> {header['to']}",
        "Bagging-Date": made[:10],
        "Payload-Oxum": f"{octets}.{files}",
        "Bag-Software-Agent": "Studio Desk",
    }
    return "".join(f"{label}: {value}\n" for label, value in lines.items())


def readme(header: Mapping[str, Any], principal: str, *, second: bool = False) -> str:
    """How to open and verify the bundle with standard tools only, in Chinese and English.

    Args:
        header: the bundle's header.
        principal: the signer's name in the `allowed_signers` file.
        second: it also has a second signature.
    """
    return (_README + _SECOND if second else _README).format(
        sender=header["from"],
        to=header["to"],
        device=header["device"],
        first=header["first"],
        last=header["last"],
        principal=principal,
        namespace=NAMESPACE,
        manifest=MANIFEST,
        tagmanifest=TAGMANIFEST,
        sm2=SECOND,
    )


_README: Final = """\
这是一个“Studio Desk”交接包（SDX/1）。
由 {sender} 交给 {to}，内容是 {device} 的第 {first} 至 {last} 号操作。

不用 Studio Desk，只用通用工具也能打开和核对：
  1. 解密      age -d -i 身份文件.txt -o 包.zip 本文件.sdx
  2. 解包      unzip 包.zip -d 包
  3. 核对内容  cd 包
               sha256sum -c {manifest}
               sha256sum -c {tagmanifest}
  4. 核对签名  ssh-keygen -Y verify -f allowed_signers -I {principal} \\
                 -n {namespace} -s {tagmanifest}.sig < {tagmanifest}
“身份文件”和 allowed_signers 由有权的单位用 studio-desk keys export 导出。
四步都通过，说明内容没有改动，并且确由 {principal} 的钥匙签出。

里面有什么：
  data/header.json    谁交给谁、哪台设备、起止编号、前后链的摘要
  data/ops.jsonl      每行一条操作（JSON），prev 是前一行的 SHA-256，body 是正文行的 SHA-256
  data/bodies.jsonl   每行一份正文（JSON）：记录的种类、全部栏目、经办人、原因
  data/blobs/         附件，文件名是内容的 SHA-256，原名写在正文里
内有个人信息，请依法保管。

This is a "Studio Desk" bundle (SDX/1) from {sender} to {to}: ops {first} to {last} of {device}.

It opens and verifies with standard tools alone:
  1. decrypt        age -d -i identity.txt -o bundle.zip THIS-FILE.sdx
  2. unpack         unzip bundle.zip -d bundle
  3. check content  cd bundle
                    sha256sum -c {manifest}
                    sha256sum -c {tagmanifest}
  4. check signer   ssh-keygen -Y verify -f allowed_signers -I {principal} \\
                      -n {namespace} -s {tagmanifest}.sig < {tagmanifest}
An entitled office writes the identity file and allowed_signers with: studio-desk keys export
When all four pass, nothing was changed and the key of {principal} signed it.

What is inside:
  data/header.json    who to whom, which device, first and last number, digests before and after
  data/ops.jsonl      one op a line (JSON); prev is the SHA-256 of the line before, body that of the body's line
  data/bodies.jsonl   one body a line (JSON): kind of record, all fields, who wrote it, why
  data/blobs/         attachments named by the SHA-256 of their content; the original name stands in a body
It holds personal data: keep it as the law demands.
"""

_SECOND: Final = """
另有第二签名（SM2 和 SM3，GB/T 32918；不代表通过任何认证）。公钥 {principal}-sm2.pem 也由 keys export 导出，用 OpenSSL 3 核对：
A second signature is here too (SM2 with SM3, GB/T 32918; no certification is claimed). keys export also writes the public key
{principal}-sm2.pem; OpenSSL 3 checks it:
  printf 'asn1=SEQUENCE:s\\n[s]\\nr=INTEGER:0x%s\\ns=INTEGER:0x%s\\n' $(fold -w 64 {sm2}) > sm2.cnf
  openssl asn1parse -genconf sm2.cnf -noout -out sm2.der
  openssl dgst -sm3 -verify {principal}-sm2.pem -sigopt distid:{principal} -signature sm2.der {tagmanifest}
"""
