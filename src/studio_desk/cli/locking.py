"""`keys`, `rekey`, `keyring`: what opens this home, and what lets an archivist open its bundles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import facts
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.store.home import Home


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    verbs.add("keys", say("钥匙：换钥匙、根钥匙、应急钥匙，给档案员的钥匙"))
    parser = verbs.add("keys export", say("写出用通用工具打开、验证数据包的两个文件"), export)
    parser.add_argument("--to", required=True, metavar="DIR", help=say("文件夹"))
    parser = verbs.add("rekey", say("换口令、换恢复码、改用或不用系统钥匙串"), rekey)
    parser.add_argument("--new-passphrase-file", metavar="FILE", default="", help=say("写有新口令的文件"))
    parser.add_argument("--new-recovery", action="store_true", help=say("换一个恢复码，旧的作废"))
    parser.add_argument("--keyring", choices=("on", "off"), default="", help=say("用或不用系统钥匙串"))
    parser.add_argument("--recovery-file", metavar="FILE", default="", help=say("写有恢复码的文件（忘了口令时）"))
    verbs.add("keyring", say("系统钥匙串"))
    verbs.add("keyring status", say("系统钥匙串能不能用，这份数据用了哪些方式"), keyring_status)


def export(call: Call) -> Answer:
    """The age identity file and the OpenSSH `allowed_signers` file."""
    from studio_desk.exchange.key_export import export_keys

    with call.home() as home:
        found = export_keys(home, Path(call.args.to))
    data = {
        "identity": str(found.identity),
        "allowed_signers": str(found.allowed_signers),
        "principal": found.principal,
    }
    second = {"sm2": [str(file) for file in found.second]} if found.second else {}
    text = (
        facts([*data.items(), *(("sm2", str(file)) for file in found.second)])
        + "\n"
        + say("第一个文件能打开本单位的数据包，请像钥匙一样保管。")
    )
    return Answer({**data, **second}, text)


def rekey(call: Call) -> Answer:
    """Change what opens the home; the data itself is not written again.

    Raises:
        Problem: `NOTHING_TO_CHANGE`; as `KeyFile`.
    """
    new = call.secret("new_passphrase_file")
    wanted = call.args
    if not (new or wanted.new_recovery or wanted.keyring):
        if not call.interactive:
            raise Problem(
                "NOTHING_TO_CHANGE",
                say("没有写要换什么。"),
                say("请用 --new-passphrase-file、--new-recovery 或 --keyring。"),
            )
        new = call.ask_new_passphrase()
    recovery = ""
    with _unlocked(call) as home:
        keys, key = home.keys, home.file.key
        if new:
            keys.change_passphrase(key, new)
        if wanted.keyring == "on":
            keys.add_keyring(key)
        elif wanted.keyring == "off":
            keys.drop_keyring()
        if wanted.new_recovery:
            recovery = keys.new_recovery(key)
        ways = sorted(keys.slots)
    call.homes.close(call.folder)
    data = {"passphrase_changed": bool(new), "recovery_code": recovery, "ways": ways}
    lines = [say("已换口令。")] if new else []
    if recovery:
        lines.append(say("新的恢复码：{code}\n请抄在纸上锁好，旧的已经作废。", code=recovery))
    lines.append(say("现在可以打开的方式：{ways}。", ways=series(_way(way) for way in ways)))
    return Answer(data, "\n".join(lines))


def keyring_status(call: Call) -> Answer:
    """Which keyring the system has, and what opens this home; works without opening it."""
    from studio_desk.store.home import KEYS
    from studio_desk.store.keys import KeyFile
    from studio_desk.store.keys import keyring_status as look

    found = look()
    file = call.folder / KEYS
    ways = sorted(KeyFile.load(file).slots) if file.exists() else []
    told = [
        (say("系统钥匙串"), found["backend"] or say("没有")),
        (say("能不能用"), say("能") if found["usable"] else found["reason"]),
        (say("这份数据的打开方式"), series(_way(way) for way in ways) or say("这里没有站点文件")),
    ]
    return Answer({**found, "ways": ways}, facts(told))


def _unlocked(call: Call) -> AbstractContextManager[Home]:
    from studio_desk.cli.homes import open_with

    code = call.secret("recovery_file")
    if not code:
        return call.home()
    call.homes.close(call.folder)
    return open_with(call.folder, code)


def _way(name: str) -> str:
    return {"passphrase": say("口令"), "recovery": say("恢复码"), "keyring": say("系统钥匙串")}.get(name, name)
