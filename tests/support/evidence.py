"""The evidence of a signal against what its kind declares."""

from __future__ import annotations

import msgspec

from replay_signals.transforms.signals import SIGNALS


def assert_declared(kind: str, evidence: dict[str, object]) -> None:
    """Every field is declared and has its declared type; none that has to be there is missing."""
    declared = SIGNALS[kind].evidence
    assert set(evidence) <= {field.encode_name for field in msgspec.structs.fields(declared)}
    assert msgspec.to_builtins(msgspec.convert(evidence, declared)) == evidence
