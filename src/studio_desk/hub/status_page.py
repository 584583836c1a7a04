"""The district's status page: who has reported, the last bundle, the backlog. One page of HTML, nothing loaded from elsewhere."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Final

from studio_desk.hub.board import Doing
from studio_desk.hub.figures import Standing, Station
from studio_desk.kernel import clock
from studio_desk.kernel.words import language, say, series

REFRESH: Final = 30
"""Seconds after which the browser asks again."""
QUIET_DAYS: Final = 30
"""A station that has not been heard for so long stands out."""
MOST_NAMED: Final = 12
"""Stations without a report this month that are named above the table."""
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STYLE: Final = (
    "body{font:16px/1.6 'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif;margin:2rem auto;max-width:64rem;"
    "padding:0 1rem;color:#1b1b1b;background:#fff}h1{font-size:1.5rem;margin:0 0 .25rem}p{margin:.25rem 0}"
    "ul{list-style:none;display:flex;flex-wrap:wrap;gap:1rem;padding:0;margin:1rem 0}"
    "li{border:1px solid #c9c9c9;border-radius:.4rem;padding:.5rem 1rem;min-width:6.5rem}"
    "li b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;padding:.5rem 0}"
    "th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid #d8d8d8;white-space:nowrap}"
    "td.name{white-space:normal}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".late{color:#a11212;font-weight:bold}.off{color:#6a6a6a}"
    "@media(prefers-color-scheme:dark){body{background:#161616;color:#ececec}li,th,td{border-color:#444}"
    ".late{color:#ff8f8f}.off{color:#a5a5a5}}"
)


def page(name: str, lines: list[Station], waits: Standing, doing: Doing) -> str:
    """The page.

    Args:
        name: the district's name.
        lines: its stations.
        waits: what waits.
        doing: what the worker is at.
    """
    now = clock.now()
    active = [one for one in lines if not one.revoked]
    silent = [one for one in active if one.last < _month(now)]
    cards = [
        (say("登记的站点"), str(len(active))),
        (say("本月已报"), str(len(active) - len(silent))),
        (say("本月未报"), str(len(silent))),
        (say("待合并"), str(waits.backlog)),
        (say("正在上传"), str(waits.uploads)),
        (say("待取回执"), str(waits.mail)),
    ]
    if waits.apart:
        cards.append((say("需人工处理"), str(waits.apart)))
    head = [
        (say("站码"), ""),
        (say("站点名称"), ""),
        (say("最近一次报送"), ""),
        (say("最近的数据包"), ""),
        (say("结果"), ""),
        (say("待合并"), "n"),
        (say("待取回执"), "n"),
    ]
    title = say("{name}接收站", name=name)
    return "".join(
        (
            f'<!DOCTYPE html><html lang="{"en" if language() == "en" else "zh-CN"}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f'<meta http-equiv="refresh" content="{REFRESH}"><link rel="icon" href="data:,"><title>{escape(title)}</title><style>{_STYLE}</style></head>',
            f"<body><h1>{escape(title)}</h1><p>{escape(_doing(doing, waits))}</p><ul>",
            *(f"<li>{escape(label)}<b>{escape(value)}</b></li>" for label, value in cards),
            f"</ul><p>{escape(_silent(silent, active))}</p><table><caption>{escape(say('各站报送情况'))}</caption><thead><tr>",
            *(f'<th scope="col" class="{kind}">{escape(word)}</th>' for word, kind in head),
            "</tr></thead><tbody>",
            *(_line(one, now) for one in lines),
            "" if lines else f'<tr><td colspan="7">{escape(say("还没有登记的站点。"))}</td></tr>',
            f"</tbody></table><p>{escape(say('{time} 的情况，每{n}秒自动更新。', time=_time(now.timestamp()), n=REFRESH))}</p>",
            "</body></html>\n",
        )
    )


def _month(now: datetime) -> float:
    """When the month began in China, seconds since 1970."""
    return now.astimezone(clock.CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()


def _silent(silent: list[Station], active: list[Station]) -> str:
    """Who has not reported this month; of many the first."""
    if not active:
        return ""
    if not silent:
        return say("本月各站都报了。只算联网报送的，U盘交的看办公台的“站点”页。")
    named = series(one.name for one in silent[:MOST_NAMED])
    if len(silent) > MOST_NAMED:
        named = say("{names}等{n}个站", names=named, n=len(silent))
    return say("本月还没有联网报送：{names}。U盘交的看办公台的“站点”页。", names=named)


def _line(one: Station, now: datetime) -> str:
    quiet = one.last and now.timestamp() - one.last > QUIET_DAYS * 86_400
    when = _time(one.last) if one.last else say("还没有")
    span = say("{device} 第{first}至{last}号", device=one.device, first=one.first, last=one.through) if one.through else one.device  # fmt: skip
    kind = "off" if one.revoked else "late" if quiet or not one.last else ""
    return (
        f'<tr class="{"off" if one.revoked else ""}"><td>{escape(one.code)}</td><td class="name">{escape(one.name)}</td>'
        f'<td class="{kind}">{escape(when)}</td><td>{escape(span or "—")}</td><td>{escape(_outcome(one))}</td>'
        f'<td class="n">{one.backlog}</td><td class="n">{one.mail}</td></tr>'
    )


def _outcome(one: Station) -> str:
    if one.revoked:
        return say("已吊销")
    words = {
        "applied": say("已合并"),
        "duplicate": say("以前收过"),
        "held": say("等前面的数据包"),
        "quarantined": say("已隔离"),
    }
    return words.get(one.outcome, say("待合并") if one.last else "—")


def _doing(doing: Doing, waits: Standing) -> str:
    if doing.word == "home_busy":
        return say("区级的办公台正开着数据文件，收到的数据包先存着，关闭后自动合并。")
    if doing.word == "trouble":
        return say("合并时出了问题（代码 {code}），收到的数据包都存着，会自动再试。", code=doing.code)
    if doing.word == "merging":
        return say("正在合并收到的数据包。")
    return say("等待合并的数据包有{n}个。", n=waits.backlog) if waits.backlog else say("收到的数据包都已处理。")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, clock.CHINA).strftime("%Y-%m-%d %H:%M")
