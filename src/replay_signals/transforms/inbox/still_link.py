"""Addresses of pictures of problems, wherever somebody publishes those of reports, by a template of the operator's.

https://reports.example.com/stills/{problem_id}.png
"""

from __future__ import annotations

from replay_signals.transforms.inbox.address_template import check, filled, quoted

NAMES = ("problem_id", "team")
"""What a template may name."""


class StillLink:
    """A template that was checked."""

    def __init__(self, template: str) -> None:
        """Raises TemplateError."""
        check(template, NAMES, "problem_id", "problem")
        self._template = template

    def of(self, team: str, problem_id: str) -> str:
        """The address of a problem's picture. Whether one is there is not looked at."""
        return filled(self._template, {"team": quoted(team), "problem_id": quoted(problem_id)})
