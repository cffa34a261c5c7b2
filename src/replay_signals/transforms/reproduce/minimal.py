"""Leaving steps out by trying: a plan that still shows the fault and from which no single step can be left out.

The last stage of delta debugging (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002):
plans have a few steps, so cutting them in halves first would save nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from replay_signals.transforms.reproduce.steps import Plan

Shows = Callable[[Plan], bool]
"""Does the script of a plan fail because the fault is there?"""


def minimal(plan: Plan, shows: Shows) -> Plan:
    """The plan without the steps it does not need; `plan` itself is known to show the fault."""
    at = 0
    while at < len(plan.steps):
        shorter = msgspec.structs.replace(plan, steps=plan.steps[:at] + plan.steps[at + 1 :])
        if shows(shorter):
            plan, at = shorter, 0
        else:
            at += 1
    return plan
