"""Every module of a kind ends with a whole descriptor and is registered; its findings are what it says they are."""

from __future__ import annotations

import dataclasses
import json
import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from replay_signals.transforms import signals
from replay_signals.transforms.signals import SIGNALS, by_kind, rage_click
from replay_signals.transforms.signals.descriptor import Signal
from support.evidence import assert_declared
from support.samples import EXAMPLES

SHARED = {"context", "descriptor", "finding", "settling", "presence", "usual", "routes", "ways_to_pages"}
"""Modules of the package that are no kinds."""
KIND_MODULES = sorted({module.name for module in pkgutil.iter_modules(signals.__path__)} - SHARED)
RECORDINGS = [EXAMPLES, Path(__file__).parents[2] / "accuracy" / "recordings"]


def test_every_module_is_a_registered_kind_of_its_own_name() -> None:
    assert set(SIGNALS) == set(KIND_MODULES)
    assert {kind: signal.kind for kind, signal in SIGNALS.items()} == {kind: kind for kind in KIND_MODULES}


@pytest.mark.parametrize("name", KIND_MODULES)
def test_a_module_ends_with_the_descriptor_of_its_own_detector(name: str) -> None:
    module = import_module(f"{signals.__name__}.{name}")
    assert list(vars(module))[-1] == "SIGNAL"
    assert module.SIGNAL is SIGNALS[name]
    assert module.SIGNAL.detect is module.detect


@pytest.mark.parametrize("forgotten", [field.name for field in dataclasses.fields(Signal)])
def test_no_field_of_a_descriptor_can_be_forgotten(forgotten: str) -> None:
    fields = {f.name: getattr(rage_click.SIGNAL, f.name) for f in dataclasses.fields(Signal)}
    del fields[forgotten]
    with pytest.raises(TypeError, match=forgotten):
        Signal(**fields)


def test_two_kinds_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match="rage_click"):
        by_kind([rage_click.SIGNAL, rage_click.SIGNAL])


def test_evidence_of_every_recording_is_what_its_kind_declares(run_cli: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = run_cli("detect", *map(str, RECORDINGS), "--jsonl")
    found = [json.loads(line) for line in out.splitlines()]
    assert len({row["kind"] for row in found}) >= 12  # the rest is checked wherever a test judges a visit
    for row in found:
        assert_declared(row["kind"], row["evidence"])
