"""Sessions to be looked at, read again from the files that were recorded.

Digests hold no page, so what a session looked like stands in its recording alone (or in the table `snapshots`). Files
are gone through once for all sessions that are wanted; only their messages are held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from replay_signals.pipelines.files.paths import expand
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.privacy import policy_of
from replay_signals.schemas.messages import SnapshotMessage
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.masked import with_safe_ids
from replay_signals.transforms.parse.values import cause_of_bug
from replay_signals.transforms.playback.session import PlaybackSession, playback_of
from replay_signals.transforms.privacy.policy import Removed

SessionKey = tuple[str, str]
"""Team and session id, as the tables hold them."""


class Opened(NamedTuple):
    """Sessions to be looked at, and why others that were found cannot be."""

    sessions: dict[SessionKey, PlaybackSession]
    unplayable: dict[SessionKey, str]


def each_opened(made: Iterable[tuple[SessionKey, Callable[[], PlaybackSession]]]) -> Opened:
    """Makes each session; one that fails costs nothing but itself."""
    opened = Opened({}, {})
    for key, make in made:
        try:
            session = make()
        except Exception as error:  # noqa: BLE001 - whatever a recording does, the others are shown
            opened.unplayable[key] = f"its recording cannot be read ({cause_of_bug(error)})"
            continue
        if session.windows:
            opened.sessions[key] = session
        else:
            opened.unplayable[key] = "its recording holds no event that can be read"
    return opened


def sessions_in_recordings(
    paths: Sequence[str], wanted: Collection[SessionKey], rules: Rules, file_format: str = "auto"
) -> Opened:
    """Those of the wanted sessions that stand in files, masked by the rules. Raises InputError."""
    policy, keys = policy_of(rules), set(wanted)
    found: defaultdict[SessionKey, list[SnapshotMessage]] = defaultdict(list)
    for url in expand(paths):
        for record in read(url, file_format):
            if isinstance(record, SnapshotMessage):
                message = with_safe_ids(record, policy, Removed())
                if (message.team, message.session_id) in keys:
                    found[message.team, message.session_id].append(message)
    return each_opened((key, partial(playback_of, *key, own, rules.playback, policy)) for key, own in found.items())
