"""Sign requests to the hub with the device's key: one strict profile of HTTP Message Signatures (RFC 9421), Ed25519.

Covered are the method, the path, the query, the digest of the body (RFC 9530) and, when bytes are handed over, where
they belong (`Upload-Offset`, `Upload-Length`). The tag names the district, so that a request is good at one hub only;
time and nonce let the hub refuse what it has seen before. Anything written in another form is refused.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from studio_desk.exchange.signing import Signer, from_text, signature_fits, to_text

WINDOW: Final = 600
"""Seconds that the clocks of a device and of the hub may differ."""
CORE: Final = ("@method", "@path", "@query", "content-digest")
"""Signed in every request."""
UPLOAD: Final = (*CORE, "upload-offset", "upload-length")
"""Signed in a `PATCH`."""
EMPTY: Final = hashlib.sha256(b"").digest()

_FORM: Final = re.compile(
    r'sig=(?P<params>\((?P<names>"[a-z@-]{1,20}"(?: "[a-z@-]{1,20}"){0,7})\);created=(?P<created>[0-9]{1,12})'
    r';nonce="(?P<nonce>[0-9a-f]{32})";keyid="(?P<device>[A-Z0-9]{2,6}-[0-9]{1,4})";alg="ed25519"'
    r';tag="(?P<tag>[a-z0-9./-]{1,60})")'
)
_SIGNATURE: Final = re.compile(r"sig=:(?P<signature>[A-Za-z0-9+/]{86}==):")
_DIGEST: Final = re.compile(r"sha-256=:(?P<digest>[A-Za-z0-9+/]{43}=):")


@dataclass(frozen=True)
class Stamp:
    """A signed request as it was read; nothing of it is believed before `fits`.

    Attributes:
        device: the computer that says it signed (`SQ-1`).
        created: seconds since 1970 on its clock.
        nonce: 128 random bits as hex.
        tag: which hub it is meant for.
        digest: raw SHA-256 that the body must have.
        message: the bytes that were signed.
        signature: 64 raw bytes.
    """

    device: str
    created: int
    nonce: str
    tag: str
    digest: bytes
    message: bytes
    signature: bytes

    def fits(self, public: bytes) -> bool:
        """Whether the key made the signature."""
        return signature_fits(public, self.signature, self.message)


def tag_of(district: str) -> str:
    """The tag of a district's hub."""
    return f"studio-desk-hub/1/{district}"


def content_digest(body: bytes) -> str:
    """The field `Content-Digest` of a body (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_base(values: Sequence[tuple[str, str]], params: str) -> bytes:
    """The bytes to sign: one line for each component, then the parameters (RFC 9421, 2.5).

    Args:
        values: names and values of the covered components in order.
        params: the text after `sig=`.
    """
    lines = [f'"{name}": {value}' for name, value in values]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def sign(
    signer: Signer,
    *,
    method: str,
    target: str,
    tag: str,
    created: int,
    nonce: str,
    body: bytes = b"",
    fields: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers that make a request signed.

    Args:
        signer: the device's key; its principal is the key id.
        method: `GET`, `HEAD` or `PATCH`.
        target: path and query as they stand in the request line.
        tag: `tag_of` the district.
        created: seconds since 1970.
        nonce: 32 hex digits, never used before.
        body: what is sent.
        fields: `upload-offset` and `upload-length` of a `PATCH`.

    Returns:
        `Content-Digest`, `Signature-Input` and `Signature`.
    """
    digest = content_digest(body)
    names = UPLOAD if fields else CORE
    listed = " ".join(f'"{name}"' for name in names)
    params = f'({listed});created={created};nonce="{nonce}";keyid="{signer.principal}";alg="ed25519";tag="{tag}"'
    values = _values(names, method, target, {**(fields or {}), "content-digest": digest})
    signature = to_text(signer.sign(signature_base(values, params)))
    return {"Content-Digest": digest, "Signature-Input": f"sig={params}", "Signature": f"sig=:{signature}:"}


def read(method: str, target: str, headers: Mapping[str, str]) -> Stamp:
    """Read the signature of a request.

    Args:
        method: as in the request line.
        target: path and query as in the request line.
        headers: names in lower case.

    Raises:
        ValueError: a header is missing, or anything is not in the form of this profile.
    """
    form = _FORM.fullmatch(headers.get("signature-input", ""))
    signature = _SIGNATURE.fullmatch(headers.get("signature", ""))
    digest = _DIGEST.fullmatch(headers.get("content-digest", ""))
    if form is None or signature is None or digest is None:
        raise ValueError("not signed in the form of this profile")
    names = tuple(form["names"].replace('"', "").split(" "))
    if names != (UPLOAD if method == "PATCH" else CORE) or any(n not in headers for n in names if n[0] != "@"):
        raise ValueError("other parts are signed than this profile asks for")
    return Stamp(
        form["device"],
        int(form["created"]),
        form["nonce"],
        form["tag"],
        from_text(digest["digest"], 32),
        signature_base(_values(names, method, target, headers), form["params"]),
        from_text(signature["signature"], 64),
    )


def _values(names: Sequence[str], method: str, target: str, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    path, _, query = target.partition("?")
    derived = {"@method": method, "@path": path, "@query": f"?{query}"}
    return [(name, derived[name] if name in derived else headers[name].strip()) for name in names]
