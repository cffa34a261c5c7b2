"""Fits the table of confidences to labelled recordings; `python -m tests.accuracy.calibrate FOLDER… [--write]`.

Of the findings of a kind and grade that a label confirms or contradicts, a share is right. With few labels that share
says little, so it is shrunk (beta-binomial, `strength` labels) to the grade's prior, lowered by as much as the kind as
a whole turned out worse than its priors said: doubt of a grade is lifted by labels of its own only. What is surer by
its evidence stays surer (pool adjacent violators). `strength` is chosen by predicting each site from the others. The
report says how true the confidences of sites are that the fit has not seen. `--write` writes the table.

Verdicts that people gave (`--verdicts WAREHOUSE`) are labels as well; a team counts as a site.

Taps are fitted to visits of all made-up apps (tests/accuracy/mobile), also of the one that their detection was not
developed on: its figures were taken before.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log
from pathlib import Path

import msgspec
from tests.accuracy import mobile, verdicts
from tests.accuracy.evaluate import ROOT, SHIPPED, evaluate, load
from tests.accuracy.page import in_bands
from tests.accuracy.rates import Outcome
from tests.accuracy.scoring import Case

from replay_signals.schemas.confidence import TABLE, Cell, Table
from replay_signals.schemas.rules import Rules

TOML = ROOT / "src" / "replay_signals" / "schemas" / "confidence.toml"
STRENGTHS = (8.0, 16.0, 32.0)
"""Not less: detection was improved on these recordings, which flatters it."""
MOST = 0.99
"""Labels are wrong once in a hundred, too."""
HEAD = """# Share of findings that is right, by kind and grade of evidence, surest first (schemas/confidence.py).
# Written by `python -m tests.accuracy.calibrate FOLDERS --write`; priors, the estimates before labels, by hand.
"""


def outcomes(cases: Iterable[Case]) -> list[Outcome]:
    """The findings among the cases of a score."""
    judged = (c for c in cases if c.verdict in ("right", "false"))
    return [Outcome(c.site, c.kind, c.grade, c.verdict == "right") for c in judged]


def logit(share: float) -> float:
    """Log odds."""
    return log(share / (1 - share))


def fit(table: Table, found: Sequence[Outcome], strength: float, fitted_on: str = "") -> Table:
    """The table with the priors of `table`, fitted to outcomes."""
    kinds = {kind: _fit_kind(kind, cells, found, strength) for kind, cells in table.kinds.items()}
    return Table(version=table.version + 1, fitted_on=fitted_on, strength=strength, kinds=kinds)


def _fit_kind(kind: str, cells: Mapping[str, Cell], found: Sequence[Outcome], strength: float) -> dict[str, Cell]:
    own = {grade: [o.right for o in found if (o.kind, o.grade) == (kind, grade)] for grade in cells}
    labels = sum(map(len, own.values()))
    priors = [cells[grade].prior for grade, rights in own.items() for _ in rights] or [c.prior for c in cells.values()]
    expected = sum(priors) / len(priors)
    mean = (sum(map(sum, own.values())) + strength * expected) / (labels + strength)
    moved = min(0.0, logit(mean) - logit(expected))
    weights = [len(own[grade]) + strength for grade in cells]
    centres = [1 / (1 + exp(-logit(cell.prior) - moved)) for cell in cells.values()]
    shares = [
        (sum(own[grade]) + strength * centre) / weight
        for grade, centre, weight in zip(cells, centres, weights, strict=True)
    ]
    ranked = falling(shares, weights)
    return {
        grade: Cell(
            prior=cell.prior, labels=len(own[grade]), right=sum(own[grade]), confidence=round(min(share, MOST), 3)
        )
        for (grade, cell), share in zip(cells.items(), ranked, strict=True)
    }


def falling(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest values that never rise (isotonic regression by pooling adjacent violators)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            (a, wa, na), (b, wb, nb) = pools[-2:]
            pools[-2:] = [((a * wa + b * wb) / (wa + wb), wa + wb, na + nb)]
    return [value for value, _, count in pools for _ in range(count)]


def left_out(table: Table, found: Sequence[Outcome], strength: float) -> list[tuple[float, bool]]:
    """Confidence by a fit to all other sites, and whether it was right, of every finding."""
    told: list[tuple[float, bool]] = []
    for site in sorted({o.site for o in found}):
        fitted = fit(table, [o for o in found if o.site != site], strength)
        told += [(fitted.confidence(o.kind, o.grade), o.right) for o in found if o.site == site]
    return told


def log_loss(told: Sequence[tuple[float, bool]]) -> float:
    """Mean surprise, in nats, at what was right or wrong."""
    return -sum(log(share if right else 1 - share) for share, right in told) / len(told)


def brier(told: Sequence[tuple[float, bool]]) -> float:
    """Mean squared distance of the confidence from what came out."""
    return sum((share - right) ** 2 for share, right in told) / len(told)


def written(table: Table) -> str:
    """The table as TOML."""
    lines = [HEAD, f"version = {table.version}", f'fitted_on = "{table.fitted_on}"', f"strength = {table.strength}"]
    for kind, cells in table.kinds.items():
        lines += ["", f"[kinds.{kind}]"]
        for grade, c in cells.items():
            numbers = f"prior = {c.prior}, labels = {c.labels}, right = {c.right}, confidence = {c.confidence}"
            lines.append(f"{grade} = {{ {numbers} }}")
    return "\n".join(lines) + "\n"


def report(table: Table, found: Sequence[Outcome], told: Sequence[tuple[float, bool]]) -> str:
    """The cells, and how true the confidences are on sites that were left out of the fit."""
    lines = [f"{'kind':20} {'grade':14} {'labels':>6} {'right':>6} {'prior':>6} {'confidence':>11}"]
    for kind, cells in table.kinds.items():
        for grade, c in cells.items():
            note = "  too few labels" if c.too_few else ""
            lines.append(f"{kind:20} {grade:14} {c.labels:6} {c.right:6} {c.prior:6.2f} {c.confidence:11.3f}{note}")
    before = [(table.prior(o.kind, o.grade), o.right) for o in found]
    lines += ["", f"strength {table.strength:g}, chosen on sites left out", f"{'':24} {'Brier':>7} {'log loss':>9}"]
    for name, one in (("priors", before), ("fit, sites left out", told)):
        lines.append(f"{name:24} {brier(one):7.4f} {log_loss(one):9.4f}")
    lines += ["", "confidence of sites left out   signals   mean  right"]
    for b in in_bands(told):
        lines.append(f"{b['from']:.2f} to {b['to']:.2f} {b['signals']:25.0f} {b['confidence']:6.2f} {b['right']:6.2f}")
    return "\n".join(lines)


def main() -> int:
    """Fits, reports, and writes when asked to; exit code 1 when there is nothing to fit to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=list(SHIPPED))
    parser.add_argument("--verdicts", action="append", default=[], metavar="WAREHOUSE", help="labels that people gave")
    parser.add_argument("--write", action="store_true", help=f"write {TOML.relative_to(ROOT)}")
    args = parser.parse_args()
    recordings = load(args.folders)
    said = [one for warehouse in args.verdicts for one in verdicts.outcomes(warehouse)]
    web = [*outcomes(evaluate(recordings, Rules()).cases), *said]
    if not web:
        print(f"no labelled findings in {', '.join(map(str, args.folders))}", file=sys.stderr)
        return 1
    native = mobile.outcomes()
    strength = min(STRENGTHS, key=lambda s: log_loss(left_out(TABLE, web, s)))
    sites = len({r.site for r in recordings})
    fitted_on = (
        f"{len(web) - len(said)} labelled findings in {len(recordings)} recordings of {sites} sites, "
        f"{len(native)} of {len({o.site for o in native})} apps{f', and {len(said)} of verdicts' if said else ''}"
    )
    fitted = fit(TABLE, [*web, *native], strength, fitted_on)
    print(report(fitted, web, left_out(TABLE, web, strength)))
    if args.write and fitted.kinds != TABLE.kinds:
        TOML.write_text(written(fitted))
        assert msgspec.toml.decode(TOML.read_bytes(), type=Table) == fitted
    return 0


if __name__ == "__main__":
    sys.exit(main())
