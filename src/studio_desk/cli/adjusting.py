"""`settings`: look at and change the settings of a home, each by its name as the settings page declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import table
from studio_desk.kernel.problem import USAGE, Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs


def register(verbs: Verbs) -> None:
    """Announce `settings`."""
    parser = verbs.add("settings", say("查看或更改设置"), settings)
    parser.add_argument(
        "--set", action="extend", nargs="+", default=[], metavar="NAME=V", help=say("名称=值，可以写多个")
    )


def settings(call: Call) -> Answer:
    """All settings after the change; nothing changes when one value is refused.

    Raises:
        Problem: `SET_FORM`, or what the settings refuse.
    """
    from studio_desk.kernel.settings import settings as declared

    with call.home() as home:
        if call.args.set:
            pairs = [word.partition("=") for word in call.args.set]
            if wrong := next((word for word, equals, _ in pairs if not equals), ""):
                raise Problem(
                    "SET_FORM",
                    say("“{word}”不是“名称=值”的样子。", word=wrong[:60]),
                    say("例如：--set operator=何小兰"),
                    exit_code=USAGE,
                )
            home.change_settings(home.settings.changed(**{name.strip(): value for name, _, value in pairs}))
        found = home.settings
    values = {one.name: getattr(found, one.name) for one in declared()}
    rows = [(one.name, say(one.ask.label), str(values[one.name]), say(one.ask.hint)) for one in declared()]
    return Answer({"settings": values}, table((say("名称"), say("设置"), say("值"), say("说明")), rows))
