"""Session features: PostHog's session_replay_events counters and its feature recorder (session-feature-recorder.ts).

Same definitions, other scope: events are taken in event-time order over the whole session and per window, not per
10 s batch in arrival order, so patterns across batch borders are counted and windows do not mix. docs/features.md
lists every difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import hypot

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.ordered import TimedRecord, of_kinds
from replay_signals.transforms.session.timeline import Request, Timeline

ACTIVITY_MS = 5000
_CLICKS = frozenset((rrweb.CLICK, rrweb.DBL_CLICK, rrweb.TOUCH_END, rrweb.CONTEXT_MENU))
_NAMES_URL = (records.Meta, records.Custom)
_INPUTS = (records.Input, records.Selection, records.Mutation, records.Resize)
_HANDS = (records.Input, records.Interaction)
_ACTIVE = frozenset((records.Move, records.Interaction, records.Scroll, records.Resize, records.Input, records.Media))

Counts = dict[str, float]

_COLUMNS = (
    "duration_ms",
    "active_ms",
    "event_count",
    "click_count",
    "keypress_count",
    "mouse_activity_count",
    "console_log_count",
    "console_warn_count",
    "console_error_count",
    "mouse_position_count",
    "mouse_sum_x",
    "mouse_sum_x_squared",
    "mouse_sum_y",
    "mouse_sum_y_squared",
    "mouse_distance_px",
    "mouse_direction_change_count",
    "mouse_velocity_sum",
    "mouse_velocity_sum_of_squares",
    "mouse_velocity_count",
    "scroll_event_count",
    "max_scroll_y_px",
    "total_scroll_px",
    "scroll_to_top_count",
    "scroll_direction_reversal_count",
    "rapid_scroll_reversal_count",
    "raw_rage_click_count",
    "raw_dead_click_count",
    "backspace_count",
    "form_field_count",
    "click_target_count",
    "inter_action_gap_count",
    "inter_action_gap_sum_ms",
    "inter_action_gap_sum_of_squares_ms",
    "max_idle_gap_ms",
    "long_idle_gap_count",
    "page_visit_count",
    "unique_page_count",
    "raw_quick_back_count",
    "console_error_after_click_count",
    "network_request_count",
    "network_4xx_count",
    "network_5xx_count",
    "network_failed_request_count",
    "network_request_duration_sum_ms",
    "network_request_duration_sum_of_squares",
    "network_request_duration_count",
    "mutation_count",
    "viewport_resize_count",
    "touch_event_count",
    "text_selection_count",
    "selection_copy_count",
)


def features_of(timeline: Timeline) -> Counts:
    """All numeric features of a session row, by column name, except those that count messages."""
    out: Counts = dict.fromkeys(_COLUMNS, 0)
    if not timeline.windows:
        return out  # every record was corrupt
    everything: list[TimedRecord] = []
    urls: list[str] = []
    fields: set[tuple[str, int, int | None]] = set()
    targets: set[tuple[str, int, int | None]] = set()
    for window in timeline.windows:
        ordered = [timed for page in window.pages for timed in page.records]
        everything += ordered
        _mouse(of_kinds(ordered, records.Move, records.Interaction), out)
        _scrolls(of_kinds(ordered, records.Scroll), out)
        _clicks(of_kinds(ordered, records.Interaction, *_NAMES_URL), out)
        _gaps([t for t, r in of_kinds(ordered, *_HANDS) if _acts(r)], out)
        _console(of_kinds(ordered, records.Console, *_HANDS), out)
        _navigation(of_kinds(ordered, *_NAMES_URL), out, urls)
        for page in window.pages:
            _inputs(of_kinds(page.records, *_INPUTS), out)
            fields |= {(window.window_id, page.index, change.node_id) for _, change in page.of(records.Input)}
            targets |= {
                (window.window_id, page.index, act.node_id)
                for _, act in page.of(records.Interaction)
                if act.kind in _CLICKS
            }
            for request in page.requests:
                _request(request, out)
    out["event_count"] = len(everything)
    out["form_field_count"], out["click_target_count"] = len(fields), len(targets)
    out["page_visit_count"], out["unique_page_count"] = len(urls), len(set(urls))
    out["active_ms"] = active_ms(everything)
    out["duration_ms"] = round(timeline.end_ms - timeline.start_ms)
    return out


def active_ms(timed: Iterable[TimedRecord]) -> int:
    """PostHog's segmentation: a segment is active from an active event until 5 s after the last one."""
    events = sorted((t, type(r) in _ACTIVE) for t, r in timed)
    total = 0.0
    start = end = last = 0.0
    active = False
    for i, (t, is_active) in enumerate(events):
        if i == 0 or (is_active and not active) or (active and last + ACTIVITY_MS < t):
            total += max(1.0, end - start) if active else 0.0
            start, active = t, is_active
        end = t
        if is_active:
            last = t
    return int(total + (max(1.0, end - start) if active else 0.0))


def _mouse(ordered: Iterable[TimedRecord], out: Counts) -> None:
    last: tuple[float, float, float] | None = None
    vector: tuple[float, float] | None = None
    for t, r in ordered:
        if isinstance(r, records.Move):
            out["mouse_activity_count"] += r.source != rrweb.DRAG
            out["touch_event_count"] += r.source == rrweb.TOUCH_MOVE
            flat = r.positions if r.source == rrweb.MOUSE_MOVE else []
            for i in range(0, len(flat), 3):
                last, vector = _position((t + flat[i + 2], flat[i], flat[i + 1]), last, vector, out)
        elif isinstance(r, records.Interaction):
            out["mouse_activity_count"] += 1
            out["touch_event_count"] += r.kind in (rrweb.TOUCH_START, rrweb.TOUCH_END)


