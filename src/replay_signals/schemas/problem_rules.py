"""Rules of problems: when a cause over many sessions is news, how much it matters, and when it is fixed.

Numbers marked PostHog are those of its scout for session replay; docs/impact.md says what they do on known truth.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.limits import doc


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key event: what a visit is for, and what one of them is worth."""

    event: Annotated[str, doc("Name of the analytics event", min_length=1)]
    value: Annotated[float, doc("Worth of one, in any unit that all outcomes share", above=0)] = 1.0


class Problems(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What many sessions say of one cause: exposure, effect, history, capture, severity and the proof of a fix."""

    horizon_ms: Annotated[
        int, doc("A key event counts so long after the first use (PostHog ends an idle session then)", least=1000)
    ] = 1_800_000
    answer_ms: Annotated[
        int, doc("Without key events: another answered action or page within this time is the outcome", least=1000)
    ] = 60_000
    min_sessions: Annotated[
        int, doc("Affected sessions below which a problem is too little to say anything (PostHog: 10)", least=2)
    ] = 10
    min_users: Annotated[int, doc("Affected users below which it is somebody's own trouble (PostHog: 5)", least=1)] = 5
    baseline_days: Annotated[
        int, doc("Days before the day in question that are its baseline (PostHog: 13 or 14)", least=2, most=366)
    ] = 14
    step_factor: Annotated[float, doc("Rate over baseline from which it is news (PostHog: about 3)", above=1)] = 3.0
    slow_rise: Annotated[
        float,
        doc("Rise of the share for whom a page or route is slow, below which it is no news", least=0, below=1),
    ] = 0.05
    alarm_chance: Annotated[
        float, doc("Chance of a false alarm for one problem on one quiet day", above=0, below=0.5)
    ] = 0.0002
    new_days: Annotated[int, doc("A problem stays new, or regressed, for so many days", least=1, most=366)] = 7
    history_days: Annotated[int, doc("Days that are searched for the day a problem began", least=7, most=366)] = 60
    onset_chance: Annotated[float, doc("Chance of finding a beginning where there is none", above=0, below=0.5)] = 0.01
    false_discoveries: Annotated[
        float,
        doc("Share of false ones among the flags, releases … that are named (Benjamini-Hochberg)", above=0, below=1),
    ] = 0.05
    fixed_ratio: Annotated[
        float, doc("Rate after over rate before, below which a problem is fixed", above=0, below=1)
    ] = 0.33
    capture_ratio: Annotated[
        float,
        doc(
            "Share of recorded sessions over its norm, below which recordings are lost (PostHog: 0.4)", above=0, below=1
        ),
    ] = 0.4
    traffic_ratio: Annotated[
        float,
        doc("Change of traffic from which a lower share says nothing of capture (PostHog: 0.25)", above=0, below=1),
    ] = 0.25
    min_recordings: Annotated[
        int, doc("Recordings of a usual day below which capture is not watched (PostHog: 100)", least=1)
    ] = 100
    min_days: Annotated[
        int, doc("Days of history below which capture is not watched (PostHog: 7)", least=2, most=366)
    ] = 7
    friction_effect: Annotated[
        float, doc("Loss of outcomes expected of a problem that annoys, before its own figures", above=0, below=1)
    ] = 0.02
    blocked_effect: Annotated[
        float,
        doc("The same of one that stops everybody it meets; between the two by the share stopped", above=0, below=1),
    ] = 0.2
    effect_spread: Annotated[
        float, doc("How far (one standard deviation) the true loss may lie from that", above=0, most=1)
    ] = 0.1
    urgent_users: Annotated[
        float, doc("Users a day from which a proven loss has the weight 1, research now", above=0)
    ] = 100.0
