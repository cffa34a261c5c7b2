"""Serves the sites, their small back end and the recorders, and keeps what the recorders post.

One origin, `http://site.test`, on a loopback port. Which recorder a page gets and which session a post belongs to
comes from the cookie `rec=<recorder>.<session>` that the visitor's browser context carries.
"""

from __future__ import annotations

import base64
import gzip
import json
import mimetypes
import re
import struct
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import backend
import recorders

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
ROOTS = {
    "lte": MODULES / "admin-lte",
    "uikit": MODULES / "uikit",
    "jqui": MODULES / "jquery-ui-dist",
    "agency": MODULES / "startbootstrap-agency" / "dist",
    "blog": MODULES / "startbootstrap-clean-blog" / "dist",
    "store": MODULES / "startbootstrap-shop-homepage" / "dist",
    "reveal": MODULES / "reveal.js",
    "lib": MODULES,
    "jstree": MODULES / "jstree",
    "creative": MODULES / "startbootstrap-creative" / "dist",
    "resume": MODULES / "startbootstrap-resume" / "dist",
    "matdash": MODULES / "material-dashboard",
    "guide": HERE / "build" / "guide",
    "business": MODULES / "startbootstrap-modern-business" / "dist",
    "built": HERE / "build",
}
JSON = "application/json"
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
POSTHOG = MODULES / "posthog-js" / "dist"
PIXEL = (
    b"<svg xmlns='http://www.w3.org/2000/svg' width='400' height='260'>"
    b"<rect width='400' height='260' fill='#9ab'/></svg>"
)
_FOREIGN = re.compile(
    r"""(<(?:img|source|video|iframe)\b[^>]*?\b(?:src|data-src|srcset|data-background)=["'])https?://[^"']*""", re.I
)
_CDN = re.compile(r"""<(?:link|script)\b[^>]*?(?:href|src)=["'](?:https?:)?//[^"']*["'][^>]*>(?:\s*</script>)?""", re.I)
_ABROAD = re.compile(r"""(<a\b[^>]*?\bhref=["'])(?:https?:)?//(?!site\.test)([^"']*)""", re.I)
_BACKGROUND = re.compile(r"""https?://images\.unsplash\.com[^"')\s]*""")


