"""examples/mobile: what lies there is what the recorders write, and is read like any other recording."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from support.mobile_examples import VISITS, path_of, text_of

EXPECTED = {
    "ios": [("rage_tap", 'button "Apply voucher"')],
    "android": [("dead_tap", "toggle at 80%,15%"), ("blocked_click", 'button "Save"')],
    "react-native": [("failed_request", ""), ("failed_request", ""), ("failed_request", ""), ("rage_tap", "")],
    "flutter": [],
}


@pytest.mark.parametrize("name", VISITS)
def test_the_file_is_what_its_recorder_writes(name: str) -> None:
    assert gzip.decompress(path_of(name).read_bytes()).decode() == text_of(name)


@pytest.mark.parametrize("name", VISITS)
def test_detect_tells_what_happened(run_cli: Callable[..., tuple[int, str, str]], name: str) -> None:
    code, out, err = run_cli("detect", str(path_of(name)), "--jsonl")
    signals = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    found = sorted(signals, key=lambda s: s["started_at"])
    assert [(s["kind"], s["element"]) for s in found] == EXPECTED[name]
    assert {s["session_id"] for s in found} <= {f"{name}-1"}
