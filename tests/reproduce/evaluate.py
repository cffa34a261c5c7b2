"""Runs the scripts of recorded problems on the sites they were recorded on, with the fault put in and without it.

    python -m tests.reproduce.evaluate [--to docs/reproduce.md] [--results FILE] [NAME…]

For each labelled recording and each problem in it that is of a fault which was put in: the script, and what it says of
the page with that fault and of the page without. It takes some 20 s a problem; `--results` keeps what is done, so a run
can go on where one was ended. Needs Chromium, and the packages of the sites (`npm ci` in tests/accuracy/sites).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from tests.accuracy.evaluate import ACCURACY, load
from tests.reproduce.bench import Bench, bench, fault_of, is_own, put_in

from replay_signals.schemas.rules import Rules
from replay_signals.transforms.reproduce.plan import plans_of
from replay_signals.transforms.reproduce.steps import NoScript, Plan

FOLDERS = (ACCURACY / "recordings", ACCURACY / "window")
BEGIN, END = "<!-- verdicts -->", "<!-- end of verdicts -->"


class Case(msgspec.Struct, frozen=True):
    """One problem of one recording: what its script said with the fault and without it; `own`: a fault of the page."""

    recording: str
    site: str
    kind: str
    problem_id: str
    element: str
    reason: str = ""
    faulty: str = ""
    faulty_why: str = ""
    whole: str = ""
    whole_why: str = ""
    own: bool = False


def problems(folders: Iterable[Path], names: Sequence[str]) -> Iterator[tuple[Case, Plan | None, dict[str, object]]]:
    """Problems of faults that were put in, one each a recording, with their plans and labels."""
    for recording in load(folders, names):
        seen: set[str] = set()
        for row, made in plans_of(recording.session, recording.events, Rules(), lambda row: True):
            label = fault_of(row, recording.labels["labels"])
            if label is None or row.problem_id in seen:
                continue
            seen.add(row.problem_id)
            reason = made.code if isinstance(made, NoScript) else ""
            place = f"{recording.path.parent.name}/{recording.name}"
            case = Case(place, recording.site, row.kind, row.problem_id, row.element, reason, own=is_own(label, made))
            yield case, made if isinstance(made, Plan) else None, label


def judged(on: Bench, case: Case, plan: Plan, label: dict[str, object]) -> Case:
    """The case with both verdicts; a fault of the page itself cannot be taken out, so there is one."""
    throws_itself = case.own and str(label["kind"]).startswith("fault:error")
    faulty = on.run(plan, "" if throws_itself else put_in(label, plan))
    if case.own:
        return msgspec.structs.replace(case, faulty=faulty.says, faulty_why=faulty.why)
    whole = on.run(plan, put_in(label, plan, mended=True), all_there=label["kind"] == "dead-end")
    verdicts = {"faulty": faulty.says, "faulty_why": faulty.why, "whole": whole.says, "whole_why": whole.why}
    return msgspec.structs.replace(case, **verdicts)


def tables(cases: Sequence[Case]) -> str:
    """The tables of verdicts, by kind and by site."""
    scripted = [case for case in cases if not case.reason]
    found = sum(case.faulty == "fails" for case in scripted)
    whole = [case for case in scripted if not case.own]
    false = sum(case.whole != "passes" for case in whole)
    said = (
        f"{len(cases)} problems of {len({case.recording for case in cases})} recordings, scripts for {len(scripted)}: "
        f"{found} of them ({found / max(1, len(scripted)):.0%}) fail with the fault; without it "
        f"{len(whole) - false} of {len(whole)} pass, {sum(case.whole == 'fails' for case in whole)} fail, "
        f"{sum(case.whole in ('not checked', 'broken') for case in whole)} do not get as far as the check."
    )
    by_kind = _table("kind", cases, lambda case: case.kind)
    return f"{said}\n\n{by_kind}\n\n{_table('site', cases, lambda case: case.site)}"


HEADS = (
    "problems",
    "no script",
    "fails with the fault",
    "passes",
    "not checked",
    "passes without",
    "fails",
    "not checked",
)


def _table(name: str, cases: Sequence[Case], by: Callable[[Case], str]) -> str:
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[by(case)].append(case)
    lines = [f"| {name} | {' | '.join(HEADS)} |", f"|---{'|--:' * len(HEADS)}|"]
    for key, own in [*sorted(groups.items()), ("all", list(cases))]:
        numbers = [len(own), sum(bool(case.reason) for case in own)]
        for verdicts in ([case.faulty for case in own], [case.whole for case in own]):
            first, second = ("fails", "passes") if len(numbers) == 2 else ("passes", "fails")
            numbers += [verdicts.count(first), verdicts.count(second)]
            numbers.append(verdicts.count("not checked") + verdicts.count("broken"))
        lines.append(f"| {key} | {' | '.join(map(str, numbers))} |")
    return "\n".join(lines)


def main() -> int:
    """Prints the tables, or writes them into a page between its marks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="recordings; all when none is named")
    parser.add_argument("--to", type=Path, help="page to write the tables into")
    parser.add_argument("--results", type=Path, help="file that keeps verdicts, one a line")
    args = parser.parse_args()
    kept = args.results.read_bytes().splitlines() if args.results and args.results.exists() else []
    done = {(case.recording, case.problem_id): case for line in kept for case in [msgspec.json.decode(line, type=Case)]}
    cases = []
    with bench() as on:
        for case, plan, label in problems(FOLDERS, args.names):
            known = done.get((case.recording, case.problem_id))
            cases.append(known or (case if plan is None else judged(on, case, plan, label)))
            if known is None:
                print(json.dumps(msgspec.to_builtins(cases[-1])), file=sys.stderr, flush=True)
                if args.results:
                    with args.results.open("ab") as file:
                        file.write(msgspec.json.encode(cases[-1]) + b"\n")
    text = tables(cases)
    if args.to is None:
        print(text)
        return 0
    before, _, rest = args.to.read_text("utf-8").partition(BEGIN)
    args.to.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
