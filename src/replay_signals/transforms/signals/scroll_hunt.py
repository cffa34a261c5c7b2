"""scroll_hunt: scrolling up and down in search of something.

Within 8 s the direction of scrolling changes at least 4 times, with less than 1 s between one leg and the next (a
longer pause is reading). Each leg moves at least a tenth of a screen (or, on a page with little room to scroll, half of
that room; in a box of the page the longest moves a fifth of a screen), nothing is clicked or typed in between, and the
visitor ends near where the hunt began: the path is at least three times the net movement. Clarity compares with the
page's own average, which a single session does not have.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "scroll_hunt"
WINDOW_MS = 8000
"""For the first `MIN_TURNS` turns: two seconds a leg leave no time to read."""
LEG_MS = 2000
"""The most of the first and the last leg that counts to it."""
MIN_TURNS = 4
"""Changes of direction; who looks something up above and returns makes two."""
PAUSE_MS = 1000
"""A longer pause between two legs is reading."""
MIN_LEG_SHARE = 0.1
"""Of the screen's height: less does not bring new content into view."""
MIN_LEG_PX = 20
"""Less is the wheel's last notch bouncing."""
MIN_BOX_SHARE = 0.2
"""Of the screen's height, for the longest leg in a box of the page: what little it hides is seen at a glance."""
MIN_ROOM_SHARE = 0.5
"""Of the longest leg, on pages with little room to scroll."""
JUMP_SHARE = 1.5
"""Of the screen: a page that is first seen scrolled further down began there, at an anchor or where it was left."""
MIN_PATH_RATIO = 3
"""Path over net movement: a hunt ends near where it began."""
LONG, SHORT = "long", "short"
"""Grades of evidence: more turns are surer; comparing two places of a page looks the same."""

Leg = tuple[float, float, float]
"""Start and end (epoch ms) and signed distance (px) of scrolling in one direction."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    turns: Annotated[int, doc("Changes of direction")]
    path_px: Annotated[int, doc("Length of the path, CSS pixels")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per uninterrupted hunt."""
    found = []
    for page in context.timeline.pages:
        acts = [j.click.t for j in context.by_page[page]]
        acts += [t for t, _ in page.of(records.Input)]
        acts.sort()
        height_px = page.height_px
        for node, legs in _legs(page, height_px).items():
            least = 0.0 if node in page.elements.root_ids else MIN_BOX_SHARE * height_px
            found += [_finding(page, run) for run in _hunts(legs, acts) if _range(run) >= least]
    return found


def _finding(page: Page, run: list[Leg]) -> Finding[Evidence]:
    turns = len(run) - 1
    path = sum(abs(d) for _, _, d in run)
    seconds = (run[-1][1] - run[0][0]) / 1000
    return Finding(
        KIND,
        page,
        run[0][0],
        run[-1][1],
        LONG if turns > MIN_TURNS else SHORT,
        f"Scrolled up and down {turns} times in {seconds:.1f} s",
        Evidence(turns=turns, path_px=round(path)),
        blocked=0.2,
    )


def _legs(page: Page, height_px: float) -> dict[int, list[Leg]]:
    """Legs of each scrolled node."""
    last: dict[int, float] = {}
    legs: dict[int, list[Leg]] = {}
    for t, scroll in page.of(records.Scroll):
        node, y = scroll.node_id or 0, scroll.y_px or 0
        jumped = node not in last and y > JUMP_SHARE * height_px
        step = 0.0 if jumped else y - last.get(node, 0.0)
        last[node] = y
        if not step:
            continue
        own = legs.setdefault(node, [])
        if own and own[-1][2] * step > 0 and t - own[-1][1] < PAUSE_MS:
            own[-1] = (own[-1][0], t, own[-1][2] + step)
        else:
            own.append((t, t, step))
    return {node: _long(own, height_px) for node, own in legs.items()}


def _long(legs: list[Leg], height: float) -> list[Leg]:
    room = max((abs(d) for _, _, d in legs), default=0.0)
    least = max(MIN_LEG_PX, min(MIN_LEG_SHARE * height, MIN_ROOM_SHARE * room))
    return [leg for leg in legs if abs(leg[2]) >= least]


def _hunts(legs: list[Leg], acts: list[float]) -> list[list[Leg]]:
    runs: list[list[Leg]] = []
    for leg in legs:
        run = runs[-1] if runs else None
        follows = run is not None and leg[2] * run[-1][2] < 0 and leg[0] - run[-1][1] < PAUSE_MS
        if run is not None and follows and not any(run[-1][1] < t < leg[1] for t in acts):
            run.append(leg)
        else:
            runs.append([leg])
    return [run for run in runs if len(run) > MIN_TURNS and _dense(run) and _returns(run)]


def _dense(run: list[Leg]) -> bool:
    """Were the turns close enough? What led there and away may have taken longer than a leg of a hunt."""
    first, last = run[:-MIN_TURNS], run[MIN_TURNS:]
    spans = ((max(a[0], a[1] - LEG_MS), min(b[1], b[0] + LEG_MS)) for a, b in zip(first, last, strict=True))
    return any(end - start <= WINDOW_MS for start, end in spans)


def _returns(run: list[Leg]) -> bool:
    """Does it end near where it began? What led there and away, in the direction of a leg, is not of it."""
    most = _range(run)
    moved = [max(-most, min(most, d)) for _, _, d in run]
    return sum(map(abs, moved)) >= MIN_PATH_RATIO * abs(sum(moved))


def _range(run: list[Leg]) -> float:
    """The longest leg of the hunt itself, without what led there and away."""
    return max(abs(d) for _, _, d in run[1:-1])


SIGNAL = Signal(
    kind=KIND,
    title="scrolling up and down in search of something",
    detect=detect,
    scope=Scope.MOVEMENT,
    gesture=None,
    after_others=False,
    settled_ms=settling.soon_after,
    problem_type="confusion",
    failure="reading",
    is_trouble=False,
    evidence=Evidence,
)
