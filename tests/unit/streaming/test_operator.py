"""live: what is published when, while a session goes on, at its close and after it."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

import msgspec
import pytest

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rules import Rules, Session
from replay_signals.transforms.clicks.judged import LEFT_BY_LINK
from replay_signals.transforms.clicks.silent_links import IN_BACKGROUND
from replay_signals.transforms.digest import records
from replay_signals.transforms.evidence.extract import event_evidence, sound_digest
from replay_signals.transforms.inbox.record import inbox_record
from replay_signals.transforms.inbox.record import signal_row as signal_row_of
from replay_signals.transforms.judge import session
from replay_signals.transforms.judge.rows import Rows as RowsOfSession
from replay_signals.transforms.judge.session import judge_session
from replay_signals.transforms.streaming import Live, MemoryStore, Step, closing, recent
from replay_signals.transforms.streaming.closing import moment
from replay_signals.transforms.streaming.state import CLOSED, EXPIRED, OPEN, Published, StoredSignal
from support.dom import button, el, field_
from support.outcome import START_MS, digested
from support.samples import signal_row
from support.streaming import HOUR_MS, Evidence, Stream, assert_equal, batch
from support.web import Page, Visit

WINDOW_MS = 7000
FLUSH_MS = 3000
RULES = Rules()
HALF_HOUR_MS = 1_800_000


def at(ms: float) -> int:
    return round(START_MS + ms)


def sent(visit: Visit, *cuts: float, lag_ms: int = 20) -> list[tuple[int, Evidence]]:
    """The visit as its recorder sends it: a message for the time up to each cut, events at once."""
    found: list[tuple[int, Evidence]] = []
    for window, own in visit.recorded.items():
        ordered = sorted(own, key=lambda e: float(str(e["timestamp"])))
        for start, end in zip([0, *cuts], [*cuts, 10**9], strict=True):
            part = [e for e in ordered if at(start) <= float(str(e["timestamp"])) < at(end)]
            if part:
                sent_ms = round(float(str(part[-1]["timestamp"]))) if end == 10**9 else at(end)
                fields = {"window_id": window, "sent_ms": sent_ms, "received_ms": sent_ms + lag_ms}
                found.append((sent_ms + lag_ms, digested(part, distinct_id=visit.distinct_id, **fields)))
    found += [(e.timestamp_ms + lag_ms, e) for e in visit.analytics]
    return sorted(found, key=lambda one: one[0])


def shop(visit: Visit, **how: Any) -> Page:
    form = el("form", field_("mail", "email"), id="form", action="/order")
    return visit.open(
        "http://shop.test/cart", button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="total"), form, **how
    )


def kinds(stream: Stream) -> list[str]:
    return [row.kind for row in stream.of("signals")]


# While the session goes on


def test_a_dead_click_is_published_when_its_evidence_window_is_over_not_at_the_close() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000)
    stream = Stream().play(sent(visit, 3000))
    stream.until(at(4000 + WINDOW_MS - 1))
    assert kinds(stream) == []
    stream.until(at(4000 + WINDOW_MS + 100))
    (row,) = stream.of("signals")
    assert (row.kind, row.status, row.revision, row.element) == ("dead_click", "new", 1, 'button#pay "Pay"')
    assert stream.inbox[0].id == row.signal_id
    assert stream.of("sessions") == []
    assert "left" not in row.components


def test_repeated_clicks_are_one_signal_when_the_last_of_them_is_settled() -> None:
    visit = Visit()
    shop(visit).clicks("pay", 4000, 4300, 4600, 4900)
    stream = Stream().play(sent(visit)).until(at(4900 + WINDOW_MS - 1))
    assert kinds(stream) == []
    stream.until(at(4900 + WINDOW_MS + 600))
    assert kinds(stream) == ["rage_click"]
    assert stream.of("signals")[0].click_count == 4


def test_leaving_the_page_settles_its_clicks_sooner() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000).lives(6900)
    shop(visit, at=7200, how="reload").lives(9000)
    stream = Stream().play(sent(visit, 7000)).until(at(9500))
    assert kinds(stream) == ["dead_click"]


def test_an_answered_click_is_never_published() -> None:
    visit = Visit()
    page = shop(visit)
    for i in range(5):
        page.click("add", at=4000 + 300 * i).says("total", str(i), at=4040 + 300 * i)
    assert kinds(Stream().play(sent(visit, 5000)).close()) == []


def test_an_answer_that_arrives_late_takes_the_signal_back_at_once() -> None:
    visit = Visit()
    page = shop(visit).click("pay", at=4000)
    page.says("total", "1", at=4400)
    first, answer = [one for _, one in sent(visit, 4200)]
    stream = Stream()
    stream.send(first, at(4220))
    stream.until(at(12_000))
    assert [r.status for r in stream.of("signals")] == ["new"]
    stream.send(answer, at(13_000))
    stream.until(at(14_000))
    assert [(r.status, r.revision) for r in stream.of("signals")] == [("new", 1), ("retracted", 2)]
    assert_equal(stream.close(), batch([first, answer], RULES))


def test_what_only_the_end_of_a_visit_can_say_waits_for_the_close() -> None:
    visit = Visit()
    shop(visit).types("mail", "abc", at=2000).click("pay", at=8000)
    stream = Stream().play(sent(visit, 5000)).until(at(60_000))
    assert kinds(stream) == ["dead_click"]
    stream.close()
    assert set(kinds(stream)) >= {"unexpected_exit", "form_abandonment"}
    revised = [r for r in stream.of("signals") if r.kind == "dead_click"][-1]
    assert (revised.status, revised.revision) == ("revised", 2)
    assert revised.components["left"] > 0


def test_a_form_left_for_another_page_is_published_while_the_visit_goes_on() -> None:
    visit = Visit()
    shop(visit).types("mail", "abc", at=2000)
    shop(visit, at=9000).lives(30_000)
    stream = Stream().play(sent(visit, 5000, 9500)).until(at(20_000))
    assert kinds(stream) == ["form_abandonment"]


def test_events_join_whether_they_come_before_or_after_the_recording() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000)
    visit.event("$pageview", at=20, **{"$feature/checkout": "test"})
    before = Stream().play(sent(visit)).until(at(12_000))
    assert before.of("signals")[0].flags == {"checkout": "test"}
    message, event = (one for _, one in reversed(sent(visit)))
    after = Stream()
    after.send(message, at(4020))
    after.until(at(12_000)).send(event, at(13_000))
    assert after.of("signals")[0].flags == {}
    assert after.close().of("signals")[-1].flags == {"checkout": "test"}
    assert_equal(after, batch([message, event], RULES))


def test_a_second_tab_with_a_wrong_clock_disturbs_nobody() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000)
    future = digested([{"type": 4, "timestamp": 4e12, "data": {"href": "http://a/"}}], window_id="window-2")
    stream = Stream()
    stream.send(future, at(100))
    stream.play(sent(visit)).until(at(12_000))
    assert kinds(stream) == ["dead_click"]


def test_rows_of_evidence_are_written_at_once_and_once() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000)
    visit.event("$pageview", at=20)
    stream = Stream()
    for _ in range(3):
        for now_ms, one in sent(visit):
            stream.send(one, now_ms)
    assert [table for _, table, _ in stream.rows] == ["events", "message_digests"]
    assert stream.counts["messages_repeated"] == stream.counts["events_repeated"] == 2


def test_the_copy_that_arrived_first_counts_in_whatever_order_copies_come() -> None:
    visit = Visit()
    shop(visit)
    ((now_ms, first),) = sent(visit)
    assert isinstance(first, MessageDigest)
    retried = msgspec.structs.replace(first, received_ms=now_ms + 5000, distinct_id="other")
    stream = Stream()
    for one in (retried, first, retried):
        stream.send(one, now_ms)
    assert [(r.revision, r.distinct_id) for r in stream.of("message_digests")] == [(1, "other"), (2, "user-1")]
    assert_equal(stream.close(), batch([first, retried], RULES))


# The close


def test_a_session_closes_half_an_hour_after_its_last_message() -> None:
    visit = Visit()
    shop(visit).lives(600_000)
    messages = sent(visit, 300_000)
    stream = Stream().play(messages)
    last_ms = messages[-1][0]
    assert stream.until(last_ms + HALF_HOUR_MS - 1).phase == OPEN
    assert stream.until(last_ms + HALF_HOUR_MS).phase == CLOSED
    assert len(stream.of("sessions")) == 1


def test_a_session_closes_a_day_after_its_first_message_though_it_goes_on() -> None:
    visit = Visit()
    page = shop(visit)
    for minute in range(0, 25 * 60, 20):
        page.lives(minute * 60_000 + 100)
    messages = sent(visit, *(60_000 * minute + 1000 for minute in range(0, 25 * 60, 20)))
    stream = Stream().play(messages)
    assert (stream.counts["sessions_closed"], stream.counts["messages_late"]) == (1, 3)
    assert next(now for now, table, _ in stream.rows if table == "sessions") == messages[0][0] + 24 * HOUR_MS
    assert_equal(stream.close(), batch([one for _, one in messages], RULES))


def test_events_without_a_recording_are_rows_and_nothing_else() -> None:
    visit = Visit().event("$pageview", at=0).event("order", at=5000)
    stream = Stream().play(sent(visit)).close()
    assert {table for _, table, _ in stream.rows} == {"events"}
    assert len(stream.of("events")) == 2
    assert event_evidence(visit.analytics[1]) == stream.of("events")[1]


def test_a_late_event_does_not_keep_a_session_open() -> None:
    visit = Visit()
    shop(visit)
    messages = sent(visit)
    visit.event("order", at=HALF_HOUR_MS - 1000)
    stream = Stream().play([*messages, *sent(Visit()), (at(HALF_HOUR_MS - 980), visit.analytics[0])])
    assert stream.until(messages[0][0] + HALF_HOUR_MS).phase == CLOSED


# After the close


def closed(visit: Visit, *cuts: float) -> tuple[Stream, list[Evidence], int]:
    """A stream whose session is closed on all but the last message; that message; the time."""
    messages = sent(visit, *cuts)
    stream = Stream().play(messages[:-1]).close()
    return stream, [one for _, one in messages], stream.state.closed_ms


def test_a_late_message_judges_the_session_again() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000).lives(20_000)
    stream, every, now_ms = closed(visit, 10_000)
    stream.send(every[-1], now_ms + 60_000)
    assert stream.phase == OPEN
    assert stream.counts["messages_late"] == 1
    stream.close()
    assert [row.revision for row in stream.of("sessions")] == [1, 2]
    assert_equal(stream, batch(every, RULES))


def test_late_evidence_that_changes_an_interaction_alone_revises_its_session() -> None:
    """An earlier copy of the message says less about how long the page lived after the click."""
    visit = Visit()
    shop(visit).lives(60_000)
    visit.open("http://shop.test/help", el("a", "Back", id="back", href="/"), at=2000, window="window-2").click(
        "back", at=4000
    )
    messages = sent(visit, 1000)
    early = next(one for _, one in messages if one.window_id == "window-2")
    assert isinstance(early, MessageDigest)
    retried = msgspec.structs.replace(early, sent_ms=at(9000), received_ms=at(9020))
    stream = Stream().play([(now, retried if one is early else one) for now, one in messages]).close()
    stream.send(early, at(HOUR_MS))
    first, second = stream.close().of("sessions")
    assert msgspec.structs.replace(first, revision=2) == second
    assert [(row.revision, row.reason) for row in stream.of("interactions")] == [(1, IN_BACKGROUND), (2, LEFT_BY_LINK)]
    assert_equal(stream, batch([early, retried, *(one for _, one in messages)], RULES))


def test_late_evidence_that_changes_nothing_gives_no_revision() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000)
    visit.event("order", at=5000)
    stream = Stream().play(sent(visit)[:-1]).close()
    before = len(stream.of("signals")) + len(stream.of("interactions"))
    stream.send(msgspec.structs.replace(visit.analytics[0], session_id="session-1"), at(HOUR_MS))
    stream.close()
    assert len(stream.of("signals")) + len(stream.of("interactions")) - before <= 2
    assert stream.of("sessions")[-1].event_row_count == 1


def test_a_trickle_of_late_messages_does_not_cost_a_judgement_each() -> None:
    visit = Visit()
    page = shop(visit)
    for minute in range(600):
        page.lives(HALF_HOUR_MS + 120_000 * minute)
    cuts = [HALF_HOUR_MS + 120_000 * minute - 60_000 for minute in range(600)]
    messages = sent(visit, *cuts)
    stream = Stream().play(messages[:1]).close()
    stream.play([(now_ms + HOUR_MS, one) for now_ms, one in messages[1:]])
    assert stream.counts["sessions_rejudged"] <= 12
    stream.close()
    assert_equal(stream, batch([one for _, one in messages], RULES))


def test_evidence_is_let_go_and_what_comes_then_is_a_row_and_a_mark() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000).lives(20_000)
    visit.event("order", at=21_000)
    stream, every, now_ms = closed(visit, 10_000)
    stream.until(now_ms + RULES.session.keep_closed_ms)
    assert stream.phase == EXPIRED
    assert set(stream.store.digests.entries.values()) == {b""}
    assert not stream.store.signals.entries
    assert not stream.store.facts.entries
    assert stream.store.published.data is None
    judged = len(stream.of("sessions"))
    for _ in range(2):
        stream.send(every[-1], now_ms + 2 * HOUR_MS)
        stream.send(every[0], now_ms + 2 * HOUR_MS)
    assert [(one.kind, one.id) for one in stream.late] == [("event", "event-1")]
    assert len(stream.of("message_digests")) == 2
    assert len(stream.of("events")) == 1
    assert len(stream.of("sessions")) == judged
    while stream.timers:
        stream.until(stream.timers[0])
    assert stream.phase is None
    assert not stream.store.digests.entries
    assert not stream.store.events.entries


def test_a_signal_that_was_taken_back_may_come_back() -> None:
    row = signal_row()
    judged = judge_session([digested([{"type": 4, "timestamp": 1e12, "data": {"href": "http://a/"}}])], [], RULES)
    history = []
    before = closing.Standing([], {}, Published())
    for signals in ([row], [], [row], [row]):
        step = Step()
        after = closing.add_differences(judged.rows | {"signals": signals}, before, step, 0)
        history += [r for table, r in step.rows if table == "signals"]
        before = closing.Standing([StoredSignal(row) for row in history[-1:]], after.facts, after.session)
    assert [(r.status, r.revision) for r in history] == [("new", 1), ("retracted", 2), ("revised", 3)]


# Timers


def test_timers_that_come_early_twice_or_unasked_do_nothing() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000)
    stream = Stream().play(sent(visit))
    before = len(stream.rows)
    for now_ms in (0, at(0), at(4000), at(10_900), at(10_900)):
        stream.timer(now_ms)
    assert len(stream.rows) == before
    stream.timer(at(12_000))
    again = len(stream.rows)
    stream.timer(at(12_000))
    stream.timer(at(12_000))
    assert (again, len(stream.rows)) == (before + 1, before + 1)


def test_a_timer_for_a_session_that_nobody_knows_does_nothing() -> None:
    assert Live(RULES).on_timer(MemoryStore(), at(0)) == Step()


def test_a_session_needs_few_timers() -> None:
    visit = Visit()
    shop(visit).lives(600_000)
    stream = Stream()
    asked = [stream.send(one, now_ms).timer_ms for now_ms, one in sent(visit, *range(3000, 600_000, 3000))]
    for i in range(200):
        one = digested([{"type": 3, "timestamp": at(700_000 + i), "data": {"source": 3, "id": 1, "x": 0, "y": i}}])
        asked.append(stream.send(one, at(700_020 + i)).timer_ms)
    assert sum(due is not None for due in asked) == 1


def test_a_timer_that_comes_late_tells_how_far_the_clock_had_come() -> None:
    visit = Visit()
    shop(visit).lives(600_000)
    stream = Stream()
    messages = sent(visit, *range(3000, 600_000, 3000))
    asked = [stream.send(one, now_ms).timer_ms for now_ms, one in messages]
    assert asked[0] is not None
    late = Live(RULES).on_timer(stream.store, asked[0])
    last_ms = messages[-1][0]
    assert (late.timer_ms, late.last_received_ms) == (last_ms + RULES.session.close_after_ms, last_ms)


# Whatever comes


def test_a_bug_in_a_detector_costs_one_session_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Sequence[object]:
        raise ZeroDivisionError("a detector's own")

    visit = Visit()
    shop(visit).click("pay", at=4000)
    monkeypatch.setattr("replay_signals.transforms.streaming.early_judgement.signals.find", broken)
    stream = Stream().play(sent(visit)).close()
    assert {letter.reason for letter in stream.letters} == {"internal_error"}
    assert "judge failed: ZeroDivisionError" in stream.letters[-1].detail
    assert stream.counts["judge_failed"] == 2
    assert len(stream.of("message_digests")) == 1


def test_a_row_that_does_not_fit_its_table_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    real = session.judge

    def judge(*args: Any) -> Any:
        verdict = real(*args)
        clicks = [msgspec.structs.replace(row, viewport_width_px=True) for row in verdict.interactions]
        return msgspec.structs.replace(verdict, interactions=clicks)

    visit = Visit()
    shop(visit).click("pay", at=4000)
    monkeypatch.setattr(session, "judge", judge)
    stream = Stream().play(sent(visit)).close()
    assert {one.detail for one in stream.letters} == {"a row does not fit table interactions: column viewport_width_px"}
    assert len(stream.of("sessions")) == 1
    assert not stream.of("interactions")
    assert "judge_failed" not in stream.counts


def wrong_signals(monkeypatch: pytest.MonkeyPatch, kind: str, **fields: Any) -> None:
    """From now on signals of a kind have these values."""
    real = RowsOfSession.signals

    def signals(self: RowsOfSession, found: list[Any]) -> list[Any]:
        rows = real(self, found)
        return [msgspec.structs.replace(row, **fields) if row.kind == kind else row for row in rows]

    monkeypatch.setattr(RowsOfSession, "signals", signals)


def left_with_a_form_open() -> Visit:
    visit = Visit()
    shop(visit).types("mail", "abc", at=2000).click("pay", at=8000)
    return visit


def test_nobody_is_told_of_a_signal_that_its_table_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither while the session goes on nor at its close; one letter for both, and the others are told."""
    wrong_signals(monkeypatch, "dead_click", confidence=1.5)
    stream = Stream().play(sent(left_with_a_form_open(), 5000)).until(at(60_000))
    assert not stream.inbox
    stream.close()
    assert {record.kind for record in stream.inbox} == set(kinds(stream)) >= {"form_abandonment"}
    assert "dead_click" not in kinds(stream)
    assert [(one.reason, one.detail) for one in stream.letters] == [
        ("unexpected_row", "a row of signals is not as expected: confidence is not 0 to 1")
    ]
    assert len(stream.of("sessions")) == 1


