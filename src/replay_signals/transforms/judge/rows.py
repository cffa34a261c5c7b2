"""Rows of a judged session."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import Any

import msgspec

from replay_signals.schemas.digests import at
from replay_signals.schemas.rows import InteractionRow, SessionRow, SignalRow
from replay_signals.transforms.causes.incidents import Causes, Sign, incidents_of
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.judge import severity
from replay_signals.transforms.judge.common import Common
from replay_signals.transforms.judge.features import Counts
from replay_signals.transforms.judge.standing import host_of, judgeable, traffic_of, witness
from replay_signals.transforms.session import analytics
from replay_signals.transforms.session.element_names import element_key, element_label
from replay_signals.transforms.session.ordered import of_kinds
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals.finding import Finding

MAX_URLS = 100


class Rows(Common):
    """Builds the rows of a session, its signals and clicks."""

    def signals(self, found: list[Finding[Any]]) -> list[SignalRow]:
        """Signal rows in order of time, each with its incident among all that were found."""
        signs = [self._sign(finding) for finding in found]
        gap_ms = self.context.rules.clicks.window_ms
        causes = Causes(self.thrown, self.page_patterns, gap_ms)
        rows: dict[str, SignalRow] = {}
        for incident in incidents_of(signs, gap_ms):
            cause, leading = causes.of(incident.leading), incident.leading
            problem_id = cause.problem_id(self.digest.team)
            for sign in incident.signs:
                rows[sign.signal_id] = msgspec.structs.replace(
                    self._signal(sign),
                    incident_id=incident.incident_id,
                    is_leading=sign is leading,
                    failure=cause.failure,
                    cause=cause.text,
                    problem_id=problem_id,
                    request_route=cause.request_route,
                    exception_fingerprint=cause.exception_fingerprint,
                )
        return sorted(rows.values(), key=lambda r: (r.started_at, r.kind, r.signal_id))

    def sign_id(self, f: Finding[Any]) -> str:
        """The id of a finding's signal: it outlives what its control is called by."""
        place = element_key(f.control) or f"{f.node_id or f.subject}"
        return self.row_id(f.kind, f.page.window_id, place, round(f.started_ms))

    def _sign(self, f: Finding[Any]) -> Sign:
        url = self.url_at(f.page, f.started_ms)
        pattern, controls = self.page_of(url)[1], self.controls_of(f.page)
        place, key = controls.place_of(f.control, pattern), controls.key_of(f.control)
        return Sign(self.sign_id(f), f, url, pattern, place, key, controls)

    def _signal(self, sign: Sign) -> SignalRow:
        f = sign.finding
        parts = severity.components(f, self.context)
        element = element_label(f.control, f.node_id)
        if f.control is None and f.node_id is not None:
            element = analytics.clicked_name(self.context.events, f.page.window_id, f.ended_ms) or element
        return SignalRow(
            **self.owner(f.page.window_id),
            signal_id=sign.signal_id,
            revision=1,
            status="new",
            distinct_id=self.distinct_id,
            person_id=self.person_id,
            kind=f.kind,
            started_at=at(f.started_ms),
            ended_at=at(max(f.started_ms, f.ended_ms)),
            page=self.page_of(sign.url)[0],
            page_pattern=sign.page_pattern,
            element=element,
            element_key=sign.element_key,
            x_px=None if f.x is None else float(f.x),
            y_px=None if f.y is None else float(f.y),
            verdict=f.verdict,
            confidence=round(f.confidence, 3),
            severity=severity.total(parts),
            components=parts,
            summary=f.summary,
            evidence=msgspec.json.encode(f.evidence, order="sorted").decode(),
            click_count=f.click_count,
            reaction_ms=f.reaction_ms,
            offset_ms=round(f.started_ms - self.context.start_ms),
            flags=self.flags,
            rules_version=self.rules_version,
            place=sign.place,
            priors_version=self.priors_version,
        )

    def interactions(self) -> list[InteractionRow]:
        """One row per click."""
        views = {p: View(p) for p in self.context.timeline.pages}
        return [self._interaction(j, views[j.click.page]) for j in self.context.clicks]

    def _interaction(self, j: Judged, view: View) -> InteractionRow:
        c = j.click
        page, pattern = self.page_at(c.page, c.t)
        controls = self.controls_of(c.page)
        width, height = view.viewport(c.t)
        left, top = view.scroll(c.t)
        return InteractionRow(
            **self.owner(c.page.window_id),
            revision=1,
            interaction_id=self.interaction_id(j),
            occurred_at=at(c.t),
            kind=c.kind,
            page=page,
            page_pattern=pattern,
            element=element_label(c.control, c.node_id),
            element_key=controls.key_of(c.control),
            element_tag=c.control.tag if c.control is not None else "",
            x_px=None if c.x is None else float(c.x),
            y_px=None if c.y is None else float(c.y),
            page_x_px=None if c.x is None else float(c.x + left),
            page_y_px=None if c.y is None else float(c.y + top),
            viewport_width_px=width,
            viewport_height_px=height,
            verdict=j.verdict,
            confidence=round(j.confidence, 3),
            reaction=j.reaction,
            reaction_ms=j.reaction_ms,
            reason=j.reason,
            rules_version=self.rules_version,
            place=controls.place_of(c.control, pattern),
            verdict_alone=j.alone,
            priors_version=self.priors_version,
        )

    def session(self, signal_rows: list[SignalRow], features: Counts) -> SessionRow:
        """The session's row."""
        timeline, messages, rules = self.context.timeline, self.messages, self.context.rules
        rated = [(s.kind, s.severity, s.confidence, _place(s)) for s in signal_rows]
        whole, parts = severity.of_session(rated)
        received = [m.received_ms for m in messages if m.received_ms is not None]
        visited = list(dict.fromkeys(url for view in self.views.views if (url := self.page_of(view.url)[0])))
        kinds: dict[str, int] = {}
        for s in signal_rows:
            kinds[s.kind] = kinds.get(s.kind, 0) + 1
        values: dict[str, Any] = self.context.surroundings | {
            name: float(value) if _FLOATS[name] else round(value) for name, value in features.items()
        }
        return SessionRow(
            day=self.day,
            team=self.digest.team,
            session_id=self.digest.session_id,
            revision=1,
            distinct_id=self.distinct_id,
            person_id=self.person_id,
            person_properties=msgspec.json.encode(self.person, order="sorted").decode(),
            flags=self.flags,
            identified=self.identified,
            started_at=at(self.context.start_ms),
            ended_at=at(self.context.end_ms),
            first_received_at=at(min(received)) if received else None,
            last_received_at=at(max(received)) if received else None,
            first_url=visited[0] if visited else "",
            last_url=self.page_of(self.views.views[-1].url)[0] if self.views.views else "",
            urls=visited[:MAX_URLS],
            snapshot_source=messages[0].snapshot_source,
            snapshot_library=messages[0].snapshot_library,
            severity=whole,
            components=parts,
            signal_count=len(signal_rows),
            signal_kinds=dict(sorted(kinds.items())),
            exception_count=sum(1 for e in self.context.events if e.event == "$exception"),
            event_row_count=len(self.context.events),
            witness=witness(self.context),
            truncated=timeline.truncated,
            message_count=len(messages),
            size_bytes=sum(m.size_bytes for m in messages),
            window_count=len(timeline.windows),
            rules_version=self.rules_version,
            traffic=traffic_of(self.context.events, self.distinct_id, self.person_id, visited, rules.traffic),
            judgeable=judgeable(self.context, messages),
            priors_version=self.priors_version,
            host=host_of(self.context.events, visited),
            **values,
        )


