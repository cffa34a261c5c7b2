"""A language model of the user's own: an endpoint of OpenAI's chat completions, asked only when a command says so.

Nothing is configured by default, and then nothing is sent. What is sent is the timeline as the tables have it, so
masked by the rules of privacy. An answer has a time limit and a size limit; whatever is wrong with it is a ModelError.
"""

from __future__ import annotations

import http.client
import os
import secrets as randomness
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, NamedTuple
from urllib.parse import SplitResult, urlsplit

import msgspec

from replay_signals.pipelines import secrets
from replay_signals.transforms.summary.prompt import Task, cleaned, messages

URL_VARIABLE = "REPLAY_SIGNALS_MODEL_URL"
NAME_VARIABLE = "REPLAY_SIGNALS_MODEL"
KEY_VARIABLE = "REPLAY_SIGNALS_MODEL_KEY"
SECONDS_VARIABLE = "REPLAY_SIGNALS_MODEL_SECONDS"
DEFAULT_SECONDS = 30.0
MAX_ANSWER_BYTES = 256 << 10
MAX_TOKENS = 300
_SCHEMES = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class ModelError(Exception):
    """A model that is not configured or gave no answer; the message has no word of the answer."""


class Model(NamedTuple):
    """An endpoint, the name it knows the model by, the key to send, and how long an answer may take."""

    url: str
    name: str
    key: str = ""
    limit_s: float = DEFAULT_SECONDS


class _Said(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Said


class _Completion(msgspec.Struct):
    choices: Annotated[list[_Choice], msgspec.Meta(min_length=1)]


def configured(environment: Mapping[str, str] = os.environ) -> Model:
    """The model that the environment names. Raises ModelError."""
    url, name = environment.get(URL_VARIABLE, ""), environment.get(NAME_VARIABLE, "")
    if not url or not name:
        raise ModelError(
            f"no model is configured: set {URL_VARIABLE} (the address of chat completions) and {NAME_VARIABLE}"
        )
    key = environment.get(KEY_VARIABLE, "")
    secrets.remember({"token": key})
    try:
        limit_s = float(environment.get(SECONDS_VARIABLE) or DEFAULT_SECONDS)
    except ValueError:
        limit_s = 0.0
    if not 0 < limit_s < threading.TIMEOUT_MAX:
        raise ModelError(f"{SECONDS_VARIABLE} is a number of seconds above 0")
    _parts(url)
    return Model(url, name, key, limit_s)


def answer(model: Model, task: Task, data: object) -> str:
    """What the model says of the data, as plain text. Raises ModelError."""
    asked = messages(task, data, f"data-{randomness.token_hex(8)}")
    body = {"model": model.name, "messages": asked, "temperature": 0, "max_tokens": MAX_TOKENS}
    text = cleaned(_content(_posted(model, msgspec.json.encode(body))), data)
    if not text:
        raise ModelError("the model gave an empty answer")
    return text


def _posted(model: Model, body: bytes) -> bytes:
    """The body of an answer. A timer ends the connection, as a socket's own timeout begins anew with each byte."""
    parts = _parts(model.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {model.key}"} if model.key else {})
    connection = _SCHEMES[parts.scheme](parts.hostname or "", parts.port, timeout=model.limit_s)
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        with suppress(OSError, AttributeError):
            opened[0].shutdown(socket.SHUT_RDWR)

    opened: list[socket.socket] = []
    timer = threading.Timer(model.limit_s, end)
    timer.daemon = True
    timer.start()
    try:
        connection.connect()
        opened.append(connection.sock)
        connection.request("POST", path, body, headers)
        found = connection.getresponse()
        text: bytes = found.read(MAX_ANSWER_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if is_late.is_set() or isinstance(error, TimeoutError):
            raise ModelError(f"the model did not answer within {model.limit_s:g} s") from error
        raise ModelError(f"the model cannot be reached: {type(error).__name__}") from error
    finally:
        timer.cancel()
        connection.close()
    if is_late.is_set():
        raise ModelError(f"the model did not answer within {model.limit_s:g} s")
    if found.status != http.client.OK:
        raise ModelError(f"the model's endpoint answered {found.status}")
    if len(text) > MAX_ANSWER_BYTES:
        raise ModelError(f"the model's answer is larger than {MAX_ANSWER_BYTES >> 10} kB")
    return text


def _content(text: bytes) -> str:
    try:
        return msgspec.json.decode(text, type=_Completion).choices[0].message.content
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelError("the model's answer is no chat completion") from error


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # a port that is none, a bracket that never closes
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.username or not url.isprintable():
        raise ModelError(f"{URL_VARIABLE} is an http:// or https:// address without a login")
    return parts
