"""`python -m tests.impact.evaluate`: everything in this folder at full size, into impact.json and docs/impact.md.

Each part prints its rows when it is done. `--part NAME` runs one alone and leaves the figures of others as they are.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.impact import alarms, coverage, discoveries, fixes, production, ranking, regressions
from tests.impact.excuses import excuses
from tests.impact.intervals import choices
from tests.impact.recount import Recount

from replay_signals.pipelines.simulation.draw import draw
from replay_signals.pipelines.simulation.site import shop
from replay_signals.pipelines.simulation.world import world

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "impact.md"
RUNS, SESSIONS, DAYS = 400, 6_000, 28
"""Simulated sites of the coverage, sessions of each, and days."""
RANKED_SITES = 30
EXCUSED_SITES, EXCUSED_SESSIONS = 20, 20_000
Table = tuple[Sequence[str], list[Sequence[object]]]


def interval_choice() -> Table:
    """Coverage of four intervals, from one stratum to two hundred."""
    head = ("case", "Sato", "Klingenberg", "Newcombe, standardized", "ours")
    return head, [(name, *(f"{100 * share:.1f}" for share in shares)) for name, shares in choices(10_000).items()]


def effect_coverage(plain: bool) -> Table:
    """The 95 % interval of the effect against the planted one."""
    head = (
        "planted problem", "comparison", "runs", "effect, points", "mean estimate", "covered, %", "mean width",
        "naive: mean", "naive: covered, %",
    )  # fmt: skip
    found = coverage.coverage(RUNS, SESSIONS, DAYS, plain=plain)
    return head, [
        (
            c.problem, c.comparison.replace("_", " "), c.runs, f"{100 * c.effect:+.1f}", f"{100 * c.mean:+.1f}",
            f"{100 * c.covered:.1f}", f"{100 * c.width:.1f}",
            f"{100 * c.naive_mean:+.1f}", f"{100 * c.naive_covered:.1f}",
        )
        for c in found
    ]  # fmt: skip


def named_without_cause() -> Table:
    """Flags and releases named without cause, on sites with planted problems and on quiet ones."""
    rows: list[Sequence[object]] = []
    for name, quiet, runs in (("planted problems", False, 100), ("quiet site", True, 100)):
        planned = world(shop(quiet=quiet), coverage.FIRST, DAYS, SESSIONS, 7, runs)
        counts = Recount(planned, background=quiet, with_lifts=True)
        for number in range(DAYS):
            counts.add(draw(planned, number))
        cause = (lambda *_: False) if quiet else discoveries.planted_cause(counts)
        found = discoveries.false_discoveries(counts, runs, cause)
        share = f"{100 * found.share_of_false:.1f}"
        rows.append((name, found.runs, found.named, found.false, found.runs_with_false, share))
    return ("site", "runs", "named", "without cause", "runs with any", "mean share without cause, %"), rows


def power() -> Table:
    """Power for a lift of 2 at a base rate of 5 %."""
    sizes = (1_000, 2_000)
    rows = [(n, *(f"{100 * discoveries.power(400, n, size):.1f}" for size in sizes)) for n in (1, 10, 20, 50)]
    return ("comparisons made together", *(f"{2 * size:,} exposed in two arms, %" for size in sizes)), rows


def beginnings() -> Table:
    """Change points against the planted day."""
    rows: list[Sequence[object]] = []
    for exposed, before, after in ((400, 0.02, 0.06), (400, 0.0, 0.02), (100, 0.02, 0.1), (1000, 0.03, 0.06)):
        d = discoveries.dated(400, exposed, before, after)
        rise = f"{100 * before:g} % to {100 * after:g} % of {exposed} a day"
        rows.append(
            (rise, *(f"{100 * x:.1f}" for x in (d.found, d.within_a_day, d.in_interval)), f"{d.interval_days:.1f}")
        )
    none = discoveries.without_beginning(400, 400, 0.03)
    rows.append(("none, 3 % of 400 a day", f"{100 * none:.1f}", "", "", ""))
    return ("rise", "found, %", "within a day, %", "day in its interval, %", "mean interval, days"), rows


def false_alarms() -> Table:
    """What quiet sites say in 90 days."""
    a = alarms.alarms(4, 1_000)
    row = (a.problems, f"{a.site_months:.0f}", a.news, a.gaps, f"{a.a_month:.2f}", a.resolved, a.began)
    return ("places", "months of a site", "new or regressed", "capture gaps", "a month", "resolved", "beginnings"), [
        row
    ]


def null_weeks() -> Table:
    """What weeks without any regression say of pages and routes."""
    head = ("sessions a day", "sites", "pages and routes watched on each", "weeks", "weeks with an alarm", "share, %")
    found = ((n, regressions.null_weeks(sites, n)) for n, sites in ((300, 12), (1_000, 6)))
    return head, [(f"{n:,}", w.sites, w.series, w.weeks, w.with_alarm, f"{100 * w.share:.1f}") for n, w in found]


def said_regressions() -> Table:
    """How soon planted regressions of speed are said."""
    head = ("sessions a day", "planted", "sites", "said on its first day", "within three days")
    sizes = ((300, 12), (1_000, 6))
    return head, [
        (f"{n:,}", one.name, one.sites, one.at_once, one.in_three)
        for n, sites in sizes
        for one in regressions.caught(sites, n)
    ]


def proofs() -> Table:
    """What is said of a fix one, three and seven days after it."""
    head = (
        "planted problem", "days after", "runs", "fixed, %", "not fixed, %", "too few to say, %",
        "change covered, %", "fixed by a release, %",
    )  # fmt: skip
    return head, [
        (
            w.problem + (" (it is)" if w.is_fixed else " (it is not)"), w.days, w.runs,
            *(f"{100 * x:.1f}" for x in (w.fixed, w.not_fixed, w.too_few, w.covered, w.by_a_release)),
        )
        for w in fixes.watched(RUNS, SESSIONS, DAYS)
    ]  # fmt: skip


def order() -> Table:
    """Kendall's tau-b against the planted order."""
    rows: list[Sequence[object]] = []
    for sessions, runs in ((6_000, 60), (30_000, 40), (150_000, 10)):
        r = ranking.ranking(runs, sessions)
        taus = (f"{x:+.2f}" for x in (r.severity, r.by_sessions, r.by_users))
        rows.append(
            (f"{sessions:,}", r.runs, *taus, f"{100 * r.first_right:.0f}", f"{100 * r.first_right_by_users:.0f}")
        )
    return (
        "sessions in 28 days", "runs", "by severity", "by sessions", "by distinct users",
        "first is first, %", "the same by users, %",
    ), rows  # fmt: skip


