"""What a verb answers: one JSON object for scripts, a few lines for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studio_desk.kernel.problem import DONE, Problem
from studio_desk.kernel.words import passage, say


@dataclass
class Answer:
    """The answer of one verb.

    Attributes:
        data: the JSON object of the contract (`cli.md`).
        text: the same for a person, in the language in force.
        rc: exit status; a verb that looked and found something bad answers and still exits with 2 or 3.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    rc: int = DONE


def line(data: Mapping[str, Any]) -> str:
    """A JSON object on one line; Chinese stays readable."""
    return json.dumps(data, ensure_ascii=False, default=str)


def told(problem: Problem) -> str:
    """A refusal for a person: the sentence, what to do, each further finding on its own line, the code."""
    lines = [problem.sentence]
    if problem.remedy:
        lines.append(problem.remedy)
    findings = problem.more.get("findings") or []
    lines += [f"  · {passage(one['sentence'], one['remedy'])}" for one in findings[1:] if isinstance(one, dict)]
    lines.append(say("（代码 {code}）", code=problem.code))
    return "\n".join(lines)
