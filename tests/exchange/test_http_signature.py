"""Signed requests: the base string is RFC 9421's own, and only our one form of it is read."""

from __future__ import annotations

import base64

import pytest

from studio_desk.exchange import http_signature
from studio_desk.exchange.signing import Ed25519Signer, new_private, signature_fits


def test_the_example_of_the_standard():
    """RFC 9421, B.2.6: signing a request using ed25519, with the key of B.1.4."""
    public = base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    params = (
        '("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    values = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ]
    assert signature_fits(public, signature, http_signature.signature_base(values, params))


def test_the_digest_of_the_standard():
    """RFC 9530, appendix B.1: the digest of `{"hello": "world"}` with a line feed is its first example."""
    assert http_signature.content_digest(b'{"hello": "world"}\n') == (
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    )


SIGNER = Ed25519Signer("SQ-1", new_private())
TARGET = "/v1/mailbox/SQ-1?after=7"


def signed(**more: object) -> dict[str, str]:
    wanted = {
        "method": "GET",
        "target": TARGET,
        "tag": "studio-desk-hub/1/990000",
        "created": 1_790_000_000,
        "nonce": "ab" * 16,
    }
    return {k.lower(): v for k, v in http_signature.sign(SIGNER, **{**wanted, **more}).items()}


def test_what_is_signed_is_read():
    stamp = http_signature.read("GET", TARGET, signed())
    assert (stamp.device, stamp.created, stamp.nonce) == ("SQ-1", 1_790_000_000, "ab" * 16)
    assert stamp.digest == http_signature.EMPTY
    assert stamp.fits(SIGNER.public)
    assert not stamp.fits(Ed25519Signer("SQ-1", new_private()).public)
    assert not http_signature.read("HEAD", TARGET, signed()).fits(SIGNER.public)
    assert not http_signature.read("GET", TARGET + "0", signed()).fits(SIGNER.public)


def test_where_bytes_belong_is_signed():
    fields = {"upload-offset": "0", "upload-length": "5"}
    headers = {**signed(method="PATCH", body=b"hello", fields=fields), **fields}
    assert http_signature.read("PATCH", TARGET, headers).fits(SIGNER.public)
    assert not http_signature.read("PATCH", TARGET, {**headers, "upload-offset": "1"}).fits(SIGNER.public)
    del headers["upload-offset"]
    with pytest.raises(ValueError, match="other parts"):
        http_signature.read("PATCH", TARGET, headers)
    with pytest.raises(ValueError, match="other parts"):  # a GET's signature does not serve for a PATCH
        http_signature.read("PATCH", TARGET, signed())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sig=", "sig1="),
        ("created=", "expires=1;created="),
        ('"@method" ', ""),
        ("ed25519", "rsa-v1_5-sha256"),
        ("1790000000", "-1"),
        ("ab" * 16, "AB" * 16),
        ("SQ-1", "../SQ-1"),
        (";tag", ";x=1;tag"),
        ("(", "( "),
    ],
)
def test_another_form_is_refused(old: str, new: str):
    headers = signed()
    headers["signature-input"] = headers["signature-input"].replace(old, new, 1)
    with pytest.raises(ValueError, match=r"this profile"):
        http_signature.read("GET", TARGET, headers)
