"""What does not change from day to day."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from replay_signals.pipelines.simulation.arrays import Floats
from replay_signals.pipelines.simulation.site import FOOTER, LAYOUT, Control, Site


class Spot(NamedTuple):
    """A control at its place; `page` is -1 for one of the layout."""

    page: int
    place: str
    control: Control


class World(NamedTuple):
    """What does not change from day to day: the site and how it is drawn. `sessions` are those of one team and run."""

    site: Site
    spots: tuple[Spot, ...]
    first: date
    days: int
    sessions: int
    seed: int
    teams: int
    background: Floats
    """Rate of trouble at each spot that no planted problem explains."""


def world(site: Site, first: date, days: int, sessions: int, seed: int, teams: int = 1) -> World:
    """Checks that the site is one."""
    spots = [
        Spot(number, page.pattern, control) for number, page in enumerate(site.pages) for control in page.controls
    ] + [Spot(-1, LAYOUT, FOOTER)]
    random = np.random.default_rng([seed, 0])
    background = random.uniform(0.1, 1.0, len(spots)) * site.friction
    return World(site, tuple(spots), first, days, sessions, seed, teams, background)
