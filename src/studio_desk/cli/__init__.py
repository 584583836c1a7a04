"""The command line: the headless twin of the desk (contract: verbs, JSON keys and exit codes stay)."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TextIO

from studio_desk.cli import (
    adjusting,
    answer,
    attaching,
    catalogue,
    changing,
    deciding,
    enrolling,
    entering,
    keeping,
    linking,
    lists,
    locking,
    network,
    paper,
    reading,
    rebuilding,
    receipts,
    rpc,
    selftest,
    sending,
    standing,
    starting,
    tasks,
    trusting,
)
from studio_desk.cli.call import Call
from studio_desk.cli.homes import Homes, default_home
from studio_desk.cli.parser import PROGRAM, Parser, Verbs
from studio_desk.kernel import words
from studio_desk.kernel.crash import crash_problem
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import REFUSED, Problem
from studio_desk.kernel.progress import Cancelled
from studio_desk.kernel.words import say

Register = Callable[[Verbs], None]

GROUPS: tuple[Register, ...] = (
    starting.register,
    enrolling.register,
    catalogue.register,
    entering.register,
    reading.register,
    changing.register,
    linking.register,
    attaching.register,
    standing.register,
    sending.register,
    network.register,
    deciding.register,
    tasks.register,
    receipts.register,
    lists.register,
    keeping.register,
    rebuilding.register,
    locking.register,
    trusting.register,
    paper.register,
    adjusting.register,
    selftest.register,
    rpc.register,
)
"""Every group of verbs, in the order of `--help`; `app` adds those that need parts above this layer."""
_added: list[Register] = []


def add_group(register: Register) -> None:
    """Let a layer above announce verbs of its own (`app` does it for `demo`)."""
    if register not in _added:
        _added.append(register)
        _parser.cache_clear()


def main(
    argv: Sequence[str],
    *,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
    homes: Homes | None = None,
) -> int:
    """Carry out one command line.

    Args:
        argv: the words after the program's name.
        stdin: defaults to the process's own.
        stdout: the answer.
        stderr: sentences for people.
        homes: kept open between calls by `rpc`; else each is opened and closed.

    Returns:
        The exit status; no exception leaves.
    """
    out, err = stdout or sys.stdout, stderr or sys.stderr
    with words.speaking(_told(argv, "--lang") or words.language()):
        try:
            return _run(argv, stdin or sys.stdin, out, err, homes or Homes())
        except Problem as problem:
            return _refuse(problem, argv, out, err)
        except BrokenPipeError:
            raise
        except OSError as error:
            return _refuse(medium_problem(error, error.filename or "?"), argv, out, err)
        except (KeyboardInterrupt, Cancelled):
            stopped = Problem("CANCELLED", say("已取消。"), say("已存好的内容都在，可以再做一次。"), exit_code=REFUSED)
            return _refuse(stopped, argv, out, err)
        except Exception as error:  # noqa: BLE001 - a traceback that reaches a person is a bug of its own
            return _refuse(crash_problem(error), argv, out, err)


def wants_window(argv: Sequence[str]) -> bool:
    """Whether no verb was given, so that the desk's window is meant."""
    named = _options(argv)
    return named is not None and not named


def window_of(argv: Sequence[str]) -> tuple[Path, str | None]:
    """The home whose window is wanted and, when `--passphrase-file` names one, what unlocks it.

    Raises:
        Problem: `NO_PASSPHRASE_FILE`, `PASSPHRASE_EMPTY`.
    """
    args = Namespace(home=_told(argv, "--home"), passphrase_file=_told(argv, "--passphrase-file"))
    call = Call(args, sys.stdin, sys.stdout, sys.stderr, Homes())
    return call.folder, call.passphrase()


def _run(argv: Sequence[str], stdin: TextIO, out: TextIO, err: TextIO, homes: Homes) -> int:
    parser = _parser(words.language())
    try:
        args = parser.parse_args(list(argv), namespace=None)
    except SystemExit as done:  # --help
        return int(done.code or 0)
    run, chosen = getattr(args, "run", None), getattr(args, "parser", parser)
    if run is None:
        return int(chosen.error("the following arguments are required: VERB"))
    call = Call(args, stdin, out, err, homes)
    found = run(call)
    if isinstance(found, int):
        return found
    if call.json:
        print(answer.line(found.data), file=out, flush=True)
    elif found.text:
        print(found.text, file=out, flush=True)
    return int(found.rc)


def _refuse(problem: Problem, argv: Sequence[str], out: TextIO, err: TextIO) -> int:
    if "--json" in argv:
        print(answer.line(problem.as_json()), file=out, flush=True)
    else:
        print(answer.told(problem), file=err, flush=True)
    return problem.exit_code


@cache
def _parser(language: str) -> Parser:
    """The parser with its help in one language."""
    with words.speaking(language):
        parser = Parser(
            prog=PROGRAM,
            description=say("政协联络站、委员工作室的离线办公台。不带命令时打开窗口。"),
            epilog=say(
                "退出码：0 完成，2 不接受（原因和办法已写明），3 文件损坏，4 正被占用，5 磁盘或U盘问题，6 网络断了、再做一次不会出错，64 用法不对，70 程序出错。"
            ),
        )
        verbs = Verbs(parser)
        for register in (*GROUPS, *_added):
            register(verbs)
    return parser


def _told(argv: Sequence[str], option: str) -> str:
    """The value of a global option wherever it stands, the last one; asked before a parser exists, whose language it is."""
    found = ""
    for number, word in enumerate(argv):
        if word == option and number + 1 < len(argv):
            found = argv[number + 1]
        elif word.startswith(option + "="):
            found = word.split("=", 1)[1]
    return found


def _options(argv: Sequence[str]) -> list[str] | None:
    """The words that are no global option or its value; `None` when help is asked for."""
    rest, words_ = [], iter(argv)
    for word in words_:
        if word in {"-h", "--help"}:
            return None
        if word in {"--home", "--passphrase-file", "--lang"}:
            next(words_, "")
        elif word != "--json" and not word.startswith(("--home=", "--passphrase-file=", "--lang=")):
            rest.append(word)
    return rest


__all__ = ["Homes", "Register", "Verbs", "add_group", "default_home", "main", "wants_window", "window_of"]