def _position(
    now: tuple[float, float, float],
    last: tuple[float, float, float] | None,
    vector: tuple[float, float] | None,
    out: Counts,
) -> tuple[tuple[float, float, float], tuple[float, float] | None]:
    t, x, y = now
    out["mouse_position_count"] += 1
    out["mouse_sum_x"] += x
    out["mouse_sum_x_squared"] += x * x
    out["mouse_sum_y"] += y
    out["mouse_sum_y_squared"] += y * y
    if last is None:
        return now, None
    dx, dy = x - last[1], y - last[2]
    distance = hypot(dx, dy)
    out["mouse_distance_px"] += distance
    if vector is not None and dx * vector[0] + dy * vector[1] < 0:
        out["mouse_direction_change_count"] += 1
    if t > last[0]:
        velocity = distance / (t - last[0])
        out["mouse_velocity_sum"] += velocity
        out["mouse_velocity_sum_of_squares"] += velocity * velocity
        out["mouse_velocity_count"] += 1
    return now, (dx, dy)


def _scrolls(ordered: Iterable[TimedRecord], out: Counts) -> None:
    node_id: int | None = None
    last_y = last_t = 0.0
    direction = 0
    for t, r in ordered:
        if not isinstance(r, records.Scroll):
            continue
        y = r.y_px or 0
        out["scroll_event_count"] += 1
        out["max_scroll_y_px"] = max(out["max_scroll_y_px"], y)
        if r.node_id != node_id:
            node_id, direction = r.node_id, 0
        else:
            step = y - last_y
            out["total_scroll_px"] += abs(step)
            out["scroll_to_top_count"] += last_y > 0 and y == 0
            turned = (step > 0) - (step < 0)
            if turned and direction and turned != direction:
                out["scroll_direction_reversal_count"] += 1
                out["rapid_scroll_reversal_count"] += t - last_t < 500
            direction = turned or direction
        last_y, last_t = y, t


def _clicks(ordered: Iterable[TimedRecord], out: Counts) -> None:
    """PostHog's click, rage and dead counters; ours are the signals."""
    last: tuple[float, records.Interaction] | None = None
    run = 0
    url_changed = False
    url = ""
    for t, r in ordered:
        if isinstance(r, _NAMES_URL) and r.href and r.href != url:
            url, url_changed = r.href, True
        if not isinstance(r, records.Interaction) or r.kind not in _CLICKS:
            continue
        out["click_count"] += 1
        if last is not None and t - last[0] < 1000 and _near(last[1], r):
            run += 1
            out["raw_rage_click_count"] += run >= 3
        else:
            out["raw_dead_click_count"] += run == 1 and not url_changed
            run, url_changed = 1, False
        last = (t, r)


def _near(a: records.Interaction, b: records.Interaction) -> bool:
    if a.x_px is None or a.y_px is None or b.x_px is None or b.y_px is None:
        return False
    return hypot(b.x_px - a.x_px, b.y_px - a.y_px) < 30


def _acts(r: records.ReplayRecord) -> bool:
    """Typing or a click."""
    return isinstance(r, records.Input) or (isinstance(r, records.Interaction) and r.kind in _CLICKS)


def _gaps(acts_ms: list[float], out: Counts) -> None:
    for before, after in pairwise(acts_ms):
        gap = after - before
        if gap > 0:
            out["inter_action_gap_count"] += 1
            out["inter_action_gap_sum_ms"] += gap
            out["inter_action_gap_sum_of_squares_ms"] += gap * gap
            out["max_idle_gap_ms"] = max(out["max_idle_gap_ms"], gap)
            out["long_idle_gap_count"] += gap > 30_000


def _inputs(ordered: Iterable[TimedRecord], out: Counts) -> None:
    lengths: dict[int | None, int] = {}
    selected: float | None = None
    for t, r in ordered:
        if isinstance(r, records.Input):
            out["keypress_count"] += 1
            out["backspace_count"] += max(0, lengths.get(r.node_id, 0) - r.length)
            lengths[r.node_id] = r.length
            if selected is not None and t - selected <= 2000:
                out["selection_copy_count"] += 1
                selected = None
        elif isinstance(r, records.Selection):
            out["text_selection_count"] += 1
            selected = t
        elif isinstance(r, records.Mutation):
            out["mutation_count"] += 1
        elif isinstance(r, records.Resize):
            out["viewport_resize_count"] += 1


def _console(ordered: Iterable[TimedRecord], out: Counts) -> None:
    acted: float | None = None
    for t, r in ordered:
        if _acts(r):
            acted = t
        elif isinstance(r, records.Console):
            level = {"warn": "warn", "error": "error"}.get(r.level, "log")
            out[f"console_{level}_count"] += 1
            if level == "error" and acted is not None and t - acted < 5000:
                out["console_error_after_click_count"] += 1


def _navigation(ordered: Iterable[TimedRecord], out: Counts, urls: list[str]) -> None:
    last: tuple[float, str] | None = None
    for t, r in ordered:
        if not isinstance(r, _NAMES_URL) or not r.href:
            continue
        url = r.href
        urls.append(url)
        if last is not None and url != last[1] and t - last[0] < 2000:
            out["raw_quick_back_count"] += 1
        if last is None or url != last[1]:
            last = (t, url)


def _request(request: Request, out: Counts) -> None:
    out["network_request_count"] += 1
    status = request.status or 0
    out["network_4xx_count"] += 400 <= status < 500
    out["network_5xx_count"] += 500 <= status < 600
    out["network_failed_request_count"] += status >= 400
    if request.duration_ms > 0:
        out["network_request_duration_sum_ms"] += request.duration_ms
        out["network_request_duration_sum_of_squares"] += request.duration_ms**2
        out["network_request_duration_count"] += 1
