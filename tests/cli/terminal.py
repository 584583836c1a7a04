"""A terminal in the test's own process: the command line without starting Python each time."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from platformdirs import user_log_path

from studio_desk import cli
from studio_desk.cli.homes import Homes
from studio_desk.kernel.problem import BUG

PASSPHRASE = "青溪-2026-石桥"


class Terminal:
    """Runs verbs on one home, keeping it open between calls as `rpc` does."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.secret = home.with_name(f"{home.name}.passphrase")
        self.secret.parent.mkdir(parents=True, exist_ok=True)
        self.secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
        self.homes = Homes(keep=True)

    def run(self, *argv: str, stdin: str = "") -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        out, err = io.StringIO(), io.StringIO()
        words = ["--home", str(self.home), "--passphrase-file", str(self.secret), *argv]
        rc = cli.main(words, stdin=io.StringIO(stdin), stdout=out, stderr=err, homes=self.homes)
        if rc == BUG:
            report = max(user_log_path("studio-desk", appauthor=False).glob("crash-*"))
            raise AssertionError(report.read_text(encoding="utf-8"))
        return rc, out.getvalue(), err.getvalue()

    def json(self, *argv: str, rc: int = 0, stdin: str = "") -> dict[str, Any]:
        """The one JSON object on standard output; the exit status must be `rc`."""
        found, out, err = self.run(*argv, "--json", stdin=stdin)
        assert found == rc, (found, out, err)
        assert err == ""
        assert out.count("\n") == 1, out
        answer: dict[str, Any] = json.loads(out)
        return answer

    def refused(self, *argv: str, rc: int = 2, stdin: str = "") -> str:
        """The code of a refusal that has a sentence and a remedy, in JSON and for people alike."""
        answer = self.json(*argv, rc=rc, stdin=stdin)
        assert answer["code"].isupper()
        assert answer["problem"]
        assert answer["remedy"]
        again, out, err = self.run(*argv, stdin=stdin)
        assert again == rc
        assert out == ""
        assert answer["code"] in err
        assert "Traceback" not in err
        return str(answer["code"])

    def lines(self, *argv: str, stdin: str, rc: int = 0) -> list[dict[str, Any]]:
        """The answers of a verb that answers line by line."""
        found, out, err = self.run(*argv, stdin=stdin)
        assert found == rc, (found, out, err)
        return [json.loads(line) for line in out.splitlines()]

    def close(self) -> None:
        self.homes.close()


def as_lines(records: list[dict[str, Any]]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def entry(number: int = 1, **more: Any) -> dict[str, Any]:
    """A journal entry that raises no error."""
    return {
        "way": "走访",
        "day": f"2026-03-{number % 28 + 1:02d}",
        "place": f"石桥村{number}组",
        "recorder": "何小兰",
        "subject": f"灌溉渠淤堵{number}",
        "content": f"第{number}条:灌溉渠淤堵约200米,春灌受影响,群众盼着雨季前清淤修好。",
        "next_step": "联系镇水利站查勘。",
        **more,
    }
