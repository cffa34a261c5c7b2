"""How fast recorders of native screens look, in ms: what all that judges taps counts with."""

THROTTLE_MS = 1000
"""Default of `throttleDelay` in all four SDKs: the recorder looks no more often."""
LOOK_MS = 1500
"""A change is seen at the latest this long after it came: the throttle, and the time a look takes."""
RIPPLE_MS = 500
"""Highlights fade within this time after the finger went up."""
