"""`init`: make the encrypted file, the keys and the recovery code of a new station or district."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.cli.homes import know_all_tables
from studio_desk.cli.layout import facts
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.store.home import Home


def register(verbs: Verbs) -> None:
    """Announce `init station` and `init district`."""
    verbs.add("init", say("新建站点或区县的文件"))
    parser = verbs.add("init station", say("新建一个站点"), station)
    parser.add_argument("--code", required=True, help=say("站码，2至6个大写字母，例如 SQ"))
    parser.add_argument("--name", required=True, help=say("全称，例如石桥镇政协联络站"))
    parser.add_argument("--town", default="", help=say("乡镇、街道"))
    parser.add_argument("--type", default="", help=say("站点类型"))
    parser.add_argument(
        "--computer",
        type=int,
        default=1,
        metavar="N",
        help=say("这是本站的第几台电脑；添了或换了电脑就写下一个没用过的号"),
    )
    parser = verbs.add("init district", say("新建区县政协的文件"), district)
    parser.add_argument("--code", required=True, help=say("行政区划代码，6位数字，例如 990000"))
    parser.add_argument("--name", required=True, help=say("全称"))


def station(call: Call) -> Answer:
    """Make a station's home."""
    return _make(call, "station", {"town": call.args.town, "type": call.args.type})


def district(call: Call) -> Answer:
    """Make a district's home."""
    return _make(call, "district", {})


def _make(call: Call, role: str, details: dict[str, str]) -> Answer:
    from studio_desk.exchange import enrol, trust_store

    call.homes.close(call.folder)
    with _create(call, role, details) as home:
        if role == "district":
            fingerprint = trust_store.root_fingerprint(trust_store.required(home))
        else:
            fingerprint = enrol.own_request(home).fingerprint
        data = {
            "home": str(home.path),
            "role": home.role,
            "code": home.code,
            "name": home.name,
            "device": home.device,
            "incarnation": home.incarnation,
            "fingerprint": fingerprint,
            "recovery_code": home.recovery_code,
        }
    told = [
        (say("文件夹"), data["home"]),
        (say("代码"), data["code"]),
        (say("本机编号链"), data["device"]),
        (say("指纹"), fingerprint),
        (say("恢复码"), data["recovery_code"]),
    ]
    warning = say("请把恢复码抄在纸上锁好：忘了口令、换了电脑时只能靠它打开，这里只显示这一次。")
    return Answer(data, f"{say('已建好：{name}', name=home.name)}\n\n{facts(told)}\n\n{warning}")


def _create(call: Call, role: str, details: dict[str, str]) -> Home:
    from studio_desk.kinds import KINDS
    from studio_desk.store.home import Home

    know_all_tables()
    passphrase = call.passphrase()

    def create(passphrase: str | None) -> Home:
        return Home.create(
            call.folder,
            role=role,
            code=call.args.code,
            name=call.args.name,
            shapes=KINDS,
            passphrase=passphrase,
            use_keyring=passphrase is None,
            details=details,
            computer=getattr(call.args, "computer", 1),
        )

    try:
        return create(passphrase)
    except Problem as problem:
        if problem.code != "NO_KEY_PROTECTION" or not call.interactive:
            raise
        return create(call.ask_new_passphrase())
