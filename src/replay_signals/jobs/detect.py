"""detect: signals of files, without a warehouse and without the `beam` extra.

Files are read once, in order; only digests and the sessions' analytics events stay in memory. A session may be spread
over files: it is judged when all of them were read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.rules import read_rules
from replay_signals.pipelines.files.reading import InputError, expand, read
from replay_signals.schemas.digests import MessageDigest, millis
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, SnapshotMessage, SourcePosition
from replay_signals.schemas.rows import SessionRow, SessionVerdict, SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.rejects import digested
from replay_signals.transforms.digest.times import is_relative
from replay_signals.transforms.inbox.problems import exposure, rank
from replay_signals.transforms.inbox.record import inbox_record, json_bytes, signal_dict, signal_line, visible
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.parse.values import dead_of_bug

SessionKey = tuple[str, str]
SHOWN_REJECTS = 5


class Rejects:
    """Dead letters: counted by reason, the first few kept to show, all of them written where one asks for it."""

    def __init__(self, sink: BinaryIO | None = None) -> None:
        self.by_reason: Counter[str] = Counter()
        self.first: list[DeadLetter] = []
        self._sink = sink

    def add(self, letter: DeadLetter) -> None:
        """Takes one dead letter."""
        self.by_reason[letter.reason] += 1
        if len(self.first) < SHOWN_REJECTS:
            self.first.append(letter)
        if self._sink is not None:
            self._sink.write(json_bytes(_letter_dict(letter)) + b"\n")


class Harvest:
    """What was read: digests and events by (team, session id), and what was rejected."""

    def __init__(self, rejects: Rejects) -> None:
        self.digests: defaultdict[SessionKey, list[MessageDigest]] = defaultdict(list)
        self.events: defaultdict[SessionKey, list[AnalyticsEvent]] = defaultdict(list)
        self.rejects = rejects

    def add(self, record: SnapshotMessage | AnalyticsEvent | DeadLetter) -> None:
        """Takes one record of a reader."""
        if isinstance(record, SnapshotMessage):
            self._add_message(record)
        elif isinstance(record, DeadLetter):
            self.rejects.add(record)
        elif record.session_id:
            self.events[record.team, record.session_id].append(record)

    def _add_message(self, message: SnapshotMessage) -> None:
        found: list[MessageDigest | DeadLetter]
        try:
            found = digested(message)
        except Exception as error:  # noqa: BLE001 - a bug met by one message costs that message, not the run
            found = [dead_of_bug(error, message.position, team=message.team, session_id=message.session_id)]
        for one in found:
            if isinstance(one, DeadLetter):
                self.rejects.add(one)
            else:
                self.digests[message.team, message.session_id].append(one)


def harvest(
    urls: Sequence[str], file_format: str, rejects: Rejects, on_file: Callable[[str], None] = lambda url: None
) -> Harvest:
    """Reads files; `on_file` is called after each. Raises InputError for an unknown format."""
    found = Harvest(rejects)
    for url in urls:
        for record in read(url, file_format):
            found.add(record)
        on_file(url)
    return found


def verdicts(found: Harvest, rules: Rules) -> Iterator[SessionVerdict]:
    """Judges every recorded session in the order of their keys, so the order of files changes nothing."""
    for key in sorted(found.digests):
        try:
            yield judge(session_of(found.digests[key]), found.events.get(key, []), rules)
        except Exception as error:  # noqa: BLE001 - a bug in a detector costs one session, not the run
            position = SourcePosition(f"session {key[1]}")
            found.rejects.add(dead_of_bug(error, position, team=key[0], session_id=key[1]))


def wanted(signal: SignalRow, kinds: Sequence[str], min_confidence: float) -> bool:
    """Whether the filters let a signal through."""
    return (not kinds or signal.kind in kinds) and signal.confidence >= min_confidence


def _letter_dict(letter: DeadLetter) -> dict[str, object]:
    fields: dict[str, object] = msgspec.structs.asdict(letter)
    position = letter.position
    return {
        "source": position.source,
        "partition": position.partition,
        "offset": position.offset,
        **{name: value for name, value in fields.items() if name not in ("position", "payload")},
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
    """Detects and prints as `table`, `json` or `jsonl`. Raises InputError and RulesError."""
    rules = read_rules(request.rules)
    urls = expand(request.paths)
    with _sink(request.dead_letters) as sink:
        with render.progress("Reading", len(urls)) as step:
            found = harvest(urls, request.file_format, Rejects(sink), step)
        with render.progress("Judging", len(found.digests)) as step:
            judged = list(_each(verdicts(found, rules), step))
    signals = [
        (signal, verdict.session)
        for verdict in judged
        for signal in verdict.signals
        if wanted(signal, request.kinds, request.min_confidence)
    ]
    if output == "jsonl":
        for signal, _ in signals:
            render.write(signal_line(signal))
    elif output == "json":
        render.write(json_bytes([signal_dict(signal) for signal, _ in signals], indent=2))
    else:
        _print_table(request, found, judged, signals)
    relative = [verdict.session.session_id for verdict in judged if is_relative(millis(verdict.session.started_at))]
    if relative:
        render.say(
            f"{render.count(len(relative), 'session')} with times from its own start only, written as from "
            f"1970-01-01T00:00:00Z: {', '.join(relative[:SHOWN_REJECTS])}"
        )
    if output != "table" and found.rejects.by_reason:
        render.say(f"{render.count(found.rejects.by_reason.total(), 'record')} rejected; {_how_to_see(request)}")
    return ExitCode.REJECTED if request.strict and found.rejects.by_reason else ExitCode.OK


def _each(judged: Iterator[SessionVerdict], step: Callable[[str], None]) -> Iterator[SessionVerdict]:
    for verdict in judged:
        step(verdict.session.session_id)
        yield verdict


def _print_table(
    request: Request,
    found: Harvest,
    judged: Sequence[SessionVerdict],
    signals: Sequence[tuple[SignalRow, SessionRow]],
) -> None:
    produced_at = datetime.now(UTC)
    records = [inbox_record(signal, produced_at=produced_at, session=session) for signal, session in signals]
    ranked = rank(records, exposure(verdict.session for verdict in judged))
    render.out().print(
        f"{render.count(len(judged), 'session')}, {render.count(len(signals), 'signal')}, "
        f"{render.count(len(ranked), 'problem')}, the most harmful first.\n"
    )
    render.problems(ranked, request.top)
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
        out.print(render.text(f"  {letter.position}  {letter.reason}: {letter.detail}"), soft_wrap=True)


def _how_to_see(request: Request) -> str:
    if request.dead_letters is not None:
        return f"all of them with their reasons are in {request.dead_letters}."
    return "--dead-letters FILE writes all of them with their reasons."


@contextmanager
def _sink(path: Path | None) -> Iterator[BinaryIO | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("wb")
    except OSError as error:
        raise InputError(f"cannot write dead letters to {path}: {error.strerror}") from None
    with file:
        yield file