def test_a_signal_that_was_refused_is_new_when_it_is_as_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    visit = left_with_a_form_open()
    with monkeypatch.context() as wrong:
        wrong_signals(wrong, "dead_click", confidence=1.5)
        stream = Stream().play(sent(visit, 5000)).close()
    late = digested([{"type": 3, "timestamp": at(8500), "data": {"source": 1, "positions": []}}])
    stream.send(late, at(HOUR_MS))
    stream.close()
    row = next(row for row in stream.of("signals") if row.kind == "dead_click")
    assert (row.status, row.revision) == ("new", 1)
    assert row.signal_id in {record.id for record in stream.inbox}


def test_a_revision_that_is_refused_leaves_what_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream().play(sent(left_with_a_form_open(), 5000)).until(at(60_000))
    wrong_signals(monkeypatch, "dead_click", confidence=1.5)
    stream.close()
    assert [(one.kind, one.revision) for one in stream.inbox if one.kind == "dead_click"] == [("dead_click", 1)]
    assert [one.reason for one in stream.letters] == ["unexpected_row"]


def test_a_session_whose_own_row_is_refused_says_nothing_at_its_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that would belong to it are not written either; evidence is, and what was said early stands."""
    real, visit = RowsOfSession.session, left_with_a_form_open()
    with monkeypatch.context() as wrong:
        changed = lambda *given: msgspec.structs.replace(real(*given), active_ms=10**9)  # noqa: E731 - a method
        wrong.setattr(RowsOfSession, "session", changed)
        stream = Stream().play(sent(visit, 5000)).close()
    assert {table for _, table, _ in stream.rows} == {"message_digests", "signals"}
    assert kinds(stream) == ["dead_click"] == [record.kind for record in stream.inbox]
    assert [one.detail for one in stream.letters] == [
        "a row of sessions is not as expected: it was active for longer than it lasted"
    ]
    assert stream.counts["judge_failed"] == 1
    stream.letters.clear()
    late = digested([{"type": 3, "timestamp": at(8500), "data": {"source": 1, "positions": []}}])
    stream.send(late, at(HOUR_MS))
    assert_equal(stream.close(), batch([*(one for _, one in sent(visit, 5000)), late], RULES))


def test_a_retraction_is_told_whatever_its_row_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody was told of it, by another version perhaps, and has to hear that it was none."""
    stream = Stream().play(sent(left_with_a_form_open()))
    wrong = signal_row(team="team", session_id="session-1", signal_id="lost", confidence=1.5)
    told = inbox_record(wrong, produced_at=moment(at(9000)))
    step = stream.live.on_published(stream.store, told, at(9000))
    assert not step.inbox
    (back,) = [r for r in closing_step(stream).inbox if r.id == "lost"]
    assert (back.status, back.revision) == ("retracted", 2)


