"""The program's entry: with a verb the command line, without one the window."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk import cli

if TYPE_CHECKING:
    from studio_desk.cli.answer import Answer
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs


READER = "--exchange-reader"
"""Word that makes this process the reader of strangers' bundles (`exchange.worker.SWITCH`)."""


def main(argv: list[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: the words after the program's name; the process's own when not given.

    Returns:
        The exit status of `cli.md`.
    """
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [READER]:  # a frozen program has no other way to start its reading process
        from studio_desk.exchange.reader import main as read

        return read()
    _speak_utf8()
    cli.add_group(_register_demo)
    if cli.wants_window(words):
        return _window(words)
    try:
        return cli.main(words)
    except BrokenPipeError:  # the reader of our output went away (`| head`)
        sys.stderr.close()
        return 0


def _window(words: list[str]) -> int:
    from studio_desk.desk.main import run

    given = cli.folder_of(words)
    return int(run(Path(given).expanduser() if given else cli.default_home()))


def _register_demo(verbs: Verbs) -> None:
    """The whole story on sample data; it drives the desk and the command line alike, so it is announced from up here."""
    from studio_desk.kernel.words import say

    parser = verbs.add("demo", say("用示例数据演示全过程:区县、两个站、记录、数据包、回执、归档盒、截图"), _demo)
    parser.add_argument("--to", metavar="DIR", default="studio-desk-demo", help=say("放到哪个文件夹"))


def _demo(call: Call) -> Answer:
    from studio_desk.cli.answer import Answer
    from studio_desk.cli.layout import table
    from studio_desk.kernel.words import say
    from studio_desk.story.demo import tell

    found = tell(Path(call.args.to), progress=call.progress)
    return Answer(found.as_json(), table((say("做了什么"), say("结果")), found.lines))


def _speak_utf8() -> None:
    """Answers are UTF-8 whatever the console's code page (Windows: 936), so that scripts read one encoding."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8", errors="surrogateescape" if stream is sys.stdin else "backslashreplace"
            )
