"""judge: ids, revisions and rows as a whole."""

from __future__ import annotations

from datetime import date

import msgspec

from replay_signals.schemas.digests import SessionDigest
from replay_signals.schemas.rules import Clicks, Rules
from replay_signals.transforms.digest.merge import session_of
from support import events as rrweb
from support.outcome import digested
from support.stories import shop_visit
from support.web import Visit


def test_ids_are_the_same_each_time_and_differ_between_sessions() -> None:
    first, again = shop_visit().outcome().rows, shop_visit().outcome().rows
    other = shop_visit()
    other.session = "session-2"
    assert [s.signal_id for s in first.signals] == [s.signal_id for s in again.signals]
    assert not {s.signal_id for s in first.signals} & {s.signal_id for s in other.outcome().rows.signals}


def test_rows_start_new_at_revision_one() -> None:
    rows = shop_visit().outcome().rows
    assert {(s.revision, s.status) for s in rows.signals} == {(1, "new")}
    assert rows.session.revision == 1


def test_every_row_names_the_rules_that_judged_it() -> None:
    rules = Rules(clicks=Clicks(slow_ms=2000))
    rows = shop_visit().outcome(rules).rows
    versions = {r.rules_version for r in (rows.session, *rows.signals, *rows.interactions)}
    assert versions == {rules.version} != {Rules().version}


def test_a_signal_says_where_to_seek() -> None:
    rows = shop_visit().outcome().rows
    for signal in rows.signals:
        offset = (signal.started_at - rows.session.started_at).total_seconds() * 1000
        assert abs(signal.offset_ms - offset) <= 1
        assert signal.started_at <= signal.ended_at


def test_values_keep_their_bounds() -> None:
    rows = shop_visit().outcome().rows
    for signal in rows.signals:
        assert 0 <= signal.severity <= 100
        assert 0 < signal.confidence <= 1
        assert signal.summary
    assert 0 <= rows.session.severity <= 100
    assert rows.session.signal_count == len(rows.signals) == sum(rows.session.signal_kinds.values())


def test_the_day_is_that_of_the_session_s_start_for_all_rows() -> None:
    visit = Visit()
    own = [rrweb.meta(86_400_000 * 10 - 5000, "http://a/"), rrweb.interaction(86_400_000 * 10 + 5000, 2, 4, 1, 1)]
    visit.recorded["w"] = own
    rows = visit.outcome().rows
    assert {rows.session.day, *(i.day for i in rows.interactions)} == {date(1970, 1, 10)}


def test_a_session_of_nothing_but_unknown_events_has_a_row() -> None:
    session: SessionDigest = session_of([digested([rrweb.event(5000, 99, {})])])
    assert next(iter(session.messages.values())).event_count == 1
    visit = Visit()
    visit.recorded["w"] = [rrweb.event(5000, 99, {})]
    assert visit.outcome().rows.session.event_count == 1
    msgspec.json.encode(visit.outcome().rows)