def whole_way() -> Table:
    """Simulated warehouses through `rank`, and its rows against the truth."""
    head = (
        "planted problem", "comparison", "rows", "with an effect", "effect, points", "mean", "covered, %",
        "dated within a day, %",
    )  # fmt: skip
    return head, list(production.covered(RANKED_SITES, SESSIONS, DAYS))


def excused_clicks() -> Table:
    """What priors make of silent clicks on controls that work and on broken ones."""
    head = ("planted", "control", "silent clicks", "dead without priors, %", "dead with priors, %", "excused on sites")
    return head, [
        (
            e.problem, "works" if e.works else "broken", f"{e.silent:,}", "100.0",
            f"{100 * (1 - e.excused / max(1, e.silent)):.1f}", f"{e.sites} of {EXCUSED_SITES}",
        )
        for e in excuses(EXCUSED_SITES, EXCUSED_SESSIONS)
    ]  # fmt: skip


PARTS: dict[str, Callable[[], Table]] = {
    "intervals": interval_choice,
    "coverage": lambda: effect_coverage(plain=False),
    "plain": lambda: effect_coverage(plain=True),
    "discoveries": named_without_cause,
    "power": power,
    "beginnings": beginnings,
    "alarms": false_alarms,
    "null weeks": null_weeks,
    "regressions": said_regressions,
    "fixes": proofs,
    "order": order,
    "rank": whole_way,
    "priors": excused_clicks,
}


def written(text: str, name: str, table: Table) -> str:
    """The page with a part's table between its marks."""
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    head, rest = text.split(begin, 1)
    _, tail = rest.split(end, 1)
    return f"{head}{begin}\n\n{markdown(*table)}\n\n{end}{tail}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as Markdown."""
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(['---'] * len(head))}|"]
    return "\n".join([*lines, *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)])


def main() -> None:
    """Runs the parts, each into the page as soon as it is done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this part; may be repeated")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    figures = {}
    for name in options.part or PARTS:
        began = time.monotonic()
        table = PARTS[name]()
        figures[name] = [dict(zip(table[0], row, strict=True)) for row in table[1]]
        print(f"{name} ({time.monotonic() - began:.0f} s)\n{markdown(*table)}\n", flush=True)
        PAGE.write_text(written(PAGE.read_text(), name, table))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
