"""judge: SessionDigest, events, rules -> SessionVerdict."""

from __future__ import annotations

from collections.abc import Sequence

from replay_signals.schemas.digests import SessionDigest
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import SessionVerdict
from replay_signals.schemas.rules import Rules


def judge(session: SessionDigest, events: Sequence[AnalyticsEvent], rules: Rules) -> SessionVerdict:
    """Judges a whole session."""
    raise NotImplementedError
