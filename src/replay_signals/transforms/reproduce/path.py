"""The steps that matter: from an address that can be opened to the element of a fault, and what is left out between.

The rule. A script opens the newest address before the fault that can be opened (a document or a route, none of it
masked), so whatever was done before on other pages is left out; where the newest cannot, it opens the one before and
makes the click that led on from there, and where none can, the newest without the parameters that are masked. On the
page of the fault it keeps

- clicks that showed the element, or one that a kept step needs: that added it or what it stands in, or changed whether
  one of these is shown or enabled;
- what was typed and chosen in the form that the element is in, with made-up values.

Every other click, all movement and all scrolling is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.judge.rows import Rows, View
from replay_signals.transforms.privacy.texts import MARK
from replay_signals.transforms.reproduce.selectors import ways_to
from replay_signals.transforms.reproduce.steps import Click, Fill, Step, Target
from replay_signals.transforms.reproduce.values import value_for
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.page_views import PageView
from replay_signals.transforms.session.spans import in_ranges
from replay_signals.transforms.session.timeline import Page

MAX_PAGES = 4
"""Pages that a script goes through at most."""
SHOWING = frozenset(
    ("class", "style", "hidden", "open", "inert", "disabled", "aria-hidden", "aria-expanded", "aria-disabled", "src")
)
"""Attributes that decide whether something is shown or enabled."""
_CHOSEN = frozenset(("checkbox", "radio"))


class Path:
    """The ways of one session. `rows` is the session as it was judged."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def target(self, page: Page, control: Control | None, x: int | None, y: int | None, t: float) -> Target:
        """An element that was clicked at a place of the viewport at a time."""
        near = None
        if x is not None and y is not None and (x or y):
            left, top = View(page).scroll(t)
            near = (x + left, y + top)
        if control is None:
            return Target("the place", (), near)
        return Target(element_label(control, None), ways_to(control, page.elements), near)

    def click(self, j: Judged) -> Click:
        """A recorded click as a step."""
        c = j.click
        return Click(self.target(c.page, c.control, c.x, c.y, c.t), c.by_key)

    def to(self, page: Page, t: float, node_id: int | None) -> tuple[str, tuple[Step, ...]] | None:
        """The address to open and the steps to where the node can be used at `t` (epoch ms); None for no way."""
        view = self._view_at(page, t)
        clicks = self._kept(page, t, view.start_ms if view is not None else page.start_ms, node_id)
        steps = [*clicks, *self._filled(page, t, node_id)]
        found = self._opening(view, page.href)
        if found is None:
            return None
        address, before = found
        return address, (*before, *(step for _, step in sorted(steps, key=lambda timed: timed[0])))

    def end(self, page: Page, t: float) -> tuple[str, Judged | None]:
        """The address on which a visit ended at `t`, and the click that led there, if it is known.

        `page` is the last that was recorded; what comes later is known by its events alone.
        """
        own = [view for view in self._rows.views.views if view.window_id == page.window_id]
        view = own[-1] if own and t > page.end_ms else next((view for view in own if view.page is page), None)
        if view is None:
            return page.href, None
        led = self._led_to(view)
        control = None if led is None else led.click.control
        if led is None or control is None:
            return view.url, None
        if control.tag == "a" and control.href:
            leads = _leads(control, led.click.page.href, view.url)
        else:
            leads = any(effect.kind == "navigation" for effect in led.effects)
        return view.url, led if leads else None

    def _view_at(self, page: Page, t: float) -> PageView | None:
        views = [v for v in self._rows.views.views if v.page is page and v.start_ms <= t]
        return views[-1] if views else next((v for v in self._rows.views.views if v.page is page), None)

    def _opening(self, view: PageView | None, href: str) -> tuple[str, list[Step]] | None:
        """An address that can be opened, and the clicks that lead on from there."""
        steps: list[Step] = []
        before = view
        for _ in range(MAX_PAGES):
            address = openable(before.url if before is not None else href)
            if address is not None:
                return address, steps
            led = self._led_to(before)
            if led is None or before is None:
                break
            steps.insert(0, self.click(led))
            before = before.before
        address = openable(view.url if view is not None else href, lossy=True)
        return None if address is None else (address, [])

    def _led_to(self, view: PageView | None) -> Judged | None:
        """The last click on the page view before."""
        if view is None or view.before is None or view.before.page is None:
            return None
        clicks = self._rows.context.by_page.get(view.before.page, ())
        before = [j for j in clicks if view.before.start_ms <= j.click.t <= view.start_ms]
        return before[-1] if before else None

    def _kept(self, page: Page, t: float, since_ms: float, node_id: int | None) -> Iterator[tuple[float, Step]]:
        """Clicks of the page that showed the node, or a node that a kept click needs, the last one first.

        Clicks on the element itself found it shown.
        """
        needed = [] if node_id is None else [node_id]
        clicks = self._rows.context.by_page.get(page, ())
        before = [j for j in clicks if since_ms <= j.click.t < t and j.answered]
        own = next((c.first for c in page.elements.around(node_id)), node_id)
        for j in reversed([j for j in before if j.click.element != own]):
            if any(_showed(j.effects, page, node) for node in needed):
                yield j.click.t, self.click(j)
                if j.click.node_id is not None:
                    needed.append(j.click.node_id)

    def _filled(self, page: Page, t: float, node_id: int | None) -> Iterator[tuple[float, Step]]:
        """What was typed and chosen, before `t`, in the form that the node is in."""
        form = next((c for c in page.elements.around(node_id) if c.tag == "form"), None)
        if form is None:
            return
        for box in typed_fields(page):
            typed = [change.t for change in box.typed if change.t < t]
            if typed and box.form is not None and box.form.first == form.first:
                target = self._field(page, box.control)
                if target.by:
                    yield typed[-1], Fill(target, value_for(box.control))
        yield from self._chosen(page, t, form)

    def _chosen(self, page: Page, t: float, form: Control) -> Iterator[tuple[float, Step]]:
        """Boxes that were checked and lists that were chosen from; of each the last time counts."""
        last: dict[int, tuple[float, Step]] = {}
        for at_ms, record in page.of(records.Input):
            around = list(page.elements.around(record.node_id)) if at_ms < t else []
            box = around[0] if around else None
            if box is None or all(c.first != form.first for c in around):
                continue
            target = self._field(page, box)
            if box.tag == "select" and target.by:
                last[box.first] = at_ms, Fill(target, "", "select")
            elif box.tag == "input" and box.type.lower() in _CHOSEN and record.checked is not None and target.by:
                last[box.first] = at_ms, Fill(target, "", "check" if record.checked else "uncheck")
        yield from last.values()

    def _field(self, page: Page, control: Control) -> Target:
        return Target(element_label(control, None), ways_to(control, page.elements))


