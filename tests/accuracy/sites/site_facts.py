"""What is known about a site beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field

Place = tuple[str, str]
"""A page's path and a selector there."""


@dataclass(frozen=True)
class Site:
    """A site: pages to start from, and where its controls are.

    `works` names controls that answer although little or nothing of the answer is in the page's document; a click on
    one is labelled `works:<what>`. `rapid` are controls that one may click quickly. `ambient` are places that change by
    themselves; pixels there prove nothing.
    """

    name: str
    start: tuple[str, ...]
    weight: float = 1.0
    works: dict[str, str] = field(default_factory=dict)
    rapid: tuple[str, ...] = ()
    ambient: tuple[str, ...] = ()
    drags: tuple[str, ...] = ()
    missing: str = "/missing/page-{n}.html"
    own: bool = False
    """One of the pages in `pages/`: its rapid controls are known to answer."""
    loads: bool = True
    """Links load documents; False: a single-page site."""
    long: str = ""
    """A page that is higher than a window."""
    draws: tuple[str, ...] = ()
    """Canvases to draw on."""
    dead: tuple[Place, ...] = ()
    """Controls that their author forgot."""
    blocked: tuple[Place, ...] = ()
    """Controls that are disabled."""
    slow: tuple[tuple[str, str, int], ...] = ()
    """Page, control, and after how many ms it answers."""
    forms: tuple[tuple[str, str, str], ...] = ()
    """Page, text fields and button of forms that take what is typed."""
    refused: tuple[tuple[str, str, str], ...] = ()
    """Page, field and button of forms that answer short input with an error."""
    live: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """Page, field that answers at once, and words for it."""
    chosen: str = ""
    """What suggestions are, if such a field has some."""
    prefilled: tuple[str, ...] = ()
    """Pages whose script fills a form."""
