"""Judges labelled recordings and scores the result; `python -m tests.accuracy.evaluate [FOLDER…]` writes the page.

accuracy.html   recall and precision by kind, with and without analytics events, by site and cross-validated, the
                reliability of the confidence, and every miss and false alarm beside what was recorded around it
accuracy.json   the same numbers for machines
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
from tests.accuracy import mobile
from tests.accuracy import page as report
from tests.accuracy.grouping import Bcubed, Item, bcubed, items_of
from tests.accuracy.scoring import Score, Signal, read_labels, score

from replay_signals.pipelines.files.reading import read
from replay_signals.schemas.digests import MessageDigest, SessionDigest
from replay_signals.schemas.messages import AnalyticsEvent, SnapshotMessage
from replay_signals.schemas.rules import Clicks, Rage, Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.digest.records import Scroll
from replay_signals.transforms.evidence.extract import event_evidence
from replay_signals.transforms.judge.common import Common
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors, weigh
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.session.timeline import timeline_of
from replay_signals.transforms.signals import find
from replay_signals.transforms.signals.context import context_of

ROOT = Path(__file__).parents[2]
ACCURACY = ROOT / "tests" / "accuracy"
SHIPPED = (ROOT / "examples", ACCURACY / "recordings", ACCURACY / "window")


@dataclass(frozen=True)
class Recording:
    """One labelled recording, digested."""

    name: str
    path: Path
    session: SessionDigest
    events: list[AnalyticsEvent]
    labels: dict[str, Any]
    scrolls: list[float]

    @property
    def site(self) -> str:
        """The site it was recorded on."""
        return str(self.labels.get("site", ""))


def load(folders: Iterable[Path], names: Container[str] = ()) -> list[Recording]:
    """The labelled recordings of some folders with these names; all when none is named."""
    out = []
    for folder in folders:
        for name, path, labels in read_labels(folder):
            if names and name not in names:
                continue
            records = list(read(str(path)))
            digests = [
                d for r in records if isinstance(r, SnapshotMessage) and isinstance(d := digest(r), MessageDigest)
            ]
            events = [event_of(event_evidence(r)) for r in records if isinstance(r, AnalyticsEvent)]
            if digests:
                session = session_of(digests)
                out.append(Recording(name, path, session, events, labels, _scrolls(session)))
    return out


def _scrolls(session: SessionDigest) -> list[float]:
    """Times at which a page scrolled: a hunt on a page without room to scroll leaves none."""
    return [t for page in timeline_of(session).pages for t, _ in page.of(Scroll)]


def signals_of(
    recording: Recording, rules: Rules, with_events: bool = True, priors: Priors = NO_PRIORS
) -> list[Signal]:
    """Signals of a recording; without its analytics events when asked to stand on the replay alone."""
    context = context_of(of_site(recording), recording.events if with_events else [], rules)
    weigh(Common(context), priors)
    session = recording.session.session_id
    return [Signal(session, f.kind, f.started_ms, f.ended_ms, f.confidence, f.summary, f.grade) for f in find(context)]


def grouped(recordings: list[Recording], rules: Rules) -> Bcubed:
    """How well problems group what was broken."""
    found: list[Item] = []
    for recording in recordings:
        found += items_of(recording.name, recording.labels, judge(of_site(recording), recording.events, rules))
    return bcubed(found)


def of_site(recording: Recording) -> SessionDigest:
    """The session, with its site for a team: another site's pages are another's."""
    return SessionDigest(recording.site, recording.session.session_id, recording.session.messages)


def evaluate(
    recordings: list[Recording],
    rules: Rules,
    with_events: bool = True,
    priors: Mapping[str, Priors] = MappingProxyType({}),
) -> Score:
    """The score of recordings under some rules, each with the priors that are given under its name."""
    signals = [s for r in recordings for s in signals_of(r, rules, with_events, priors.get(r.name, NO_PRIORS))]
    return score([(r.name, r.session.session_id, r.labels, r.scrolls) for r in recordings], signals)


def cross_validate(recordings: list[Recording]) -> list[dict[str, Any]]:
    """For each site: settings chosen on the other sites, and how the left-out site scores with them."""
    grid = [
        msgspec.structs.replace(Rules(), clicks=Clicks(prompt_ms=prompt), rage=Rage(gap_ms=gap))
        for prompt, gap in itertools.product((500, 1000, 2000), (700, 1000, 1500))
    ]
    by_rules = [(rules, evaluate(recordings, rules)) for rules in grid]
    rows = []
    for site in sorted({r.site for r in recordings}):
        best, chosen = max(by_rules, key=lambda pair: (_quality(pair[1], site, inside=False), -_distance(pair[0])))
        rows.append(
            {
                "site": site,
                "prompt_ms": best.clicks.prompt_ms,
                "gap_ms": best.rage.gap_ms,
                "others": round(_quality(chosen, site, inside=False), 3),
                "left_out": round(_quality(chosen, site, inside=True), 3),
                "defaults": round(_quality(_by_default(by_rules), site, inside=True), 3),
            }
        )
    return rows


def _by_default(by_rules: list[tuple[Rules, Score]]) -> Score:
    """The score under the default rules."""
    return next(found for rules, found in by_rules if rules == Rules())


def _distance(rules: Rules) -> float:
    """How far settings are from the defaults: ties go to the defaults."""
    return abs(rules.clicks.prompt_ms - 1000) / 1000 + abs(rules.rage.gap_ms - 1000) / 1000


def _quality(found: Score, site: str, inside: bool) -> float:
    """F1 over all kinds, of one site or of all others."""
    cases = [c for c in found.cases if (c.site == site) == inside]
    count = {v: sum(c.verdict == v for c in cases) for v in ("found", "missed", "right", "false")}
    recall = count["found"] / max(1, count["found"] + count["missed"])
    precision = count["right"] / max(1, count["right"] + count["false"])
    return 2 * recall * precision / max(1e-9, recall + precision)


def main() -> int:
    """Writes the page; exit code 1 when there is nothing to score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=list(SHIPPED))
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "accuracy")
    parser.add_argument("--docs", action="store_true", help="also write docs/accuracy.md and its plot")
    args = parser.parse_args()
    recordings = load(args.folders)
    if not recordings:
        print(f"no labelled recordings in {', '.join(map(str, args.folders))}", file=sys.stderr)
        return 1
    rules = Rules()
    scores = {"with analytics events": evaluate(recordings, rules), "replay alone": evaluate(recordings, rules, False)}
    groups = grouped(recordings, rules)
    validated = cross_validate(recordings)
    args.out.mkdir(parents=True, exist_ok=True)
    native = mobile.measured(mobile.DEVELOPMENT, mobile.VISITS, mobile.PLATFORMS)
    html = report.render(recordings, scores, validated, mobile.table(native))
    (args.out / "accuracy.html").write_text(html)
    (args.out / "accuracy.json").write_text(
        json.dumps(
            report.numbers(scores, validated)
            | {"native apps": mobile.numbers(native)}
            | {"grouping": groups._asdict()},
            indent=1,
        )
    )
    if args.docs:
        (ROOT / "docs" / "accuracy.md").write_text(report.markdown(recordings, scores, validated))
        (ROOT / "docs" / "accuracy-reliability.svg").write_text(report.plot(scores["with analytics events"]) + "\n")
    print(report.text(scores["with analytics events"]))
    print()
    print(mobile.table(native))
    print(
        f"problems: B-cubed precision {groups.precision:.1%}, recall {groups.recall:.1%} "
        f"({groups.items} faults found, {groups.faults} causes, {groups.problems} problems)"
    )
    print(f"\n{len(recordings)} recordings; the whole page: {args.out / 'accuracy.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
