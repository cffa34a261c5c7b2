"""Routes of requests: one name for all requests to one endpoint."""

from __future__ import annotations

from replay_signals.transforms.causes.pages import PagePatterns
from replay_signals.transforms.session import urls


def route_of(method: str, url: str, page: str, patterns: PagePatterns) -> str:
    """Method and path pattern, with the host where it is another than the page's: `POST api.pay.test/v1/cards/:id`.

    A request whose method the recorder did not see is a GET, as those of markup are.
    """
    path = patterns.of(urls.path_of(url) or "/")
    netloc = urls.split(url).netloc
    host = netloc if netloc != urls.split(page).netloc else ""
    return f"{(method or 'GET').upper()} {host}{path}"


def status_class(status: int | None) -> str:
    """`2xx`, `4xx` …; empty when the status is not known."""
    return f"{status // 100}xx" if status is not None else ""
