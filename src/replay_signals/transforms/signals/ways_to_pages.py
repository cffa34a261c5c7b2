"""What led to a page: a click, a form, or an address that somebody typed or kept."""

from __future__ import annotations

from collections.abc import Iterator

from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.timeline import Page, Window
from replay_signals.transforms.signals.context import SessionContext

LEADS_ON_MS = 5000
"""From a click to the page that it leads to."""
TYPED_MS = 3000
"""A page of the site that an address leads to begins this soon after the one before was left."""
_FIELDS = frozenset(("input", "select", "textarea", "label", "option"))


def by_address(context: SessionContext, window: Window, page: Page) -> bool:
    """Did an address lead from another page of the site to this one: no click, and nothing that was filled in?"""
    before = window.pages[page.index - 1] if page.index else None
    if (
        before is None
        or page.opened_ms - before.end_ms > TYPED_MS
        or urls.split(before.href)[:2] != urls.split(page.href)[:2]
    ):
        return False
    led = any(not _showed_its_own(context, j, page) for j in _leading_to(context, page))
    return not led and not _may_be_sent(context, before, page)


def was_led_to(context: SessionContext, page: Page) -> bool:
    """Is the page the answer to a click?"""
    return next(_leading_to(context, page), None) is not None


def _leading_to(context: SessionContext, page: Page) -> Iterator[Judged]:
    """Clicks that the page is the answer to."""
    near = (j for j in context.clicks if 0 <= page.start_ms - j.click.t <= LEADS_ON_MS)
    for j in near:
        if any(e.kind in ("navigation", "new window") and e.detail == page.href for e in j.effects):
            yield j


def _showed_its_own(context: SessionContext, j: Judged, page: Page) -> bool:
    """Did a link show what it leads to, within the page before, as events tell the address? Then `page` is not that."""
    control, told = j.click.control, context.addresses.get(page.window_id, [])
    target = urls.clean(urls.joined(j.click.page.href, control.href)) if control is not None and control.href else ""
    shown = any(urls.clean(url) == target for t, url in told if j.click.t < t < page.start_ms)
    return bool(target) and target != urls.clean(page.href) and shown


def _may_be_sent(context: SessionContext, before: Page, page: Page) -> bool:
    """May the page be what came of a form on the one before? Who sent it waits, and presses nothing else meanwhile."""
    typed = typed_fields(before)
    if not typed:
        return False
    last_ms = max(change.t for box in typed for change in box.typed)
    forms = {box.form.first for box in typed if box.form is not None}
    since = (j.click for j in context.by_page[before] if j.click.t > last_ms)
    aside = ((c, c.control) for c in since if c.control is not None and c.control.tag not in _FIELDS)
    return not any(
        (_leads_elsewhere(control, before) or page.start_ms - click.t <= LEADS_ON_MS)
        and forms.isdisjoint(around.first for around in before.elements.around(click.node_id))
        for click, control in aside
    )


def _leads_elsewhere(control: Control, page: Page) -> bool:
    """Is it a link to another page or view of the site?"""
    url = urls.joined(page.href, control.href) if control.tag == "a" and control.href else ""
    return urls.split(url)[:2] == urls.split(page.href)[:2] and urls.clean(url) != urls.clean(page.href)
