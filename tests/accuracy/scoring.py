"""Scores signals against labelled recordings: recall, precision, accused controls, and every case behind the numbers.

A label is found when a signal of a kind that answers it overlaps it (`REACH`). A signal is right when it answers a
label or lies on a faulty control; it is false when it accuses a control that worked, or, for kinds that only a label
can explain, when none does. A signal where the labels are silent counts for nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# label kind -> the kind of signal it is counted as, and what else answers it
COUNTED_AS = {
    "fault:dead": "dead_click",
    "fault:dead:retry": "dead_click",
    "fault:error": "error_click",
    "fault:error:retry": "error_click",
    "fault:net": "failed_request",
    "fault:net:retry": "failed_request",
    "fault:dead:rage": "rage_click",
    "fault:error:rage": "rage_click",
    "fault:net:rage": "rage_click",
    "form-abandoned": "form_abandonment",
    "quick-back": "quick_back",
    "thrash": "cursor_thrash",
    "scroll-hunt": "scroll_hunt",
    "dead-end": "dead_end",
    "exit-after-fault": "unexpected_exit",
}
ALSO = {"dead_click": {"rage_click", "blocked_click"}, "error_click": {"blocking_exception"}}
ACCUSING = {"dead_click", "rage_click", "blocked_click"}
FAIR_ON_FAULTS = ACCUSING | {"error_click", "failed_request", "blocking_exception", "slow_response"}
NEEDS_LABEL = {"cursor_thrash", "scroll_hunt", "quick_back", "dead_end"}
FIELD_TAGS = {"input", "label", "select", "textarea"}
# ms before and after a label within which a signal may lie
REACH = {
    "form-abandoned": (90_000, 6_000),
    "quick-back": (8_000, 6_000),
    "thrash": (500, 5_000),
    "scroll-hunt": (500, 9_000),
    "dead-end": (1_000, 12_000),
    "exit-after-fault": (20_000, 12_000),
}
CLICK_REACH = (400, 1_500)
WORKED = {"plain": "working clicks", "benign-rapid": "benign rapid clicks"}


@dataclass(frozen=True)
class Signal:
    """What scoring needs of a signal; times in epoch ms."""

    session: str
    kind: str
    start_ms: float
    end_ms: float
    confidence: float
    summary: str = ""


@dataclass(frozen=True)
class Case:
    """One label missed or one signal judged."""

    recording: str
    site: str
    kind: str
    t_ms: float
    verdict: str  # found, missed, right, false
    label: str
    text: str
    confidence: float = 0.0


@dataclass
class Score:
    """Everything found out about a set of recordings."""

    cases: list[Case] = field(default_factory=list)
    controls: dict[str, list[int]] = field(default_factory=dict)

    def rows(self, site: str | None = None) -> Iterator[tuple[str, int, float | None, int, int, float | None]]:
        """`(kind, labels, recall, right, false, precision)` by kind."""
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for case in self.cases:
            if site in (None, case.site):
                counts[case.kind][case.verdict] += 1
        for kind, c in sorted(counts.items()):
            labels, judged = c["found"] + c["missed"], c["right"] + c["false"]
            recall = c["found"] / labels if labels else None
            yield kind, labels, recall, c["right"], c["false"], c["right"] / judged if judged else None


def read_labels(folder: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """`(name, recording, labels)` of every labelled recording of a folder."""
    for path in sorted(folder.glob("*.labels.json")):
        stem = path.name.removesuffix(".labels.json")
        endings = (".posts.jsonl", ".posts.jsonl.gz", ".json.gz")
        recording = next((p for e in endings if (p := path.with_name(stem + e)).exists()), None)
        if recording is not None:
            yield stem, recording, json.loads(path.read_text())


def score(labelled: Iterable[tuple[str, str, dict[str, Any], list[float]]], signals: Sequence[Signal]) -> Score:
    """Scores `(recording, session, labels, times at which a page scrolled)` against signals."""
    by_session: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        by_session[signal.session].append(signal)
    out = Score()
    for recording, session, labels, scrolls in labelled:
        _recording(out, recording, labels, by_session.get(session, []), scrolls)
    return out


def _recording(out: Score, name: str, labels: dict[str, Any], found: list[Signal], scrolls: list[float]) -> None:
    site, shown = labels.get("site", ""), [x for x in labels["labels"] if _recorded(x)]
    justified: set[int] = set()
    accused: dict[int, str] = {}
    for label in shown:
        kind, near = label["kind"], _near(label, found)
        counted = COUNTED_AS.get(kind)
        if counted is not None:
            if _unseen(label, scrolls):
                continue
            answers = {counted} | ALSO.get(counted, set())
            good = {i for i in near if found[i].kind in answers}
            out.cases.append(_case(name, site, counted, label, "found" if good else "missed"))
            justified |= good
            if kind.startswith("fault:"):
                justified |= {i for i in near if found[i].kind in FAIR_ON_FAULTS}
        elif kind.startswith("works:") or (kind in WORKED and label.get("responded")):
            tally = out.controls.setdefault(WORKED.get(kind, kind), [0, 0])
            bad = [i for i in near if found[i].kind in ACCUSING and i not in justified]
            tally[0] += bool(bad)
            tally[1] += 1
            accused |= dict.fromkeys(bad, kind)
    for i, signal in enumerate(found):
        verdict = "right" if i in justified else "false" if i in accused or _unexplained(signal, labels) else ""
        if verdict:
            text = signal.summary
            case = Case(name, site, signal.kind, signal.start_ms, verdict, accused.get(i, ""), text, signal.confidence)
            out.cases.append(case)


def _recorded(label: dict[str, Any]) -> bool:
    return label.get("recorded") != 0 and not label.get("url", "").startswith("chrome-error:")


def _unseen(label: dict[str, Any], scrolls: list[float]) -> bool:
    """A fault that answered after all, or a hunt that the recording does not hold."""
    if label["kind"].startswith("fault:"):
        return bool(label.get("responded"))
    return label["kind"] == "scroll-hunt" and sum(0 <= t - label["t"] <= 6_000 for t in scrolls) < 4


def _near(label: dict[str, Any], found: list[Signal]) -> list[int]:
    before, after = REACH.get(label["kind"], CLICK_REACH)
    start, end = label["t"] - before, label.get("t_end", label["t"]) + after
    return [i for i, s in enumerate(found) if s.end_ms >= start and s.start_ms <= end]


def _unexplained(signal: Signal, labels: dict[str, Any]) -> bool:
    if signal.kind in NEEDS_LABEL:
        return True
    marks = labels["labels"]
    if signal.kind == "form_abandonment":
        return not any(m["kind"] == "filled" or (m.get("el") or {}).get("tag") in FIELD_TAGS for m in marks)
    last = max((m["t"] for m in marks), default=0)
    late_fault = any(m["kind"].startswith("fault") and m["t"] > last - 25_000 for m in marks)
    return signal.kind == "unexpected_exit" and not late_fault


def _case(name: str, site: str, kind: str, label: dict[str, Any], verdict: str) -> Case:
    text = (label.get("el") or {}).get("text") or label.get("url", "")
    return Case(name, site, kind, label["t"], verdict, label["kind"], text)
