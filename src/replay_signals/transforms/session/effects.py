"""Effects: everything on a page that could be an answer to a click."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import Mutation, ReplayRecord
from replay_signals.transforms.session.ordered import of_kinds
from replay_signals.transforms.session.shown_late import shown_late
from replay_signals.transforms.session.timeline import Page, Request

Target = tuple[str, int, str]
"""What changed: `c` children of a node, `t` text of a node, `a` an attribute of a node (named); others by kind."""

SETTLE_MS = 1000
"""After a page opens its own scripts still build it; changes in this time say nothing about its background."""

LOOKS = frozenset(("class", "style"))
"""Attributes that a page draws a node by."""

UNSEEN = frozenset(("data-user-invalid", "data-user-valid", "name", "tabindex"))
"""Attributes that nobody sees: React writes a field's name with every render, Shoelace what it thinks of a value, a
group of buttons which of them the Tab key leads to."""


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

    def is_only_of(self, names: Container[str]) -> bool:
        """Does it change nothing but these attributes?"""
        return all(kind == "a" and name in names for kind, _, name in self.targets)


def effects_of(page: Page) -> list[Effect]:
    """All effects of a page in order of time."""
    changes = ((t, r) for t, r in of_kinds(page.records, *_CHANGES) if not _is_drawn_anew(r, page))
    effects = [effect for t, record in changes if (effect := _effect(t, record)) is not None]
    if page.elements.title_ids:
        effects = [effect for effect in effects if not _is_of_titles(effect, page.elements.title_ids)]
    effects += _urls(page)
    effects += [_shown(t, nodes) for t, nodes in shown_late(page)]
    effects += [
        Effect(r.start_ms, "request", (("r", 0, f"{r.method} {r.url}"),), r.url, request=r)
        for r in page.requests
        if r.by_script
    ]
    effects.sort(key=lambda e: (e.t, e.kind, e.targets))
    return effects


def _is_drawn_anew(record: ReplayRecord, page: Page) -> bool:
    """Does a component adopt its style sheets? It does whenever it is drawn, the same ones as a rule."""
    if not isinstance(record, records.Style) or record.source != rrweb.ADOPTED_STYLE_SHEET:
        return False
    return record.node_id not in page.elements.root_ids


def _is_of_titles(effect: Effect, titles: Container[int]) -> bool:
    """Does only the title change, which is above the page, in the browser's own bar? Its text follows it."""
    return effect.kind == "mutation" and all(
        (kind == "c" and node in titles) or (kind == "t" and node - 1 in titles) for kind, node, _ in effect.targets
    )


def _effect(t: float, record: ReplayRecord) -> Effect | None:
    if isinstance(record, records.Mutation):
        return _mutation(t, record)
    if isinstance(record, records.Interaction):
        kind = _FOCUS.get(record.kind)
        return None if kind is None else Effect(t, kind, node_id=record.node_id)
    if isinstance(record, records.Scroll):
        return Effect(t, "scroll", (("s", record.node_id or 0, ""),), node_id=record.node_id)
    if isinstance(record, records.Input):
        return Effect(t, "input", (("i", record.node_id or 0, ""),), node_id=record.node_id)
    if isinstance(record, records.Custom):
        return Effect(t, "hidden") if record.tag == "window hidden" else None
    if isinstance(record, _CHANGES_OF_NODES):
        return _simple(t, _NODE_EFFECTS[type(record)], record.node_id or 0)
    if isinstance(record, records.Selection):
        return _simple(t, "selection", int(record.collapsed))
    return _simple(t, "resize", record.width_px or 0) if isinstance(record, records.Resize) else None


_FOCUS: dict[int | None, str] = {rrweb.FOCUS: "focus", rrweb.BLUR: "blur"}
_CHANGES = (
    records.Mutation,
    records.Interaction,
    records.Scroll,
    records.Input,
    records.Custom,
    records.Media,
    records.Style,
    records.Canvas,
    records.Selection,
    records.Resize,
)
_CHANGES_OF_NODES = (records.Media, records.Style, records.Canvas)
_NODE_EFFECTS: dict[type, str] = {records.Media: "media", records.Style: "style", records.Canvas: "canvas"}


def _simple(t: float, kind: str, target: int) -> Effect:
    return Effect(t, kind, ((kind, target, ""),))


def _urls(page: Page) -> list[Effect]:
    """Changes of the URL within the document, where a record tells of them as they happen.

    A checkout names the URL that the document has by then, which may have changed any time before; a repeated page view
    names the one it already has.
    """
    found, current = [], page.href
    of_checkouts = set(_checkouts(page))
    for t, record in page.of(records.Meta, records.Custom):
        if record.href and record.href != current:
            current = record.href
            if t > page.start_ms + SETTLE_MS and t not in of_checkouts:
                found.append(Effect(t, "url", detail=record.href))
    return found


def _checkouts(page: Page) -> Iterator[float]:
    """Times of the meta events that come with a full snapshot."""
    meta_ms: float | None = None
    for t, record in page.of(records.Meta, records.FullSnapshot):
        if isinstance(record, records.Meta):
            meta_ms = t
        elif meta_ms is not None:
            yield meta_ms
            meta_ms = None


def _mutation(t: float, record: Mutation) -> Effect:
    targets = [("c", p, "") for p in record.parents] + [("t", i, "") for i in record.texts]
    targets += [("a", node_id, name) for node_id, name, _ in record.attributes]
    unique = tuple(sorted(set(targets)))
    removed, added, alerts = tuple(record.removed), tuple(record.added), tuple(record.alerts)
    return Effect(t, "mutation", unique, added=added, removed=removed, alerts=alerts)


def _shown(t: float, nodes: list[int]) -> Effect:
    targets = tuple(("c", node_id, "") for node_id in nodes)
    return Effect(t, "mutation", targets, added=tuple(bound for node_id in nodes for bound in (node_id, node_id)))
