"""Make Chinese input work where Qt's wheel has only the ibus plugin: fcitx5 and ibus answer on the portal's name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, MutableMapping

PORTALS = ("org.freedesktop.portal.IBus", "org.freedesktop.IBus")
"""fcitx5 owns the first, ibus the second; both speak ibus, which is in the wheel (desk.md 5)."""


def owned_on_the_session_bus(name: str) -> bool:
    """Whether somebody owns a name on the session bus; no bus means no."""
    from PySide6.QtDBus import QDBusConnection

    bus = QDBusConnection.sessionBus()
    return bus.isConnected() and bool(bus.interface().isServiceRegistered(name).value())


def prepare(
    environment: MutableMapping[str, str] | None = None, owned: Callable[[str], bool] = owned_on_the_session_bus
) -> str:
    """Set Qt's environment before the QApplication is made; answers the portal found or `""`.

    Args:
        environment: where to set the variables; the process's own when not given.
        owned: asks the session bus.
    """
    environment = os.environ if environment is None else environment
    on_x11 = sys.platform.startswith("linux") and environment.get("QT_QPA_PLATFORM", "xcb") == "xcb"
    if not on_x11 or not environment.get("DBUS_SESSION_BUS_ADDRESS"):
        return ""
    found = next((name for name in PORTALS if owned(name)), "")
    if found:
        environment["QT_IM_MODULE"] = "ibus"
        environment["IBUS_USE_PORTAL"] = "1"
    return found
