"""Scores `dead_tap` and `rage_tap` on made-up visits of apps, by SDK; `python -m tests.accuracy.mobile [--held-out]`.

Each visit is recorded by builders of what the SDKs send (tests/support/mobile_recorders), screenshots as real pictures.
A tap in vain is found when a signal lies on it. A signal is right on a tap in vain, and wrong on any other tap. `shown`
is how many of the taps in vain the recording can tell of: it holds a look between the tap and the next touch.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.accuracy.rates import Outcome, Rate

from replay_signals.schemas.messages import AnalyticsEvent, SourcePosition
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.signals import find
from replay_signals.transforms.signals.context import context_of
from replay_signals.transforms.signals.finding import Finding
from support.mobile_care import CARE
from support.mobile_chat import CHAT
from support.mobile_designs import BANK, SHOP
from support.mobile_market import MARKET
from support.mobile_meals import MEALS
from support.mobile_radio import RADIO
from support.mobile_recorders import (
    Android,
    AndroidScreenshots,
    Flutter,
    Ios,
    IosScreenshots,
    ReactNativeAndroid,
    ReactNativeIos,
    Recorder,
)
from support.mobile_transit import TRANSIT
from support.mobile_visits import Design, Label, Visit, visit_of
from support.outcome import START_MS

PLATFORMS: dict[str, tuple[type[Recorder], ...]] = {
    "iOS, wireframes": (Ios,),
    "Android, wireframes": (Android,),
    "iOS, pictures": (IosScreenshots,),
    "Android, pictures": (AndroidScreenshots,),
    "React Native, pictures": (ReactNativeIos, ReactNativeAndroid),
    "Flutter, pictures": (Flutter,),
}
DEVELOPMENT, HELD_OUT = (SHOP, BANK, RADIO, MARKET, CHAT, TRANSIT, CARE), (MEALS,)
VISITS = 30
KINDS = ("dead_tap", "rage_tap")
SOON_MS = 300
"""A look this soon after a tap may show the screen before the answer."""
REACH_MS = 150


@dataclass
class Tally:
    """Counts of one kind of signal on one platform."""

    labels: int = 0
    found: int = 0
    shown: int = 0
    found_shown: int = 0
    right: int = 0
    wrong: int = 0
    misses: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("labels", "found", "shown", "found_shown", "right", "wrong"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.misses += other.misses
        self.outcomes += other.outcomes


Tallies = dict[str, Tally]


def score(visit: Visit) -> Tallies:
    """What the system makes of a visit, against its labels."""
    context = context_of(session_of(visit.app.digests()), [_left(t) for t in visit.away], Rules())
    signals = [f for f in find(context) if f.kind in KINDS]
    tallies = {kind: Tally() for kind in KINDS}
    downs = _downs(visit)
    for label in visit.labels:
        if label.kind in ("dead", "rage"):
            kind = f"{label.kind}_tap"
            found = any(_on(s, label) for s in signals)
            shown = _shown(visit, label, downs)
            tally = tallies[kind]
            tally.labels += 1
            tally.found += found
            tally.shown += shown
            tally.found_shown += found and shown
            if not found:
                tally.misses.append(_told(visit, label, "missed" if shown else "missed, not shown"))
    for signal in signals:
        tally = tallies[signal.kind]
        labels = [label for label in visit.labels if _on(signal, label)]
        right = any(label.kind in ("dead", "rage") for label in labels)
        tally.right += right
        tally.wrong += not right
        tally.outcomes.append(Outcome(visit.app.session.partition("-")[0], signal.kind, signal.grade, right))
        if not right:
            texts = [_told(visit, label, f"wrong {signal.kind}") for label in labels]
            tally.misses += texts or [f"{visit.app.session} wrong {signal.kind} {signal.started_ms - START_MS:.0f}"]
    return tallies


def _left(t: float) -> AnalyticsEvent:
    """The app went to the background."""
    at = round(START_MS + t)
    return AnalyticsEvent("team", f"left-{at}", "Application Backgrounded", "visitor", at, SourcePosition("made"))


def _told(visit: Visit, label: Label, what: str) -> str:
    return f"{visit.app.session} {what}: {label.kind} {label.name!r} {[round(t) for t in label.times]}"


def _on(signal: Finding[Any], label: Label) -> bool:
    start, end = signal.started_ms - START_MS, signal.ended_ms - START_MS
    return any(start - REACH_MS <= t <= end + REACH_MS for t in label.times)


def _downs(visit: Visit) -> list[float]:
    times = (event for event in visit.app.events if event["type"] == 3)
    return sorted(float(str(e["timestamp"])) for e in times if e["data"]["type"] == 7)  # type: ignore[index]


def _shown(visit: Visit, label: Label, downs: list[float]) -> bool:
    """Can the recording tell that the last tap was not answered before the next touch was?"""
    last = label.times[-1]
    then = next((t for t in downs if t > last), last + 30_000)
    return visit.app.recorder.shows(last + SOON_MS, then + 60)


def visits(design: Design, recorders: tuple[type[Recorder], ...], count: int) -> Iterator[Visit]:
    for seed in range(count):
        yield visit_of(design, recorders[seed % len(recorders)], seed)


def measure(task: tuple[Design, str, int]) -> Tallies:
    """Tallies of one platform and app."""
    design, platform, count = task
    total = {kind: Tally() for kind in KINDS}
    for visit in visits(design, PLATFORMS[platform], count):
        for kind, tally in score(visit).items():
            total[kind].add(tally)
    return total


def outcomes(count: int = VISITS) -> list[Outcome]:
    """The signals of all apps, confirmed or contradicted: confidences lean on what held-out visits showed, too."""
    totals = measured((*DEVELOPMENT, *HELD_OUT), count, PLATFORMS)
    return [outcome for tallies in totals.values() for tally in tallies.values() for outcome in tally.outcomes]


def measured(designs: Iterable[Design], count: int, platforms: Iterable[str]) -> dict[str, Tallies]:
    """Tallies by platform."""
    tasks = [(design, platform, count) for platform in platforms for design in designs]
    totals: dict[str, Tallies] = {}
    with ProcessPoolExecutor(2) as pool:
        for (_, platform, _), tallies in zip(tasks, pool.map(measure, tasks), strict=True):
            own = totals.setdefault(platform, {kind: Tally() for kind in tallies})
            for kind, tally in tallies.items():
                own[kind].add(tally)
    return totals


def numbers(totals: dict[str, Tallies]) -> list[dict[str, str | int]]:
    """The counts of each platform and kind, for machines."""
    names = ("labels", "found", "shown", "found_shown", "right", "wrong")
    return [
        {"platform": platform, "kind": kind} | {name: getattr(tally, name) for name in names}
        for platform, tallies in totals.items()
        for kind, tally in tallies.items()
    ]


def table(totals: dict[str, Tallies]) -> str:
    """Markdown: recall, recall of what the recording shows, precision, each with its lower bound."""
    lines = [
        "| platform | kind | taps in vain | found | shown | found of those | signals | right |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for platform, tallies in totals.items():
        for kind, t in tallies.items():
            signals = t.right + t.wrong
            lines.append(
                f"| {platform} | `{kind}` | {t.labels} | {Rate(t.found, t.labels)} | {t.shown} | "
                f"{Rate(t.found_shown, t.shown)} | {signals} | {Rate(t.right, signals)} |"
            )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-out", action="store_true", help="the app that detection was not developed on")
    parser.add_argument("--visits", type=int, default=VISITS, help="visits of each app and platform")
    parser.add_argument("--platform", choices=[*PLATFORMS], action="append")
    parser.add_argument("--misses", action="store_true", help="also print every miss and false alarm")
    args = parser.parse_args()
    totals = measured(HELD_OUT if args.held_out else DEVELOPMENT, args.visits, args.platform or PLATFORMS)
    print(table(totals))
    if args.misses:
        print("\n".join(chain.from_iterable(t.misses for tallies in totals.values() for t in tallies.values())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
