"""Effects: everything on a page that could be an answer to a click."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.timeline import Page, Request

Target = tuple[str, int, str]
"""What changed: `c` children of a node, `t` text of a node, `a` an attribute of a node (named); others by kind."""

SETTLE_MS = 1000
"""After a page opens its own scripts still build it; changes in this time say nothing about its background."""


@dataclass(slots=True)
class Effect:
    """One change. `targets` are the changed places of a mutation; `added`, `removed` flat id ranges."""

    t: float
    kind: str
    targets: tuple[Target, ...] = ()
    detail: str = ""
    node_id: int | None = None
    request: Request | None = None
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    alerts: tuple[str, ...] = ()


def effects_of(page: Page) -> list[Effect]:
    """All effects of a page in order of time."""
    effects = [effect for at in page.records if (effect := _effect(*at)) is not None]
    effects += _urls(page)
    effects += [
        Effect(r.start_ms, "request", (("r", 0, f"{r.method} {r.url}"),), r.url, request=r)
        for r in page.requests
        if r.by_script
    ]
    effects.sort(key=lambda e: (e.t, e.kind, e.targets))
    return effects


def _effect(t: float, record: Any) -> Effect | None:
    code = record[1]
    if code == records.MUTATION:
        return _mutation(t, record)
    if code == records.SCROLL:
        return Effect(t, "scroll", (("s", record[2] or 0, ""),), node_id=record[2])
    if code == records.INPUT:
        return Effect(t, "input", (("i", record[2] or 0, ""),), node_id=record[2])
    if code == records.INTERACTION and record[2] in (rrweb.FOCUS, rrweb.BLUR):
        return Effect(t, "focus" if record[2] == rrweb.FOCUS else "blur", node_id=record[3])
    if code in _SIMPLE:
        target = record[3] if code in (records.MEDIA, records.STYLE) else record[2]
        return Effect(t, _SIMPLE[code], ((_SIMPLE[code], target if isinstance(target, int) else 0, ""),))
    if code == records.CUSTOM and record[2] == "window hidden":
        return Effect(t, "hidden")
    return None


def _urls(page: Page) -> list[Effect]:
    """Changes of the URL within the document; a checkout and a repeated page view name the URL it already has."""
    found, current = [], page.href
    for t, record in page.of(records.META, records.CUSTOM):
        href = str(record[2] if record[1] == records.META else record[3])
        if href and href != current:
            current = href
            if t > page.start_ms + SETTLE_MS:
                found.append(Effect(t, "url", detail=href))
    return found


_SIMPLE = {
    records.MEDIA: "media",
    records.STYLE: "style",
    records.CANVAS: "canvas",
    records.SELECTION: "selection",
    records.RESIZE: "resize",
}


def _mutation(t: float, record: Any) -> Effect:
    _, _, parents, texts, attributes, _, _, removed, added, alerts = record[:10]
    targets = [("c", p, "") for p in parents] + [("t", i, "") for i in texts]
    targets += [("a", attributes[i], attributes[i + 1]) for i in range(0, len(attributes), 3)]
    unique = tuple(sorted(set(targets)))
    return Effect(t, "mutation", unique, added=tuple(added), removed=tuple(removed), alerts=tuple(alerts))


def spans(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Sorted, disjoint spans."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted(points):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
