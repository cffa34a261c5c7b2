"""Other views: what comes some time after a silent click by other means is no late answer to it.

Who gets nothing goes back, types an address or presses a key. On a single-page site that brings another view within the
same document, which looks like an answer that took its time. Menus mark where the visitor is, so the link that becomes
the current one tells where the view belongs.
"""

from __future__ import annotations

from collections.abc import Iterable

from replay_signals.transforms.clicks.observability import link_target
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.spans import pairs
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.session.turns import MARKS


def leads_elsewhere(page: Page, changes: Iterable[Effect], click: Click) -> bool:
    """Does another link than the one clicked become the current one?

    What is no link may lead anywhere, too, and waits for a response then; where no requests are recorded, nobody knows.
    """
    target = link_target(click.control, page.href)
    if target is None and not page.requests:
        return False
    marked = {(node, e.t) for e in changes for kind, node, name in e.targets if kind == "a" and name in MARKS}
    return any(_turned_to_link(page, node, t, click, target) for node, t in marked)


def _turned_to_link(page: Page, node_id: int, t: float, click: Click, target: str | None) -> bool:
    link = next(page.elements.chain(node_id), None)
    if link is None or link.first != node_id or (click.control is not None and click.control.first == node_id):
        return False
    where = link_target(link, page.href)
    became = page.elements.chosen(link, t) and not page.elements.chosen(link, t - 1)
    return where is not None and where != target and became


def lays_over(page: Page, effect: Effect) -> bool:
    """Does nothing come but layers that nobody can see?"""
    if not effect.added or effect.removed or any(kind != "c" for kind, _, _ in effect.targets):
        return False
    return all(first == last and _is_layer(page, first) for first, last in pairs(effect.added))


def _is_layer(page: Page, node_id: int) -> bool:
    own = next(page.elements.chain(node_id), None)
    return own is not None and own.first == node_id and "u" in own.flags
