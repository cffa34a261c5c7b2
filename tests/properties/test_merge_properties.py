"""merge is a union: the order, grouping and repetition of messages do not matter."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.schemas.digests import MessageDigest, SessionDigest
from replay_signals.transforms.digest.merge import merge, session_of
from support.events import interaction
from support.outcome import digested

quick = settings(max_examples=150, deadline=None)
times = st.none() | st.integers(0, 3)
messages: st.SearchStrategy[MessageDigest] = st.builds(
    lambda at, window, received, sent, who, library: digested(
        [interaction(at, 2, 5, 1, 1)],
        window_id=window,
        received_ms=received,
        sent_ms=sent,
        distinct_id=who,
        snapshot_library=library,
    ),
    st.integers(1, 4),
    st.sampled_from(["w1", "w2"]),
    times,
    times,
    st.sampled_from(["", "a", "b"]),
    st.sampled_from([None, "", "web"]),
)
sessions = st.lists(messages, min_size=1, max_size=6).map(session_of)


@quick
@given(sessions, sessions, sessions)
def test_associative(a: SessionDigest, b: SessionDigest, c: SessionDigest) -> None:
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@quick
@given(sessions, sessions)
def test_commutative(a: SessionDigest, b: SessionDigest) -> None:
    assert merge(a, b) == merge(b, a)


@quick
@given(sessions, sessions)
def test_idempotent(a: SessionDigest, b: SessionDigest) -> None:
    assert merge(a, a) == a
    assert merge(merge(a, b), b) == merge(a, b)


@quick
@given(st.lists(messages, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_session_does_not_depend_on_the_order_of_its_messages(own: list[MessageDigest], random: object) -> None:
    shuffled = list(own)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert session_of(shuffled) == session_of(own)
