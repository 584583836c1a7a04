"""Read the command line: Chinese help, options before or after the verb, misuse answered with a sentence and a remedy."""

from __future__ import annotations

import argparse
import difflib
import re
import shutil
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn

from studio_desk.cli.layout import wrap
from studio_desk.kernel.problem import USAGE, Problem
from studio_desk.kernel.words import LANGUAGES, say

if TYPE_CHECKING:
    from studio_desk.cli.answer import Answer
    from studio_desk.cli.call import Call

Run = Callable[["Call"], "Answer | int"]
"""Carries a verb out; answers an exit status when it printed its answers itself."""
PROGRAM = "studio-desk"


class _Help(argparse.HelpFormatter):
    """Help in the language in force; Han text is wrapped by its width on the screen."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=min(100, shutil.get_terminal_size().columns - 2))

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, say("用法：") if prefix is None else prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(" ".join(text.split()), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for part in text.split("\n") for line in wrap(part, width - len(indent)))


class Parser(argparse.ArgumentParser):
    """A parser that knows the options every verb has and refuses with a `Problem`, exit 64."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{**more, "add_help": False, "allow_abbrev": False, "formatter_class": _Help})
        self._positionals.title = say("内容")
        self._optionals.title = say("选项")
        common = self.add_argument_group(say("各命令都有的选项"))
        common.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS, help=say("显示这份说明"))
        common.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=say("站点文件所在的文件夹"))
        common.add_argument(
            "--passphrase-file",
            metavar="FILE",
            default=argparse.SUPPRESS,
            help=say("写有口令的文件；“-”表示从标准输入的第一行读"),
        )
        common.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help=say("标准输出只写一个 JSON 对象")
        )
        common.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=say("界面语言"))

    def error(self, message: str) -> NoReturn:
        """Refuse in the language in force (argparse speaks English).

        Raises:
            Problem: `USAGE`, exit 64.
        """
        raise Problem(
            "USAGE",
            _sentence(message),
            say("用法见：{program} --help", program=self.prog),
            exit_code=USAGE,
            usage=" ".join(self.format_usage().split()),
        )

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Name the nearest allowed word instead of listing all of them."""
        if action.choices is None or value in action.choices:
            return
        allowed = [str(choice) for choice in action.choices]
        near = difflib.get_close_matches(str(value), allowed, n=1, cutoff=0)
        raise Problem(
            "USAGE",
            say("没有“{word}”这个命令或选项值。", word=str(value)[:60]),
            say("最接近的是“{near}”；全部用 {program} --help 查看。", near="".join(near), program=self.prog),
            exit_code=USAGE,
            allowed=allowed,
        )


class Verbs:
    """Where a group of verbs makes itself known; `register(verbs)` of each group is called once per language."""

    def __init__(self, parser: Parser) -> None:
        self._parsers: dict[str, Parser] = {"": parser}
        self._places: dict[str, Any] = {}

    def add(self, name: str, told: str, run: Run | None = None) -> Parser:
        """Announce a verb.

        Args:
            name: `list`, or `keys export` for a verb of two words.
            told: one sentence for `--help`, in the language in force.
            run: carries it out; `None` for a first word that does nothing alone.

        Returns:
            Its parser, for further arguments.
        """
        first, _, second = name.rpartition(" ")
        if first not in self._places:
            above = self._parsers[first]
            self._places[first] = above.add_subparsers(title=say("命令"), metavar="VERB", prog=above.prog)
        parser: Parser = self._places[first].add_parser(second, help=told, description=told)
        self._parsers[name] = parser
        parser.set_defaults(run=run, verb=name, parser=parser)
        return parser


_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"the following arguments are required: (.+)", lambda m: say("命令不完整，缺少：{names}。", names=m[1])),
    (r"unrecognized arguments: (.+)", lambda m: say("认不出“{words}”。", words=m[1][:200])),
    (r"argument (.+?): expected .+", lambda m: say("“{name}”后面缺少内容。", name=m[1])),
    (
        r"argument (.+?): invalid int value: (.+)",
        lambda m: say("“{name}”要填整数，不是{word}。", name=m[1], word=m[2][:60]),
    ),
    (
        r"argument (.+?): invalid float value: (.+)",
        lambda m: say("“{name}”要填数字，不是{word}。", name=m[1], word=m[2][:60]),
    ),
    (
        r"argument (.+?): not allowed with argument (.+)",
        lambda m: say("“{one}”和“{other}”不能一起用。", one=m[1], other=m[2]),
    ),
    (r"one of the arguments (.+) is required", lambda m: say("要有其中一个：{names}。", names=m[1])),
)


def _sentence(message: str) -> str:
    for pattern, tell in _PATTERNS:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return tell(match)
    return say("命令写得不对：{detail}。", detail=message[:200])
