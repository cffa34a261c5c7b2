"""Confidence: the share of findings of one kind and one grade of evidence that is right, from labelled recordings.

`confidence.toml` holds the table. A detector names the grade of a finding's evidence; what a grade is worth is measured
(`python -m tests.accuracy.calibrate FOLDERS --write`), so no detector holds a number of its own. Each cell says how
many labelled findings it was fitted to; one with fewer than MIN_LABELS leans on its prior, the estimate before any was
counted, shifted by how the kind as a whole turned out.
"""

from __future__ import annotations

from importlib.resources import files

import msgspec

MIN_LABELS = 10
"""Findings that a label confirms or contradicts, below which a cell's share says little."""
UNKNOWN = 0.5
"""Of a kind or grade that the table does not have: nothing is known of it yet."""

CLICK_GRADES = (("certain", 0.9), ("likely", 0.8), ("fair", 0.65), ("weak", 0.5), ("doubtful", 0.0))
"""Grades of what rests on the verdict of a click or tap, and the lowest score of each: the verdict's own estimate, of
what the control is, how long the page was watched and what its recorder can witness."""


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One grade of a kind: the estimate before labels, labelled findings, those that are right, and the fit to them."""

    prior: float
    labels: int
    right: int
    confidence: float

    @property
    def too_few(self) -> bool:
        """Too few labels to say more than the kind as a whole does."""
        return self.labels < MIN_LABELS


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cells by kind and grade, the surest first; `strength` is how many labels a cell's prior is worth."""

    version: int
    fitted_on: str
    strength: float
    kinds: dict[str, dict[str, Cell]]

    def confidence(self, kind: str, grade: str) -> float:
        """Share of such findings expected to be right."""
        cell = self.kinds.get(kind, {}).get(grade)
        return UNKNOWN if cell is None else cell.confidence

    def prior(self, kind: str, grade: str) -> float:
        """The estimate before labels: what detectors that build on other findings compare, whatever the fit says."""
        cell = self.kinds.get(kind, {}).get(grade)
        return UNKNOWN if cell is None else cell.prior


TABLE: Table = msgspec.toml.decode(files(__package__).joinpath("confidence.toml").read_bytes(), type=Table)


def grade_of(score: float) -> str:
    """The grade of what rests on a click's verdict with this score (0 to 1)."""
    return next(grade for grade, lowest in CLICK_GRADES if score >= lowest)
