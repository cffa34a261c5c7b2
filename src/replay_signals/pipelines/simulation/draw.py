"""Sessions of one day, drawn by seed: who came, what they saw and used, what went wrong, and whether they succeeded."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from replay_signals.pipelines.simulation.arrays import Bools, Floats, Ints
from replay_signals.pipelines.simulation.paths import BOT, Uses, Views, uses_of, views_of
from replay_signals.pipelines.simulation.people import PHONE, flags_of, pick, uniform
from replay_signals.pipelines.simulation.site import BROWSERS, COUNTRIES, LIBRARIES, RELEASES, Site
from replay_signals.pipelines.simulation.trouble import STORMY_USER, Troubles, troubles_of
from replay_signals.pipelines.simulation.world import World
from replay_signals.schemas.digests import EPOCH

DAY_MS = 86_400_000
OPENS_MS, CLOSES_MS = 6 * 3_600_000, 22 * 3_600_000
"""Visits start between 6 and 22 h, so that none crosses midnight."""
WEEK = np.array([1.0, 1.05, 1.1, 1.05, 0.95, 0.55, 0.5])
"""Traffic Monday to Sunday, over that of a usual working day."""
MOBILE, TABLET = 0.5, 0.08
"""Share of visitors on a phone, and of the others on a tablet."""
VISITS_A_USER = 1.6
ORDER_MS = 5_000
"""The outcome comes so long after the last page was left."""
LANDED = -0.05
"""Added to the chance of success where a visit began deep in the site."""
GAP_START, GAP_LEFT, GAP_LIBRARY = 0.8, 0.05, 0
"""Recordings of one library version are lost from a share of the days on, but for a few."""
STORM_DAY, STORM_SESSIONS = 0.6, 120
"""When one visitor comes so many times."""
LEAST_CHANCE, MOST_CHANCE = 0.02, 0.98


class People(NamedTuple):
    """Who came, one element a session. `device`, `browser`, `country` and `library` are places in the site's lists."""

    team: Ints
    user: Ints
    traffic: Ints
    device: Ints
    browser: Ints
    country: Ints
    library: Ints
    flags: Ints


class Day(NamedTuple):
    """One day; times are epoch ms. `lost` is what each trouble, beside its others, took from the chance of success."""

    day: date
    release: int
    people: People
    start_ms: Ints
    end_ms: Ints
    recorded: Bools
    chance: Floats
    order_ms: Ints
    """0 without an order."""
    views: Views
    uses: Uses
    troubles: Troubles
    lost: Floats


def draw(world: World, number: int) -> Day:
    """The day with a number from 0. The same seed gives the same day."""
    random = np.random.default_rng([world.seed, 1 + number])
    day = date.fromordinal(world.first.toordinal() + number)
    people = _people(world, random, day, number)
    count = len(people.user)
    intent = random.normal(0, 1, count)
    start = (day - EPOCH.date()).days * DAY_MS + random.integers(OPENS_MS, CLOSES_MS, count)
    views = views_of(world.site, random, intent, people.traffic, start)
    uses = uses_of(world, random, intent, views)
    end = np.zeros(count, np.int64)
    np.maximum.at(end, views.session, views.end_ms)
    troubles = troubles_of(
        world, random, number, (people.user, people.device, people.flags, people.traffic), views, uses
    )
    chance = _chance(world.site, people, intent, views)
    effects = np.array([problem.effect for problem in world.site.problems] + [0.0] * len(world.spots))
    lost = np.where(troubles.first, effects[troubles.problem], 0.0)
    summed = chance + np.bincount(troubles.session, lost, count)
    left = np.clip(summed, LEAST_CHANCE, MOST_CHANCE)
    lost = left[troubles.session] - np.clip(summed[troubles.session] - lost, LEAST_CHANCE, MOST_CHANCE)
    left = np.where(people.traffic == BOT, 0.0, left)
    return Day(
        day,
        int(RELEASES * number / world.days),
        people,
        start,
        end,
        _recorded(world, random, number, people.library),
        left,
        np.where(random.random(count) < left, end + ORDER_MS, 0),
        views,
        uses,
        troubles,
        lost,
    )


def _people(world: World, random: np.random.Generator, day: date, number: int) -> People:
    site = world.site
    weights = WEEK[[(world.first.toordinal() + n - 1) % 7 for n in range(world.days)]]
    counts = random.poisson(world.sessions * WEEK[day.weekday()] / weights.sum(), world.teams)
    team = np.repeat(np.arange(world.teams), counts)
    user = random.integers(0, max(1, round(world.sessions / VISITS_A_USER)), len(team)) + 1 + STORMY_USER
    traffic = random.choice(3, len(team), p=[1 - site.bots - site.internal, site.bots, site.internal])
    if site.storm and number == int(STORM_DAY * world.days):
        stormy = np.repeat(np.arange(world.teams), STORM_SESSIONS)
        team = np.concatenate([team, stormy])
        user = np.concatenate([user, np.full(len(stormy), STORMY_USER)])
        traffic = np.concatenate([traffic, np.zeros(len(stormy), np.int64)])
    phone, tablet = uniform(user, team, 1) < MOBILE, uniform(user, team, 2) < TABLET
    return People(
        team,
        user,
        traffic,
        np.where(phone, PHONE, np.where(tablet, 2, 0)),
        pick(uniform(user, team, 3), len(BROWSERS)),
        pick(uniform(user, team, 4), len(COUNTRIES)),
        pick(uniform(user, team, 5), len(LIBRARIES)),
        flags_of(user, team),
    )


def _chance(site: Site, people: People, intent: Floats, views: Views) -> Floats:
    """Chance of success of each session when nothing goes wrong."""
    confounded = site.desktop > 0
    count = len(intent)
    mood = np.array([page.success for page in site.pages])
    chance = site.base + np.where(people.device == PHONE, 0.0, site.desktop) + 0.05 * np.tanh(intent) * confounded
    chance += np.bincount(views.session, mood[views.page], count) / np.bincount(views.session, minlength=count)
    chance[views.session[views.first & (views.page > 1)]] += LANDED * confounded
    return np.clip(chance, LEAST_CHANCE, MOST_CHANCE)


def _recorded(world: World, random: np.random.Generator, number: int, library: Ints) -> Bools:
    """Whether a recording came."""
    share = np.full(len(library), world.site.recorded)
    if world.site.gap and number >= GAP_START * world.days:
        share[library == GAP_LIBRARY] = GAP_LEFT
    return random.random(len(library)) < share