def closing_step(stream: Stream) -> Step:
    """The step that closes the session, not held to what tables and inbox have in common."""
    everything = Step()
    while stream.phase == OPEN:
        step = stream.live.on_timer(stream.store, heappop(stream.timers))
        everything.add(step)
        if step.timer_ms is not None:
            heappush(stream.timers, step.timer_ms)
    return everything


def test_an_engine_that_fails_is_not_taken_for_bad_evidence() -> None:
    class Broken(MemoryStore):
        @property
        def digests(self) -> Any:  # type: ignore[override]
            raise InterruptedError("the job is being cancelled")

        @digests.setter
        def digests(self, value: object) -> None:
            pass

    visit = Visit()
    shop(visit)
    with pytest.raises(InterruptedError):
        Live(RULES).on_message(Broken(), digested(visit.recorded["window-1"]), at(0))


@pytest.mark.parametrize("received_ms", [None, -1, 10**15, 2**62])
def test_times_that_no_calendar_holds_and_broken_text_are_survived(received_ms: int | None) -> None:
    visit = Visit(distinct_id="\ud800")
    shop(visit).click("pay", at=4000)
    one = digested(visit.recorded["window-1"], window_id="\udfff", distinct_id="\ud800")
    one = msgspec.structs.replace(one, received_ms=received_ms, sent_ms=received_ms)
    stream = Stream()
    stream.send(sound_digest(one), at(5000))
    stream.close()
    assert not stream.letters
    assert set(kinds(stream)) >= {"dead_click"}
    assert stream.of("message_digests")[0].distinct_id.isascii()  # an id that is no plain one is hashed


