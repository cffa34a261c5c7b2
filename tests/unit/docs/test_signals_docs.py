"""docs/signals.md and docs/features.md name everything there is, and nothing there is not."""

from __future__ import annotations

import json
import re

import pytest

from replay_signals.transforms import signals
from replay_signals.transforms.judge.features import features_of
from replay_signals.transforms.session.timeline import Timeline
from support.samples import ROOT
from support.stories import shop_visit

SIGNALS = (ROOT / "docs" / "signals.md").read_text()
FEATURES = (ROOT / "docs" / "features.md").read_text()
SECTIONS = dict(
    zip(re.findall(r"^## (\w+)$", SIGNALS, re.M), re.split(r"^## \w+$", SIGNALS, flags=re.M)[1:], strict=True)
)


def test_every_kind_of_the_registry_has_a_section_and_no_other() -> None:
    assert set(SECTIONS) == set(signals.KINDS)


@pytest.mark.parametrize("kind", signals.KINDS)
def test_a_section_tells_evidence_and_limits(kind: str) -> None:
    assert "\nEvidence: " in SECTIONS[kind]
    assert "\nLimits: " in SECTIONS[kind]


def test_every_evidence_field_is_documented() -> None:
    found = shop_visit().outcome().rows.signals
    assert len({s.kind for s in found}) >= 6
    missing = {(s.kind, key) for s in found for key in json.loads(s.evidence) if f"`{key}`" not in SECTIONS[s.kind]}
    assert missing == set()


def test_every_component_of_the_severity_is_documented() -> None:
    names = {name for s in shop_visit().outcome().rows.signals for name in s.components}
    assert names
    assert {name for name in names if f"| `{name}` |" not in SIGNALS} == set()


def test_every_feature_has_a_row() -> None:
    columns = set(features_of(Timeline("", "", [])))
    assert len(columns) > 50
    assert {name for name in columns if f"`{name}`" not in FEATURES} == set()
