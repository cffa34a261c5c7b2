"""Secrets of configurations, kept out of everything that is printed: libraries quote in their errors what they got."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

MASK = "***"
SHORTEST = 3
"""Of shorter values, masking would hide half of any text; nobody keeps a secret in them."""
_SECRET_KEY = re.compile(
    r"(?i)(^|[._-])(token|secret|password|passwd|pwd|credential|credentials|authorization|sas-token|jaas|private-key)"
    r"|access-key|account-key|connection-string|jaas\.config|^header\."
)
_JAAS = re.compile(r"""(?i)(?:password|secret|token)\s*=\s*["']?([^"';\s]+)""")

_known: set[str] = set()


def remember(properties: Mapping[str, object]) -> None:
    """Takes note of the secrets in a configuration: by key, passwords in URIs, passwords in logins of Kafka."""
    for key, value in properties.items():
        if isinstance(value, Mapping):
            remember(value)
            continue
        text = str(value)
        if _SECRET_KEY.search(key):
            _add(text)
            for part in text.split(":"):  # a credential is id:secret
                _add(part)
        for found in _JAAS.finditer(text):
            _add(found[1])
        _of_uri(text)


def redacted(text: str) -> str:
    """The text with every known secret masked, as it is or as Python, JSON or a URL would write it."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _of_uri(text: str) -> None:
    """User and password come before the last @ of the authority; one that is written badly is no URI to Python."""
    _, marker, rest = text.partition("://")
    authority = rest.partition("?")[0]
    login = authority.rpartition("@")[0]
    if marker and login:
        _add(login.partition(":")[2])
    try:
        _add(urlsplit(text).password or "")
    except ValueError:
        return


def _add(secret: str) -> None:
    for text in {secret, secret.strip(), unquote(secret)}:
        for form in {text, repr(text)[1:-1], json.dumps(text)[1:-1], quote(text, safe=""), quote(text)}:
            if len(form.strip()) >= SHORTEST:
                _known.add(form)
