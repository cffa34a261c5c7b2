"""Templates of addresses that an operator sets: names in curly brackets stand for values, which are percent-encoded.

Values come from recorders, so from strangers: each stands after the host only, and leads to no other folder.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit

MAX_CHARS = 2000
_NAME = re.compile(r"\{([^{}]*)\}")


class TemplateError(ValueError):
    """A template that makes no address; the message says what would."""


def check(template: str, names: Sequence[str], key: str, every: str) -> None:
    """Raises TemplateError. `names` may stand in it, `key` has to: without it `every` one has the same address."""
    if len(template) > MAX_CHARS:
        raise TemplateError(f"an address has at most {MAX_CHARS:,} characters")
    if not template.isascii() or not template.isprintable() or set(template) & set(" <>\"'`\\^|"):
        raise TemplateError("an address has no spaces, quotes or signs beyond ASCII; percent-encode them")
    for name in _NAME.findall(template):
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            meant = f"do you mean {{{near[0]}}}?" if near else f"there are {', '.join(names)}"
            raise TemplateError(f"nothing is called {{{name}}}; {meant}")
    if set(_NAME.sub("", template)) & set("{}"):
        raise TemplateError("a bracket has no other half")
    try:
        parts = urlsplit(template)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise TemplateError(f"not an address: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise TemplateError("an address begins with https:// or http:// and a host")
    if set(parts.netloc) & set("{}@"):
        raise TemplateError("no name stands in the host, and no user before it")
    if f"{{{key}}}" not in template:
        raise TemplateError(f"without {{{key}}} every {every} has the same address")


def filled(template: str, values: Mapping[str, str]) -> str:
    """The address with each name replaced by its value, which is encoded already."""
    return _NAME.sub(lambda found: values[found[1]], template)


def quoted(value: str) -> str:
    """Percent-encoded; dots too, so that no id leads to another folder."""
    return quote(value.encode("utf-8", "replace"), safe="").replace(".", "%2E")
