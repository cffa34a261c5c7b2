"""How well problems group: B-cubed precision and recall of `problem_id` against what the labels say was broken.

Bagga and Baldwin (1998): for each fault that was found, the share of the incidents under its problem that are of its
fault (precision), and the share of its fault's incidents that are under its problem (recall); then the means.

A fault is a control of a site and how it fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from tests.accuracy.scoring import CLICK_REACH, FAIR_ON_FAULTS

from replay_signals.schemas.digests import millis
from replay_signals.schemas.rows import SessionVerdict, SignalRow

ANSWERS = {
    "dead": {"dead_click", "rage_click", "blocked_click"},
    "blocked": {"blocked_click", "rage_click"},
    "error": {"error_click", "blocking_exception", "rage_click"},
    "net": {"failed_request", "rage_click"},
}
"""Signals that answer a fault: another one on a control that fails otherwise is another question."""


class Item(NamedTuple):
    """One labelled fault that was found: what was broken, and the problem it was put under."""

    session: str
    fault: Hashable
    problem_id: str
    cause: str


class Bcubed(NamedTuple):
    """Means over items, 0 to 1; the numbers of items, faults and problems."""

    precision: float
    recall: float
    items: int
    faults: int
    problems: int


def items_of(session: str, labels: Mapping[str, Any], verdict: SessionVerdict) -> list[Item]:
    """The faults of a recording that were found."""
    found = []
    for label in labels["labels"]:
        kind = label["kind"].split(":")
        if kind[0] != "fault" or label.get("void") or label.get("recorded") == 0 or not label.get("el"):
            continue
        signal = _answering(label, kind[1], verdict.signals)
        if signal is not None:
            fault = _fault(str(labels.get("site", "")), label, kind[1])
            found.append(Item(session, fault, signal.problem_id, signal.cause))
    return found


def bcubed(items: Iterable[Item]) -> Bcubed:
    """Precision and recall of some items."""
    found = list(items)
    faults, problems = Counter(i.fault for i in found), Counter(i.problem_id for i in found)
    both = Counter((i.fault, i.problem_id) for i in found)
    total = max(1, len(found))
    precision = sum(both[i.fault, i.problem_id] / problems[i.problem_id] for i in found) / total
    recall = sum(both[i.fault, i.problem_id] / faults[i.fault] for i in found) / total
    return Bcubed(precision, recall, len(found), len(faults), len(problems))


def _answering(label: Mapping[str, Any], fault: str, signals: Iterable[SignalRow]) -> SignalRow | None:
    """The signal that leads the incident of a label, of those on it that say what failed."""
    start, end = label["t"] - CLICK_REACH[0], label.get("t_end", label["t"]) + CLICK_REACH[1]
    own = [
        s
        for s in signals
        if s.kind in ANSWERS[fault] & FAIR_ON_FAULTS and millis(s.started_at) <= end and millis(s.ended_at) >= start
    ]
    return min(
        own,
        key=lambda s: (not s.is_leading, s.kind == "rage_click", abs(millis(s.started_at) - label["t"])),
        default=None,
    )


def _fault(site: str, label: Mapping[str, Any], kind: str) -> Hashable:
    el = label["el"]
    return site, kind, el.get("tag"), el.get("id"), " ".join((el.get("text") or "").split()), el.get("cls")
