"""An archivist in thirty years: `age`, `unzip`, `sha256sum` and `ssh-keygen` alone open and verify a bundle, both ways."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from studio_desk.exchange.key_export import Exported, export_keys
from studio_desk.exchange.sshsig import NAMESPACE
from studio_desk.store.home import Home
from tests.exchange.world import World, photo, receipt, send, take, write


def run(*command: str | Path, folder: Path, stdin: bytes = b"") -> str:
    done = subprocess.run([str(c) for c in command], cwd=folder, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def open_with_tools(bundle: Path, keys: Exported, principal: str, folder: Path) -> Path:
    """The four steps of the README inside a bundle; answers the unpacked bag."""
    folder.mkdir()
    run("age", "-d", "-i", keys.identity, "-o", "bundle.zip", bundle, folder=folder)
    run("unzip", "-q", "bundle.zip", "-d", "bag", folder=folder)
    bag = folder / "bag"
    assert "FAILED" not in run("sha256sum", "-c", "--strict", "manifest-sha256.txt", folder=bag)
    assert "FAILED" not in run("sha256sum", "-c", "--strict", "tagmanifest-sha256.txt", folder=bag)
    told = run(
        "ssh-keygen", "-Y", "verify", "-f", keys.allowed_signers, "-I", principal, "-n", NAMESPACE,
        "-s", "tagmanifest-sha256.txt.sig",
        folder=bag, stdin=(bag / "tagmanifest-sha256.txt").read_bytes(),
    )  # fmt: skip
    assert f"for {principal} with ED25519 key" in told
    return bag


def keys_of(home: Home, folder: Path) -> Exported:
    found = export_keys(home, folder)
    assert found.identity.stat().st_mode & 0o077 == 0
    return found


def test_both_directions(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    digest = photo(station, uid)
    up = send(station, world.stick)
    take(district, up)
    down = receipt(district, "SQ", world.stick)
    ours, theirs = keys_of(district, world.folder / "ours"), keys_of(station, world.folder / "theirs")
    # The district opens what the station sent; the station opens what it sent itself, years later.
    for number, keys in enumerate((ours, theirs)):
        bag = open_with_tools(up, keys, "SQ-1", world.folder / f"up{number}")
        ops = [json.loads(line) for line in (bag / "data/ops.jsonl").read_text(encoding="utf-8").splitlines()]
        bodies = [json.loads(line) for line in (bag / "data/bodies.jsonl").read_text(encoding="utf-8").splitlines()]
        assert ops[0]["rec"] == uid
        assert bodies[0]["values"]["title"] == "路灯不亮"
        assert (bag / "data/blobs" / digest).exists()
        readme = (bag / "README.txt").read_text(encoding="utf-8")
        assert "ssh-keygen -Y verify" in readme
        assert "内有个人信息" in readme
    for number, keys in enumerate((ours, theirs)):
        bag = open_with_tools(down, keys, "990000-1", world.folder / f"down{number}")
        assert json.loads((bag / "data/header.json").read_text(encoding="utf-8"))["to"] == "SQ"


def test_the_commands_of_the_readme_are_the_ones_that_work(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "路灯不亮")
    keys = keys_of(station, world.folder / "keys")
    bag = open_with_tools(send(station, world.stick), keys, "SQ-1", world.folder / "once")
    readme = (bag / "README.txt").read_text(encoding="utf-8")
    english = readme.split("1. decrypt", 1)[1].replace("\\\n", " ")
    steps = [" ".join(line.split()) for line in english.splitlines()]
    shell = [
        steps[0]
        .replace("identity.txt", str(keys.identity))
        .replace("THIS-FILE.sdx", str(next(world.stick.glob("*.sdx")))),
        steps[1].removeprefix("2. unpack "),
        steps[2].removeprefix("3. check content "),
        steps[3],
        steps[4],
        steps[5].removeprefix("4. check signer ").replace("allowed_signers", str(keys.allowed_signers)),
    ]
    folder = world.folder / "shell"
    folder.mkdir()
    done = run("bash", "-euc", "\n".join(shell), folder=folder)
    assert "Good" in done


def test_a_changed_bag_is_noticed_by_the_tools(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "路灯不亮")
    keys = keys_of(district, world.folder / "keys")
    bag = open_with_tools(send(station, world.stick), keys, "SQ-1", world.folder / "once")
    bodies = bag / "data/bodies.jsonl"
    bodies.write_text(bodies.read_text(encoding="utf-8").replace("不亮", "很亮"), encoding="utf-8")
    checked = subprocess.run(["sha256sum", "-c", "manifest-sha256.txt"], cwd=bag, capture_output=True, check=False)
    assert checked.returncode == 1


def test_what_ssh_keygen_signs_is_read_by_us(world: World, tmp_path: Path):
    from studio_desk.exchange import sshsig
    from studio_desk.exchange.home_keys import keys_of as secret_keys

    station = world.station(None)
    signer = secret_keys(station).signer
    private = tmp_path / "key"
    private.write_text(signer.openssh, encoding="ascii")
    private.chmod(0o600)
    (tmp_path / "text").write_bytes(b"some text\n")
    run("ssh-keygen", "-Y", "sign", "-f", private, "-n", NAMESPACE, tmp_path / "text", folder=tmp_path)
    theirs = (tmp_path / "text.sig").read_text(encoding="ascii")
    assert sshsig.verify(b"some text\n", theirs) == signer.public
    assert sshsig.sign(b"some text\n", signer.public, signer.sign) == theirs
    with pytest.raises(ValueError, match="does not fit"):
        sshsig.verify(b"some text", theirs)
    with pytest.raises(ValueError, match="something else"):
        sshsig.verify(b"some text\n", theirs, "file")


def test_age_and_we_write_keys_alike(tmp_path: Path):
    from studio_desk.exchange import bech32

    text = run("age-keygen", folder=tmp_path)
    recipient = next(line for line in text.splitlines() if "public key" in line).rpartition(" ")[2]
    assert bech32.recipient_text(bech32.recipient_bytes(recipient)) == recipient
    flipped = recipient[:-1] + ("q" if recipient[-1] != "q" else "p")
    for wrong in (flipped, recipient.upper(), recipient[4:], "age1", ""):
        with pytest.raises(ValueError, match=r"age key|checksum|length|padding"):
            bech32.recipient_bytes(wrong)


def test_the_same_content_gives_the_same_bag(world: World):
    from studio_desk.exchange.bundle import Content, pack
    from studio_desk.exchange.header import Header
    from studio_desk.exchange.home_keys import keys_of as secret_keys

    station = world.station(None)
    write(station, "路灯不亮")
    (op, line, body), *_ = station.journal.ops("SQ-1")
    header = Header("SQ", "990000", "SQ-1", 1, 1, "0" * 64, op.digest)
    content = Content(header, [line], [str(body)], {}, lambda _: b"", "2026-03-06T10:00:00+08:00")
    first, second = (b"".join(pack(content, secret_keys(station).signer)) for _ in range(2))
    assert first == second


def test_openssl_checks_the_second_signature_as_the_readme_says(world: World):
    """Also after a second change of keys, with the file of the key of that time."""
    from studio_desk.exchange import rotation

    district = world.district()
    station = world.station(district)
    for number in range(2):
        rotation.change(station, second=True) if not number else rotation.change(station)
        world.enrol(district, station)
        write(station, "路灯不亮")
        bundle = send(station, world.stick / str(number))
        keys = keys_of(district, world.folder / f"keys{number}")
        bag = open_with_tools(bundle, keys, "SQ-1", world.folder / f"bag{number}")
        lines = (bag / "README.txt").read_text(encoding="utf-8").splitlines()
        shell = [line.strip() for line in lines if line.startswith(("  printf", "  openssl"))]
        assert len(shell) == 3
        (pem,) = (file for file in keys.second if file.name == "SQ-1-sm2.pem")
        script = "\n".join(shell).replace("SQ-1-sm2.pem", str(pem))
        assert "Verified OK" in run("bash", "-euc", script, folder=bag)
        with (bag / "tagmanifest-sha256.txt").open("ab") as file:
            file.write(b" ")
        done = subprocess.run(["bash", "-euc", script], cwd=bag, capture_output=True, check=False)
        assert done.returncode == 1
    assert [file.name for file in keys.second] == ["SQ-1-sm2-1.pem", "SQ-1-sm2.pem"]


def test_what_openssl_signs_with_sm2_is_read_by_us(tmp_path: Path):
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    from studio_desk.exchange.signing import sm2_fits, sm2_from_text, sm2_pem, to_text

    run("openssl", "genpkey", "-algorithm", "SM2", "-out", "key.pem", folder=tmp_path)
    run("openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem", folder=tmp_path)
    pem = (tmp_path / "public.pem").read_text(encoding="ascii")
    public = sm2_from_text(to_text(base64.b64decode("".join(pem.splitlines()[1:-1]))[-65:]))
    assert sm2_pem(public) == pem
    (tmp_path / "text").write_bytes(b"some text\n")
    run("openssl", "dgst", "-sm3", "-sign", "key.pem", "-sigopt", "distid:SQ-1", "-out", "sig", "text", folder=tmp_path)
    r, s = decode_dss_signature((tmp_path / "sig").read_bytes())
    theirs = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert sm2_fits(public, "SQ-1", theirs, b"some text\n")
    assert not sm2_fits(public, "SQ-2", theirs, b"some text\n")
    assert not sm2_fits(public, "SQ-1", theirs, b"some text")
