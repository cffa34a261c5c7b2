"""Scripts of recorded problems in a browser: each fails with the fault it was recorded with, and passes without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.reproduce.bench import Bench, bench, put_in
from tests.reproduce.evaluate import FOLDERS, problems

from replay_signals.pipelines.playback.browser import find_chromium

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_chromium() is None, reason="Chromium is not here")]
RECORDINGS = ("s0109",)
"""Of pages that need no package."""


@pytest.fixture(scope="module")
def on() -> Iterator[Bench]:
    with bench() as served:
        yield served


@pytest.mark.parametrize("kind", ["rage_click", "failed_request", "dead_end"])
def test_a_script_fails_with_the_fault_and_passes_without(on: Bench, kind: str) -> None:
    found = {case.kind: (plan, label) for case, plan, label in problems(FOLDERS, RECORDINGS)}
    plan, label = found[kind]
    assert plan is not None
    assert on.run(plan, put_in(label, plan)).says == "fails"
    assert on.run(plan, put_in(label, plan, mended=True), all_there=kind == "dead_end").says == "passes"
