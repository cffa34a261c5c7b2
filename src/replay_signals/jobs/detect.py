"""detect: signals of files, without a warehouse and without the `beam` extra.

Files are read once, in order; only digests and the sessions' analytics events stay in memory. A session may be spread
over files: it is judged when all of them were read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.links import refuse_inputs
from replay_signals.jobs.rules import read_rules
from replay_signals.pipelines.files.paths import expand
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.privacy import policy_of
from replay_signals.schemas.digests import MessageDigest, millis
from replay_signals.schemas.messages import Record, SourcePosition
from replay_signals.schemas.rows import DeadLetterRow, EventRow, SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.masking import DEFAULT_POLICY
from replay_signals.transforms.digest.times import is_relative
from replay_signals.transforms.evidence.dead_letters import dead_letter_row
from replay_signals.transforms.evidence.extract import evidence_of
from replay_signals.transforms.evidence.keys import Body
from replay_signals.transforms.inbox.record import signal_dict, signal_line
from replay_signals.transforms.judge.session import judge_session
from replay_signals.transforms.printable import json_bytes, visible
from replay_signals.transforms.privacy.policy import Policy
from replay_signals.transforms.problems.glance import glance
from replay_signals.transforms.table_rows import Rows

SessionKey = tuple[str, str]
SHOWN_REJECTS = 5


class Rejects:
    """Dead letters: counted by reason, the first few kept to show, all of them written where one asks for it."""

    def __init__(self, sink: BinaryIO | None = None) -> None:
        self.by_reason: Counter[str] = Counter()
        self.first: list[DeadLetterRow] = []
        self._sink = sink

    def add(self, letter: DeadLetterRow) -> None:
        """Takes one dead letter."""
        self.by_reason[letter.reason] += 1
        if len(self.first) < SHOWN_REJECTS:
            self.first.append(letter)
        if self._sink is not None:
            self._sink.write(json_bytes(_letter_dict(letter)) + b"\n")


class CollectedEvidence:
    """What was read: digests and event rows by (team, session id), and what was rejected."""

    def __init__(
        self, rejects: Rejects, policy: Policy = DEFAULT_POLICY, on_body: Callable[[Body], None] = lambda body: None
    ) -> None:
        self._policy = policy
        self._on_body = on_body
        self.digests: defaultdict[SessionKey, list[MessageDigest]] = defaultdict(list)
        self.events: defaultdict[SessionKey, list[EventRow]] = defaultdict(list)
        self.rejects = rejects

    def add(self, record: Record) -> None:
        """Takes one record of a reader."""
        for evidence in evidence_of(record, policy=self._policy):
            key, body = (evidence.key.team, evidence.key.session_id), evidence.body
            self._on_body(body)
            if isinstance(body, MessageDigest):
                self.digests[key].append(body)
            elif isinstance(body, DeadLetterRow):
                self.rejects.add(body)
            elif body.session_id:
                self.events[key].append(body)


def collect(
    urls: Sequence[str],
    file_format: str,
    rejects: Rejects,
    on_file: Callable[[str], None] = lambda url: None,
    policy: Policy = DEFAULT_POLICY,
    on_body: Callable[[Body], None] = lambda body: None,
) -> CollectedEvidence:
    """Reads files; `on_file` is called after each, `on_body` with all evidence. Raises InputError: unknown format."""
    found = CollectedEvidence(rejects, policy, on_body)
    for url in urls:
        for record in read(url, file_format):
            found.add(record)
        on_file(url)
    return found


def judge_all(found: CollectedEvidence, rules: Rules) -> Iterator[Rows]:
    """Rows of every recorded session in the order of their keys, so the order of files changes nothing."""
    for key in sorted(found.digests):
        judged = judge_session(found.digests[key], found.events.get(key, []), rules)
        for letter in judged.letters:
            found.rejects.add(dead_letter_row(letter))
        if judged.failure is None:
            yield judged.rows


def wanted(signal: SignalRow, kinds: Sequence[str], min_confidence: float) -> bool:
    """Whether the filters let a signal through."""
    return (not kinds or signal.kind in kinds) and signal.confidence >= min_confidence


def _letter_dict(letter: DeadLetterRow) -> dict[str, object]:
    return {
        "source": letter.source,
        "partition": letter.partition,
        "offset": letter.offset,
        "reason": letter.reason,
        "detail": letter.detail,
        "team": letter.team,
        "session_id": letter.session_id,
        "received_ms": None if letter.received_at is None else round(millis(letter.received_at)),
        "payload": letter.payload.decode("utf-8", "backslashreplace"),
    }


class Request(msgspec.Struct, frozen=True):
    """What one asks `detect` for; see the options of the command."""

    paths: Sequence[str]
    file_format: str = "auto"
    rules: str | None = None
    kinds: Sequence[str] = ()
    min_confidence: float = 0.0
    top: int = 20
    dead_letters: Path | None = None
    strict: bool = False


def run(request: Request, output: str) -> ExitCode:
    """Detects and prints as `table`, `json` or `jsonl`. Raises InputError, RulesError and OSError."""
    rules = read_rules(request.rules)
    urls = expand(request.paths)
    refuse_inputs(request.paths, urls)
    with nullcontext() if request.dead_letters is None else request.dead_letters.open("wb") as sink:
        with render.progress("Reading", len(urls)) as step:
            found = collect(urls, request.file_format, Rejects(sink), step, policy_of(rules))
        with render.progress("Judging", len(found.digests)) as step:
            judged = list(_each(judge_all(found, rules), step))
    signals: list[SignalRow] = [
        signal for rows in judged for signal in rows["signals"] if wanted(signal, request.kinds, request.min_confidence)
    ]
    if output == "jsonl":
        for signal in signals:
            render.write(signal_line(signal))
    elif output == "json":
        render.write(json_bytes([signal_dict(signal) for signal in signals], indent=2))
    else:
        _print_table(request, found, len(judged), signals)
    sessions = [rows["sessions"][0] for rows in judged]
    relative = [row.session_id for row in sessions if is_relative(millis(row.started_at))]
    if relative:
        render.say(
            f"{render.count(len(relative), 'session')} with times from its own start only, written as from "
            f"1970-01-01T00:00:00Z: {', '.join(relative[:SHOWN_REJECTS])}"
        )
    render.say_unkeyed()
    if output != "table" and found.rejects.by_reason:
        render.say(f"{render.count(found.rejects.by_reason.total(), 'record')} rejected; {_how_to_see(request)}")
    return ExitCode.REJECTED if request.strict and found.rejects.by_reason else ExitCode.OK


def _each(judged: Iterator[Rows], step: Callable[[str], None]) -> Iterator[Rows]:
    for rows in judged:
        step(rows["sessions"][0].session_id)
        yield rows


def _print_table(request: Request, found: CollectedEvidence, sessions: int, signals: Sequence[SignalRow]) -> None:
    ranked = glance(signals)
    render.out().print(
        f"{render.count(sessions, 'session')}, {render.count(len(signals), 'signal')}, "
        f"{render.count(len(ranked), 'problem')}, the most harmful first.\n"
    )
    render.glances(ranked, request.top)
    rejects = found.rejects
    if rejects.by_reason:
        _print_rejects(rejects)
        render.say(_how_to_see(request))


def _print_rejects(rejects: Rejects) -> None:
    """Counts by reason, then the first few with their positions."""
    out = render.out()
    out.print(f"\n{render.count(rejects.by_reason.total(), 'record')} rejected:", style="bold")
    for reason, number in rejects.by_reason.most_common():
        out.print(f"{number:7,}  {visible(reason)}")
    out.print("\nThe first of them:", style="bold")
    for letter in rejects.first:
        out.print(render.text(f"  {_place(letter)}  {letter.reason}: {letter.detail}"), soft_wrap=True)


def _place(letter: DeadLetterRow) -> SourcePosition:
    return SourcePosition(letter.source, letter.offset, letter.partition)


def _how_to_see(request: Request) -> str:
    if request.dead_letters is not None:
        return f"all of them with their reasons are in {request.dead_letters}."
    return "--dead-letters FILE writes all of them with their reasons."
