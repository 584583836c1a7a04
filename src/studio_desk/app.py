"""The program's entry: with a verb the command line, without one the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk import cli
from studio_desk.kernel.problem import Problem

if TYPE_CHECKING:
    from studio_desk.cli.answer import Answer
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs


READER = "--exchange-reader"
"""Word that makes this process the reader of strangers' bundles (`exchange.worker.SWITCH`)."""

ALBUM = "--desk-album"
"""Word that makes this process the one that takes pictures of the screens (`desk.album`)."""


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
    if words[:1] == [ALBUM]:
        from studio_desk.desk.album import main as take_pictures

        return take_pictures(words[1:])
    _speak_utf8()
    cli.add_group(_register_hub)
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
    from studio_desk.kernel.words import passage

    try:
        folder, passphrase = cli.window_of(words)
    except Problem as problem:
        sys.stderr.write(f"{passage(problem.sentence, problem.remedy)}\n")
        return problem.exit_code
    return int(run(folder, passphrase=passphrase))


def _register_hub(verbs: Verbs) -> None:
    """The district's hub; a layer beside the command line, so it is announced from up here."""
    from studio_desk.kernel.words import say

    _register_province(verbs)
    parser = verbs.add("hub serve", say("区级：开接收站，收取各站联网报送的数据包，回执放进各站信箱"), _hub)
    parser.add_argument("--db", default="", metavar="URL", help=say("数据库；不写则用站点文件旁的 SQLite"))
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help=say("在哪个地址上开，默认只对本机"))
    parser.add_argument("--port", type=int, default=8440, metavar="N", help=say("端口，0 表示任选一个"))
    parser.add_argument("--tls-cert", default="", metavar="FILE", help=say("TLS证书（PEM）"))
    parser.add_argument("--tls-key", default="", metavar="FILE", help=say("TLS证书的钥匙（PEM）"))
    parser.add_argument("--quota-mb", type=int, default=4096, metavar="N", help=say("每台电脑24小时最多传多少MB"))
    parser.add_argument("--part-hours", type=int, default=72, metavar="N", help=say("没传完的部分保留几小时"))
    parser.add_argument("--workers", type=int, default=1, metavar="N", help=say("几个进程，默认1个"))
    parser.add_argument("--province", default="", metavar="URL", help=say("省级数据库；合并后把新内容送去"))
    parser.add_argument("--open-status", action="store_true", help=say("状态页对别的电脑也开放"))


def _register_province(verbs: Verbs) -> None:
    from studio_desk.kernel.words import say

    verbs.add("hub province", say("省级数据库（PostgreSQL），由各区的接收站送数据"))
    parser = verbs.add("hub province init", say("省级：建表和分区；已经有的不动"), _province_init)
    parser.add_argument("--db", required=True, metavar="URL", help=say("省级数据库的地址"))
    parser.add_argument("--parts", type=int, default=64, metavar="N", help=say("按站分成几份，用 Citus 时写1"))
    parser = verbs.add("hub province fill", say("区级：把省级还没有的内容送去，断了再做就接着送"), _province_fill)
    parser.add_argument("--db", required=True, metavar="URL", help=say("省级数据库的地址"))
    parser.add_argument("--all", action="store_true", help=say("全部记录重新送一遍"))


def _province_init(call: Call) -> Answer:
    from studio_desk.cli.answer import Answer
    from studio_desk.hub.province import Province
    from studio_desk.kernel.words import say

    province = Province(call.args.db)
    try:
        fresh = province.init(call.args.parts)
    finally:
        province.close()
    return Answer({"fresh": fresh}, say("省级的表已建好。") if fresh else say("省级的表已经有了，没有改动。"))


def _province_fill(call: Call) -> Answer:
    from studio_desk.cli.answer import Answer
    from studio_desk.hub.province import Province
    from studio_desk.kernel.words import say

    province = Province(call.args.db)
    try:
        with call.home() as home:
            done = province.everything(home) if call.args.all else province.follow(home, most=1 << 60)
    finally:
        province.close()
    text = say("已送到省级：操作{ops}条，记录{records}条。", ops=done.ops, records=done.records)
    return Answer(done.as_json(), text)


def _hub(call: Call) -> Answer:
    from studio_desk.cli.answer import Answer
    from studio_desk.exchange.limits import MIB
    from studio_desk.hub.serve import Wanted, serve
    from studio_desk.hub.uploads import Quotas
    from studio_desk.kernel.words import say

    told = call.args
    quotas = Quotas(day_bytes=told.quota_mb * MIB, part_seconds=told.part_hours * 3600)
    wanted = Wanted(
        told.host,
        told.port,
        told.db,
        told.tls_cert,
        told.tls_key,
        told.open_status,
        quotas,
        told.workers,
        told.province,
    )
    with call.home() as home:
        data = serve(home, wanted)
    return Answer(data, say("接收站已停止，还有{n}个数据包等着合并，下次启动时接着做。", n=data["backlog"]))


def _register_demo(verbs: Verbs) -> None:
    """The whole story on sample data; it drives the desk and the command line alike, so it is announced from up here."""
    from studio_desk.kernel.words import say

    parser = verbs.add("demo", say("用示例数据演示全过程：区县、两个站、记录、数据包、回执、归档盒、截图"), _demo)
    parser.add_argument("--to", metavar="DIR", default="", help=say("放到哪个文件夹；不写则打开示例站点的窗口"))


def _demo(call: Call) -> Answer | int:
    from studio_desk.cli.answer import Answer
    from studio_desk.cli.layout import table
    from studio_desk.kernel.words import say
    from studio_desk.story.demo import PASSPHRASE, sample_home, tell

    if not call.args.to and not call.json and _has_screen():
        from studio_desk.desk.main import run

        place = cli.default_home()
        home = sample_home(place.with_name(f"{place.name}-sample"), progress=call.progress)
        return int(run(home, passphrase=PASSPHRASE))
    found = tell(Path(call.args.to or "studio-desk-demo"), shoot=_shoot, progress=call.progress)
    return Answer(found.as_json(), table((say("做了什么"), say("结果")), found.lines))


def _has_screen() -> bool:
    """Whether a window can be shown."""
    if os.environ.get("QT_QPA_PLATFORM") in {"offscreen", "minimal"}:
        return False
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _shoot(station: Path, district: Path, folder: Path) -> list[Path]:
    """Pictures of the screens, taken by a process of their own: Qt stays out of the command line's."""
    import subprocess

    from studio_desk.kernel.problem import BUG
    from studio_desk.kernel.words import say
    from studio_desk.story.demo import PASSPHRASE

    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "studio_desk"]
    words = [*program, ALBUM, str(station), str(district), str(folder)]
    done = subprocess.run(words, input=f"{PASSPHRASE}\n", capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise Problem(
            "NO_PICTURES",
            say("屏幕图片没有存成。"),
            say("请按 README 安装 Qt 需要的系统库后再试；其余步骤都已完成。"),
            exit_code=BUG,
            detail=done.stderr[-2000:],
        )
    return [Path(line) for line in done.stdout.splitlines() if line.endswith(".png")]


def _speak_utf8() -> None:
    """Answers are UTF-8 whatever the console's code page (Windows: 936), so that scripts read one encoding."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8", errors="surrogateescape" if stream is sys.stdin else "backslashreplace"
            )
