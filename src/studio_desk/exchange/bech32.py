"""The text form of X25519 keys in age v1: Bech32 without its length limit (BIP 173; C2SP age, "X25519 recipient")."""

from __future__ import annotations

_SYMBOLS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_RECIPIENT, _IDENTITY = "age", "age-secret-key-"


def recipient_text(public: bytes) -> str:
    """`age1…` of a raw X25519 public key."""
    return _encode(_RECIPIENT, public)


def identity_text(private: bytes) -> str:
    """`AGE-SECRET-KEY-1…` of a raw X25519 private key."""
    return _encode(_IDENTITY, private).upper()


def recipient_bytes(text: str) -> bytes:
    """The raw public key of `age1…`.

    Raises:
        ValueError: wrong prefix, wrong symbol, wrong checksum or wrong length.
    """
    return _decode(_RECIPIENT, text)


def identity_bytes(text: str) -> bytes:
    """The raw private key of `AGE-SECRET-KEY-1…`.

    Raises:
        ValueError: as `recipient_bytes`.
    """
    return _decode(_IDENTITY, text.lower() if text.isupper() else text)


def _encode(prefix: str, data: bytes) -> str:
    values = _regroup(data, 8, 5, pad=True)
    check = _polymod([*_spread(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [(check >> 5 * (5 - i)) & 31 for i in range(6)]
    return prefix + "1" + "".join(_SYMBOLS[v] for v in values)


def _decode(prefix: str, text: str) -> bytes:
    head, one, tail = text.rpartition("1")
    if head != prefix or not one or any(c not in _SYMBOLS for c in tail):
        raise ValueError("not an age key")
    values = [_SYMBOLS.index(c) for c in tail]
    if _polymod([*_spread(prefix), *values]) != 1:
        raise ValueError("wrong checksum")
    data = bytes(_regroup(values[:-6], 5, 8, pad=False))
    if len(data) != 32:
        raise ValueError("wrong length")
    return data


def _spread(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term if top >> bit & 1 else 0
    return check


def _regroup(data: bytes | list[int], width: int, new: int, *, pad: bool) -> list[int]:
    bits = count = 0
    groups = []
    for value in data:
        bits = bits << width | value
        count += width
        while count >= new:
            count -= new
            groups.append(bits >> count & ((1 << new) - 1))
        bits &= (1 << count) - 1
    if pad and count:
        groups.append(bits << (new - count) & ((1 << new) - 1))
    elif not pad and (bits or count >= width):
        raise ValueError("wrong padding")
    return groups
