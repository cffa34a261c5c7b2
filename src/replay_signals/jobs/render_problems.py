"""Problems for a terminal: the list of an inbox, the worst ones with their examples, and one in full."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from replay_signals.jobs import render
from replay_signals.schemas.inbox import Fix, InboxRecord, Problem, Said
from replay_signals.transforms.printable import iso, visible
from replay_signals.transforms.problems.capture_rows import FAILURE as CAPTURE
from replay_signals.transforms.problems.wording import fix_words, interval_words

INDENT = 5


def listing(records: Sequence[InboxRecord], limit: int, *, examples: bool = False) -> None:
    """Problems with their ids, `limit` at most (0: all), and how many were left out."""
    shown = records[:limit] if limit else records
    for position, record in enumerate(shown, 1):
        _entry(position, record, examples)
    if len(shown) < len(records):
        more = render.count(len(records) - len(shown), "more problem")
        render.out().print(f"… and {more}; --top 0 shows all.", style="dim")


def _entry(position: int, record: InboxRecord, examples: bool) -> None:
    from rich.padding import Padding
    from rich.text import Text

    of = _of(record)
    head = Text.assemble(
        (f"{position:3}. ", "dim"),
        (of.priority, "bold"),
        "  ",
        (visible(record.title), "bold"),
        (f"  {record.id}", "dim"),
    )
    facts = Text.assemble(
        "severity ",
        render.severity(record.severity),
        f"  {_reach(record)}  {record.confidence:.0%} sure  {of.state}, last seen {of.last_seen:%Y-%m-%d}",
    )
    lines = [render.text(record.summary), facts]
    if examples:
        lines.append(Text.assemble(("next ", "dim"), render.text(of.next_step)))
        lines += [Text.assemble(("example ", "dim"), render.text(_example(name))) for name in of.examples]
    render.out().print(head)
    for line in lines:
        render.out().print(Padding(line, (0, 0, 0, INDENT)))


def detail(record: InboxRecord) -> None:
    """One problem: what, where, since when, who, how sure, whom it could have hit, what it costs, and what to do."""
    from rich.text import Text

    of = _of(record)
    out = render.out()
    out.print(Text.assemble((visible(record.title), "bold")))
    out.print(render.text(record.summary))
    out.print()
    share = "" if of.affected_share is None else f", {of.affected_share:.1%} of those who could have met it"
    lines: list[tuple[str, object]] = [
        ("priority", of.priority),
        (
            "severity",
            Text.assemble(render.severity(record.severity), f" of 100  ({render.components(record.components)})"),
        ),
        ("state", f"{of.state} ({record.status}, revision {record.revision}, rules {record.rules_version})"),
        ("where", ", ".join(of.places)),
        ("element", record.where.element),
        ("element key", record.where.element_key),
        ("cause", record.cause),
        ("request", record.request_route),
        ("since", of.onset or f"first seen {iso(of.first_seen)}"),
        ("last seen", iso(of.last_seen)),
        ("came with", of.started_with),
        ("whom", f"{_reach(record)}{share}"),
        ("a day", f"{of.users_per_day:.1f} {'recordings' if record.failure == CAPTURE else 'visitors'}"),
        ("trend", _trend(of.trend)),
        ("confidence", "" if record.failure == CAPTURE else f"{record.confidence:.0%} that its signals are right"),
        ("effect", _effect(of)),
        ("compared", f"{of.comparison}: {of.comparison_reason}"),
        ("outcome", of.outcome),
        ("time lost", render.clock(of.time_lost_ms) if of.time_lost_ms else ""),
        ("value lost", f"{of.value_lost:,.2f}" if of.value_lost else ""),
        ("more often", _lifts(of.lifts)),
        ("merged into", of.merged_into),
        ("aliases", ", ".join(of.aliases)),
        ("verdict", _said(of.said)),
        ("fix", _fix(of.fix)),
        ("id", record.id),
    ]
    render.pairs([(name, v if isinstance(v, Text) else render.text(str(v))) for name, v in lines if v])
    if of.examples:
        out.print("\nexamples", style="dim")
    for name in of.examples:
        out.print(render.text(f"  {_example(name)}"))
    if record.still_url:
        out.print("\npicture", style="dim")
        out.print(render.text(f"  {record.still_url}"), soft_wrap=True)
    out.print("\nnext", style="dim")
    out.print(render.text(f"  {of.next_step}"))


def _of(record: InboxRecord) -> Problem:
    assert record.problem is not None, "a problem's record"
    return record.problem


def _reach(record: InboxRecord) -> str:
    impact = record.impact
    assert impact is not None, "a problem's record"
    of = f" of {impact.exposed_sessions:,}" if impact.exposed_sessions else ""
    if record.failure == CAPTURE:
        return f"{impact.sessions:,}{of} sessions lost their recording"
    last = impact.exposed_sessions or impact.sessions
    return f"{render.count(impact.users, 'visitor')}, {impact.sessions:,}{of} session{'' if last == 1 else 's'}"


def _effect(of: Problem) -> str:
    if of.comparison == "none":
        return "cannot be said"
    return interval_words(of.effect, of.effect_low, of.effect_high)


def _example(name: str) -> str:
    session, _, offset = name.rpartition("@")
    return f"session {session} at {render.clock(int(offset))}"


def _said(said: Said | None) -> str:
    if said is None:
        return ""
    until = f" until {said.until}" if said.until else ""
    why = f": {said.reason}" if said.reason else ""
    over = "" if said.holds or said.verdict == "confirmed" else " (holds no more)"
    return f"{said.verdict}{until} by {said.by} on {said.at:%Y-%m-%d}{why}{over}"


def _fix(fix: Fix | None) -> str:
    if fix is None:
        return ""
    on = date.fromisoformat(fix.on) if fix.on else None
    effect = interval_words(fix.effect, fix.effect_low, fix.effect_high)
    return fix_words(fix.verdict, fix.gone_out, on, (fix.affected, fix.exposed), effect)


def _trend(trend: Sequence[float]) -> str:
    return " ".join("–" if share < 0 else f"{share:.1%}" for share in trend)


def _lifts(lifts: str) -> str:
    named = (
        (f"{lift['dimension']}={lift['value']}", "only there" if lift["ratio"] is None else f"{lift['ratio']:.1f}x")
        for lift in json.loads(lifts)
    )
    return ", ".join(f"{name} ({times})" for name, times in named)
