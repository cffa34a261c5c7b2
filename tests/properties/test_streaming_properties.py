"""Whatever order, repetition, delay and timers do to a stream: after the close it holds what a backfill holds."""

from __future__ import annotations

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.prior_rows import ANSWERS, TRACELESS
from replay_signals.schemas.rows import InteractionRow
from replay_signals.schemas.rules import Rules, Session
from replay_signals.transforms.judge.priors import Priors
from replay_signals.transforms.signals.usual import UsualPage, UsualRoute
from support.outcome import START_MS, digested
from support.stories import shop_visit
from support.streaming import HOUR_MS, Evidence, Stream, assert_equal, batch, copied

VISIT = shop_visit()
RULES = Rules()
IMPATIENT = Rules(
    session=Session(settle_ms=1, close_after_ms=4000, horizon_ms=21_000, late_ms=500, keep_closed_ms=10**9)
)
randoms = st.integers(0, 2**32).map(Random)
"""A seed is all there is to shrink: what matters here is how the pieces fall, not how few there are."""
thorough = settings(max_examples=120, deadline=None)
quick = settings(max_examples=40, deadline=None)


def evidence(random: Random) -> list[tuple[int, Evidence]]:
    """The visit split into messages at random, with arrival times; copies of some that arrived later elsewhere."""
    sent: list[tuple[int, Evidence]] = []
    for window, own in VISIT.recorded.items():
        cuts = sorted(random.sample(range(1, len(own)), min(random.randint(0, 12), len(own) - 1)))
        for a, b in zip([0, *cuts], [*cuts, len(own)], strict=True):
            last_ms = max(float(str(event["timestamp"])) for event in own[a:b])
            arrived = round(last_ms) + random.randint(0, 3000)
            sent_ms = arrived - 5
            one = digested(own[a:b], window_id=window, distinct_id="user-1", received_ms=arrived, sent_ms=sent_ms)
            sent.append((arrived, one))
            if random.random() < 0.3:
                again = msgspec.structs.replace(one, received_ms=arrived + 700, sent_ms=sent_ms + 690, distinct_id="x")
                sent.append((arrived + 700, random.choice([one, again])))
    for event in VISIT.analytics:
        sent.append((event.timestamp_ms + random.randint(0, 3000), event))
        if random.random() < 0.3:
            sent.append((event.timestamp_ms + 4000, msgspec.structs.replace(event, person_id="person-2")))
    return sorted(sent, key=lambda one: one[0])


def all_of(sent: list[tuple[int, Evidence]]) -> list[Evidence]:
    return [one for _, one in sent]


@quick
@given(randoms)
def test_a_stream_in_order_holds_what_a_backfill_holds(random: Random) -> None:
    sent = evidence(random)
    assert_equal(Stream(RULES).play(sent, lag_ms=random.choice([0, 1000, 20_000])).close(), batch(all_of(sent), RULES))


@quick
@given(randoms, st.sampled_from([ANSWERS, TRACELESS]))
def test_a_stream_holds_what_a_backfill_with_the_same_priors_holds(random: Random, says: str) -> None:
    sent = evidence(random)
    priors = Priors("v1", {row_element(row): says for row in batch(all_of(sent), RULES)["interactions"]})
    stream = Stream(RULES, priors).play(sent, lag_ms=random.choice([0, 1000, 20_000])).close()
    assert_equal(stream, batch(all_of(sent), RULES, priors))
    assert {row.priors_version for row in stream.tables()["interactions"]} == {"v1"}


