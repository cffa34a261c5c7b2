"""A ready handler: problems as JSON to an HTTP endpoint, one POST for each revision of a problem.

`Idempotency-Key` is `id:revision`, so an endpoint that hears of one twice, after a crash between answer and mark, can
tell. An answer other than 2xx raises: the consumer tries again, and parks the record in the end.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from replay_signals.pipelines.inbox.encoding import InboxError
from replay_signals.pipelines.inbox.handling import Handler
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.inbox.record import record_dict
from replay_signals.transforms.printable import json_bytes

TIMEOUT_S = 10.0
SCHEMES = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class Refused(Exception):
    """An endpoint that did not take a record; the message has the status and no word of the answer."""


def poster(url: str, headers: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S) -> Handler:
    """A handler that posts problems and passes over signals. Raises InboxError for a URL it cannot post to."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a port that is none, a bracket that never closes
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise InboxError("Problems are posted to an http:// or https:// URL.")
    for name, value in (headers or {}).items():
        if not (name + value).isprintable():  # the library would quote it in its error, which is logged and parked
            raise InboxError(f"The header {name!r} has characters that no header may have.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def post(record: InboxRecord) -> None:
        if record.problem is None:
            return
        own = {"Content-Type": "application/json", "Idempotency-Key": f"{record.id}:{record.revision}"}
        connection = SCHEMES[parts.scheme](parts.hostname or "", port, timeout=timeout_s)
        try:
            connection.request("POST", path, json_bytes(record_dict(record)), {**own, **(headers or {})})
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            raise Refused(f"{parts.hostname} answered {answer.status}")

    return post