class Store:
    """Posts by session, in order of arrival."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str, list[str]] = {}

    def add(self, session: str, line: str) -> None:
        with self._lock:
            self._lines.setdefault(session, []).append(line)

    def take(self, session: str) -> list[str]:
        with self._lock:
            return self._lines.pop(session, [])


def tone(seconds: float = 1.0, hertz: float = 220.0) -> bytes:
    """A mono WAV file."""
    rate = 8000
    data = bytes(128 + (30 * (1 if int(i * hertz * 2 / rate) % 2 else -1)) for i in range(int(rate * seconds)))
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, rate, 1, 8, b"data", len(data)
    )
    return head + data


UIKIT = (
    'document.write(\'<link rel="stylesheet" href="/uikit/dist/css/uikit.min.css">'
    '<script src="/uikit/dist/js/uikit.min.js"><\\/script>'
    '<script src="/uikit/dist/js/uikit-icons.min.js"><\\/script>\');'
)
"""UIkit's test pages load this; the package leaves it out."""
ELSEWHERE = (
    b"<!doctype html><title>Elsewhere</title><body style='font:18px serif;margin:80px'><h1>Another site</h1>"
    b"<p>Nobody records here.</p>"
)
"""What every other host shows."""
WORDS = (
    "Amsterdam", "Athens", "Bergen", "Berlin", "Bern", "Bilbao", "Bremen", "Dublin", "Geneva", "Ghent", "Gothenburg",
    "Hamburg", "Helsinki", "Kyiv", "Lisbon", "Lyon", "Madrid", "Malmo", "Naples", "Oslo", "Porto", "Prague", "Riga",
    "Rome", "Tallinn", "Tampere", "Turin", "Turku", "Utrecht", "Vienna", "Vilnius", "Zagreb", "Zurich",
)  # fmt: skip
FIXED = {
    "/favicon.ico": (204, b"", "image/x-icon"),
    "/_img": (200, PIXEL, "image/svg+xml"),
    "/tone.wav": (200, tone(), "audio/wav"),
    "/lecture.wav": (200, tone(60), "audio/wav"),
    "/uikit/tests/js/test.js": (200, UIKIT.encode(), "text/javascript"),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    do_PUT = do_DELETE = do_POST

    def _serve(self) -> None:
        try:
            self._route()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _route(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length) if length else b""
        if not (self.headers.get("host") or "site.test").startswith("site.test"):
            self._send(200, ELSEWHERE, "text/html; charset=utf-8")
        elif path == "/_start":
            cookie = {"set-cookie": f"rec={parts.query}; Path=/"}
            self._send(200, b"<!doctype html><title>Start</title>", "text/html", cookie)
        elif path in ("/e/", "/i/v0/e/", "/s/", "/batch/"):
            self._capture(path, parts.query, body)
        elif path.startswith(("/flags", "/decide")):
            self._send(200, recorders.flags(), JSON)
        elif path.startswith("/array/"):
            script = path.endswith(".js")
            self._send(200, recorders.remote_config(script), "text/javascript" if script else JSON)
        elif path.startswith("/static/"):
            self._file(POSTHOG / path.rsplit("/", 1)[-1])
        elif path.startswith("/api/"):
            self._api(path, {k: v[0] for k, v in parse_qs(parts.query).items()})
        elif path.startswith(("/dl/", "/files/")):
            extra = {"content-disposition": f'attachment; filename="{path.rsplit("/", 1)[-1]}"'}
            self._send(200, b"x" * 2000, "application/octet-stream", extra)
        elif path in FIXED:
            self._send(*FIXED[path])
        elif backend.handles(path):
            self._written(path, parts.query, body)
        else:
            self._page(path)

    def _session(self) -> tuple[str, str]:
        found = re.search(r"\brec=([\w-]+)\.(\w+)", self.headers.get("cookie") or "")
        return (found.group(1), found.group(2)) if found else ("none", "")

    def _capture(self, path: str, query: str, body: bytes) -> None:
        text = unpack(body)
        line = {"t": int(time.time() * 1000), "path": path, "query": query, "err": None}
        line |= {"ua": self.headers.get("user-agent"), "body": text}
        session = self._session()[1]
        if session and text:
            self.store.add(session, json.dumps(line))
        self._send(200, b'{"status":1}', JSON)

    def _api(self, path: str, query: dict[str, str]) -> None:
        time.sleep(min(12.0, int(query.get("ms", "120")) / 1000))
        status = int(query.get("status", "200"))
        if path == "/api/html":
            n = query.get("n", "1")
            rows = "".join(f"<li class='row'>Result {n}.{i}</li>" for i in range(1, 5))
            return self._send(status, rows.encode(), "text/html")
        if path == "/api/words":
            found = [w for w in WORDS if query.get("q", "").lower() in w.lower()]
            return self._send(status, json.dumps(found).encode(), JSON)
        data = {"ok": status < 400, "n": int(time.time() * 10) % 1000, "items": [f"Item {i}" for i in range(1, 6)]}
        return self._send(status, json.dumps(data).encode(), JSON)

    def _written(self, path: str, query: str, body: bytes) -> None:
        basket = re.search(r"\bbasket=([\w-]*)", self.headers.get("cookie") or "")
        answer = backend.answer(path, query, body, basket.group(1) if basket else "", self.headers.get("referer") or "")
        if answer.headers or path.startswith(backend.FRAGMENTS):
            return self._send(answer.status, answer.body.encode(), "text/html; charset=utf-8", answer.headers)
        return self._html(answer.status, answer.body)

    def _page(self, path: str) -> None:
        site, _, rest = path.lstrip("/").partition("/")
        root = ROOTS.get(site) or HERE / "pages" / site
        file = (root / rest).resolve()
        if file.is_dir():
            if not path.endswith("/"):
                return self._send(301, b"", "text/plain", {"location": path + "/"})
            file = file / "index.html"
        if not file.is_file() and (root / "app.html").is_file() and "." not in rest.rsplit("/", 1)[-1]:
            file = root / "app.html"
        if file.is_file():
            return self._file(file)
        styled = HERE / "pages" / site / "404.html"
        if styled.is_file():
            return self._html(404, styled.read_text())
        return self._html(
            404,
            f"<!doctype html><html><head><title>Error</title></head><body><pre>Cannot GET {path}</pre></body></html>",
        )

    def _file(self, file: Path) -> None:
        if not file.is_file():
            return self._send(404, b"", "text/plain")
        if file.suffix == ".html":
            return self._html(200, file.read_text(errors="replace"))
        kind = {".cjs": "text/javascript", ".mjs": "text/javascript"}.get(file.suffix) or mimetypes.guess_type(
            file.name
        )[0]
        return self._send(200, file.read_bytes(), kind or "application/octet-stream", {"cache-control": "max-age=3600"})

    def _html(self, status: int, text: str) -> None:
        text = _ABROAD.sub(r"\1http://elsewhere.test/\2", text)
        text = _BACKGROUND.sub("/_img", _FOREIGN.sub(r"\1/_img", _CDN.sub(_local, text)))
        recorder, session = self._session()
        if 'name="viewport"' not in text:
            text = text.replace("<head>", f"<head>{VIEWPORT}", 1)
        if recorder != "none":
            head = re.search(r"<head[^>]*>", text, re.I)
            at = head.end() if head else 0
            text = text[:at] + recorders.snippet(recorder, session) + text[at:]
        self._send(status, text.encode(), "text/html; charset=utf-8")

    def _send(self, status: int, body: bytes, kind: str, extra: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if status != 204:
            self.wfile.write(body)


LOCAL = {
    "bootstrap.bundle": "/lib/bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap.min.js": "/lib/bootstrap/dist/js/bootstrap.bundle.min.js",
    "jquery": "/lib/jquery/dist/jquery.min.js",
}
"""Scripts that pages want from elsewhere, and the package's."""


def _local(tag: re.Match[str]) -> str:
    """A script from its package; every other foreign style and script is left out."""
    own = next((path for name, path in LOCAL.items() if name in tag.group()), None)
    return f'<script src="{own}"></script>' if own else ""


class Quiet(ThreadingHTTPServer):
    """Browsers drop connections all the time; that is no news."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def unpack(body: bytes) -> str:
    """The JSON text of a post: plain, gzip, or a form field in base64."""
    if body[:2] == b"\x1f\x8b":
        return gzip.decompress(body).decode()
    if body.startswith(b"data="):
        raw = base64.b64decode(unquote(body[5:].decode().split("&")[0]))
        return (zlib.decompress(raw, 47) if raw[:2] == b"\x1f\x8b" else raw).decode()
    return body.decode(errors="replace")


def start(port: int) -> tuple[ThreadingHTTPServer, Store]:
    """The server, running in a thread of its own."""
    store = Store()
    handler = type("BoundHandler", (Handler,), {"store": store})
    server = Quiet(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, store