def _leads(link: Control, base: str, url: str) -> bool:
    """Does a link lead there? A recorder may lose the last click on a page, and a whole page."""
    return urls.same_document(urls.joined(base, link.href), url)


def openable(url: str, *, lossy: bool = False) -> str | None:
    """Path, query and route of an address; None when privacy masked a part of it, or it is no page of the web.

    `lossy`: parameters that were masked are left out instead.
    """
    parts = urls.split(url)
    if parts.scheme not in ("http", "https"):
        return None
    told = [pair for pair in parts.query.split("&") if pair and not (lossy and MARK.search(pair))]
    route = urls.route_of(parts.fragment)
    address = f"{parts.path or '/'}{'?' + '&'.join(told) if told else ''}{'#' + route if route else ''}"
    return None if MARK.search(address) else address


def _showed(effects: Iterable[Effect], page: Page, node_id: int) -> bool:
    """Did a click add the node or what it stands in, or change whether one of these is shown?"""
    around = [c.first for c in page.elements.chain(node_id)]
    nodes = {node_id, *around}
    for effect in effects:
        if effect.added and any(in_ranges(effect.added, node) for node in nodes):
            return True
        changed = (node for kind, node, name in effect.targets if kind == "a" and name in SHOWING)
        if any(node in nodes or _may_hold(page, node, around, node_id) for node in changed):
            return True
    return False


def _may_hold(page: Page, box: int, around: Sequence[int], node_id: int) -> bool:
    """Could a box that the digest does not know hold the node? Nodes of a snapshot are numbered in document order."""
    own = next(page.elements.chain(box), None)
    if own is not None and own.first == box:
        return False  # it is known, and not among those around the node
    inside = own.first if own is not None else None
    return box < node_id and (inside is None or inside in around)
