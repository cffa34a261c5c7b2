"""Times from 0: seconds are told from milliseconds by what a visitor can do in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.dom import button, el
from support.outcome import START_MS
from support.web import Visit

UNITS: dict[str, tuple[Callable[[float], float], float]] = {
    "ms": (lambda ms: ms, 5992.0),
    "s": (lambda ms: ms / 1000, 5992.0),
    "s, whole": (lambda ms: float(int(ms / 1000)), 5000.0),
    "s, later": (lambda ms: 500 + ms / 1000, 505_992.0),
    "ms of an uptime": (lambda ms: 5e8 + ms, 5e8 + 5992),
}


def told_in(unit: str, *, clicks: bool = True) -> Visit:
    visit = Visit()
    page = visit.open("http://a.test/", el("p", "0", id="n"), button("Save", id="save"), button("Go", id="go"))
    page.says("n", "1", at=500)
    if clicks:
        page.click("go", at=3000).says("n", "2", at=3040).click("save", at=6000).lives(20_000)
        page.click("go", at=23_000).says("n", "3", at=23_040)
    page.lives(40_000)
    told, _ = UNITS[unit]
    for event in visit.recorded["window-1"]:
        event["timestamp"] = told(float(str(event["timestamp"])) - START_MS)
    return visit


@pytest.mark.parametrize("unit", UNITS)
def test_the_unit_of_times_from_a_start(unit: str) -> None:
    outcome = told_in(unit).outcome()
    assert outcome.kinds == ["dead_click"]
    started = outcome.signal("dead_click").started_at.timestamp() * 1000
    assert started == pytest.approx(UNITS[unit][1])


def test_nothing_done_tells_no_unit() -> None:
    assert told_in("s", clicks=False).kinds() == []
