"""inbox: the problems of a local inbox, one record in full, and what arrives while one watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC

from replay_signals.jobs import render, render_faults, render_problems
from replay_signals.jobs.naming import by_id
from replay_signals.pipelines.inbox import folder as store
from replay_signals.pipelines.inbox.encoding import InboxError
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.inbox.newest import latest
from replay_signals.transforms.inbox.player_link import At, PlayerLink
from replay_signals.transforms.inbox.problem_record import is_open_record, is_quiet_record
from replay_signals.transforms.inbox.record import record_dict
from replay_signals.transforms.printable import json_bytes
from replay_signals.transforms.revisions.compare import RETRACTED

DEFAULT_FOLDER = "warehouse/inbox"
POLL_S = 0.5


def run(target: Sequence[str], *, follow: bool, json: bool, top: int, player: PlayerLink | None = None) -> None:
    """`[FOLDER]` or `show ID [FOLDER]`; raises InboxError for anything else."""
    words = list(target)
    if words[:1] == ["show"]:
        if len(words) not in (2, 3):
            raise InboxError("Say which record: replay-signals inbox show ID [FOLDER].")
        _show(words[1], words[2] if len(words) == 3 else DEFAULT_FOLDER, json, player)
        return
    if len(words) > 1:
        raise InboxError(f"One folder at a time; got {' '.join(words)}.")
    folder = words[0] if words else DEFAULT_FOLDER
    if follow:
        _follow(folder, json, lambda: time.sleep(POLL_S))
    else:
        _ranked(folder, json, top)


def _ranked(folder: str, json: bool, top: int) -> None:
    contents = store.read(folder)
    render.damage(contents.damage)
    newest = latest(contents.records).values()
    ranked = open_problems(newest)
    if json:
        shown = ranked[:top] if top else ranked
        render.write(json_bytes([record_dict(problem) for problem in shown], indent=2))
        return
    signals = [record for record in newest if record.record_type == "signal" and record.status != RETRACTED]
    quiet = sum(map(is_quiet_record, newest))
    sessions = {record.who.session_id for record in signals}
    render.out().print(
        f"{render.count(len(ranked), 'open problem')}, {render.count(len(signals), 'signal')} "
        f"in {render.count(len(sessions), 'session')}; the problem to look at first stands first."
        f"{f' {quiet:,} more are quiet: dismissed, snoozed or said to be fixed.' if quiet else ''}\n"
    )
    for fault in open_faults(newest):
        render.out().print(render.text(f"A fault of the tables: {fault.title} (inbox show {fault.id})"))
    render_problems.listing(ranked, top)
    if ranked:
        words = ["inbox show", ranked[0].id[: render.ID_CHARS], *([] if folder == DEFAULT_FOLDER else [folder])]
        render.say(f"\nNext, the first one in full:\n  {render.command()} {' '.join(words)}")
    elif signals:
        render.say(f"Signals, but no problems yet: {render.command()} rank WAREHOUSE --inbox {folder} finds them.")


def open_problems(records: Iterable[InboxRecord]) -> list[InboxRecord]:
    """Problems that are open, in the order in which to look at them."""
    found = [record for record in records if is_open_record(record)]
    return sorted(found, key=lambda one: (-one.severity, -(one.impact.users if one.impact else 0), one.id))


def open_faults(records: Iterable[InboxRecord]) -> list[InboxRecord]:
    """Faults of tables that are not over, the oldest first."""
    found = [record for record in records if record.fault is not None and record.status != "resolved"]
    return sorted(found, key=lambda one: (one.started_at, one.id))


def _show(wanted: str, folder: str, json: bool, player: PlayerLink | None) -> None:
    contents = store.read(folder)
    render.damage(contents.damage)
    record = by_id(latest(contents.records), wanted, f"{render.command()} inbox {folder} --top 0")
    if json:
        links = {} if player is None else {"player_urls": _links(record, player)}
        render.write(json_bytes(record_dict(record) | links, indent=2))
    elif record.problem is not None:
        render_problems.detail(record)
        say = f"{render.command()} inbox confirm|dismiss|snooze|fixed {record.id[: render.ID_CHARS]} -w WAREHOUSE"
        render.say(f"\nWhat it is, in your words:\n  {say}")
    elif record.fault is not None:
        render_faults.detail(record)
    else:
        render.record(record)
    if not json and player is not None:
        render.out().print("\nin the player", style="dim")
        for link in _links(record, player):
            render.out().print(render.text(f"  {link}"), soft_wrap=True)


def _links(record: InboxRecord, player: PlayerLink) -> list[str]:
    """Where to see it: of a problem its examples, of a signal itself."""
    if record.fault is not None:
        return []
    if record.problem is None:
        who = record.who
        return [player.at(At(record.team, who.session_id, record.offset_ms, who.window_id, who.distinct_id))]
    examples = (name.rpartition("@") for name in record.problem.examples)
    return [player.at(At(record.team, session, int(offset))) for session, _, offset in examples if offset.isdigit()]


def _follow(folder: str, json: bool, pause: Callable[[], None]) -> None:
    """Prints what is there and then what arrives, until Ctrl-C."""
    seen: frozenset[str] = frozenset()
    shown: dict[str, int] = {}
    while True:
        now_there = store.segment_names(folder)
        contents = store.read(folder, after=seen)
        render.damage(contents.damage)
        for record in contents.records:
            if record.revision > shown.get(record.id, 0):
                shown[record.id] = record.revision
                _line(record, json)
        seen = now_there
        pause()


def _line(record: InboxRecord, json: bool) -> None:
    if json:
        render.write(json_bytes(record_dict(record)), flush=True)
        return
    mark = render.MARKS[record.status]
    when = record.started_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    render.out().print(f"{mark} {when}  sev {record.severity:3.0f}  ", render.text(record.title), sep="")
