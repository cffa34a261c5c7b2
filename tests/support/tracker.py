"""An issue tracker on loopback: takes what is posted, and answers as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple


class Ticket(NamedTuple):
    """One request: its path, its idempotency key and its JSON."""

    path: str
    key: str
    body: dict[str, Any]


class Tracker(HTTPServer):
    """Answers each request with the next of `answers`, and with 201 when none is left."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[int] = []
        self.tickets: list[Ticket] = []

    @property
    def url(self) -> str:
        """Where tickets are posted."""
        return f"http://127.0.0.1:{self.server_port}/tickets?board=web"


class _Handler(BaseHTTPRequestHandler):
    server: Tracker

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.tickets.append(Ticket(self.path, self.headers["Idempotency-Key"], body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 201)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def tracking() -> Iterator[Tracker]:
    """A tracker that runs until the block ends."""
    with Tracker() as tracker:
        thread = threading.Thread(target=tracker.serve_forever)
        thread.start()
        try:
            yield tracker
        finally:
            tracker.shutdown()
            thread.join()
