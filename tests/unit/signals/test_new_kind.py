"""A kind is one file and one line of the registry: a made-up one comes out wherever the others do."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_signals.jobs import reference
from replay_signals.transforms import signals
from replay_signals.transforms.inbox.record import inbox_record, to_signal_input
from support.dom import button, el
from support.outcome import START_MS, digested
from support.samples import PRODUCED
from support.streaming import Stream
from support.warehouses import backfill, page, replay, rows, written
from support.web import Visit

CLICK_MS = 4000
MODULE = """
from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding, of_click


class Evidence(msgspec.Struct):
    total: Annotated[int, doc("Clicks of the visit")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    evidence = Evidence(total=len(context.clicks))
    found = [of_click("first_click", j, "Clicked", 0.9, evidence) for j in context.clicks[:1]]
    for finding in found:
        finding.blocked = 1.0
    return found


SIGNAL = Signal(
    kind="first_click",
    title="the first click of a visit",
    detect=detect,
    scope=Scope.CLICK,
    gesture=None,
    after_others=False,
    settled_ms=settling.after_evidence_window,
    problem_type="failure",
    failure="silence",
    is_trouble=True,
    evidence=Evidence,
)
"""


@pytest.fixture(autouse=True)
def _registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "first_click.py"
    path.write_text(MODULE)
    spec = importlib.util.spec_from_file_location("first_click", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(signals.SIGNALS, "first_click", module.SIGNAL)


def visit() -> Visit:
    """One click, which the page answers."""
    made = Visit()
    shop = made.open("http://shop.test/", button("Add", id="add"), el("p", "0", id="total"))
    shop.click("add", at=CLICK_MS).says("total", "1", at=CLICK_MS + 40).lives(CLICK_MS + 2000)
    return made


def recording(folder: Path) -> Path:
    return written(folder / "visit.jsonl", [replay("session-1", page(START_MS))])


def test_detect_prints_it_and_takes_it_as_an_option(
    tmp_path: Path, run_cli: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, _ = run_cli("detect", str(recording(tmp_path)), "--jsonl", "--kind", "first_click")
    assert code == 0
    (signal,) = [json.loads(line) for line in out.splitlines()]
    assert (signal["kind"], signal["evidence"]) == ("first_click", {"total": 1})


def test_it_is_trouble_that_an_exit_follows() -> None:
    outcome = visit().outcome()
    assert outcome.kinds == ["first_click", "unexpected_exit"]
    assert outcome.evidence("unexpected_exit")["after"] == "first_click"


def test_a_stream_publishes_it_when_it_is_settled() -> None:
    (events,) = visit().recorded.values()
    stream = Stream()
    stream.send(digested(events, sent_ms=START_MS + CLICK_MS + 2000), START_MS + CLICK_MS + 2000)
    stream.until(START_MS + CLICK_MS + 6900)
    assert stream.of("signals") == []
    stream.until(START_MS + CLICK_MS + 8000)
    assert [row.kind for row in stream.of("signals")] == ["first_click"]
    assert [(record.kind, record.problem_type) for record in stream.inbox] == [("first_click", "failure")]


def test_the_inbox_and_posthog_get_its_problem_type() -> None:
    record = inbox_record(visit().outcome().signal("first_click"), produced_at=PRODUCED)
    assert record.problem_type == to_signal_input(record).extra.problem_type == "failure"


def test_the_docs_describe_it() -> None:
    assert "| `first_click` | the first click of a visit |" in reference.part("list")
    assert "| `first_click` | click | when its evidence window" in reference.part("overview")
    assert "`dead_end`, `first_click` |" in reference.part("problem types")
    assert "| `total` | integer | Clicks of the visit |" in reference.part("evidence first_click")


@pytest.mark.slow
def test_a_backfill_stores_it(tmp_path: Path) -> None:
    backfill(tmp_path / "warehouse", recording(tmp_path))
    stored: list[Any] = rows(tmp_path / "warehouse", "signals")
    assert "first_click" in {row.kind for row in stored}
    (session,) = rows(tmp_path / "warehouse", "sessions")
    assert session.signal_kinds["first_click"] == 1
