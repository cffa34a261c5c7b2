"""Scores signals against labelled recordings: recall, precision, accused controls, and every case behind the numbers.

A label is found when a signal of a kind that answers it overlaps it (`REACH`). A signal is right when it answers a
label or lies on a faulty control; it is false when it accuses a control that worked, or, for kinds that only a label
can explain, when none does. A signal where the labels are silent, or near a label that is void, counts for nothing.

Labels of sets with a `part` (`sites/record.py`) are complete for every kind: errors come from the browser's own log.
Older sets have no labels of console errors, reloading and the like, so such signals prove nothing there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.accuracy.rates import Rate, Row

Label = dict[str, Any]
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
    "fault:blocked": "blocked_click",
    "fault:blocked:retry": "blocked_click",
    "works:slow": "slow_response",
    "form-abandoned": "form_abandonment",
    "input-struggle": "input_struggle",
    "refresh-loop": "refresh_loop",
    "blocking-exception": "blocking_exception",
    "console-error": "console_error",
    "quick-back": "quick_back",
    "thrash": "cursor_thrash",
    "scroll-hunt": "scroll_hunt",
    "dead-end": "dead_end",
    "exit-after-fault": "unexpected_exit",
}
ALSO = {
    "dead_click": {"rage_click", "blocked_click"},
    "error_click": {"blocking_exception"},
    "blocked_click": {"rage_click"},
}
ACCUSING = {"dead_click", "rage_click", "blocked_click"}
FAIR_ON_FAULTS = ACCUSING | {"error_click", "failed_request", "blocking_exception", "slow_response"}
NEEDS_LABEL = {"cursor_thrash", "scroll_hunt", "quick_back", "dead_end"}
NEEDS_COMPLETE_LABELS = {"input_struggle", "refresh_loop"}
OF_ERRORS = {"error_click", "blocking_exception", "console_error"}
LOGGED_MS = 2500
"""An error may belong to a click this long before it, and a recorder may tell it this much later."""
FIELD_TAGS = {"input", "label", "select", "textarea"}
SLOW_MS = 3300
"""An answer after this is slow to anybody; 3 s is where Sentry draws the line, and clocks differ a little."""
QUICK_MS = 2500
# ms before and after a label within which a signal may lie
REACH = {
    "form-abandoned": (90_000, 6_000),
    "quick-back": (8_000, 6_000),
    "thrash": (500, 5_000),
    "scroll-hunt": (500, 9_000),
    "dead-end": (1_000, 12_000),
    "exit-after-fault": (20_000, 12_000),
    "input-struggle": (1_000, 3_000),
    "refresh-loop": (3_000, 4_000),
    "blocking-exception": (1_000, 3_000),
    "console-error": (300, 1_000),
}
CLICK_REACH = (400, 1_500)
WORKED = {"plain": "working clicks", "benign-rapid": "benign rapid clicks"}
# what else must not be said of what worked; of the last three until the page is left
ALSO_ACCUSING = {
    "works:drag": {"cursor_thrash"},
    "works:harmless-message": {"console_error", "error_click", "blocking_exception"},
    "works:live-filter": {"form_abandonment"},
    "works:prefilled": {"form_abandonment"},
    "works:sent-form": {"form_abandonment"},
}
LEAVING = ("navigate", "close", "dead-end", "quick-back")


@dataclass(frozen=True)
class Signal:
    """What scoring needs of a signal; times in epoch ms."""

    session: str
    kind: str
    start_ms: float
    end_ms: float
    confidence: float
    summary: str = ""
    grade: str = ""


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
    grade: str = ""


@dataclass
class Score:
    """Everything found out about a set of recordings."""

    cases: list[Case] = field(default_factory=list)
    controls: dict[str, list[int]] = field(default_factory=dict)

    def rows(self, site: str | None = None) -> Iterator[Row]:
        """Recall and precision by kind."""
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for case in self.cases:
            if site in (None, case.site):
                counts[case.kind][case.verdict] += 1
        for kind, c in sorted(counts.items()):
            yield Row(kind, Rate(c["found"], c["found"] + c["missed"]), Rate(c["right"], c["right"] + c["false"]))


def read_labels(folder: Path) -> Iterator[tuple[str, Path, Label]]:
    """`(name, recording, labels)` of every labelled recording of a folder."""
    for path in sorted(folder.glob("*.labels.json")):
        stem = path.name.removesuffix(".labels.json")
        endings = (".posts.jsonl", ".posts.jsonl.gz", ".json.gz")
        recording = next((p for e in endings if (p := path.with_name(stem + e)).exists()), None)
        if recording is not None:
            yield stem, recording, json.loads(path.read_text())


def score(labelled: Iterable[tuple[str, str, Label, list[float]]], signals: Sequence[Signal]) -> Score:
    """Scores `(recording, session, labels, times at which a page scrolled)` against signals."""
    by_session: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        by_session[signal.session].append(signal)
    out = Score()
    for recording, session, labels, scrolls in labelled:
        _Recording(out, recording, labels, by_session.get(session, []), scrolls).score()
    return out


class _Recording:
    """One recording being scored."""

    def __init__(self, out: Score, name: str, facts: Label, found: list[Signal], scrolls: list[float]) -> None:
        self.out, self.name, self.site, self.found, self.scrolls = out, name, facts.get("site", ""), found, scrolls
        self.all: list[Label] = facts["labels"]
        self.complete = "part" in facts
        self.justified: set[int] = set()
        self.silent: set[int] = set()
        self.accused: dict[int, str] = {}

    def score(self) -> None:
        """Labels first, then the signals that no label has spoken for."""
        valid = [m for m in self.all if _recorded(m) and not m.get("void")]
        self.silent |= {i for m in self.all if m.get("void") or not _recorded(m) for i in self._told_by(m)}
        stopped = [m for m in valid if m["kind"] == "blocking-exception"]
        for label in valid:
            near = (abs(m["t"] - label["t"]) < LOGGED_MS for m in stopped)
            if label["kind"] == "console-error" and any(near):
                self.silent |= set(self._near(label))  # the error that stopped the visitor is told as such
            else:
                self._expected(label)
        for label in valid:
            if label["kind"].startswith("works:") or (label["kind"] in WORKED and label.get("responded")):
                self._worked(label)
        for i, signal in enumerate(self.found):
            false = i in self.accused or (i not in self.silent and self._unexplained(signal))
            verdict = "right" if i in self.justified else "false" if false else ""
            if verdict:
                says = self.accused.get(i, "")
                told = (signal.summary, signal.confidence, signal.grade)
                self.out.cases.append(Case(self.name, self.site, signal.kind, signal.start_ms, verdict, says, *told))

    def _expected(self, label: Label) -> None:
        """A label that a signal should answer."""
        kind = label["kind"]
        counted = COUNTED_AS.get(kind)
        if counted is None or _unseen(label, self.scrolls):
            return
        near = self._near(label)
        good = {i for i in near if self.found[i].kind in {counted} | ALSO.get(counted, set())}
        text = (label.get("el") or {}).get("text") or label.get("message") or label.get("url", "")
        verdict = "found" if good else "missed"
        self.out.cases.append(Case(self.name, self.site, counted, label["t"], verdict, kind, text))
        self.justified |= good
        if kind.startswith("fault:"):
            self.justified |= {i for i in near if self.found[i].kind in FAIR_ON_FAULTS}

    def _worked(self, label: Label) -> None:
        """A label that clears a control, a form or a gesture."""
        kind = label["kind"]
        bad = {i for i in self._near(label) if self.found[i].kind in ACCUSING and kind != "works:prefilled"}
        if label.get("answered_ms", label.get("seen_ms", SLOW_MS)) <= QUICK_MS:
            bad |= {i for i in self._near(label) if self.found[i].kind == "slow_response"}
        also = ALSO_ACCUSING.get(kind, set())
        start, end = label["t"] - CLICK_REACH[0], label.get("t_end", label["t"]) + CLICK_REACH[1]
        if "form_abandonment" in also:
            came, end = self._stay(label)
            if any(m["kind"] in ("filled", "typed") and came <= m["t"] <= end for m in self.all) and "sent" not in kind:
                also = set()  # a form was filled on the same page as well
        bad |= {i for i, s in enumerate(self.found) if s.kind in also and s.end_ms >= start and s.start_ms <= end}
        bad -= self.justified | self.silent | self.accused.keys()
        tally = self.out.controls.setdefault(WORKED.get(kind, kind), [0, 0])
        tally[0] += bool(bad)
        tally[1] += 1
        self.accused |= dict.fromkeys(bad, kind)

    def _stay(self, label: Label) -> tuple[float, float]:
        """When the page of a label was come to and left."""
        turns = [m["t"] for m in self.all if m["kind"] in LEAVING or m.get("moved")]
        end = label.get("t_end", label["t"])
        came = max((t for t in turns if t <= label["t"]), default=label["t"])
        left = min((t for t in turns if t > end - 200), default=end)
        return came, left

    def _told_by(self, label: Label) -> list[int]:
        """Signals of the kind of a label that counts for nothing: what happened then may well have been recorded."""
        kinds = {COUNTED_AS.get(label["kind"])} | ALSO.get(COUNTED_AS.get(label["kind"], ""), set())
        return [i for i in self._near(label) if label.get("void") or self.found[i].kind in kinds]

    def _near(self, label: Label) -> list[int]:
        before, after = REACH.get(label["kind"], CLICK_REACH)
        start, end = label["t"] - before, label.get("t_end", label["t"]) + after
        if label["kind"] == "works:slow":
            end += label.get("answered_ms", 0)
        return [i for i, s in enumerate(self.found) if s.end_ms >= start and s.start_ms <= end]

    def _unexplained(self, signal: Signal) -> bool:
        """A kind that only a label can explain, and none is near."""
        if signal.kind in OF_ERRORS:
            return self.complete and not self._raised_near(signal)
        if signal.kind in NEEDS_LABEL or (self.complete and signal.kind in NEEDS_COMPLETE_LABELS):
            return True
        if signal.kind == "form_abandonment":
            filled = ("filled", "typed", "input-struggle")
            return not any(m["kind"] in filled or (m.get("el") or {}).get("tag") in FIELD_TAGS for m in self.all)
        last = max((m["t"] for m in self.all), default=0)
        late_fault = any(m["kind"].startswith("fault") and m["t"] > last - 25_000 for m in self.all)
        return signal.kind == "unexpected_exit" and not late_fault

    def _raised_near(self, signal: Signal) -> bool:
        """The browser's log has an error around there, of a click or of the page."""
        of_clicks = (m for m in self.all if m.get("raised"))
        spans = [(m["t"] - CLICK_REACH[0], m["t_end"] + LOGGED_MS) for m in of_clicks]
        pages = (
            ("blocking-exception", "console-error") if signal.kind != "blocking_exception" else ("blocking-exception",)
        )
        of_pages = (m for m in self.all if m["kind"] in pages)
        spans += [(m["t"] - LOGGED_MS, m.get("t_end", m["t"]) + LOGGED_MS) for m in of_pages]
        return any(a <= signal.start_ms <= b for a, b in spans)


def _recorded(label: Label) -> bool:
    return label.get("recorded") != 0 and not label.get("url", "").startswith("chrome-error:")


def _unseen(label: Label, scrolls: list[float]) -> bool:
    """A fault that answered after all, an answer (or its spinner) that was quick, or a hunt that left no trace."""
    if label["kind"].startswith("fault:"):
        return bool(label.get("responded"))
    if label["kind"] == "works:slow":
        spinner = label.get("seen_ms", SLOW_MS) <= QUICK_MS
        return spinner or label.get("answered_ms", 0) < SLOW_MS
    return label["kind"] == "scroll-hunt" and sum(0 <= t - label["t"] <= 6_000 for t in scrolls) < 4
