"""live: what is kept of a session is bounded whatever comes, and its cost grows with its messages, not their square."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

import pytest

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rules import Rules, Session
from replay_signals.transforms.streaming import recent
from replay_signals.transforms.streaming.closing import FACT_TABLES
from support import events as rrweb
from support.dom import Json, button, el
from support.outcome import START_MS, digested
from support.streaming import HOUR_MS, Stream, assert_equal, batch
from support.web import Visit

BUTTON = 7
_uuid = count()


def page(t: float) -> list[Json]:
    """A page with one button, node 7, that does nothing."""
    visit = Visit()
    opened = visit.open("http://a.test/", button("Pay", id="pay"), el("p", "0", id="total"), at=t)
    assert opened.node("pay").node_id == BUTTON
    return visit.recorded["window-1"]


def message(t: float, *events: Json, window: str = "window-1", **fields: Any) -> tuple[int, MessageDigest]:
    """Arrives 20 ms after it was sent, which is a second after it began."""
    sent_ms = round(START_MS + t + 1000)
    found = [e | {"timestamp": START_MS + float(str(e["timestamp"])) % 10**9} for e in events]
    one = digested(found or events, window_id=window, sent_ms=sent_ms, received_ms=sent_ms + 20, **fields)
    return sent_ms + 20, one


def opening(t: float, window: str = "window-1") -> tuple[int, MessageDigest]:
    sent_ms = round(START_MS + t + 1000)
    return sent_ms + 20, digested(page(t), window_id=window, sent_ms=sent_ms, received_ms=sent_ms + 20)


def clicks(t: float, every_ms: float, until: float) -> list[Json]:
    found = []
    while t < until:
        found += [
            rrweb.interaction(t - 8, rrweb.MOUSE_DOWN, BUTTON, 5, 5),
            rrweb.interaction(t, rrweb.CLICK, BUTTON, 5, 5),
        ]
        t += every_ms
    return found


def scrolls(t: float, y: float) -> Json:
    return rrweb.incremental(t, 3, id=1, x=0, y=y)


def capped(**caps: int) -> Stream:
    return Stream(Rules(session=Session(**caps)))


def test_messages_over_the_cap_are_rows_and_the_session_says_that_it_is_truncated() -> None:
    stream = capped(max_messages=3).play([opening(0), *(message(t, scrolls(t, t)) for t in range(2000, 20_000, 2000))])
    stream.close()
    assert len(stream.of("message_digests")) == 10
    (session,) = stream.of("sessions")
    assert (session.message_count, session.truncated) == (3, True)
    assert stream.counts["messages_capped"] == 7


def test_bytes_of_digests_are_capped() -> None:
    first = opening(0)
    room = len(first[1].records) + 100
    stream = capped(max_digest_bytes=room).play(
        [first, *(message(t, scrolls(t, t)) for t in range(2000, 20_000, 2000))]
    )
    kept = [data for data in stream.store.digests.entries.values() if data]
    assert 1 < len(kept) < 10
    assert stream.state.digest_bytes <= room
    assert stream.close().of("sessions")[0].truncated


def test_a_first_message_is_judged_however_large_it_is() -> None:
    stream = capped(max_digest_bytes=1).play([opening(0)]).close()
    assert (stream.of("sessions")[0].message_count, stream.of("sessions")[0].truncated) == (1, False)


def test_events_over_the_cap_are_rows_only() -> None:
    visit = Visit()
    for i in range(5):
        visit.event("order", at=1000 * i)
    stream = capped(max_events=2).play([opening(0), *((e.timestamp_ms, e) for e in visit.analytics)]).close()
    assert len(stream.of("events")) == 5
    (session,) = stream.of("sessions")
    assert (session.event_row_count, session.truncated) == (2, True)
    assert stream.counts["events_capped"] == 3


def test_a_session_under_every_cap_is_not_truncated() -> None:
    messages = [opening(0), message(2000, scrolls(2000, 5))]
    stream = Stream().play(messages).close()
    assert not stream.of("sessions")[0].truncated
    assert_equal(stream, batch([one for _, one in messages], stream.rules))


def test_a_bot_that_clicks_a_hundred_times_a_second() -> None:
    """Its clicks are capped, its tail is short, and it is judged less often the more it clicks."""
    bot = [message(t, *clicks(t + 10, 10, t + 2000)) for t in range(2000, 62_000, 2000)]
    stream = Stream().play([opening(0), *bot])
    assert stream.state.click_count <= stream.rules.session.max_clicks
    assert stream.counts["messages_capped"] == len(bot) - 25
    assert sum(ref.clicks for w in stream.state.windows for ref in w.refs) <= recent.MAX_CLICKS + 200
    assert stream.counts["judged_interim"] <= 15
    assert max(len(w.dues_ms) for w in stream.state.windows) <= recent.MAX_DUES


def test_an_office_that_shares_a_session_id() -> None:
    """Two hundred tabs at once: the state that every message rewrites stays small, and nothing is lost at the close."""
    tabs = [f"window-{i}" for i in range(200)]
    messages = [opening(10 * i, window) for i, window in enumerate(tabs)]
    messages += [
        message(t + 10 * i, scrolls(t + 10 * i, t), window=w) for t in (4000, 8000) for i, w in enumerate(tabs)
    ]
    stream, sizes = Stream(), []
    for now_ms, one in sorted(messages, key=lambda m: m[0]):
        stream.until(now_ms).send(one, now_ms)
        sizes.append(len(stream.store.state.data or b""))
    assert max(sizes) < 32_000
    assert len(stream.state.windows) <= recent.MAX_WINDOWS
    stream.close()
    assert stream.of("sessions")[0].window_count == 200
    assert_equal(stream, batch([one for _, one in messages], stream.rules))


def test_signals_stay_when_their_evidence_goes_out_of_view() -> None:
    """Ten minutes of typing and a dead click every 20 s: each is published once, early, and never taken back."""
    steps = [opening(0)]
    for i in range(1, 200):
        t = 3000 * i
        typed = rrweb.console(t, "error", f"Error: {i // 60}", trace=("a.js:1",))
        steps.append(message(t, typed, *(clicks(t + 2100, 1000, t + 2200) if i % 7 == 0 else [])))
    stream = Stream().play(steps, lag_ms=1000)
    assert [row.status for row in stream.of("signals") if row.kind == "dead_click"] == ["new"] * 28
    assert "signals_retracted" not in stream.counts
    assert_equal(stream.close(), batch([one for _, one in steps], stream.rules))


def test_busy_tabs_share_one_bound() -> None:
    tabs = [f"window-{i}" for i in range(recent.MAX_WINDOWS)]
    messages = [message(100 * i, scrolls(100 * i, i), window=tabs[i % len(tabs)]) for i in range(600)]
    stream = Stream().play(messages)
    assert sum(len(w.refs) for w in stream.state.windows) <= recent.MAX_REFS
    assert_equal(stream.close(), batch([one for _, one in messages], stream.rules))


@pytest.mark.parametrize("kind", ["typing", "adding", "errors"])
def test_a_page_that_is_open_for_hours_keeps_a_short_tail(kind: str) -> None:
    def happening(t: float, i: int) -> Json:
        if kind == "typing":
            return rrweb.incremental(t, 5, text="*" * (i % 9), isChecked=False, id=BUTTON)
        if kind == "errors":
            return rrweb.console(t, "error", f"Error: {i}", trace=("a.js:1",))
        node = {"type": 2, "tagName": "button", "attributes": {}, "childNodes": [], "id": 1000 + i}
        return rrweb.mutation(t, adds=[{"parentId": 6, "nextId": None, "node": node}])

    stream = Stream().play([opening(0), *(message(3000 * i, happening(3000 * i, i)) for i in range(1, 400))])
    (window,) = stream.state.windows
    assert len(window.refs) <= recent.MAX_FRAMES + 30
    assert window.page_cut
    assert any(ref.first_ms == START_MS for ref in window.refs), "the page's snapshot stays in view"


def test_a_dead_click_on_a_page_that_is_open_for_long_is_still_published_early() -> None:
    quiet = [message(3000 * i, scrolls(3000 * i, i)) for i in range(1, 400)]
    last = 1_200_000
    click = message(last, *clicks(last + 100, 1000, last + 200))
    stream = Stream().play(sorted([opening(0), opening(600_500), *quiet, click], key=lambda one: one[0]))
    stream.until(round(START_MS) + last + 7200)
    (row,) = stream.of("signals")
    assert (row.kind, row.page, row.element) == ("dead_click", "http://a.test/", 'button#pay "Pay"')
    assert row.offset_ms == last + 92


def test_a_close_after_late_evidence_writes_what_changed_however_long_the_session_was() -> None:
    """One late request after a thousand: one entry, and a few bytes about the session."""

    def request(t: float, i: int) -> Json:
        return rrweb.network(t + 10 * i, {"name": f"http://a.test/poll/{i}", "duration": 5})

    steps = [opening(0)]
    for t in range(2000, 102_000, 1000):
        steps.append(message(t, *(request(t, i) for i in range(10))))
    stream = Stream().play(steps).close()
    facts, published = stream.store.facts, stream.store.published
    assert len(facts.entries) == sum(len(stream.of(table)) for table in FACT_TABLES) > 1000
    writes, written_bytes = facts.writes, published.written_bytes

    late = message(50_000, request(50_500, 7))
    stream.send(late[1], late[0] + HOUR_MS)
    stream.close()

    assert facts.writes - writes == 1
    assert 0 < published.written_bytes - written_bytes < 100
    assert_equal(stream, batch([*(one for _, one in steps), late[1]], stream.rules))


@pytest.mark.slow
def test_cost_grows_with_the_messages_of_a_session_not_with_their_square() -> None:
    """Operations of a visit of ten times the length at the same pace: reads, writes, bytes, messages judged."""

    def operations(messages: int) -> dict[str, float]:
        steps = [opening(0)]
        for i in range(1, messages):
            t = 8600 * i
            steps.append(
                opening(t) if i % 50 == 0 else message(t, scrolls(t, i), *clicks(t + 100, 1000, t + 200 * (i % 4 == 0)))
            )
        stream = Stream().play(steps, lag_ms=1000)
        pieces = (stream.store.digests, stream.store.signals)
        return {
            "reads": sum(p.reads for p in pieces),
            "writes": sum(p.writes for p in pieces),
            "state_bytes": stream.store.state.written_bytes,
            "judged": stream.counts["judged_messages"],
            "judgements": stream.counts["judged_interim"],
        }

    short, long = operations(200), operations(2000)
    growth = {name: long[name] / short[name] for name in short}
    assert short["judgements"] > 30
    assert max(growth.values()) < 11, growth


@pytest.mark.parametrize("caps", [{"max_messages": 5}, {"max_clicks": 9}, {"max_digest_bytes": 900}, {"max_events": 3}])
@pytest.mark.parametrize("seed", range(6))
def test_under_caps_any_order_holds_what_a_backfill_holds(caps: dict[str, int], seed: int) -> None:
    """The beginning of the session by the client's clock is judged, whatever came first."""
    visit = Visit()
    for i in range(12):
        visit.event("order", at=1000 * i)
    messages = [message(2000 * i, *clicks(2000 * i + 10, 600, 2000 * i + 1900)) for i in range(1, 20)]
    sent = [opening(0), *messages, *((event.timestamp_ms + 900, event) for event in visit.analytics)]
    Random(seed).shuffle(sent)
    stream = capped(**caps)
    for now_ms, one in sent:
        stream.send(one, now_ms)
    stream.close()
    assert stream.of("sessions")[-1].truncated
    assert_equal(stream, batch([one for _, one in sent], stream.rules))


def test_what_is_kept_over_a_cap_is_bounded_when_evidence_comes_backwards() -> None:
    stream, most = capped(max_messages=16), 0
    for now_ms, one in reversed([opening(0), *(message(t, scrolls(t, t)) for t in range(2000, 200_000, 2000))]):
        stream.send(one, now_ms)
        most = max(most, sum(1 for data in stream.store.digests.entries.values() if data))
    assert most <= 19
    assert stream.state.message_count <= 18
