"""Files to records: what stands in a file.

Formats are recognised by content and compression by magic bytes, never by name. JSON lines are streamed; a file that
is one JSON document is held in memory up to `Limits.text_bytes`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import msgspec

from replay_signals.pipelines.files.compression import BrokenStreamError, plain_chunks
from replay_signals.pipelines.files.encoding import utf8_chunks
from replay_signals.pipelines.files.paths import InputError, file_system_of
from replay_signals.pipelines.files.text_lines import Line, numbered_lines
from replay_signals.schemas.messages import DeadLetter, Reason, Record
from replay_signals.schemas.wire import LIMITS, Limits
from replay_signals.transforms.parse import formats
from replay_signals.transforms.parse.cut import Parsed, into_records
from replay_signals.transforms.parse.json_text import flaw, has_several, values_in
from replay_signals.transforms.parse.listed import listed
from replay_signals.transforms.parse.naming import seen, seen_text
from replay_signals.transforms.parse.recordings import Place, is_header
from replay_signals.transforms.parse.salvage import salvage
from replay_signals.transforms.parse.shapes import head_of
from replay_signals.transforms.parse.values import dead, dead_of_bug
from replay_signals.transforms.text import REPLACEMENT, bounded_id, json_utf8, well_formed

FORMATS: list[tuple[str, str]] = [
    (formats.AUTO, "recognised by content"),
    *((one.name, one.description) for one in formats.FORMATS.values()),
]
"""Names for `--format` with a line of description each."""

_LINES_TO_RECOGNISE = 20
_BYTES_TO_RECOGNISE = 64 * 1024 * 1024


def read(url: str, format: str = formats.AUTO, *, limits: Limits = LIMITS) -> Iterator[Record]:
    """Records of one file, streamed. What cannot be used is a dead letter with its position; reading never raises.

    Positions count lines, or events when the file is one JSON document. Of very many dead letters of one reason the
    first are listed, the rest is counted. Raises InputError at once for an unknown format or protocol.
    """
    names = [name for name, _ in FORMATS]
    if format not in names:
        near = difflib.get_close_matches(format, names, n=1, cutoff=0.0)
        raise InputError(f"unknown format {format!r}; did you mean {near[0]!r}? Formats: {', '.join(names)}")
    file_system, path = file_system_of(url)
    return into_records(listed(_parsed_file(url, file_system, path, format, limits)), limits)


class _Guarded:
    """A file whose errors, of whatever library, are breaks of the stream: what was read before them counts."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        try:
            data: bytes = self._file.read(size)
        except Exception as error:  # noqa: BLE001  # every object store's library has errors of its own
            raise BrokenStreamError(Reason.UNREADABLE, f"reading failed: {error}") from None
        return data


def _parsed_file(url: str, file_system: Any, path: str, name: str, limits: Limits) -> Iterator[Parsed]:
    source = well_formed(url)
    place = Place(source, _session_of(source), limits=limits)
    try:
        file = file_system.open(path, "rb")
    except Exception as error:  # noqa: BLE001  # every object store's library has errors of its own
        yield dead(place.at(), Reason.UNREADABLE, str(error))
        return
    with file:
        lines = numbered_lines(_chunks(file, limits), limits)
        yield from _parsed_lines(lines, place, None if name == formats.AUTO else name)


def _chunks(file: Any, limits: Limits) -> Iterator[bytes]:
    yield from utf8_chunks(plain_chunks(_Guarded(file), limits))


def _session_of(source: str) -> str:
    """A file whose records carry no session id is one session, named by the file's name up to its first dot."""
    name = source.rstrip("/").rsplit("/", 1)[-1]
    text = name.split(".", 1)[0] or name
    return bounded_id("".join(char if char.isprintable() else REPLACEMENT for char in text))


def _parsed_lines(lines: Iterator[Line], place: Place, name: str | None) -> Iterator[Parsed]:
    """Decides on format and layout by the first lines, then parses line by line or as one document."""
    head: list[Line] = []
    found = _recognise(lines, head, name)
    if not head:
        yield dead(place.at(), Reason.EMPTY, "the file is empty")
        return
    is_only_line = len(head) == 1 and (head[0].is_end or not _peek(lines, head))
    if found is None and name is not None and formats.FORMATS[name].is_always_lines:
        found = name
    if found is None and not is_only_line and not _peek(lines, head):
        yield from _survived(_parsed_short(head, place, name), place, b"")
    elif found is None or is_only_line:
        yield from _survived(_parsed_document(chain(head, lines), place, name), place, b"")
    else:
        for line in chain(head, lines):
            parsed = _parsed_line(line, place, formats.FORMATS[found], is_sure=name is not None)
            yield from _survived(parsed, msgspec.structs.replace(place, number=line.number), line.text)


def _parsed_short(lines: list[Line], place: Place, name: str | None) -> Iterator[Parsed]:
    """A file of few lines that looks like one document; when nothing of that can be kept, its lines by themselves."""
    parsed = list(_parsed_document(lines, place, name))
    if all(isinstance(one, DeadLetter) for one in parsed):
        found = (name or formats.format_of(line.text) for line in lines if formats.is_complete(line.text))
        format = next((formats.FORMATS[one] for one in found if one), None)
        if format is not None:
            by_line = [one for line in lines for one in _parsed_line(line, place, format, is_sure=name is not None)]
            parsed = parsed if all(isinstance(one, DeadLetter) for one in by_line) else by_line
    yield from parsed


