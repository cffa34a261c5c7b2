"""The script of a problem or a session: the shortest plan among its sessions, as text."""

from __future__ import annotations

from collections.abc import Iterable

from replay_signals.transforms.reproduce.python import python_text
from replay_signals.transforms.reproduce.steps import Language, NoScript, Plan, Script, no_script
from replay_signals.transforms.reproduce.typescript import typescript_text


def shortest(plans: Iterable[Plan | NoScript]) -> Plan | NoScript:
    """The plan with the fewest steps, the first of several; without any the first reason."""
    found = list(plans)
    own = [plan for plan in found if isinstance(plan, Plan)]
    if own:
        return min(own, key=lambda plan: len(plan.steps))
    return next((reason for reason in found if isinstance(reason, NoScript)), no_script("evidence"))


def written(plan: Plan, language: Language = "python", base_url: str = "") -> Script:
    """The plan as a script."""
    text = python_text(plan, base_url) if language == "python" else typescript_text(plan, base_url)
    return Script(language, text, plan)
