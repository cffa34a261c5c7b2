"""A simulated day as Arrow rows of the warehouse's tables: what a judge would have written of such sessions."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from replay_signals.pipelines.iceberg.row_columns import columns_of, identity_of
from replay_signals.pipelines.iceberg.schema import schema_of
from replay_signals.pipelines.simulation.arrays import Ints
from replay_signals.pipelines.simulation.columns import Drawn, known, maps, named, neighbours, repeated, times
from replay_signals.pipelines.simulation.draw import Day
from replay_signals.pipelines.simulation.people import systems_of, variants_of
from replay_signals.pipelines.simulation.problems import Cause
from replay_signals.pipelines.simulation.site import (
    BROWSERS,
    COUNTRIES,
    DEVICES,
    HOST,
    LIBRARIES,
    OUTCOME,
    SYSTEMS,
)  # fmt: skip
from replay_signals.pipelines.simulation.speed import FIRST_BYTE, LOADED
from replay_signals.pipelines.simulation.world import World
from replay_signals.schemas.rows import TABLES
from replay_signals.schemas.rules import Rules

TRAFFIC = ("visitor", "bot", "internal")
REACTION_MS = 120.0
REQUEST_AFTER_MS, REQUEST_MS = 40, 300.0
CONFIDENCE = 0.9
FOLLOWING = "unexpected_exit"
"""Kind of the signal that a trouble leads to."""


def tables_of(world: World, day: Day, rules: Rules) -> Iterator[tuple[str, pa.Table]]:
    """(table, rows) of a day, each sorted by its key. Sessions without a recording have events alone."""
    drawn = _Tables(world, day)
    shared = {"day": day.day, "rules_version": rules.version, "revision": 1}
    makers: Mapping[str, Callable[[], dict[str, Any]]] = {
        "events": drawn.events,
        "page_views": drawn.page_views,
        "network_requests": drawn.network_requests,
        "exceptions": drawn.exceptions,
        "interactions": drawn.interactions,
        "signals": drawn.signals,
        "sessions": drawn.sessions,
    }
    for name, make in makers.items():
        rows = _table(name, make(), shared)
        yield name, rows.sort_by([(key, "ascending") for key in identity_of(name)])


def points(cause: Cause) -> dict[str, float]:
    """Parts of the severity of a cause's signals, which they add up to: what is blocked, the rest for its place."""
    blocked = round(35 * cause.blocked, 1)
    parts = {"blocked": blocked, "place": round(cause.severity - blocked, 1)}
    return {name: part for name, part in parts.items() if part}


def _table(name: str, given: Mapping[str, Any], shared: Mapping[str, object]) -> pa.Table:
    """Rows with the given columns; all others hold their zero, or what all rows of the run share."""
    count = len(next(iter(given.values())))
    arrays = []
    for field, column in zip(schema_of(name).as_arrow(), columns_of(TABLES[name]), strict=True):
        if field.name in given:
            found = given[field.name]
            arrays.append(found.cast(field.type) if isinstance(found, pa.Array) else pa.array(found, field.type))
        else:
            value = shared.get(field.name, column.zero)
            arrays.append(repeated(value, field.type, count))
    return pa.Table.from_arrays(arrays, schema=schema_of(name).as_arrow())


