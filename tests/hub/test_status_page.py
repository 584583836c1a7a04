"""The district's status page in a real browser: what it shows, in both languages, without a word on the console."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PIL import Image

from studio_desk.exchange import network, trust_store
from tests.hub.world import World, line, quick, until

WIDTH, HEIGHT = 1366, 768


def browse(folder: Path, url: str, *options: str) -> tuple[str, str]:
    """What Debian's Chromium answers without a window: its output, and what stood on the console."""
    profile = folder / "profile"
    command = ["chromium", "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", "--v=0"]
    command += [f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}", "--hide-scrollbars", *options, url]
    if os.geteuid() == 0:  # its sandbox needs a user
        command.insert(1, "--no-sandbox")
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=180, check=False, env={**os.environ, **home}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, "\n".join(one for one in done.stderr.splitlines() if ":CONSOLE" in one)


def text_of(dom: str) -> str:
    """The words of a page as the browser understood it."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", dom))


@pytest.fixture
def reported(world: World) -> World:
    """Three stations: one has reported and fetched its receipt, one stopped half-way, one is silent; one more is revoked."""
    homes = {code: world.station(code, entries=2) for code in ("SQ", "LW", "QT")}
    world.station("YX")
    trust_store.revoke(world.open(), "YX-1", "电脑遗失")
    hub = world.hub()
    network.push(homes["SQ"], url=hub.url, dial=quick)
    hub.merged()
    network.pull(homes["SQ"], dial=quick)
    line(homes["LW"], hub.url)._piece_of(b"x" * 1000, "ab" * 32, 0, 5000)
    return world


def test_who_has_reported(reported: World, tmp_path: Path) -> None:
    """Chinese and English; station, last bundle, outcome, backlog; who is silent this month; no console message."""
    hub = reported.hubs[-1]
    dom, console = browse(tmp_path, f"{hub.url}/", "--dump-dom")
    assert console == ""
    words = text_of(dom)
    for wanted in (
        "登记的站点 3 本月已报 1 本月未报 2 待合并 0 正在上传 1",
        "本月还没有联网报送：LW单位、QT单位。",
        "SQ-1 第1至2号 已合并",
        "收到的数据包都已处理。",
        "YX YX单位 还没有 已吊销",
    ):
        assert wanted in words.replace("— ", ""), words
    assert [code for code in ("LW", "QT", "SQ", "YX") if f"<td>{code}</td>" in dom] == ["LW", "QT", "SQ", "YX"]
    keep(tmp_path, hub.url, "status")
    hub.stop()

    hub = reported.hub("--lang", "en")
    dom, console = browse(tmp_path, f"{hub.url}/", "--dump-dom")
    assert console == ""
    words = text_of(dom)
    assert 'lang="en"' in dom
    for wanted in (
        "Enrolled stations 3",
        "Reported this month 1",
        "Not yet this month 2",
        "All bundles received have been processed.",
    ):
        assert wanted in words, words
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"\S*单位", "", words)), words
    keep(tmp_path, hub.url, "status-en")


def keep(folder: Path, url: str, name: str) -> None:
    """Nothing is cut off at the right or left of a small screen, and the page is not empty."""
    file = folder / f"{name}.png"
    _, console = browse(folder, f"{url}/", f"--screenshot={file}")
    assert console == ""
    with Image.open(file) as picture:
        seen = picture.convert("L")
    assert seen.size == (WIDTH, HEIGHT)
    margin = set(seen.crop((0, 0, 12, HEIGHT)).tobytes()) | set(seen.crop((WIDTH - 12, 0, WIDTH, HEIGHT)).tobytes())
    assert len(margin) == 1  # the colour of the page alone
    inked = sum(1 for shade in seen.tobytes() if abs(shade - min(margin)) > 60)
    assert inked > 4000


def test_while_the_desk_is_open_the_backlog_stands_there(world: World, tmp_path: Path) -> None:
    from studio_desk.kernel.problem import Problem

    station = world.station("SQ", entries=1)
    hub = world.hub()
    hub.merged()

    def opened() -> object:
        try:
            return world.open()
        except Problem:
            return None

    until(opened, 60)
    network.push(station, url=hub.url, dial=quick)
    until(lambda: hub.health()["worker"] == "home_busy", 60)
    dom, console = browse(tmp_path, f"{hub.url}/", "--dump-dom")
    assert console == ""
    words = text_of(dom)
    assert "办公台正开着" in words
    assert "待合并 1" in words
    assert "本月各站都报了" in words


def test_the_browser_tells_when_something_is_wrong(tmp_path: Path) -> None:
    """What the other tests rely on: a refused resource is heard on the console."""

    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Security-Policy", "default-src 'none'")
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><img src='/x.png'>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            del format, args

    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _, console = browse(tmp_path, f"http://127.0.0.1:{server.server_address[1]}/", "--dump-dom")
        server.shutdown()
    assert "Content Security Policy" in console
