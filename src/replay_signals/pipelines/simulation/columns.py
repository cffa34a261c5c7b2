"""Columns that the tables of a simulated day share: ids, names by number, times, places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from replay_signals.pipelines.simulation.arrays import Bools, Floats, Ints
from replay_signals.pipelines.simulation.draw import Day
from replay_signals.pipelines.simulation.problems import causes
from replay_signals.pipelines.simulation.site import HOST, LAYOUT
from replay_signals.pipelines.simulation.speed import speed_of
from replay_signals.pipelines.simulation.world import World

TIME = pa.timestamp("us", "UTC")


class Drawn:
    """One day and what its tables share."""

    def __init__(self, world: World, day: Day) -> None:
        self.world, self.day = world, day
        count = len(day.start_ms)
        self.ids = pa.array([f"sim{world.seed}-{day.day:%Y%m%d}-{n:07d}" for n in range(count)])
        self.teams = pa.array([str(team + 1) for team in range(world.teams)]).take(pa.array(day.people.team))
        self.users = pa.array(
            [f"user-{team}-{user}" for team, user in zip(day.people.team + 1, day.people.user, strict=True)]
        )
        self.causes = causes(world)
        self.speed = speed_of(world, (day.day - world.first).days, day)
        self.seen_views = np.flatnonzero(day.recorded[day.views.session])
        self.seen_uses = np.flatnonzero(day.recorded[day.uses.session])
        self.seen_troubles = np.flatnonzero(day.recorded[day.troubles.session])
        self.patterns = [page.pattern for page in world.site.pages]
        self.urls = [f"https://{HOST}{p.replace(':id', '4711').replace(':slug', 'a-story')}" for p in self.patterns]

    def owner(self, session: Ints) -> dict[str, Any]:
        """Key columns of rows of these sessions."""
        ids = self.ids.take(pa.array(session))
        return {"team": self.teams.take(pa.array(session)), "session_id": ids, "window_id": ids}

    def page(self, view: Ints) -> dict[str, Any]:
        """Address and pattern of these views."""
        page = self.day.views.page[view]
        return {"page": named(self.urls, page), "page_pattern": named(self.patterns, page)}

    def numbered(self, letter: str, numbers: Ints) -> pa.Array:
        """Ids that are unique within the day; empty for what is not there (-1)."""
        stem = f"sim{self.world.seed}-{self.day.day:%Y%m%d}-{letter}"
        return pa.array([f"{stem}{n:08d}" if n >= 0 else "" for n in numbers])

    def places(self, spot: Ints, view: Ints) -> pa.Array:
        """Place of controls used in views: the page, or the layout."""
        page = np.array(self.patterns)[self.day.views.page[view]]
        of_layout = np.array([one.page < 0 for one in self.world.spots])[spot]
        return pa.array(np.where(of_layout, LAYOUT, page))

    def trouble_places(self, at: Ints) -> pa.Array:
        """Place of troubles."""
        use, page = self.day.troubles.use[at], np.array(self.patterns)[self.day.views.page[self.day.troubles.view[at]]]
        of_layout = np.array([one.page < 0 for one in self.world.spots])[self.day.uses.spot[np.maximum(use, 0)]]
        return pa.array(np.where(of_layout & (use >= 0), LAYOUT, page))

    def trouble_ms(self, at: Ints) -> Ints:
        """When troubles began: at the use, or when the page was opened."""
        use, view = self.day.troubles.use[at], self.day.troubles.view[at]
        if not len(self.day.uses.ms):
            opened: Ints = self.day.views.ms[view]
            return opened
        found: Ints = np.where(use >= 0, self.day.uses.ms[np.maximum(use, 0)], self.day.views.ms[view])
        return found

    def silent(self) -> Bools:
        """Uses that nothing answered."""
        silent = np.zeros(len(self.day.uses.spot), np.bool_)
        mute = np.array([cause.origin.failure == "silence" for cause in self.causes])
        silent[self.day.troubles.use[mute[self.day.troubles.problem]]] = True
        return silent

    def problem_ids(self, session: Ints, number: Ints) -> pa.Array:
        """A cause has another id in each team."""
        team = self.day.people.team[session]
        pairs, back = np.unique(team * len(self.causes) + number, return_inverse=True)
        ids = [self.causes[int(pair % len(self.causes))].id_of(int(pair // len(self.causes))) for pair in pairs]
        return pa.array(ids, pa.string()).take(pa.array(back))

    def text(self, name: str, number: Ints) -> pa.Array:
        """A text attribute of each number's cause, or of its origin."""
        said = [getattr(cause if hasattr(cause, name) else cause.origin, name) for cause in self.causes]
        return pa.array(said, pa.string()).take(pa.array(number))


def neighbours(page: Ints, is_edge: Bools) -> Ints:
    """The page before each one of its session; -1 at the edge."""
    found: Ints = np.concatenate([[-1], page[:-1]]).astype(np.int64)
    found[is_edge] = -1
    return found


def known(ms: Floats) -> pa.Array:
    """Times to a tenth of a millisecond; null for NaN."""
    return pa.array(np.round(ms, 1), from_pandas=True)


def named(names: Sequence[str], numbers: Ints) -> pa.Array:
    """Names by number; -1 is the last one."""
    return pa.array(list(names)).take(pa.array(np.where(numbers < 0, len(names) - 1, numbers)))


def times(ms: Ints) -> pa.Array:
    """Epoch ms as timestamps."""
    return pa.array(np.asarray(ms) * 1_000, pa.int64()).cast(TIME)


def maps(values: Sequence[dict[str, Any]]) -> list[list[tuple[str, Any]]]:
    """Dictionaries as Arrow takes maps."""
    return [sorted(value.items()) for value in values]


def repeated(value: object, kind: pa.DataType, count: int) -> pa.Array:
    """The same value in all rows. Arrow cannot take from maps, so these are made one by one."""
    if isinstance(value, dict):
        return pa.array(maps([value]) * count, kind)
    return pa.array([value], kind).take(pa.array(np.zeros(count, np.int64)))
