"""From a fault of a table to its inbox record. Pure.

It is for whoever runs this program: it names rows by their keys, says nothing of a visitor, and weighs nothing where
signals are grouped.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from replay_signals.schemas.inbox import InboxRecord, Status, TableFault, Where, Who

KIND = "table_fault"


class Said(msgspec.Struct, frozen=True):
    """Which revision of a fault's record it is, what it says, and when the fault was found and ended or was seen."""

    id: str
    revision: int
    status: Status
    found_at: datetime
    seen_at: datetime


def fault_record(fault: TableFault, said: Said, rules_version: str) -> InboxRecord:
    """The complete record of a fault."""
    return InboxRecord(
        id=said.id,
        record_type="table_fault",
        revision=said.revision,
        status=said.status,
        team="",
        kind=KIND,
        problem_type="failure",
        title=f"{fault.suite}: {fault.what}",
        summary=summary(fault, said.status),
        where=Where(page="", page_pattern="", element="", element_key=""),
        who=Who(session_id="", window_id="", distinct_id=""),
        started_at=said.found_at,
        ended_at=said.seen_at,
        offset_ms=0,
        verdict="found",
        confidence=1.0,
        severity=0.0,
        components={},
        weight=0.0,
        click_count=0,
        evidence="{}",
        flags={},
        rules_version=rules_version,
        produced_at=said.seen_at,
        fault=fault,
    )


def summary(fault: TableFault, status: Status) -> str:
    """What there is to know in a sentence or two."""
    if status == "resolved":
        if fault.suite in ("volumes", "weekday_volumes"):
            return "It is over: the day has its rows by now, or lies a week back and is looked at no more."
        return f"It is over: no row of {fault.suite} is so any more."
    days = " to ".join(dict.fromkeys(fault.days))
    where = f", days {days}" if days else ""
    return f"{fault.unexpected:,} of {fault.looked_at:,} rows are not as expected{where}. {fault.next_step}"


def next_step(suite: str, table: str, *, is_orphan: bool) -> str:
    """What to do about a fault first; `table` is empty for the columns of several."""
    if is_orphan:
        return "Judge the sessions named in the examples again (rejudge --session ID); then look why they never closed."
    if suite.endswith("_keys"):
        return (
            "Two writers wrote the same rows: see that one stream runs, then replace the days (backfill --from --to)."
        )
    if suite == "weekday_volumes":
        return "A holiday or a launch looks like that; else see whether a source is lost, or sends what it sent before."
    if suite == "volumes":
        return "See whether the source was silent or the job stood still; what is missing can be backfilled."
    if suite == "unknown_clicks":
        return (
            "Compare with the last release of the site and of its recorder: what a click changes is no longer recorded."
        )
    if suite == "columns" or not table:
        return "Run every writer and reader with one version; a newer one adds its columns when it opens the tables."
    return "A writer does not check its rows, or is of another version: mend it, then judge the days again (rejudge)."
