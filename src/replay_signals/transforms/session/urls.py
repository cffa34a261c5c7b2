"""URLs of pages: their parts, and what is kept of them."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

MAX_CHARS = 500
REMEMBERED = 2_000
"""Addresses whose form is kept: a session asks for the same few again and again."""


@lru_cache(maxsize=REMEMBERED)
def split(url: str) -> SplitResult:
    """The parts of a URL; of one that cannot be read (`http://[`) none."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


@lru_cache(maxsize=REMEMBERED)
def path_of(url: str, *, whole: bool = False) -> str:
    """The path of a URL; `whole`: with query and fragment."""
    parts = split(url)
    return urlunsplit(("", "", parts.path, parts.query if whole else "", parts.fragment if whole else ""))


@lru_cache(maxsize=REMEMBERED)
def joined(base: str, reference: str) -> str:
    """The absolute URL that a reference on a page leads to; empty when it cannot be read."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""


@lru_cache(maxsize=REMEMBERED)
def clean(url: str) -> str:
    """The URL without query values and without fragments that are not routes: both carry personal data and secrets.

    `https://shop.test/find?q=shoes#top` -> `https://shop.test/find?q`; `#/cart` and `#!/cart` are routes and stay.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0].partition("#")[0][:MAX_CHARS]
    keys = "&".join(pair.partition("=")[0] for pair in parts.query.split("&")) if parts.query else ""
    route = route_of(parts.fragment).partition("?")[0]
    base = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:" if parts.scheme else ""
    return f"{base}{parts.path}{'?' + keys if keys else ''}{'#' + route if route else ''}"[:MAX_CHARS]


def page_of(url: str) -> str:
    """What of an address says which page it is: host, path and route, without parameters and anchors."""
    parts = split(url)
    return f"{parts.netloc}{parts.path}#{route_of(parts.fragment).partition('?')[0].strip('/!')}"


def route_of(fragment: str) -> str:
    """The route that a fragment is (`/cart`, `!/cart`), with its own parameters; empty for anchors."""
    return fragment if fragment[:1] in ("/", "!") else ""


def same_document(a: str, b: str) -> bool:
    """URLs that differ in the fragment only."""
    return a.partition("#")[0] == b.partition("#")[0]
