"""The made-up apps have enough taps in vain for a figure."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.accuracy import mobile

from support.mobile_recorders import Ios
from support.mobile_visits import Design


@pytest.mark.parametrize("design", [*mobile.DEVELOPMENT, *mobile.HELD_OUT], ids=lambda design: design.name)
def test_each_app_has_at_least_thirty_labels_of_each_kind(design: Design) -> None:
    kinds = Counter(label.kind for v in mobile.visits(design, (Ios,), mobile.VISITS) for label in v.labels)
    assert min(kinds["dead"], kinds["rage"]) >= 30
    assert kinds["works"] >= 200
    assert kinds["idle"] >= 30