def _place(s: SignalRow) -> str:
    """What a signal is about: an element of a page, or only itself."""
    return f"{s.window_id} {s.page} {s.element_key}" if s.element_key else s.signal_id


_SIZES = (records.Meta, records.Resize)


class View:
    """Viewport and scroll offset of a page over time."""

    def __init__(self, page: Page) -> None:
        self._sizes: list[tuple[float, int | None, int | None]] = []
        self._offsets: list[tuple[float, int, int]] = []
        root_id = 1
        for t, r in of_kinds(page.records, *_SIZES, records.FullSnapshot, records.Scroll):
            if isinstance(r, _SIZES):
                self._sizes.append((t, r.width_px, r.height_px))
            elif isinstance(r, records.FullSnapshot):
                root_id = r.root_id or root_id
            elif isinstance(r, records.Scroll) and r.node_id == root_id:
                self._offsets.append((t, r.x_px or 0, r.y_px or 0))

    def viewport(self, t: float) -> tuple[int | None, int | None]:
        """Width and height, CSS pixels."""
        i = bisect_right(self._sizes, t, key=itemgetter(0)) - 1
        return (self._sizes[i][1], self._sizes[i][2]) if i >= 0 else (None, None)

    def scroll(self, t: float) -> tuple[int, int]:
        """Scroll offsets of the document, CSS pixels."""
        i = bisect_right(self._offsets, t, key=itemgetter(0)) - 1
        return (self._offsets[i][1], self._offsets[i][2]) if i >= 0 else (0, 0)


_FLOATS = {name: "float" in str(kind) for name, kind in SessionRow.__annotations__.items()}
