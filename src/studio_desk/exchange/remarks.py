"""Remarks on a record that ask for no change: 点评 and 批示 from the district, an explanation from the station (S001-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.exchange import receipts
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.text import clean
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.store.home import Home
    from studio_desk.store.ops import Op

TYPE = "record.comment"
LONGEST = 2000
"""Characters of one remark."""


def comment(home: Home, uid: str, text: str, *, sort: str = "", who: str = "") -> Op:
    """Remark on a record; it travels with the next receipt (district) or bundle (station) and stands in the history.

    It is no part of the record: neither its custody word nor what was returned changes by it.

    Args:
        home: a district, or the station that owns the record.
        uid: the record.
        text: what is said.
        sort: word of the list `remark_sort`; 点评 at a district, 说明 at a station when not given.
        who: the leader whose word it is, `""` for the person at the desk.

    Raises:
        Problem: `NO_SUCH_RECORD`, `COMMENT_EMPTY`, `COMMENT_TOO_LONG`, `UNKNOWN_WORD`, `NOT_OWNER`, `NO_SUCH_STATION`.
    """
    row = home.journal.record(uid)
    station = str(row.get("station", ""))
    text = clean(text)
    sort = sort or ("点评" if home.role == "district" else "说明")
    if not text.strip():
        raise Problem("COMMENT_EMPTY", say("没有写内容。"), say("请写一两句话。"))
    if len(text) > LONGEST:
        raise Problem(
            "COMMENT_TOO_LONG",
            say("有{n}个字，最多{limit}个字。", n=len(text), limit=LONGEST),
            say("请删减；长的材料请作为附件。"),
        )
    if sort not in (known := vocabulary("remark_sort").words()):
        raise Problem(
            "UNKNOWN_WORD", say("没有“{word}”这一类。", word=sort[:40]), say("可选的有：{known}。", known=series(known))
        )
    chain = ""
    if home.role == "district" and station not in {"", home.code}:
        receipts.known_station(home, station)
        chain = receipts.chain_for(home, station)
    elif home.role == "station" and station not in {"", home.code}:
        raise Problem(
            "NOT_OWNER",
            say("{code}是{station}的记录，本站不能改。", code=row["code"], station=station),
            say("请与该单位联系。"),
        )
    return home.journal.note(TYPE, {"sort": sort, "who": who.strip()}, chain=chain, rec=uid, reason=text.strip())
