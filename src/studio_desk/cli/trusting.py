"""`keys …`: whose keys are believed: their change, the roots that sign, escrow, and a district that is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.homes import know_all_tables
from studio_desk.cli.layout import facts
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Parser, Verbs
    from studio_desk.exchange.roots import Made, Waiting
    from studio_desk.exchange.signing import Ed25519Signer
    from studio_desk.exchange.trust import TrustList


def register(verbs: Verbs) -> None:
    """Announce the verbs; the word `keys` itself is announced by `locking`."""
    verbs.add("keys status", say("钥匙和信任名单的状态"), status)
    parser = verbs.add("keys rotate", say("换本机的签名钥匙和收件钥匙"), rotate)
    parser.add_argument("--to", default="", metavar="DIR", help=say("站点：把登记申请写到U盘或文件夹"))
    parser.add_argument("--leaked", action="store_true", help=say("站点：旧钥匙可能外泄，区级没收到的一律重报"))
    verbs.add("keys sm2", say("第二签名（SM2），平时不用"))
    for word, words, use in (
        ("on", say("从此上报、下发的文件另加一个SM2签名"), second_on),
        ("off", say("不再加SM2签名"), second_off),
    ):
        parser = verbs.add(f"keys sm2 {word}", words, use)
        parser.add_argument("--to", default="", metavar="DIR", help=say("站点：把登记申请写到U盘或文件夹"))
    verbs.add("keys renew", say("区级：信任名单延期"), renew)
    parser = verbs.add("keys list", say("写出信任名单（不含秘密），与应急钥匙一起保管"), write_list)
    _to(parser)
    verbs.add("keys root", say("区级：根钥匙"))
    parser = verbs.add("keys root new", say("保管人：在自己的介质上做一把根钥匙"), root_new)
    _to(parser)
    _holder(parser)
    parser = verbs.add("keys root save", say("区级：把本机的根钥匙备份到介质"), root_save)
    _to(parser)
    _holder(parser)
    parser = verbs.add("keys root set", say("区级：换根钥匙，例如三把里要两把签名"), root_set)
    parser.add_argument(
        "--root",
        action="append",
        required=True,
        metavar="FILE",
        help=say("保管人的公钥文件，每把一次；“here”是本机那把"),
    )
    parser.add_argument("--threshold", type=int, required=True, metavar="N", help=say("要几把签名"))
    parser.add_argument("--to", default="", metavar="DIR", help=say("把等待签名的草稿写到这里"))
    _keys(parser)
    parser = verbs.add("keys root draft", say("区级：写出等待签名的信任名单"), root_draft)
    _to(parser)
    parser = verbs.add("keys root sign", say("保管人：看改动，并在草稿文件上签名"), root_sign)
    parser.add_argument("file", metavar="FILE", help=say("草稿文件"))
    _keys(parser)
    parser = verbs.add("keys root take", say("区级：取回签过名的草稿"), root_take)
    parser.add_argument("file", metavar="FILE", help=say("草稿文件"))
    verbs.add("keys escrow", say("区级：应急钥匙"))
    parser = verbs.add("keys escrow new", say("区级：做一把应急钥匙，写到介质上"), escrow_new)
    _to(parser)
    parser = verbs.add("keys escrow check", say("核对介质上的应急钥匙是不是现在用的"), escrow_check)
    parser.add_argument("file", metavar="FILE", help=say("应急钥匙文件"))
    verbs.add("keys escrow drop", say("区级：不再用应急钥匙"), escrow_drop)
    parser = verbs.add("keys recover", say("区级的文件全部丢失：在空文件夹里重建"), recover)
    parser.add_argument("file", metavar="FILE", help=say("信任名单文件（keys list 写出的，或任一站点的登记回执）"))
    parser.add_argument("--escrow", default="", metavar="FILE", help=say("应急钥匙文件"))
    _keys(parser)


def status(call: Call) -> Answer:
    """How the keys stand."""
    from studio_desk.exchange.key_state import state

    with call.home() as home:
        found, role = state(home), home.role
    told = [(say("本机"), found.device)]
    if found.version:
        told += [
            (say("信任名单"), say("第{version}版，有效到{day}", version=found.version, day=found.expires)),
            (say("本机的钥匙"), say("在名单里") if found.listed else say("新钥匙还不在名单里，等区级登记")),
            (say("根钥匙"), say("{n}把，要{threshold}把签名", n=len(found.roots), threshold=found.threshold)),
            (say("应急钥匙"), say("有") if found.escrow else say("没有")),
        ]
    else:
        told.append((say("信任名单"), say("没有，还没有登记")))
    told.append((say("第二签名（SM2）"), say("有") if found.sm2 else say("没有")))
    if role == "district":
        told.append((say("本机的根钥匙"), say("有") if found.root_here else say("不在本机")))
    if found.waiting:
        lacking = say("第{version}版，还差{n}把签名", version=found.waiting.trust.version, n=found.waiting.lacking)
        told.append((say("等待签名"), lacking))
    if found.due:
        told.append((say("提醒"), say("信任名单快到期或已到期，请区级用 keys renew 延期。")))
    return Answer({"role": role, **found.as_json()}, facts(told))


def rotate(call: Call) -> Answer:
    """Other keys for this computer; a station's go to the district for enrolment.

    Raises:
        Problem: `TO_REQUIRED` at a station without `--to`; `TRUST_UNSIGNED` at a district with roots elsewhere.
    """
    return _change(call, leaked=call.args.leaked)


def second_on(call: Call) -> Answer:
    """Keys with a second signature.

    Raises:
        Problem: `CHANGE_WAITING`; as `rotate`.
    """
    return _change(call, second=True)


def second_off(call: Call) -> Answer:
    """Keys without one.

    Raises:
        Problem: as `second_on`.
    """
    return _change(call, second=False)


def _change(call: Call, *, leaked: bool = False, second: bool | None = None) -> Answer:
    from studio_desk.exchange import enrol, rotation

    with call.home() as home:
        if home.role == "district":
            trust = rotation.change_district(home, second=second)
            words = say("已换区级的钥匙，信任名单第{version}版会随回执送到各站点。", version=trust.version)
            return Answer({"trust_version": trust.version}, words)
        if not call.args.to:
            raise Problem("TO_REQUIRED", say("没有写登记申请放到哪里。"), say("请用 --to 指明U盘或文件夹。"))
        rotation.change(home, leaked=leaked, second=second)
        file, fingerprint = enrol.request(home, Path(call.args.to))
    text = say(
        "已换钥匙。登记申请：{file}\n新指纹：{fingerprint}\n请交给区级登记并打电话核对。区级登记以前，上报的文件会在区级的隔离区里等着。",
        file=file,
        fingerprint=fingerprint,
    )
    return Answer({"file": str(file), "fingerprint": fingerprint}, text)


def renew(call: Call) -> Answer:
    """A later expiry."""
    from studio_desk.exchange import roots

    with call.home() as home:
        trust = roots.renew(home)
    return _in_force(trust)


def write_list(call: Call) -> Answer:
    """The list and what leads to it, into a file."""
    from studio_desk.exchange import escrow

    with call.home() as home:
        file = escrow.write_list(home, Path(call.args.to))
    return Answer({"file": str(file)}, say("信任名单：{file}", file=file))


def root_new(call: Call) -> Answer:
    """A root key on a medium; needs no home."""
    from studio_desk.exchange import roots

    return _made(roots.make(Path(call.args.to), call.args.holder, _new_passphrase(call)))


def root_save(call: Call) -> Answer:
    """The district's root key on a medium."""
    from studio_desk.exchange import roots

    with call.home() as home:
        made = roots.save(home, Path(call.args.to), call.args.holder, _new_passphrase(call))
    return _made(made)


