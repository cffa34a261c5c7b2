"""A schema registry over HTTP: the two calls that are made, as Confluent documents them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar


class Confluent(BaseHTTPRequestHandler):
    """Keeps schemas and what was asked; `status` other than 200 is its answer to all."""

    schemas: ClassVar[list[str]] = []
    asked: ClassVar[list[tuple[str, str | None]]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body["schema"] not in self.schemas:
            self.schemas.append(body["schema"])
        self._answer({"id": 70_000 + self.schemas.index(body["schema"])})

    def do_GET(self) -> None:
        number = int(self.path.rpartition("/")[2]) - 70_000
        if 0 <= number < len(self.schemas):
            self._answer({"schema": self.schemas[number]})
        else:
            self._answer({"error_code": 40403, "message": "Schema not found"}, 404)

    def _answer(self, told: dict[str, Any], status: int = 200) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        self.send_response(self.status if self.status != 200 else status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def serving() -> Iterator[str]:
    """An empty registry's URL."""
    made = HTTPServer(("127.0.0.1", 0), Confluent)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    Confluent.schemas.clear()
    Confluent.asked.clear()
    Confluent.status = 200
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()
