"""URLs of pages: what is kept of them, and the pattern that groups them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

_ID = re.compile(
    r"^(?:\d+|.*\[[a-z_]+:[b-v]{5}\].*|[0-9a-f]{8,}|[0-9a-f-]{32,36}|[A-Za-z0-9_-]*\d[A-Za-z0-9_-]{15,}|[^@/]+@[^@/]+)$",
    re.IGNORECASE,
)
MAX_CHARS = 500


def split(url: str) -> SplitResult:
    """The parts of a URL; of one that cannot be read (`http://[`) none."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def joined(base: str, reference: str) -> str:
    """The absolute URL that a reference on a page leads to; empty when it cannot be read."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""


def clean(url: str) -> str:
    """The URL without query values and without fragments that are not routes: both carry personal data and secrets.

    `https://shop.test/find?q=shoes#top` -> `https://shop.test/find?q`; `#/cart` and `#!/cart` are routes and stay.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0].partition("#")[0][:MAX_CHARS]
    keys = "&".join(pair.partition("=")[0] for pair in parts.query.split("&")) if parts.query else ""
    route = parts.fragment.partition("?")[0] if parts.fragment[:1] in ("/", "!") else ""
    base = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:" if parts.scheme else ""
    return f"{base}{parts.path}{'?' + keys if keys else ''}{'#' + route if route else ''}"[:MAX_CHARS]


def pattern(url: str) -> str:
    """Path (and route) with ids replaced: `/orders/4711` -> `/orders/:id`. Ids are numbers, hashes, UUIDs, tokens."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = "/".join(_segment(s) for s in parts.path.split("/")) or "/"
    if parts.fragment[:1] in ("/", "!"):
        path += "#" + "/".join(_segment(s) for s in parts.fragment.partition("?")[0].split("/"))
    return path[:MAX_CHARS]


def _segment(segment: str) -> str:
    return ":id" if _ID.match(segment) else segment
