"""The command `heatmap`: numbers from the tables, and a page that shows them in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_signals.jobs.exits import ExitCode
from replay_signals.pipelines.playback.browser import chromium, find_chromium
from support.samples import ROOT
from support.warehouses import SMALL, backfill

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]
CHECKOUT = "/shop/checkout.html"
RULES = str(ROOT / "infra" / "demo-rules.toml")
"""The visitors of the examples are no bots."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from replay_signals.jobs.rules import read_rules

    folder = tmp_path_factory.mktemp("heat")
    backfill(folder, *SMALL, rules=read_rules(RULES))
    return folder


def asked(run_cli: Run, filled: Path, *arguments: str) -> Any:
    code, out, err = run_cli("heatmap", *arguments, "-w", str(filled), "--json")
    assert code == 0, err
    return json.loads(out)


def test_numbers_by_element(filled: Path, run_cli: Run) -> None:
    found = asked(run_cli, filled, CHECKOUT)
    slow = next(one for one in found["elements"] if one["element_key"] == "testid=quote")
    assert found["visitors"] > 0
    assert found["clicks"] == sum(one["clicks"] for one in found["elements"]) + found["unplaced"]
    assert slow["dead"] == slow["clicks"] > 0
    assert slow["rage_visitors"] == slow["visitors"] > 0
    assert slow["low"] < slow["share"] <= slow["high"]
    shares = [step["share"] for step in found["scroll"]]
    assert shares == sorted(shares, reverse=True)
    assert {tuple(one["nodes"]) for one in found["elements"]} == {()}


def test_widths_are_apart(filled: Path, run_cli: Run) -> None:
    assert asked(run_cli, filled, CHECKOUT, "--width", "wide")["visitors"] > 0
    code, _, err = run_cli("heatmap", CHECKOUT, "-w", str(filled), "--width", "narrow")
    assert code == ExitCode.NOTHING
    assert "narrow" in err


def test_a_page_that_nobody_saw_names_one_that_is_near(filled: Path, run_cli: Run) -> None:
    code, out, err = run_cli("heatmap", "/shop/chekout.html", "-w", str(filled))
    assert (code, out) == (ExitCode.NOTHING, "")
    assert CHECKOUT in err


def test_for_people_it_is_a_table(filled: Path, run_cli: Run) -> None:
    code, out, _ = run_cli("heatmap", CHECKOUT, "-w", str(filled), "--limit", "2")
    assert code == 0
    assert "Get shipping" in out
    assert "\\n" not in out


@pytest.mark.skipif(find_chromium() is None, reason="Chromium is not here")
def test_the_page_shows_them_where_they_are(filled: Path, run_cli: Run, tmp_path: Path) -> None:
    recordings = [argument for path in SMALL for argument in ("--recordings", str(path))]
    found = asked(run_cli, filled, CHECKOUT, *recordings, "-o", str(tmp_path))
    assert all(one["nodes"] for one in found["elements"])
    faults: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.on("console", lambda one: faults.append(one.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(Path(found["report"]).as_uri())
        page.evaluate("ReplaySignals.ready")
        page.locator(".rs-heat-marks span").first.wait_for(state="attached")
        boxes = page.evaluate(
            """() => [...document.querySelectorAll('.rs-heat-marks span')].map((mark) => {
                 const frame = document.querySelector('.rs-heat-page iframe'), box = mark.style;
                 const middle = (from, size) => parseFloat(from) + parseFloat(size) / 2;
                 const [x, y] = [middle(box.left, box.width), middle(box.top, box.height)];
                 return frame.contentDocument.elementFromPoint(x, y).tagName;
               })"""
        )
        assert set(boxes) <= {"BUTTON", "INPUT", "A", "SELECT", "LABEL"}
        assert len(boxes) >= len(found["elements"])
        page.get_by_label("Dead clicks").check()
        assert "dead" in page.locator(".rs-heat-marks span").first.get_attribute("data-label")
        page.get_by_label("Scroll depth").check()
        assert page.locator(".rs-heat-marks span").count() == 10
    assert faults == []
