"""The report on localhost: what it answers, to whom, and that it follows the tables."""

from __future__ import annotations

import html
import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_signals.jobs.report import Wanted
from replay_signals.jobs.serve import live, run
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.report.web import Server
from support.reports import PROBLEM, hostile, write
from support.warehouses import backfill, ms, page, ranked, replay, written

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    write(folder / "report", hostile())
    (folder / "secret.html").write_text("secret")
    with Server(0, lambda: folder / "report") as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def asked(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name, value in ({"Host": f"127.0.0.1:{server.server_port}"} | headers).items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        (f"/problems/{PROBLEM}.html?a=1", "text/html; charset=utf-8"),
        ("/assets/report.css", "text/css; charset=utf-8"),
        ("/data/problems/0.js?1", "text/javascript; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml"),
    ],
)
def test_pages_and_their_headers(server: Server, path: str, kind: str) -> None:
    status, headers, body = asked(server, path)
    assert (status, headers["Content-Type"]) == (200, kind) and int(headers["Content-Length"]) == len(body) > 0
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin" and headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"] and headers["Cache-Control"] == "no-store"
    assert "Python" not in headers["Server"]
    assert asked(server, path, "HEAD")[::2] == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html", "/problems/../../secret.html", "/%2e%2e/secret.html", "/..%2fsecret.html", "//etc/passwd",
        "/assets", "/assets/", "/problems/", "/nothing.html", "/assets/report.css/", "/.hidden.html",
        "/x/..\\secret.html",
        "/index.html%00.css", "/" + "a" * 5000 + ".html", "http://evil.test/../secret.html",
    ],
)  # fmt: skip
def test_nothing_else_is_to_be_had(server: Server, path: str) -> None:
    status, _, body = asked(server, path)
    assert status == 404 and b"secret" not in body


@pytest.mark.parametrize(
    "host", ["evil.test", "evil.test:{port}", "127.0.0.1", "127.0.0.1:1", "", "127.0.0.1.evil.test:{port}"]
)
def test_other_names_for_this_machine_are_refused(server: Server, host: str) -> None:
    assert asked(server, "/", Host=host.format(port=server.server_port))[0] == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}, 403),
        ({"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}, 200),
        ({"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}, 200),
        ({"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}, 200),
    ],
)
def test_pages_of_others_cannot_read_it(server: Server, headers: dict[str, str], status: int) -> None:
    assert asked(server, "/data/problems/0.js", **headers)[0] == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_done_to_it(server: Server, method: str) -> None:
    assert asked(server, "/", method)[0] == 501


def test_only_this_machine_is_listened_to(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_said_before_a_report_is_made(server: Server) -> None:
    with pytest.raises(OSError, match=f"port {server.server_port} .*--port"):
        run(Wanted(Store("nowhere"), 100, [], None, 0), server.server_port)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_nothing_stays_when_it_is_ended(sign: signal.Signals, tmp_path: Path) -> None:
    backfill(tmp_path / "warehouse", written(tmp_path / "1.jsonl", [replay("s1", page(ms("2026-11-24T10:00:00")))]))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = "from replay_signals.jobs.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", str(tmp_path / "warehouse"), "--port", "0"]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(temporary)}, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert b"127.0.0.1" in child.stdout.readline()
        assert [*temporary.glob("replay-signals-*")] != []
        child.send_signal(sign)
        assert child.wait(60) == 130
    assert [*temporary.glob("replay-signals-*")] == []


def test_it_follows_the_tables(tmp_path: Path) -> None:
    day = ms("2026-11-24T10:00:00")
    backfill(tmp_path / "warehouse", written(tmp_path / "1.jsonl", [replay("s1", page(day))]))
    ranked(tmp_path / "warehouse")
    wanted = Wanted(Store(str(tmp_path / "warehouse")), 100, [], None, False)
    with live(wanted, check_s=3600) as report:
        first = report.folder()
        assert "from 1 session," in (first / "index.html").read_text()
        (brief,) = (first / "briefs").iterdir()
        shown = html.unescape((first / "problems" / f"{brief.stem}.html").read_text())
        assert "## What happens, to whom" in brief.read_text() and brief.read_text() in shown
        assert report.refresh() is False and report.folder() == first
        backfill(tmp_path / "warehouse", written(tmp_path / "2.jsonl", [replay("s2", page(day))]))
        assert report.refresh() is True
        assert "from 2 sessions," in (report.folder() / "index.html").read_text() and first.exists()
    assert not first.exists()
