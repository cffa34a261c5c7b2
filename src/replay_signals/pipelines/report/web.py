"""A report over HTTP, for this machine's browsers alone.

Whoever can make a browser here open a page could reach a server on localhost: by a name that resolves to it (DNS
rebinding), or by loading our data as scripts into a page of theirs. So a request must name this server as its host, and
must come from its own pages or from the address bar; browsers that say neither are refused their data by
`Cross-Origin-Resource-Policy`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

LOCALHOST = "127.0.0.1"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'; object-src 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
OWN_SITES = ("", "none", "same-origin")
"""What `Sec-Fetch-Site` may say: nothing (older browsers, programs), the address bar, our own pages."""
_PATH = re.compile(r"(?:/[a-z0-9][a-z0-9_-]*)*/[a-zA-Z0-9_-]+\.[a-z]+")
"""Names of a report's files; dots only before an ending, so no path leads out of the folder."""


class Server(ThreadingHTTPServer):
    """Serves the folder that `folder` names at the time of each request. Port 0 takes a free one.

    Raises OSError for a port that is taken or may not be listened on.
    """

    daemon_threads = True

    def __init__(self, port: int, folder: Callable[[], Path]) -> None:
        try:
            super().__init__((LOCALHOST, port), Handler)
        except OSError as error:
            raise OSError(error.errno, f"port {port} ({error.strerror}): name another with --port") from None
        self.folder = folder
        self.hosts = {f"{name}:{self.server_port}" for name in (LOCALHOST, "localhost")}

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{LOCALHOST}:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away is no error of the server's."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # sockets, as it gave them


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version, sys_version = "replay-signals", ""
    timeout = 30

    def do_GET(self) -> None:
        """A file of the report."""
        self._answer(has_body=True)

    def do_HEAD(self) -> None:
        """Its headers."""
        self._answer(has_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses name visitors' sessions."""

    def _answer(self, *, has_body: bool) -> None:
        status, data, kind = self._found()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if has_body:
            self.wfile.write(data)

    def _found(self) -> tuple[HTTPStatus, bytes, str]:
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            return _said(HTTPStatus.MISDIRECTED_REQUEST)
        is_opened = (
            self.headers.get("Sec-Fetch-Mode") == "navigate" and self.headers.get("Sec-Fetch-Dest") == "document"
        )
        if self.headers.get("Sec-Fetch-Site", "") not in OWN_SITES and not is_opened:
            return _said(HTTPStatus.FORBIDDEN)
        path = urlsplit(self.path).path
        name = "/index.html" if path == "/" else path
        if not _PATH.fullmatch(name):
            return _said(HTTPStatus.NOT_FOUND)
        kind = TYPES.get(Path(name).suffix)
        file = self.server.folder() / name[1:]
        try:
            return (HTTPStatus.OK, file.read_bytes(), kind) if kind else _said(HTTPStatus.NOT_FOUND)
        except OSError:
            return _said(HTTPStatus.NOT_FOUND)


def _said(status: HTTPStatus) -> tuple[HTTPStatus, bytes, str]:
    return status, f"{status.value} {status.phrase}\n".encode(), TYPES[".txt"]