def root_set(call: Call) -> Answer:
    """Other root keys; the draft is written when holders must sign first."""
    from studio_desk.exchange import roots
    from studio_desk.exchange.home_keys import keys_of
    from studio_desk.exchange.signing import to_text

    signers = list(_signers(call))
    with call.home() as home:
        roots.demand_district(home)
        own = keys_of(home).root
        publics = [
            to_text(own.public) if own and word == "here" else roots.read_public(Path(word))[1]
            for word in call.args.root
        ]
        try:
            trust = roots.change(home, publics, call.args.threshold, signers)
        except Problem as problem:
            if problem.code != "TRUST_UNSIGNED" or not call.args.to:
                raise
            return _draft(roots.write(home, Path(call.args.to)))
    return _in_force(trust)


def root_draft(call: Call) -> Answer:
    """The list that waits, into a file."""
    from studio_desk.exchange import roots

    with call.home() as home:
        return _draft(roots.write(home, Path(call.args.to)))


def root_sign(call: Call) -> Answer:
    """A holder signs; needs no home.

    Raises:
        Problem: `ROOT_KEY_REQUIRED`, `CANCELLED` when the person at the terminal does not agree.
    """
    from studio_desk.exchange import roots

    file = Path(call.args.file)
    before = roots.read(file)
    if call.interactive:
        call.tell("\n".join(before.changes))
        if call.ask(say("这些改动都对吗？（是/否）")).strip().lower() not in {"是", "y", "yes"}:
            raise Problem("CANCELLED", say("没有签名。"), say("请打电话问区级管理员，弄清楚再签。"))
    found = before
    for signer in _signers(call, required=True):
        found = roots.sign(file, signer)
    return _draft(found)