def _survived(parsed: Iterator[Parsed], at: Place, payload: bytes) -> Iterator[Parsed]:
    """What is parsed, and a dead letter for a bug of a parser: it costs its line, not the run."""
    try:
        yield from parsed
    except Exception as error:  # noqa: BLE001 - nobody foresaw it
        yield dead_of_bug(error, at.at(), payload=payload)


def _recognise(lines: Iterator[Line], head: list[Line], name: str | None) -> str | None:
    """Format of JSON lines, by the first line that is JSON of its own; None when the file looks like one document.

    After a line that could begin a document over several lines, one such line is not enough, as it could be an element
    (but a format that knows no documents, or a second such line, shows that the first line was just broken).
    """
    size, needed = 0, 1
    for line in lines:
        head.append(line)
        size += len(line.text)
        if line.broken is None and formats.is_complete(line.text):
            found = name or formats.format_of_damaged(line.text)
            needed -= found is not None
            if found is not None and (needed <= 0 or formats.FORMATS[found].is_always_lines):
                return found
        elif len(head) == 1 and line.text.endswith((b"[", b"{", b",")):
            needed = 2
        if len(head) >= _LINES_TO_RECOGNISE or size > _BYTES_TO_RECOGNISE:
            return None
    return None


def _peek(lines: Iterator[Line], head: list[Line]) -> bool:
    """Reads one more line into `head`; False when there is none."""
    line = next(lines, None)
    if line is not None:
        head.append(line)
    return line is not None


def _parsed_line(line: Line, place: Place, format: formats.Format, *, is_sure: bool) -> Iterator[Parsed]:
    at = Place(place.source, place.session_id, line.number, limits=place.limits)
    if line.broken is None or (line.is_end and flaw(line.text) is None):
        yield from _parsed_value(line.text, at, format, is_sure=is_sure)
    if line.broken is not None:
        yield dead(at.at(), *line.broken, line.text)


def _parsed_value(text: bytes, at: Place, format: formats.Format, *, is_sure: bool) -> Iterator[Parsed]:
    """A line as what the file's lines are; when that fails and nobody named the format, as what it is by itself."""
    parsed = format.parse(text, at)
    start = next(parsed, None)
    own = formats.format_of(text, at.limits) if isinstance(start, DeadLetter) and not is_sure else None
    if own is not None and formats.FORMATS[own].parse is not format.parse:
        yield from formats.FORMATS[own].parse(text, at)
        return
    if start is not None:
        yield start
    yield from parsed


def _parsed_document(lines: Iterable[Line], place: Place, name: str | None) -> Iterator[Parsed]:
    """The file is one JSON text. When it breaks off, what stands before counts."""
    parts: list[bytes] = []
    size, broken = 0, None
    for line in lines:
        parts.append(line.text)
        size += len(line.text) + 1
        broken = line.broken
        if size > place.limits.text_bytes and broken is None:
            broken = Reason.TOO_LARGE, f"a JSON document of more than {place.limits.text_bytes} bytes"
        if broken is not None:
            break
    text = b"\n".join(parts)
    at = Place(place.source, place.session_id, is_document=True, limits=place.limits)
    if broken is not None:
        yield from _parsed_broken(text, at, name, broken)
        return
    if flaw(text) is not None:
        text = json_utf8(text)
    several = values_in(text) if has_several(text) else iter([text])
    start = list(islice(several, _LINES_TO_RECOGNISE))
    if len(start) == 1 or not (name or any(formats.format_of_damaged(value) for value in start)):
        yield from _parsed_text(start[0], at, name)
        return
    for number, value in enumerate(chain(start, several), 1):
        yield from _parsed_text(value, msgspec.structs.replace(at, number=number, is_document=False), name)


def _parsed_text(text: bytes, at: Place, name: str | None) -> Iterator[Parsed]:
    """A JSON text whose format is not known yet."""
    found = name or formats.format_of_damaged(text)
    if found is None:
        if not is_header(text) or at.is_document:
            wrong = flaw(text)
            what = seen_text(text, wrong[1]) if wrong else seen(text)
            detail = f"seen: {what}; none of the formats {', '.join(formats.FORMATS)}"
            yield dead(at.at(), Reason.UNKNOWN_FORMAT, detail, text)
        return
    yield from formats.FORMATS[found].parse(text, at)


def _parsed_broken(text: bytes, place: Place, name: str | None, broken: tuple[str, str]) -> Iterator[Parsed]:
    """Parses what a document holds before its break, and one dead letter for the break."""
    rest = salvage(text, formats.holds_items)
    found = name or formats.format_of(rest.text)
    if found is not None and flaw(rest.text) is None and head_of(rest.text) is None:
        yield from formats.FORMATS[found].parse(rest.text, place)
        for damage in rest.damages:
            if not damage.cut:
                yield dead(place.at(damage.item), damage.reason, damage.detail, damage.text)
    lost = next((damage for damage in rest.damages if damage.cut), None)
    yield dead(place.at(lost.item if lost else 1), *broken, lost.text if lost else text)
