"""Paths: which pages each session saw, and which controls it used there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from replay_signals.pipelines.simulation.arrays import Bools, Floats, Ints
from replay_signals.pipelines.simulation.site import Site
from replay_signals.pipelines.simulation.world import World

MEAN_PAGES = 2.5
BOT_VIEWS = 8
DWELL_MS, LEAST_DWELL_MS = 20_000, 12_000
FIRST_USE_MS, NEXT_USE_MS = 2_000, 1_500
"""When a page's controls are used after it was opened; uses of one page follow each other."""
BOT = 1
"""Kind of traffic: 0 visitor, 1 bot, 2 internal."""


class Views(NamedTuple):
    """Page views, one element each; `page` is a place in the site's list."""

    session: Ints
    page: Ints
    ms: Ints
    end_ms: Ints
    first: Bools
    last: Bools


def views_of(site: Site, random: np.random.Generator, intent: Floats, traffic: Ints, start: Ints) -> Views:
    """Different pages of each session in the order of their visits: drawn by weight without putting back (Gumbel)."""
    count, pages = len(intent), len(site.pages)
    many = np.where(traffic == BOT, BOT_VIEWS, 1 + random.poisson(MEAN_PAGES, count))
    many = np.minimum(many, pages).astype(np.int64)
    drawn = np.log([page.weight for page in site.pages]) + np.outer(intent, [page.intent for page in site.pages])
    order = np.argsort(-(drawn + random.gumbel(size=(count, pages))), axis=1)
    inside = np.arange(pages) < many[:, None]
    session, place = np.nonzero(inside)
    dwell: Ints = LEAST_DWELL_MS + np.asarray(random.exponential(DWELL_MS, inside.shape)).astype(np.int64)
    dwell[~inside] = 0
    ends = start[:, None] + np.cumsum(dwell, axis=1)
    return Views(
        session.astype(np.int64),
        order[inside].astype(np.int64),
        (ends - dwell)[inside],
        ends[inside],
        place == 0,
        place == many[session] - 1,
    )


class Uses(NamedTuple):
    """Uses of controls: the view it happened in, and which of the world's spots it was."""

    session: Ints
    view: Ints
    spot: Ints
    ms: Ints


def uses_of(world: World, random: np.random.Generator, intent: Floats, views: Views) -> Uses:
    """Each control of each page view by its chance; those of the layout once a session at most, more by wanderers."""
    found: list[tuple[Ints, Ints, Ints]] = []
    nth: dict[int, int] = {}
    for number, spot in enumerate(world.spots):
        place = nth[spot.page] = nth.get(spot.page, -1) + 1
        here = np.arange(len(views.page)) if spot.page < 0 else np.flatnonzero(views.page == spot.page)
        chance = np.full(len(here), spot.control.chance)
        if spot.page < 0:
            chance = chance * np.exp(-intent[views.session[here]])
        view = here[random.random(len(here)) < chance]
        if spot.page < 0:
            view = view[np.unique(views.session[view], return_index=True)[1]]
        at = views.ms[view] + FIRST_USE_MS + NEXT_USE_MS * place + random.integers(0, 1_000, len(view))
        found.append((view, np.full(len(view), number), at))
    view, used, at = (np.concatenate(parts).astype(np.int64) for parts in zip(*found, strict=True))
    return Uses(views.session[view], view, used, at)