def root_take(call: Call) -> Answer:
    """Take the signatures."""
    from studio_desk.exchange import roots

    with call.home() as home:
        return _in_force(roots.take(home, Path(call.args.file)))


def escrow_new(call: Call) -> Answer:
    """Make an escrow key."""
    from studio_desk.exchange import escrow

    with call.home() as home:
        made = escrow.make(home, Path(call.args.to))
    data: dict[str, Any] = {"identity": str(made.identity), "list": str(made.listed), "recipient": made.recipient}
    words = say("请把这个介质（或抄在纸上的那一行）和根钥匙分开锁好：它能打开以后的全部数据包。旧的应急钥匙也请留着。")
    data["lacking"] = made.lacking
    told = [(say("应急钥匙"), made.identity), (say("信任名单"), made.listed)]
    text = [facts(told), words]
    if made.lacking:
        text.append(say("还要{n}把根钥匙签名才生效：请用 keys root draft 写出草稿。", n=made.lacking))
    return Answer(data, "\n".join(text))


def escrow_check(call: Call) -> Answer:
    """Whether it is the one in force."""
    from studio_desk.exchange import escrow

    with call.home() as home:
        recipient = escrow.check(home, Path(call.args.file))
    return Answer({"recipient": recipient}, say("是现在用的应急钥匙。"))


def escrow_drop(call: Call) -> Answer:
    """None any more."""
    from studio_desk.exchange import escrow

    with call.home() as home:
        return _in_force(escrow.drop(home))


def recover(call: Call) -> Answer:
    """A new home for a district that is lost altogether."""
    from studio_desk.exchange import escrow, recovery
    from studio_desk.exchange.key_state import state
    from studio_desk.kinds import KINDS
    from studio_desk.store.beside import beside
    from studio_desk.store.home import Home

    know_all_tables()
    trust, documents = recovery.read_source(Path(call.args.file))
    private = escrow.read(Path(call.args.escrow)) if call.args.escrow else None
    signers = list(_signers(call, required=True))
    recovery.check(trust, signers)
    passphrase = call.passphrase()
    if passphrase is None and call.interactive:
        passphrase = call.ask_new_passphrase()
    call.homes.close(call.folder)
    to = call.folder.resolve()
    with (
        beside(to) as place,
        Home.create(
            place,
            role="district",
            code=trust.district,
            name=trust.name,
            shapes=KINDS,
            passphrase=passphrase,
            use_keyring=passphrase is None,
        ) as home,
    ):
        try:
            recovery.begin(home, documents, private, signers)
        except Problem as problem:
            if problem.code != "TRUST_UNSIGNED":
                raise
        found = state(home)
        data = {
            "home": str(to),
            "code": home.code,
            "device": home.device,
            "trust_version": found.version,
            "lacking": found.waiting.lacking if found.waiting else 0,
            "recovery_code": home.recovery_code,
        }
    lines = [
        say("已重建：{name}。", name=trust.name),
        facts(
            [(say("文件夹"), data["home"]), (say("本机编号链"), data["device"]), (say("恢复码"), data["recovery_code"])]
        ),
        say("请把恢复码抄在纸上锁好，这里只显示这一次。"),
    ]
    if found.waiting:
        lines.append(say("信任名单还差{n}把根钥匙签名：请用 keys root draft 写出草稿。", n=found.waiting.lacking))
    lines.append(
        say(
            "接下来：接收留存的数据包（import），给每个站点写回执（receipt），再做一把新的应急钥匙（keys escrow new）。"
        )
    )
    return Answer(data, "\n".join(lines))


