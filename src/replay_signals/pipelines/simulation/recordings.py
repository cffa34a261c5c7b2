"""A simulated day as recordings: what a recorder would have sent of the same sessions, and what the judge makes of it.

Everything that tables show of a simulated session in the quick form (`tables.py`) comes out of rrweb events here: pages
with buttons, clicks that are answered by a change of the page or by nothing, requests, exceptions, forms that are left.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from replay_signals.pipelines.iceberg.row_columns import identity_of
from replay_signals.pipelines.iceberg.schema import arrow_table, rows_of, schema_of
from replay_signals.pipelines.simulation.columns import Drawn
from replay_signals.pipelines.simulation.draw import Day
from replay_signals.pipelines.simulation.people import systems_of, variants_of
from replay_signals.pipelines.simulation.site import BROWSERS, COUNTRIES, DEVICES, HOST, SYSTEMS, Control, Page
from replay_signals.pipelines.simulation.tables import tables_of
from replay_signals.pipelines.simulation.world import World
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import SnapshotMessage, SourcePosition
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.judge.session import judge_session

Json = dict[str, Any]
META, FULL, INCREMENTAL, CUSTOM, PLUGIN = 4, 2, 3, 5, 6
MUTATION, MOVES, INTERACTION, INPUT = 0, 1, 2, 5
MOUSE_UP, MOUSE_DOWN, CLICK, FOCUS = 0, 1, 2, 5
HTML, BODY, OUT_TEXT, FIRST_CONTROL, FIRST_FIELD = 2, 4, 6, 100, 50
"""Node ids of every page; a control's is `FIRST_CONTROL` and its place in the world's list of spots."""
ANSWER_MS, REQUEST_MS, SLOW_MS = 120, 300, 4_500
ASKED_MS = 60
"""After a page was opened it asks for the rest."""
THROWN_MS = 10
AGAIN_MS, RAGE_MS = 700, 250
"""Between two tries on a control, and between more: the next control is used soon after."""
SHAKES, SHAKE_MS, SHAKE_PX = 24, 50, 120
TYPED = ("a", "an", "ann")
FIELDS, FIELD_MS, KEY_MS = 2, 1_500, 150
BEGINS_MS = 4_000
"""What goes wrong without a control begins so long after the page was opened."""
POSITION = SourcePosition("simulated")


def judged_tables(world: World, day: Day, rules: Rules) -> Iterator[tuple[str, pa.Table]]:
    """(table, rows) of a day, as `tables_of` gives them: what was recorded, and what the judge says of it."""
    drawn = _Recorder(world, day)
    events = dict(tables_of(world, day, rules))["events"]
    told: defaultdict[str, list[EventRow]] = defaultdict(list)
    for row in rows_of(events, EventRow):
        session = drawn.number[row.session_id]
        told[row.session_id].append(
            msgspec.structs.replace(row, properties=drawn.properties(session, row.properties), person_properties="{}")
        )
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for session in np.flatnonzero(day.recorded):
        name = str(drawn.ids[int(session)])
        judged = judge_session([drawn.digested(int(session))], told.pop(name), rules)
        assert not judged.letters, judged.letters
        for table, rows in judged.rows.items():
            found[table] += rows
    found["events"] += [row for rows in told.values() for row in rows]
    for table, rows in found.items():
        yield table, sorted_table(table, [row for row in rows if row.day == day.day])


def sorted_table(name: str, rows: Sequence[Any]) -> pa.Table:
    """Rows as Arrow, in order of their key."""
    keys = identity_of(name)
    ordered = sorted(rows, key=lambda row: tuple(getattr(row, key) for key in keys))
    return arrow_table(ordered, schema_of(name).as_arrow())


class _Recorder(Drawn):
    """Recordings of one day."""

    def __init__(self, world: World, day: Day) -> None:
        super().__init__(world, day)
        self.number = {str(name): n for n, name in enumerate(self.ids)}
        self._views, self._uses, self._troubles = (
            _by_session(of.session) for of in (day.views, day.uses, day.troubles)
        )
        self._asked = _by_session(self.speed.asked.view)

    def properties(self, session: int, stored: str) -> str:
        """What an event of the session says of its visitor, beside what it says in the quick form."""
        who = self.day.people
        flags = {f"$feature/{flag}": value for flag, value in variants_of(int(who.flags[session])).items()}
        own = {
            "$browser": BROWSERS[who.browser[session]],
            "$os": SYSTEMS[int(systems_of(who.device, who.browser)[session])],
            "$device_type": DEVICES[who.device[session]],
            "$geoip_country_code": COUNTRIES[who.country[session]],
            "release": f"1.{self.day.release}.0",
            **({"$browser_type": "bot"} if who.traffic[session] == 1 else {}),
        }
        return json.dumps(json.loads(stored) | own | flags)

    def digested(self, session: int) -> MessageDigest:
        """The digest of the one message of a session."""
        name = str(self.ids[session])
        message = SnapshotMessage(
            team=str(self.teams[session]),
            session_id=name,
            window_id=name,
            items=json.dumps(sorted(self._events(session), key=lambda one: one["timestamp"])).encode(),
            position=POSITION,
            distinct_id=str(self.users[session]),
            received_ms=int(self.day.end_ms[session]),
        )
        made = digest(message)
        assert isinstance(made, MessageDigest), made
        return made

    def _events(self, session: int) -> Iterator[Json]:
        wrong = defaultdict(list)
        for n in self._troubles.get(session, ()):
            wrong[int(self.day.troubles.use[n]), int(self.day.troubles.view[n])].append(self.day.troubles.problem[n])
        for view in self._views.get(session, ()):
            yield from self._page(int(view))
            if self.world.site.routes:
                yield from self._measured(int(view))
            for problem in wrong.get((-1, int(view)), ()):
                yield from self._at_page(self.causes[problem].origin.failure, int(view))
        for use in self._uses.get(session, ()):
            causes = [self.causes[p] for p in wrong.get((int(use), int(self.day.uses.view[use])), ())]
            yield from self._use(int(use), causes)

    def _page(self, view: int) -> Iterator[Json]:
        """The page opens, and lives until it is left."""
        page, start, end = (int(of[view]) for of in (self.day.views.page, self.day.views.ms, self.day.views.end_ms))
        yield _event(start, META, {"href": self.urls[page], "width": 1280, "height": 800})
        yield _event(start + 1, FULL, {"node": self._document(page), "initialOffset": {"left": 0, "top": 0}})
        yield _change(start + 200, "ready")
        yield _moves(end - 300, 400)

    def _measured(self, view: int) -> Iterator[Json]:
        """What the browser measures of the page, and what the page asks for by itself while it opens."""
        start = int(self.day.views.ms[view])
        if self.speed.lcp_ms[view] == self.speed.lcp_ms[view]:  # not NaN
            painted_ms, answered_ms = float(self.speed.lcp_ms[view]), float(self.speed.inp_ms[view])
            yield _span("largest-contentful-paint", start, painted_ms)
            yield _span("interaction-to-next-paint", start, answered_ms)
        asked = self.speed.asked
        for n in self._asked.get(view, ()):
            route = self.world.site.routes[int(asked.route[n])].name
            yield _asked(start + ASKED_MS, round(float(asked.took_ms[n])), route, int(asked.status[n]))

    def _document(self, page: int) -> Json:
        spots = [(n, spot) for n, spot in enumerate(self.world.spots) if spot.page in (page, -1)]
        buttons = [_control(FIRST_CONTROL + n, spot.control) for n, spot in spots if spot.page == page]
        layout = [_control(FIRST_CONTROL + n, spot.control) for n, spot in spots if spot.page < 0]
        main = [_node(5, "p", {}, [_text(OUT_TEXT, "0")]), *_form(self.world.site.pages[page], buttons)]
        body = _node(BODY, "body", {}, [_node(7, "main", {}, main), _node(8, "footer", {}, layout)])
        return {"type": 0, "id": 1, "childNodes": [_node(HTML, "html", {}, [_node(3, "head", {}, []), body])]}

    def _use(self, use: int, causes: Sequence[Any]) -> Iterator[Json]:
        """A control is used: how often, and what becomes of it."""
        spot, at = int(self.day.uses.spot[use]), int(self.day.uses.ms[use])
        failures = {cause.origin.failure for cause in causes}
        tries = max((cause.clicks for cause in causes), default=1)
        gap_ms = RAGE_MS if tries > 2 else AGAIN_MS
        control = self.world.spots[spot].control
        for n in range(tries):
            yield from _click(at + n * gap_ms, FIRST_CONTROL + spot)
        last = at + (tries - 1) * gap_ms
        took = SLOW_MS if "slow" in failures else REQUEST_MS
        if control.route:
            yield _asked(last + 20, took - 20, control.route, 500 if "request" in failures else 200)
        if "exception" in failures:
            yield _thrown(last + THROWN_MS)
        if not failures & {"silence", "request", "exception"} and control.answers == "alive":
            yield _change(last + (took + ANSWER_MS if control.route else ANSWER_MS), f"{use}")

    def _at_page(self, failure: str, view: int) -> Iterator[Json]:
        """What goes wrong on a page without any control: a form that is left, a pointer that is shaken."""
        start = int(self.day.views.ms[view]) + BEGINS_MS
        if failure == "form":
            for field in range(FIELDS):
                at = start + FIELD_MS * field
                yield _source(at, INTERACTION, type=FOCUS, id=FIRST_FIELD + field)
                for n, text in enumerate(TYPED, 1):
                    yield _source(at + KEY_MS * n, INPUT, id=FIRST_FIELD + field, text=text, isChecked=False)
        if failure == "reading":
            for n in range(SHAKES):
                yield _moves(start + SHAKE_MS * n, 300 + SHAKE_PX * (n % 2))


def _by_session(sessions: Any) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for n, session in enumerate(sessions):
        found[int(session)].append(n)
    return found


def _event(at_ms: int, kind: int, data: Json) -> Json:
    return {"type": kind, "timestamp": int(at_ms), "data": data}


def _source(at_ms: int, source: int, **data: Any) -> Json:
    return _event(at_ms, INCREMENTAL, {"source": source, **data})


def _click(at_ms: int, node: int) -> Iterator[Json]:
    for kind, before_ms in ((MOUSE_DOWN, 8), (MOUSE_UP, 2), (CLICK, 0)):
        yield _source(at_ms - before_ms, INTERACTION, type=kind, id=node, x=40 + node, y=60)


def _moves(at_ms: int, x: int) -> Json:
    return _source(at_ms, MOVES, positions=[{"x": x, "y": 300, "id": HTML, "timeOffset": 0}])


def _change(at_ms: int, text: str) -> Json:
    changed = {"id": OUT_TEXT, "value": text}
    return _source(at_ms, MUTATION, texts=[changed], attributes=[], removes=[], adds=[])


def _asked(at_ms: int, took_ms: int, route: str, status: int) -> Json:
    method, _, path = route.partition(" ")
    request: Json = {
        "name": f"https://{HOST}{path}",
        "entryType": "resource",
        "initiatorType": "fetch",
        "method": method,
        "duration": took_ms,
        "responseStatus": status,
        "timestamp": at_ms,
    }
    return _event(at_ms + took_ms, PLUGIN, {"plugin": "rrweb/network@1", "payload": {"requests": [request]}})


def _span(name: str, navigated_ms: int, value_ms: float) -> Json:
    at_ms = navigated_ms + value_ms
    payload = {"op": "web-vital", "description": name, "startTimestamp": at_ms / 1000, "data": {"value": value_ms}}
    return _event(round(at_ms), CUSTOM, {"tag": "performanceSpan", "payload": payload})


def _thrown(at_ms: int) -> Json:
    line = {"level": "error", "payload": ["TypeError: price is undefined"]}
    trace = {"trace": [f"add (https://{HOST}/cart.ts:41:7)"]}
    return _event(at_ms, PLUGIN, {"plugin": "rrweb/console@1", "payload": line | trace})


def _node(node_id: int, tag: str, attributes: Json, children: Sequence[Json]) -> Json:
    return {"type": 2, "id": node_id, "tagName": tag, "attributes": attributes, "childNodes": list(children)}


def _text(node_id: int, text: str) -> Json:
    return {"type": 3, "id": node_id, "textContent": text}


def _control(node_id: int, control: Control) -> Json:
    test_id, label = control.key.rpartition("testid=")[2], control.element.partition('"')[2].rstrip('"')
    return _node(node_id, "button", {"data-testid": test_id, "type": "button"}, [_text(node_id + 1_000, label)])


def _form(page: Page, buttons: Sequence[Json]) -> Sequence[Json]:
    """The controls of a page; those of the one where visitors register stand in its form."""
    if page.pattern != "/register":
        return buttons
    fields = [_node(FIRST_FIELD + n, "input", {"type": "text", "name": f"field-{n}"}, []) for n in range(FIELDS)]
    return [_node(60, "form", {"action": "/register"}, [*fields, *buttons])]
