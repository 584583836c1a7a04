"""`rpc`: many calls in one process, one JSON line each, through the same code path as the command line."""

from __future__ import annotations

import io
import json
import queue
import threading
from typing import TYPE_CHECKING, Any, TextIO

from studio_desk.cli.homes import Homes
from studio_desk.kernel.problem import DONE, USAGE
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs

IDLE = 0.05
"""Seconds without a call after which the kept homes are closed, so that another program may open them."""


def register(verbs: Verbs) -> None:
    """Announce `rpc`."""
    verbs.add("rpc", say("每行一个 JSON 命令，每行一个 JSON 回答，供程序调用"), rpc)


def rpc(call: Call) -> int:
    """Answer `{"argv": […], "stdin": "…"}` with `{"rc", "out", "err"}`, line by line, until the input ends.

    Homes stay open between calls that follow each other at once.
    """
    lines: queue.Queue[str] = queue.Queue(maxsize=64)
    threading.Thread(target=_read, args=(call.stdin, lines), daemon=True).start()
    homes = Homes(keep=True)
    try:
        while True:
            try:
                text = lines.get(timeout=IDLE)
            except queue.Empty:
                homes.close()
                text = lines.get()
            if not text:
                return DONE
            if text.strip():
                call.emit(_answer(call, text, homes))
    finally:
        homes.close()


def _answer(call: Call, text: str, homes: Homes) -> dict[str, Any]:
    from studio_desk.cli import main

    try:
        asked = json.loads(text)
        argv, given = asked["argv"], asked.get("stdin", "")
        fits = isinstance(argv, list) and all(isinstance(word, str) for word in argv) and isinstance(given, str)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        fits = False
    if not fits:
        problem = {
            "code": "RPC_LINE",
            "problem": say("这一行不是命令。"),
            "remedy": say("每行写一个 {example}。", example='{"argv":["status","--json"],"stdin":""}'),
        }
        return {"rc": USAGE, "out": json.dumps(problem, ensure_ascii=False), "err": ""}
    out, err = io.StringIO(), io.StringIO()
    rc = main([*_inherited(call), *argv], stdin=io.StringIO(given), stdout=out, stderr=err, homes=homes)
    return {"rc": rc, "out": out.getvalue(), "err": err.getvalue()}


def _inherited(call: Call) -> list[str]:
    """The options given to `rpc` itself hold for every call; a call's own come later and win."""
    words = []
    for name, option in (("home", "--home"), ("passphrase_file", "--passphrase-file"), ("lang", "--lang")):
        if value := getattr(call.args, name, ""):
            words += [option, value]
    return [*words, *(["--json"] if call.json else [])]


def _read(stdin: TextIO, lines: queue.Queue[str]) -> None:
    for line in stdin:
        lines.put(line)
    lines.put("")
