"""Scripts in a process of their own against a small faulty site, as the command runs them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from replay_signals.pipelines.playback.browser import find_chromium
from replay_signals.pipelines.trial import shortened, tried
from replay_signals.transforms.reproduce.steps import Answered, By, Click, Plan, Target

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_chromium() is None, reason="Chromium is not here")]
PAGE = b"""<!doctype html><title>Shop</title>
<button id=menu onclick="panel.hidden = false">Menu</button>
<button id=like>Like</button>
<div id=panel hidden><button id=pay onclick="fetch('/api/pay', {method: 'POST'})">Pay</button></div>"""


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._send(200 if self.path == "/" else 404, PAGE)

    def do_POST(self) -> None:
        self._send(500, b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def click(name: str) -> Click:
    return Click(Target(name, (By("css", f"#{name}"),)))


PLAN = Plan(
    *("problem", "session", "failed_request", "Pay fails", "/", 800, 600),
    (click("like"), click("menu")),
    Answered(click("pay"), "POST", ("api", "pay"), 3000),
)


def test_steps_that_are_not_needed_are_left_out(shop: str) -> None:
    plan, verdict, said = shortened(PLAN, shop, find_chromium())
    assert verdict == "there"
    assert "answered 500" in said
    assert [step.target.what for step in plan.steps] == ["menu"]


def test_a_site_that_is_not_there_is_not_checked() -> None:
    verdict, said = tried(PLAN, "http://127.0.0.1:9", find_chromium())
    assert verdict == "not checked"
    assert "cannot be opened" in said