def _in_force(trust: TrustList) -> Answer:
    words = say("信任名单第{version}版已生效，有效到{day}。", version=trust.version, day=trust.expires)
    return Answer({"trust_version": trust.version, "expires": trust.expires}, words)


def _made(made: Made) -> Answer:
    data = {
        "file": str(made.file),
        "public_file": str(made.public_file),
        "public": made.public,
        "recovery_code": made.recovery_code,
    }
    told = [(say("根钥匙"), made.file), (say("公钥文件"), made.public_file), (say("恢复码"), made.recovery_code)]
    words = say("公钥文件交给区级；根钥匙的介质由保管人收好，恢复码抄在纸上另外锁好，这里只显示这一次。")
    return Answer(data, f"{facts(told)}\n{words}")


def _draft(found: Waiting) -> Answer:
    data = {
        "file": str(found.file),
        "version": found.trust.version,
        "lacking": found.lacking,
        "changes": list(found.changes),
    }
    if found.lacking:
        words = say("还差{n}把根钥匙签名（keys root sign）。", n=found.lacking)
    else:
        words = say("签名够了：请区级用 keys root take 取回。")
    head = say("信任名单第{version}版草稿：{file}", version=found.trust.version, file=found.file)
    return Answer(data, "\n".join([head, *found.changes, words]))


def _to(parser: Parser) -> None:
    parser.add_argument("--to", required=True, metavar="DIR", help=say("U盘或文件夹"))


def _holder(parser: Parser) -> None:
    parser.add_argument("--holder", required=True, metavar="NAME", help=say("保管人的名字，成为文件名"))
    parser.add_argument("--new-passphrase-file", metavar="FILE", default="", help=say("写有这把钥匙口令的文件"))


def _keys(parser: Parser) -> None:
    parser.add_argument("--key", action="append", default=[], metavar="FILE", help=say("根钥匙文件，可写几次"))
    parser.add_argument(
        "--key-passphrase-file",
        action="append",
        default=[],
        metavar="FILE",
        help=say("根钥匙的口令文件，与 --key 一一对应；只写一个则都用它"),
    )


def _new_passphrase(call: Call) -> str:
    new = call.secret("new_passphrase_file")
    if new:
        return new
    if call.interactive:
        return call.ask_new_passphrase()
    raise Problem(
        "NO_PASSPHRASE_FILE", say("根钥匙要有口令。"), say("请用 --new-passphrase-file 指明写有口令的文件。"), file=""
    )


def _signers(call: Call, *, required: bool = False) -> Iterator[Ed25519Signer]:
    from studio_desk.exchange import roots

    files: Sequence[str] = call.args.key
    given: list[Any] = call.args.key_passphrase_file
    if required and not files:
        raise Problem("ROOT_KEY_REQUIRED", say("没有给出根钥匙。"), say("请用 --key 指明介质上的根钥匙文件。"))
    for number, file in enumerate(files):
        named = given[number] if number < len(given) else given[0] if len(given) == 1 else ""
        secret = call.read_secret(named) or call.ask_secret(Path(file).name)
        if not secret:
            raise Problem(
                "NO_PASSPHRASE_FILE",
                say("没有给出“{file}”的口令。", file=Path(file).name),
                say("请用 --key-passphrase-file 指明写有它口令的文件。"),
                file=file,
            )
        yield roots.open_key(Path(file), secret)
