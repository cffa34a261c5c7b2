"""More cases of what one case already shows: they cost minutes and run by `make test-exhaustive`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first_then_exhaustive(values: Iterable[Any], first: int = 1) -> list[Any]:
    """Parameters of a test, of which those after the first ones are marked `exhaustive`."""
    return [value if i < first else pytest.param(value, marks=pytest.mark.exhaustive) for i, value in enumerate(values)]
