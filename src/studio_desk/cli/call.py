"""One call of the command line: its arguments, its streams and the home it works on."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from studio_desk.cli import answer
from studio_desk.cli.homes import Homes, default_home
from studio_desk.kernel import words
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.kernel.progress import Progress
    from studio_desk.store.home import Home


@dataclass
class Call:
    """One call.

    Attributes:
        args: the parsed arguments of the verb.
        stdin: where records and the passphrase come from.
        stdout: where the answer goes.
        stderr: where sentences for people go when the answer is JSON.
        homes: opens homes, and keeps them open between the calls of `rpc`.
    """

    args: Namespace
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    homes: Homes

    @property
    def json(self) -> bool:
        """Whether the answer is one JSON object."""
        return bool(getattr(self.args, "json", False))

    @property
    def folder(self) -> Path:
        """The home's folder: `--home`, else the system's place for a user's data."""
        given = getattr(self.args, "home", "")
        return Path(given).expanduser() if given else default_home()

    def passphrase(self) -> str | None:
        """What stands in `--passphrase-file`, `None` when none was named.

        Raises:
            Problem: `NO_PASSPHRASE_FILE`, `PASSPHRASE_EMPTY`.
        """
        if "_passphrase" not in self.__dict__:
            self.__dict__["_passphrase"] = self._read_passphrase(getattr(self.args, "passphrase_file", ""))
        found: str | None = self.__dict__["_passphrase"]
        return found

    def secret(self, name: str) -> str | None:
        """A further secret kept in a file, named by an option such as `--new-passphrase-file`."""
        return self._read_passphrase(getattr(self.args, name, ""))

    def read_secret(self, name: str) -> str | None:
        """The secret in a file; `None` when none is named.

        Raises:
            Problem: `NO_PASSPHRASE_FILE`, `PASSPHRASE_EMPTY`.
        """
        return self._read_passphrase(name)

    def ask_secret(self, whose: str) -> str:
        """A passphrase typed at the terminal, `""` where nobody sits.

        Args:
            whose: what it opens.
        """
        import getpass

        return getpass.getpass(say("{name}的口令：", name=whose)) if self.interactive else ""

    @contextmanager
    def home(self) -> Iterator[Home]:
        """The home, open; the language of its settings is in force unless `--lang` was given.

        Raises:
            Problem: as `Home.open`.
        """
        with self.homes.use(self.folder, self.passphrase(), self._ask if self.interactive else None) as home:
            if not getattr(self.args, "lang", ""):
                words.speak(home.settings.language)
            yield home

    @property
    def interactive(self) -> bool:
        """Whether a person sits at a terminal and may be asked."""
        return self.stdin is sys.stdin and sys.stdin is not None and sys.stdin.isatty()

    def tell(self, text: str) -> None:
        """A sentence for the person watching; never part of the answer."""
        print(text, file=self.stderr, flush=True)

    def emit(self, data: Mapping[str, Any]) -> None:
        """One JSON line of an answer that has many; it is out when this returns."""
        print(answer.line(data), file=self.stdout, flush=True)

    @property
    def progress(self) -> Progress:
        """Shows how far a long job is, on a terminal only."""
        if not self.stderr.isatty():
            return _unseen
        return self._show

    def _show(self, done: int, total: int, text: str) -> None:
        end = "\n" if done >= total else ""
        print(f"\r\033[K{text} {done}/{total}", end=end, file=self.stderr, flush=True)

    def ask(self, question: str) -> str:
        """What a person at the terminal answers; only when `interactive`."""
        print(question, end=" ", file=self.stderr, flush=True)
        return self.stdin.readline()

    def ask_new_passphrase(self) -> str:
        """A new passphrase, typed twice at the terminal.

        Raises:
            Problem: `PASSPHRASES_DIFFER`, `PASSPHRASE_EMPTY`.
        """
        import getpass

        first, second = getpass.getpass(say("新口令：")), getpass.getpass(say("再输一遍："))
        if first != second:
            raise Problem("PASSPHRASES_DIFFER", say("两次输入的口令不一样。"), say("请再做一次。"))
        if not first:
            raise Problem("PASSPHRASE_EMPTY", say("口令是空的。"), say("请再做一次，输入口令。"))
        return first

    def _ask(self) -> str:
        import getpass

        return getpass.getpass(say("口令："))

    def _read_passphrase(self, name: str | None) -> str | None:
        if not name:
            return None
        if name == "-":
            text = self.stdin.readline()
        else:
            try:
                text = Path(name).expanduser().read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                raise Problem(
                    "NO_PASSPHRASE_FILE",
                    say("读不到口令文件“{file}”。", file=name),
                    say("请检查 --passphrase-file 后面的文件名；文件里只写口令，UTF-8 编码。"),
                    file=name,
                ) from error
        secret = text.strip("\r\n")
        if not secret:
            raise Problem("PASSPHRASE_EMPTY", say("口令是空的。"), say("请在口令文件的第一行写上口令。"), file=name)
        return secret


def _unseen(done: int, total: int, text: str) -> None:
    del done, total, text