def test_a_digest_that_cannot_be_decoded_marks_the_session() -> None:
    visit = Visit()
    shop(visit)
    good = digested(visit.recorded["window-1"])
    bad = msgspec.structs.replace(good, message_id="f" * 32, records=b"not records")
    stream = Stream()
    for one in (bad, good):
        stream.send(one, at(100))
    assert stream.close().of("sessions")[0].truncated
    with pytest.raises(records.CorruptDigest):
        records.records_of(bad)
    late = msgspec.structs.replace(good, message_id="e" * 32)
    stream.send(late, at(200))
    stream.close()
    assert [(one.reason, one.position.source) for one in stream.letters] == [("corrupt_digest", f"digest:{'f' * 32}")]


def test_settings_decide_when_a_session_closes() -> None:
    visit = Visit()
    shop(visit)
    ((now_ms, one),) = sent(visit)
    stream = Stream(Rules(session=Session(close_after_ms=5000)))
    assert stream.send(one, now_ms).timer_ms == now_ms + 5000


# Bugs


def test_a_bug_behind_the_evidence_costs_no_evidence_and_names_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000).lives(15_000)
    monkeypatch.setattr(recent, "add", lambda *_: 1 / 0)
    stream = Stream()
    for i, (now_ms, one) in enumerate(sent(visit)):
        assert isinstance(one, MessageDigest)
        step = stream.live.on_message(stream.store, one, now_ms, SourcePosition("snapshots", i, 2))
        stream._take(step, now_ms)
        assert [table for table, _ in step.rows] == ["message_digests"]
        assert [letter.position for letter in step.letters] == [SourcePosition("snapshots", i, 2)]
    monkeypatch.undo()
    stream.letters.clear()
    assert_equal(stream.close(), batch([one for _, one in sent(visit)], RULES))


def test_a_contested_signal_that_no_longer_holds_is_taken_back_in_its_own_words() -> None:
    visit = Visit()
    shop(visit).click("pay", at=4000).lives(15_000)
    stream = Stream().play(sent(visit))
    told = inbox_record(signal_row(team="team", session_id="session-1", signal_id="lost"), produced_at=moment(at(9000)))
    stream._take(stream.live.on_published(stream.store, told, at(9000)), at(9000))
    stream.remembers("signals", signal_row_of(told))
    stream.close()
    (back,) = [record for record in stream.inbox if record.id == "lost"]
    assert (back.status, back.summary) == ("retracted", told.summary)
