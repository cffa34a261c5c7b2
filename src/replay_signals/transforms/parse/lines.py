"""Files of requests and Kafka messages, one a line."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from replay_signals.schemas.messages import Reason
from replay_signals.schemas.wire import KafkaLine, RecordedRequest
from replay_signals.transforms.parse.capture import parse_capture_request
from replay_signals.transforms.parse.cut import Parsed
from replay_signals.transforms.parse.json_text import MALFORMED, decode, problem
from replay_signals.transforms.parse.kafka import parse_kafka_event, parse_kafka_snapshot
from replay_signals.transforms.parse.recordings import Place
from replay_signals.transforms.parse.values import dead, whole_ms

_REQUEST = msgspec.json.Decoder(RecordedRequest)
_MESSAGE = msgspec.json.Decoder(KafkaLine)
_TEXT = msgspec.json.Decoder(str)
_KEYS = msgspec.json.Decoder(dict[str, Raw])


class _Invalid(ValueError):
    """A field that cannot be used; the message says which and why."""


def parse_request_line(text: bytes, place: Place) -> Iterator[Parsed]:
    """`{"t", "path", "query", "ua", "body"}`: a recorded capture request. Total."""
    try:
        request = decode(_REQUEST, text)
        body = _text_or_object(request.body)
    except MALFORMED as error:
        yield dead(place.at(), *problem(error), text)
        return
    received = whole_ms(request.t)
    if body is None:
        yield dead(place.at(), Reason.INVALID_PAYLOAD, "the request has no body", text, received_ms=received)
        return
    yield from parse_capture_request(
        body,
        path=_str(request.path),
        received_ms=received,
        user_agent=_str(request.ua),
        position=place.at(),
        query=_str(request.query),
        limits=place.limits,
    )


def parse_request_body(text: bytes, place: Place) -> Iterator[Parsed]:
    """A bare capture request body. Total."""
    yield from parse_capture_request(
        text, path="", received_ms=None, user_agent="", position=place.at(), limits=place.limits
    )


def parse_kafka_line(text: bytes, place: Place) -> Iterator[Parsed]:
    """One Kafka message: our own form, or what `kcat -J` and `rpk topic consume` print. Total.

    Without `headers` or a timestamp the message is taken as one that was stored without them. Its position is its line
    in this file, which a reader can go to; topic and offset may be in several dumps.
    """
    try:
        message = decode(_MESSAGE, text)
        value = _value(message)
        headers = _headers(message.headers)
    except MALFORMED as error:
        yield dead(place.at(), *problem(error), text)
        return
    except _Invalid as error:
        yield dead(place.at(), Reason.INVALID_PAYLOAD, str(error), text)
        return
    time = whole_ms(message.timestamp if message.timestamp is not None else message.ts)
    if _is_analytics(message, headers, value):
        yield from parse_kafka_event(value, headers, time, place.at(), limits=place.limits)
    else:
        strict = message.headers is not UNSET and time is not None
        yield from parse_kafka_snapshot(value, headers, time, place.at(), strict=strict, limits=place.limits)


def parse_kafka_value(text: bytes, place: Place) -> Iterator[Parsed]:
    """The bare value of a message of either topic. Total."""
    if is_analytics_value(text):
        yield from parse_kafka_event(text, {}, None, place.at(), limits=place.limits)
    else:
        yield from parse_kafka_snapshot(text, {}, None, place.at(), strict=False, limits=place.limits)


def is_analytics_value(text: bytes | None) -> bool:
    """Whether a value has the shape of `clickhouse_events_json`: an event, and no `data` in it."""
    try:
        keys = decode(_KEYS, text or b"")
    except MALFORMED:
        return False
    return "event" in keys and "data" not in keys


def _is_analytics(message: KafkaLine, headers: dict[str, bytes | None], value: bytes | None) -> bool:
    """By topic (which may have a prefix or suffix), for other topics by shape."""
    topic = _str(message.topic)
    if "session_recording" in topic:
        return False
    return "events_json" in topic or (not headers.get("content-encoding") and is_analytics_value(value))


def _value(message: KafkaLine) -> bytes | None:
    value = _text_or_object(message.value if message.value else message.payload)
    if value is None or message.value_encoding is None:
        return value
    if message.value_encoding != "base64":
        raise _Invalid(f"unknown value_encoding {message.value_encoding!r}; base64 is the only one")
    try:
        return b64decode(value, validate=True)
    except binascii.Error as error:
        raise _Invalid(f"value is not base64: {error}") from None


def _headers(headers: Any) -> dict[str, bytes | None]:
    """A mapping; kcat's flat list of names and values; or rpk's list of {"key", "value"}."""
    if headers is UNSET or headers is None:
        return {}
    pairs: Any
    if isinstance(headers, dict):
        pairs = headers.items()
    elif isinstance(headers, list) and all(isinstance(one, dict) for one in headers):
        pairs = ((one.get("key"), one.get("value")) for one in headers)
    elif isinstance(headers, list):
        pairs = zip(headers[::2], headers[1::2], strict=False)
    else:
        raise _Invalid("headers are neither an object nor a list")
    return {_str(name): value.encode() if isinstance(value, str) else None for name, value in pairs}


def _text_or_object(raw: Raw) -> bytes | None:
    """JSON text that was stored as a string, or in place; None when missing or null."""
    text = bytes(raw)
    if text.startswith(b'"'):
        return decode(_TEXT, text).encode()
    return text if text[:1] in (b"{", b"[") else None


def _str(value: object) -> str:
    return value if isinstance(value, str) else ""
