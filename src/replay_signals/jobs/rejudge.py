"""The command `rejudge`: stored sessions judged again, with late evidence or other rules, and what moved."""

from __future__ import annotations

from dataclasses import replace

from replay_signals.jobs import answers, render
from replay_signals.jobs.backfill import BackfillResult, RejudgeOptions, run_rejudge
from replay_signals.jobs.publish import publish
from replay_signals.jobs.rank import rank_after, say_published
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.hints import held
from replay_signals.pipelines.files.paths import InputError
from replay_signals.pipelines.iceberg.warehouse import connect
from replay_signals.transforms.printable import json_bytes

STAGES = {"judge": "Judging sessions", "stage": "Checking tables", "commit": "Publishing tables"}
STATUSES = ("new", "revised", "retracted")


def run(options: RejudgeOptions, rules: str | None, inbox: str, *, json: bool) -> None:
    """Judges, publishes and says what moved. Raises RulesError, WarehouseError, InboxError, and InputError for days."""
    if options.from_day and options.to_day and options.from_day > options.to_day:
        raise InputError(f"--from {options.from_day} is after --to {options.to_day}")
    with render.stages(STAGES) as progress:
        result = run_rejudge(
            replace(options, rules=read_rules(rules)),
            lambda stage, done, total: progress(stage, done, total) if stage in STAGES else None,
        )
    store = Store(options.warehouse, options.catalog)
    published = publish(store, inbox, result.touched)
    ranked = rank_after(store, inbox, read_rules(rules))
    changed = result.added.get("sessions", 0)
    if not result.sessions and (options.from_day or options.to_day):
        with connect(*store, names=["message_digests"]) as db:
            answers.tell_hints(held(db, "message_digests"))
    if json:
        counts = {"sessions": result.sessions, "changed": changed, "signals": result.moved, "published": published}
        counts |= {"problems": len(ranked.problems), "published_problems": ranked.published}
        render.write(json_bytes(counts | {"added": result.added, "dead_letters": result.dead_letters}, indent=2))
    else:
        _print(result, changed)
        say_published(published, ranked, inbox)


def _print(result: BackfillResult, changed: int) -> None:
    out = render.out()
    out.print(f"{render.count(result.sessions, 'session')} judged again in {result.seconds:.1f} s, {changed:,} changed")
    if result.moved:
        columns = [("Signals", "left"), *((status.capitalize(), "right") for status in STATUSES)]
        rows = sorted(result.moved.items())
        render.rows(columns, [(kind, *(found.get(status, 0) for status in STATUSES)) for kind, found in rows])
    else:
        out.print("No signal moved.")
    if result.dead_letters:
        counts = ", ".join(f"{reason} {number:,}" for reason, number in sorted(result.dead_letters.items()))
        out.print(render.text(f"Rejected, see table dead_letters: {counts}"))