class _Tables(Drawn):
    """The tables of one day."""

    def sessions(self) -> dict[str, Any]:
        """One row for each recorded session."""
        at = np.flatnonzero(self.day.recorded)
        day, who = self.day, self.day.people
        flags, combination = np.unique(who.flags[at], return_inverse=True)
        variants = [variants_of(int(code)) for code in flags]
        return {
            **self.owner(at),
            "distinct_id": self.users.take(pa.array(at)),
            "person_id": self.users.take(pa.array(at)),
            "flags": maps([variants[code] for code in combination]),
            "started_at": times(day.start_ms[at]),
            "ended_at": times(day.end_ms[at]),
            "snapshot_source": pa.array(["web"] * len(at)),
            "witness": pa.array(["full"] * len(at)),
            "judgeable": pa.array(["ok"] * len(at)),
            "host": pa.array([HOST] * len(at)),
            "duration_ms": day.end_ms[at] - day.start_ms[at],
            "click_count": np.bincount(day.uses.session, minlength=len(day.start_ms))[at],
            "page_visit_count": np.bincount(day.views.session, minlength=len(day.start_ms))[at],
            "signal_count": 2 * np.bincount(day.troubles.session, minlength=len(day.start_ms))[at],
            "signal_kinds": maps(self.signal_kinds(at)),
            "release": pa.array([f"1.{day.release}.0"] * len(at)),
            "browser": named(BROWSERS, who.browser[at]),
            "os": named(SYSTEMS, systems_of(who.device, who.browser)[at]),
            "device_type": named(DEVICES, who.device[at]),
            "country": named(COUNTRIES, who.country[at]),
            "library_version": named(LIBRARIES, who.library[at]),
            "traffic": named(TRAFFIC, who.traffic[at]),
        }

    def signal_kinds(self, sessions: Ints) -> list[dict[str, int]]:
        """How many signals of each kind these sessions have; see `signals`."""
        found: dict[int, Counter[str]] = defaultdict(Counter)
        troubles = self.day.troubles
        for session, number in zip(troubles.session.tolist(), troubles.problem.tolist(), strict=True):
            found[session].update((self.causes[number].kind, FOLLOWING))
        return [found[one] for one in sessions.tolist()]

    def page_views(self) -> dict[str, Any]:
        """One row for each page view."""
        views, at = self.day.views, self.seen_views
        before, after = neighbours(views.page, views.first), neighbours(views.page[::-1], views.last[::-1])[::-1]
        names = [*self.patterns, ""]
        return {
            **self.owner(views.session[at]),
            "page_view_id": self.numbered("v", at),
            "started_at": times(views.ms[at]),
            "ended_at": times(views.end_ms[at]),
            "page": named(self.urls, views.page[at]),
            "page_pattern": named(self.patterns, views.page[at]),
            "referrer_pattern": named(names, before[at]),
            "next_page_pattern": named(names, after[at]),
            "duration_ms": views.end_ms[at] - views.ms[at],
            "active_ms": (views.end_ms[at] - views.ms[at]) // 2,
            "is_entry": views.first[at],
            "is_exit": views.last[at],
            "ttfb_ms": known(FIRST_BYTE * self.speed.lcp_ms[at]),
            "lcp_ms": known(self.speed.lcp_ms[at]),
            "inp_ms": known(self.speed.inp_ms[at]),
            "load_ms": known(LOADED * self.speed.lcp_ms[at]),
        }

    def interactions(self) -> dict[str, Any]:
        """One row for each use of a control; `dead` where nothing answered."""
        uses, at, spots = self.day.uses, self.seen_uses, self.world.spots
        verdict = np.array([spot.control.answers for spot in spots])[uses.spot[at]]
        dead = self.silent()[at]
        answered = (verdict == "alive") & ~dead
        return {
            **self.owner(uses.session[at]),
            **self.page(uses.view[at]),
            "interaction_id": self.numbered("i", at),
            "occurred_at": times(uses.ms[at]),
            "kind": pa.array(["click"] * len(at)),
            "element": named([spot.control.element for spot in spots], uses.spot[at]),
            "element_key": named([spot.control.key for spot in spots], uses.spot[at]),
            "element_tag": pa.array(["button"] * len(at)),
            "verdict": pa.array(np.where(dead, "dead", verdict)),
            "confidence": np.full(len(at), CONFIDENCE),
            "reaction": pa.array(np.where(answered, "mutation", "")),
            "reaction_ms": pa.array(np.where(answered, REACTION_MS, np.nan), from_pandas=True),
            "place": self.places(uses.spot[at], uses.view[at]),
        }

    def network_requests(self) -> dict[str, Any]:
        """One row for each use of a control that sends a request."""
        uses, spots = self.day.uses, self.world.spots
        routes = [spot.control.route for spot in spots]
        at = self.seen_uses[np.array([bool(route) for route in routes])[uses.spot[self.seen_uses]]]
        failed = np.zeros(len(uses.spot), np.bool_)
        failing = np.array([bool(cause.origin.request_route) for cause in self.causes])
        failed[self.day.troubles.use[failing[self.day.troubles.problem]]] = True
        return {
            **self.owner(uses.session[at]),
            "request_id": self.numbered("r", at),
            "started_at": times(uses.ms[at] + REQUEST_AFTER_MS),
            "duration_ms": np.full(len(at), REQUEST_MS),
            "method": named([route.partition(" ")[0] for route in routes], uses.spot[at]),
            "url": named([f"https://{HOST}{route.partition(' ')[2]}" for route in routes], uses.spot[at]),
            "status": np.where(failed[at], 500, 200),
            "initiator": pa.array(["fetch"] * len(at)),
            "page": named(self.urls, self.day.views.page[uses.view[at]]),
            "route": named(routes, uses.spot[at]),
            "status_class": pa.array(np.where(failed[at], "5xx", "2xx")),
        }

    def exceptions(self) -> dict[str, Any]:
        """One row for each trouble that is an exception."""
        troubles = self.day.troubles
        thrown = np.array([bool(cause.origin.exception_fingerprint) for cause in self.causes])
        at = self.seen_troubles[thrown[troubles.problem[self.seen_troubles]]]
        return {
            **self.owner(troubles.session[at]),
            **self.page(troubles.view[at]),
            "exception_id": self.numbered("x", at),
            "occurred_at": times(self.trouble_ms(at)),
            "fingerprint": self.text("exception_fingerprint", troubles.problem[at]),
            "type": pa.array(["TypeError"] * len(at)),
            "message": pa.array(["price is undefined"] * len(at)),
            "frames": pa.array(['[{"file":"cart.ts","function":"add","line":41}]'] * len(at)),
            "handled": np.zeros(len(at), np.bool_),
            "origin": pa.array(["event"] * len(at)),
            "interaction_id": self.numbered("i", troubles.use[at]),
            "release": pa.array([f"1.{self.day.release}.0"] * len(at)),
        }

    def signals(self) -> dict[str, Any]:
        """Two rows for each trouble: the leading signal and, of the same incident, the exit or rage that it led to."""
        leading = self.seen_troubles
        at = np.concatenate([leading, leading])
        is_leading = np.arange(len(at)) < len(leading)
        troubles = self.day.troubles
        number = troubles.problem[at]
        start = self.trouble_ms(at)
        kinds = np.array([cause.kind for cause in self.causes])[number]
        components = [points(cause) for cause in self.causes]
        incident = self.numbered("t", at)
        return {
            **self.owner(troubles.session[at]),
            **self.page(troubles.view[at]),
            "status": pa.array(["new"] * len(at)),
            "signal_id": self.numbered("s", np.where(is_leading, at, at + len(troubles.problem))),
            "distinct_id": self.users.take(pa.array(troubles.session[at])),
            "person_id": self.users.take(pa.array(troubles.session[at])),
            "kind": pa.array(np.where(is_leading, kinds, FOLLOWING)),
            "started_at": times(start),
            "ended_at": times(start + 1_000),
            "element": self.text("element", number),
            "element_key": self.text("element_key", number),
            "verdict": pa.array(["found"] * len(at)),
            "confidence": np.full(len(at), CONFIDENCE),
            "severity": np.array([cause.severity for cause in self.causes])[number],
            "components": maps([components[one] for one in number]),
            "summary": self.text("name", number),
            "evidence": pa.array(["{}"] * len(at)),
            "click_count": np.array([cause.clicks for cause in self.causes])[number],
            "offset_ms": start - self.day.start_ms[troubles.session[at]],
            "incident_id": incident,
            "is_leading": is_leading,
            "failure": self.text("failure", number),
            "cause": self.text("text", number),
            "problem_id": self.problem_ids(troubles.session[at], number),
            "place": self.trouble_places(at),
            "request_route": self.text("request_route", number),
            "exception_fingerprint": self.text("exception_fingerprint", number),
        }

    def events(self) -> dict[str, Any]:
        """A page view for each session, recorded or not, and the outcome where it was reached."""
        day = self.day
        ordered = np.flatnonzero(day.order_ms)
        at = np.concatenate([np.arange(len(day.start_ms)), ordered])
        is_order = np.arange(len(at)) >= len(day.start_ms)
        entry = day.views.page[np.flatnonzero(day.views.first)]
        said = [json.dumps({"$host": HOST, "$lib": "web", "$lib_version": name}) for name in LIBRARIES]
        return {
            "team": self.teams.take(pa.array(at)),
            "uuid": pa.array([f"{self.ids[int(s)]}-{'o' if o else 'p'}" for s, o in zip(at, is_order, strict=True)]),
            "event": pa.array(np.where(is_order, OUTCOME, "$pageview")),
            "distinct_id": self.users.take(pa.array(at)),
            "person_id": self.users.take(pa.array(at)),
            "occurred_at": times(np.where(is_order, day.order_ms[at], day.start_ms[at])),
            "session_id": self.ids.take(pa.array(at)),
            "page": named(self.urls, entry[at]),
            "properties": named(said, day.people.library[at]),
        }
