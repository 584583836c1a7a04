"""Connect to a district's hub and make sure that it is the hub, before the first byte goes out."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Final

from studio_desk.exchange.hub_answers import stranger
from studio_desk.exchange.hub_place import Place, fits
from studio_desk.exchange.limits import KIB

_BLOCK: Final = 16 * KIB
"""Bytes handed to the line at once: each has the time limit for itself."""


def connect(place: Place, timeout: float) -> http.client.HTTPConnection:
    """A connection that is ready to send; a pinned certificate is compared before the first byte.

    Raises:
        OSError: no way there.
        Problem: `HUB_CERTIFICATE`: the other side is not who it should be.
    """
    if not place.secure:
        plain = http.client.HTTPConnection(place.host, place.port, timeout=timeout, blocksize=_BLOCK)
        plain.connect()
        _at_once(plain)
        return plain
    context = ssl.create_default_context()
    if place.pins:  # the pins alone decide; a district's own certificate has no authority above it
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    line = http.client.HTTPSConnection(place.host, place.port, timeout=timeout, context=context, blocksize=_BLOCK)
    try:
        line.connect()
    except ssl.SSLCertVerificationError as error:
        raise stranger(place) from error
    if place.pins and not fits(place, line.sock.getpeercert(binary_form=True) or b""):
        line.close()
        raise stranger(place)
    _at_once(line)
    return line


def _at_once(connection: http.client.HTTPConnection) -> None:
    """Headers and body are two writes: without this the second waits for the other side's delayed word."""
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
