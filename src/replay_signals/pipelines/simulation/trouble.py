"""What went wrong: planted problems, background trouble, bots, and one visitor's storm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from replay_signals.pipelines.simulation.arrays import Bools, Ints
from replay_signals.pipelines.simulation.paths import BOT, Uses, Views
from replay_signals.pipelines.simulation.people import PHONE, variant
from replay_signals.pipelines.simulation.site import Problem
from replay_signals.pipelines.simulation.world import World

BOT_TROUBLE = 0.5
"""Of a bot's clicks: it clicks what is not there."""
STORMY_USER = 0
STORMY_SPOT = 0
"""Visitor for whom one control fails all day, and that control."""


class Troubles(NamedTuple):
    """Each time something went wrong; `use` is -1 where no control was used.

    `problem` is a place in the site's list, from its length on a spot with background trouble. `first` marks the
    first one of its session and problem.
    """

    session: Ints
    problem: Ints
    use: Ints
    view: Ints
    first: Bools


def troubles_of(
    world: World,
    random: np.random.Generator,
    number: int,
    who: tuple[Ints, Ints, Ints, Ints],
    views: Views,
    uses: Uses,
) -> Troubles:
    """What went wrong on a day; `who` is user, device, flags and traffic of each session."""
    user, device, flags, traffic = who
    found: list[tuple[Ints, Ints, Ints, Ints, Bools]] = []
    for place, problem in enumerate(world.site.problems):
        use, view = _meetings(world, problem, views, uses)
        if not problem.start * world.days <= number < problem.end * world.days:
            continue
        session = views.session[view]
        owner, first = np.unique(session, return_index=True)
        chance = np.zeros(len(user))
        chance[owner] = problem.share * np.where(device[owner] == PHONE, problem.mobile, 1.0)
        chance[owner] *= np.where(views.first[view[first]], problem.entry, 1.0)
        if problem.flag:
            chance[owner] *= np.where(variant(flags[owner], problem.flag) == problem.variant, problem.times, 1.0)
        hit = random.random(len(user)) < chance  # one draw a session: who has the fault has it every time
        at = np.flatnonzero(hit[session])
        found.append((session[at], np.full(len(at), place), use[at], view[at], np.isin(at, first)))
    found += _background(world, random, number, traffic, user, uses)
    session, problem_, use, view, first_ = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Troubles(session, problem_, use, view, first_)


def _meetings(world: World, problem: Problem, views: Views, uses: Uses) -> tuple[Ints, Ints]:
    """(use, view) of each time that sessions could meet a problem, by time; use is -1 where it needs none."""
    if problem.controls or problem.route:
        wanted = [
            n
            for n, spot in enumerate(world.spots)
            if (spot.place == problem.page and spot.control.key in problem.controls)
            or (problem.route and spot.control.route == problem.route.rpartition(" ")[0])
        ]
        use = np.flatnonzero(np.isin(uses.spot, wanted))
        use = use[np.argsort(uses.ms[use], kind="stable")].astype(np.int64)
        return use, uses.view[use]
    page = next(n for n, page in enumerate(world.site.pages) if page.pattern == problem.page)
    view = np.flatnonzero(views.page == page).astype(np.int64)
    return np.full(len(view), -1), view


def _background(
    world: World, random: np.random.Generator, number: int, traffic: Ints, user: Ints, uses: Uses
) -> list[tuple[Ints, Ints, Ints, Ints, Bools]]:
    """Trouble of no planted problem: a little everywhere, more at weekends; bots everywhere; one visitor's storm."""
    site = world.site
    weekend = (world.first.toordinal() + number - 1) % 7 >= 5
    unrest = random.lognormal(-(site.unrest**2) / 2, site.unrest, len(world.spots))
    rate = world.background * unrest * (1 + site.rhythm * weekend)
    chance = rate[uses.spot]
    chance = np.where(traffic[uses.session] == BOT, BOT_TROUBLE, chance)
    chance = np.where((user[uses.session] == STORMY_USER) & (uses.spot == STORMY_SPOT), 1.0, chance)
    use = np.flatnonzero(random.random(len(uses.spot)) < chance).astype(np.int64)
    problem = len(site.problems) + uses.spot[use]
    return [(uses.session[use], problem, use, uses.view[use], np.ones(len(use), np.bool_))]
