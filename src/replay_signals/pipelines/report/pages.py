"""Templates of the pages, and how they show numbers. Whatever they are given is escaped."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from replay_signals.transforms.report.chart import share

POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:; "
    "frame-src 'self' file:; base-uri 'none'; form-action 'none'"
)
"""What a page may load: what lies beside it (from disk that is `file:`), and nothing that stands in it."""


@cache
def environment() -> Environment:
    """The templates, with autoescape and without silence about what is missing."""
    found = Environment(
        loader=PackageLoader("replay_signals.pipelines.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {"whole": _whole, "share": _share, "date": _date, "day_share": lambda one: _share(share(one))}
    found.globals["policy"] = POLICY
    return found


def page(template: str, **shown: Any) -> bytes:
    """One page."""
    return environment().get_template(template).render(**shown).encode("utf-8", "backslashreplace")


def _whole(number: int) -> str:
    return f"{number:,}"


def _share(part: float) -> str:
    percent = 100 * part
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1f} %"


def _date(when: date) -> str:
    return f"{when.day} {when:%b %Y}"
