"""So much rejected that the program must be wrong stops a job; bad input among good does not."""

from __future__ import annotations

import pytest

from replay_signals.schemas.rules import RejectionLimit, Rules
from replay_signals.transforms.evidence.reject_limit import RejectLimit, TooManyRejected, check

LIMIT = RejectionLimit(max_share=0.5, min_count=10, window_ms=1000)


def test_everything_rejected_stops_the_job_and_says_what_to_do() -> None:
    limit = RejectLimit(LIMIT, "messages of snapshots")
    for i in range(9):
        limit.count(1, 1, i)
    with pytest.raises(TooManyRejected, match=r"10 of 10 messages of snapshots were rejected.*rejects\.max_share"):
        limit.count(1, 1, 9)


def test_bad_input_among_good_does_not() -> None:
    limit = RejectLimit(LIMIT, "messages")
    for i in range(1000):
        limit.count(1, i % 3 == 2, i / 10)


def test_what_was_good_long_ago_does_not_hide_a_bad_release() -> None:
    limit = RejectLimit(LIMIT, "messages")
    limit.count(100_000, 0, 0)
    with pytest.raises(TooManyRejected):
        for i in range(40):
            limit.count(1, 1, 2000 + i)


def test_rejects_far_apart_do_not_add_up() -> None:
    limit = RejectLimit(LIMIT, "messages")
    for i in range(100):
        limit.count(1, 1, i * 400)


def test_a_share_above_one_switches_the_limit_off() -> None:
    check(10**6, 10**6, RejectionLimit(max_share=1.1), "inputs")
    with pytest.raises(TooManyRejected):
        check(10**6, 10**6, Rules().rejects, "inputs")


def test_the_limit_decides_no_result() -> None:
    assert Rules(rejects=LIMIT).version == Rules().version
