"""Session features: each counter on a few events whose answer can be counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from replay_signals.schemas.rows import SessionRow
from support import events as rrweb
from support.dom import Json
from support.outcome import START_MS, digested, verdict_of

INPUT, SCROLL, MUTATION, RESIZE, TOUCH_MOVE, MEDIA, SELECTION, DRAG = 5, 3, 0, 4, 6, 7, 14, 12


def row(*events: Json, **windows: list[Json]) -> SessionRow:
    """The session of these events, whose times count from 0; further windows by name."""
    messages = []
    for window, own in {"w1": list(events), **windows}.items():
        moved = [e | {"timestamp": START_MS + float(str(e["timestamp"]))} for e in own]
        messages.append(digested(moved, window_id=window))
    return verdict_of(messages).session


def click(t: float, x: float = 10, y: float = 10, id: int = 5, kind: int = rrweb.CLICK) -> Json:
    return rrweb.interaction(t, kind, id, x, y)


def scroll(t: float, y: float, id: int = 1) -> Json:
    return rrweb.incremental(t, SCROLL, id=id, x=0, y=y)


def typed(t: float, text: str, id: int = 7) -> Json:
    return rrweb.incremental(t, INPUT, id=id, text=text, isChecked=False)


def request(t: float, **fields: Any) -> Json:
    return rrweb.network(t, {"name": "http://a.test/x", "entryType": "resource"} | fields)


def test_clicks_count_as_posthog_counts_them() -> None:
    kinds = (rrweb.CLICK, rrweb.DBL_CLICK, rrweb.CONTEXT_MENU, rrweb.TOUCH_END, rrweb.MOUSE_DOWN, rrweb.FOCUS)
    made = row(*[click(1000 * i, kind=kind) for i, kind in enumerate(kinds)])
    assert made.click_count == 4
    assert made.mouse_activity_count == 6
    assert made.touch_event_count == 1
    assert made.click_target_count == 1


def test_the_pointer() -> None:
    made = row(rrweb.moves(1000, (0, 0, -100), (30, 40, -50), (0, 0, 0)))
    assert made.mouse_position_count == 3
    assert made.mouse_activity_count == 1
    assert made.mouse_distance_px == 100
    assert made.mouse_direction_change_count == 1
    assert (made.mouse_velocity_count, made.mouse_velocity_sum, made.mouse_velocity_sum_of_squares) == (2, 2.0, 2.0)
    assert (made.mouse_sum_x, made.mouse_sum_x_squared, made.mouse_sum_y, made.mouse_sum_y_squared) == (
        30,
        900,
        40,
        1600,
    )


def test_pointers_of_two_windows_do_not_mix() -> None:
    made = row(rrweb.moves(1000, (0, 0, 0)), w2=[rrweb.moves(1100, (300, 400, 0))])
    assert made.mouse_position_count == 2
    assert made.mouse_distance_px == 0
    assert made.window_count == 2


def test_a_finger_is_activity_but_no_pointer() -> None:
    positions = [{"x": 1, "y": 1, "id": 1, "timeOffset": 0}]
    made = row(
        rrweb.incremental(1000, TOUCH_MOVE, positions=positions), rrweb.incremental(1100, DRAG, positions=positions)
    )
    assert made.mouse_position_count == 0
    assert made.mouse_activity_count == 1
    assert made.touch_event_count == 1


def test_scrolling() -> None:
    made = row(scroll(1000, 100), scroll(1200, 300), scroll(1400, 50), scroll(2400, 200), scroll(2600, 0))
    assert made.scroll_event_count == 5
    assert made.max_scroll_y_px == 300
    assert made.total_scroll_px == 200 + 250 + 150 + 200
    assert made.scroll_direction_reversal_count == 3
    assert made.rapid_scroll_reversal_count == 2
    assert made.scroll_to_top_count == 1


def test_scrolling_another_element_starts_anew() -> None:
    made = row(scroll(1000, 100), scroll(1200, 300), scroll(1400, 0, id=9), scroll(1600, 500))
    assert made.total_scroll_px == 200
    assert made.scroll_direction_reversal_count == 0


def test_raw_rage_clicks() -> None:
    assert row(*[click(200 * i) for i in range(5)]).raw_rage_click_count == 3
    assert row(*[click(1000 * i) for i in range(5)]).raw_rage_click_count == 0
    assert row(*[click(200 * i, x=30 * i) for i in range(5)]).raw_rage_click_count == 0
    placeless = [rrweb.interaction(200 * i, rrweb.CLICK, 5) for i in range(5)]
    assert row(*placeless).raw_rage_click_count == 0


def test_raw_dead_clicks_are_lone_clicks_without_a_new_url() -> None:
    assert row(click(0), click(5000), click(10_000)).raw_dead_click_count == 2
    assert row(click(0), click(200), click(10_000)).raw_dead_click_count == 0
    assert (
        row(rrweb.meta(0, "http://a/1"), click(1), rrweb.meta(500, "http://a/2"), click(5000)).raw_dead_click_count == 0
    )


def test_the_same_url_again_is_no_new_url() -> None:
    """A checkout of the recorder repeats the meta event."""
    events = (rrweb.meta(0, "http://a/1"), click(1), rrweb.meta(500, "http://a/1"), click(5000))
    assert row(*events).raw_dead_click_count == 1


def test_typing() -> None:
    made = row(typed(0, "*"), typed(100, "***"), typed(200, "*"), typed(300, "*****", id=8), typed(400, "", id=8))
    assert made.keypress_count == 5
    assert made.backspace_count == 2 + 5
    assert made.form_field_count == 2


def test_gaps_between_actions() -> None:
    made = row(click(0), typed(1000, "*"), click(41_000), click(41_000, id=6))
    assert made.inter_action_gap_count == 2
    assert made.inter_action_gap_sum_ms == 41_000
    assert made.inter_action_gap_sum_of_squares_ms == 1000**2 + 40_000**2
    assert made.max_idle_gap_ms == 40_000
    assert made.long_idle_gap_count == 1


def test_pages() -> None:
    urls = ["http://a/1", "http://a/2", "http://a/2", "http://a/1"]
    made = row(*[rrweb.meta(1500 * i, url) for i, url in enumerate(urls)])
    assert made.page_visit_count == 4
    assert made.unique_page_count == 2
    assert made.raw_quick_back_count == 1


def test_a_page_view_of_a_single_page_application_is_a_visit() -> None:
    made = row(rrweb.meta(0, "http://a/1"), rrweb.custom(1000, "$pageview", href="http://a/2"))
    assert made.page_visit_count == 2
    assert made.raw_quick_back_count == 1


def test_console_lines_by_level() -> None:
    levels = ("log", "info", "debug", "trace", "warn", "countReset", "error", "assert", "nonsense")
    made = row(*[rrweb.console(100 * i, level, "x") for i, level in enumerate(levels)])
    assert (made.console_log_count, made.console_warn_count, made.console_error_count) == (5, 2, 2)


def test_console_errors_after_a_click() -> None:
    errors = [rrweb.console(t, "error", "x") for t in (500, 2000, 5999, 6000)]
    assert row(click(1000), *errors).console_error_after_click_count == 2


def test_requests() -> None:
    statuses = (200, 301, 404, 499, 500, 503, 600, None)
    made = row(*[request(100 * i, responseStatus=s, duration=10 * i) for i, s in enumerate(statuses)])
    assert made.network_request_count == 8
    assert (made.network_4xx_count, made.network_5xx_count, made.network_failed_request_count) == (2, 2, 5)
    assert made.network_request_duration_count == 7
    assert made.network_request_duration_sum_ms == 280
    assert made.network_request_duration_sum_of_squares == 100 * sum(i * i for i in range(8))


def test_requests_of_the_older_plugin() -> None:
    payload = {"0": "resource", "2": "http://a.test/x", "21": 500, "39": 12}
    made = row(rrweb.event(0, 6, {"plugin": "posthog/network@1", "payload": payload}))
    assert (made.network_request_count, made.network_5xx_count) == (1, 1)
    assert made.network_request_duration_sum_ms == 12


def test_other_counters() -> None:
    made = row(
        rrweb.mutation(0),
        rrweb.mutation(10),
        rrweb.incremental(20, RESIZE, width=10, height=10),
        rrweb.incremental(30, SELECTION, ranges=[]),
        typed(2030, "*"),
        rrweb.incremental(4000, SELECTION, ranges=[]),
        typed(6001, "**"),
    )
    assert made.mutation_count == 2
    assert made.viewport_resize_count == 1
    assert made.text_selection_count == 2
    assert made.selection_copy_count == 1
    assert made.event_count == 7
    assert made.duration_ms == 6001


@pytest.mark.parametrize(
    ("times", "active_ms"),
    [
        ([0], 1),
        ([0, 4000], 4000),
        ([0, 5000], 5000),
        ([0, 5001], 2),
        ([0, 3000, 6000, 20_000, 21_000], 7000),
    ],
)
def test_active_time(times: list[float], active_ms: int) -> None:
    assert row(*[scroll(t, 0) for t in times]).active_ms == active_ms


def test_passive_events_extend_an_active_segment_for_five_seconds() -> None:
    assert row(scroll(0, 0), rrweb.mutation(4000), rrweb.mutation(9000)).active_ms == 4000
    assert row(rrweb.mutation(0), rrweb.mutation(4000)).active_ms == 0


def test_active_time_runs_over_all_windows_together() -> None:
    assert row(scroll(0, 0), scroll(8000, 0), w2=[scroll(4000, 0)]).active_ms == 8000
