"""docs/signals.md and docs/features.md name everything there is, and nothing there is not."""

from __future__ import annotations

import re

import pytest

from replay_signals.jobs import reference
from replay_signals.transforms.judge.features import features_of
from replay_signals.transforms.session.timeline import Timeline
from replay_signals.transforms.signals import SIGNALS
from support.samples import ROOT
from support.stories import shop_visit

PAGE = (ROOT / "docs" / "signals.md").read_text()
FEATURES = (ROOT / "docs" / "features.md").read_text()
SECTIONS = dict(zip(re.findall(r"^## (\w+)$", PAGE, re.M), re.split(r"^## \w+$", PAGE, flags=re.M)[1:], strict=True))


def test_every_kind_of_the_registry_has_a_section_and_no_other() -> None:
    assert set(SECTIONS) == set(SIGNALS)


@pytest.mark.parametrize("kind", SIGNALS)
def test_a_section_tells_evidence_and_limits(kind: str) -> None:
    assert f"\n<!-- signals: evidence {kind} -->\n" in SECTIONS[kind]
    assert "\nLimits: " in SECTIONS[kind]


@pytest.mark.parametrize(
    ("page", "parts"),
    [
        ("README.md", ["list"]),
        ("docs/inbox.md", ["problem types"]),
        ("docs/signals.md", ["overview", *(f"evidence {kind}" for kind in SIGNALS)]),
    ],
)
def test_tables_are_what_the_descriptors_say(page: str, parts: list[str]) -> None:
    text = (ROOT / page).read_text()
    assert [found[1] for found in reference.PART.findall(text)] == parts
    assert text == reference.written(text), f"write it anew: python -m {reference.__name__} {page}"


def test_every_rule_of_settling_says_when() -> None:
    assert [kind for kind, signal in SIGNALS.items() if not signal.settled_ms.__doc__] == []


def test_every_component_of_the_severity_is_documented() -> None:
    names = {name for s in shop_visit().outcome().rows.signals for name in s.components}
    assert names
    assert {name for name in names if f"| `{name}` |" not in PAGE} == set()


def test_every_feature_has_a_row() -> None:
    columns = set(features_of(Timeline("", "", [])))
    assert len(columns) > 50
    assert {name for name in columns if f"`{name}`" not in FEATURES} == set()
