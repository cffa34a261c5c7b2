"""The two clocks that times come from, as types of their own, so that one is not passed for the other.

Times of the two differ by the client's clock error and the time a message was under way; only `streaming/recent`, which
knows the difference per window, converts. Arithmetic gives plain numbers: name the clock again where the result is one.
"""

from __future__ import annotations

from typing import NewType

BrokerMs = NewType("BrokerMs", int)
"""Epoch milliseconds by the clock of the broker (or of whatever received a message): trusted, and never goes back."""

ClientMs = NewType("ClientMs", float)
"""Epoch milliseconds by the clock of the visitor's device: may be wrong by any amount."""