@quick
@given(randoms, st.sampled_from([10.0, 3000.0]), st.sampled_from([0.0, 0.5]))
def test_a_stream_holds_visits_against_the_same_usual_as_a_backfill(random: Random, ms: float, share: float) -> None:
    """Also where a page's speed is told long after it was left."""
    page = batch(all_of(evidence(random)), RULES)["page_views"][0].page
    told = {"$current_url": page, "$web_vitals_LCP_value": 4500, "$web_vitals_INP_value": 700}
    late_ms = VISIT.analytics[-1].timestamp_ms + random.randint(0, 5000)
    vitals = msgspec.structs.replace(
        VISIT.analytics[0], uuid="vitals", event="$web_vitals", timestamp_ms=late_ms, properties=told
    )
    sent = sorted([*evidence(random), (late_ms + random.randint(0, 3000), vitals)], key=lambda one: one[0])
    rows = batch(all_of(sent), RULES)
    pages = {(row.team, row.page_pattern): UsualPage(lcp_ms=ms) for row in rows["page_views"]}
    routes = {(row.team, row.route): UsualRoute(row.route, ms, share) for row in rows["network_requests"]}
    priors = Priors("v1", pages=pages, routes=routes)
    stream = Stream(RULES, priors).play(sent, lag_ms=random.choice([0, 1000, 20_000])).close()
    expected = batch(all_of(sent), RULES, priors)
    assert_equal(stream, expected)
    assert any(row.kind == "slow_page" for row in expected["signals"]) or ms > 10


def row_element(row: InteractionRow) -> tuple[str, str, str]:
    return row.team, row.place, row.element_key


@thorough
@given(randoms, st.sampled_from([RULES, IMPATIENT]))
def test_any_order_and_any_timers_hold_what_a_backfill_holds(random: Random, rules: Rules) -> None:
    """Timers come early, late, twice, unasked; sessions close and open again in the middle of it."""
    sent = evidence(random)
    random.shuffle(sent)
    stream = Stream(rules)
    for now_ms, one in sent:
        stream.send(one, now_ms)
        while random.random() < 0.4:
            stream.timer(now_ms + random.choice([-HOUR_MS, 0, 500, 8000, 60_000, HOUR_MS // 2]))
    assert_equal(stream.close(), batch(all_of(sent), rules))


@thorough
@given(randoms)
def test_late_evidence_after_the_close_ends_the_same(random: Random) -> None:
    sent = evidence(random)
    late = [one for one in sent if random.random() < 0.3]
    first = [one for one in sent if one not in late]
    stream = Stream(RULES)
    if first:
        stream.play(first).close()
    now_ms = max(at for at, _ in sent) + HOUR_MS // 2
    random.shuffle(late)
    for _, one in late:
        now_ms += random.choice([0, 1000, 100_000])
        stream.until(now_ms).send(one, now_ms)
    assert_equal(stream.close(), batch(all_of(sent), RULES))


@quick
@given(randoms)
def test_repeats_after_everything_change_nothing(random: Random) -> None:
    sent = evidence(random)
    stream = Stream(RULES).play(sent).close()
    before = len(stream.rows)
    random.shuffle(sent)
    for _, one in sent:
        stream.send(one, sent[-1][0] + HOUR_MS)
    stream.close()
    assert len(stream.rows) == before


@quick
@given(randoms)
def test_state_survives_being_moved_at_any_moment(random: Random) -> None:
    """A savepoint between any two calls: another operator with the bytes of the first one goes on as it would have."""
    sent = evidence(random)
    stream = Stream(RULES)
    whole = Stream(RULES).play(sent).close()
    for now_ms, one in sent:
        stream.until(now_ms).send(one, now_ms)
        if random.random() < 0.3:
            stream.store = copied(stream.store)
    assert [row for _, _, row in stream.close().rows] == [row for _, _, row in whole.rows]


def test_the_visit_has_signals_that_are_published_early() -> None:
    """Otherwise the properties above would see closes only."""
    sent = evidence(Random(1))
    stream = Stream(RULES).play(sent)
    assert {row.kind for row in stream.of("signals")} >= {"rage_click", "failed_request", "scroll_hunt"}
    assert any(isinstance(one, AnalyticsEvent) for _, one in sent)
    assert stream.counts["judged_interim"] > 1
    assert sent[0][0] > START_MS
