"""Sessions to be looked at, read again from the files that were recorded.

Digests hold no page, so what a session looked like stands in its recording alone (or in the table `snapshots`). Files
are gone through once for all sessions that are wanted; only their messages are held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from replay_signals.pipelines.files.paths import expand
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.privacy import policy_of
from replay_signals.schemas.messages import SnapshotMessage
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.masked import with_safe_ids
from replay_signals.transforms.playback.session import PlaybackSession, playback_of
from replay_signals.transforms.privacy.policy import Removed

SessionKey = tuple[str, str]
"""Team and session id, as the tables hold them."""


def sessions_in_recordings(
    paths: Sequence[str], wanted: Collection[SessionKey], rules: Rules, file_format: str = "auto"
) -> dict[SessionKey, PlaybackSession]:
    """Those of the wanted sessions that stand in files, masked by the rules. Raises InputError."""
    policy, keys = policy_of(rules), set(wanted)
    found: defaultdict[SessionKey, list[SnapshotMessage]] = defaultdict(list)
    for url in expand(paths):
        for record in read(url, file_format):
            if isinstance(record, SnapshotMessage):
                message = with_safe_ids(record, policy, Removed())
                if (message.team, message.session_id) in keys:
                    found[message.team, message.session_id].append(message)
    sessions = {key: playback_of(*key, own, rules.playback, policy) for key, own in found.items()}
    return {key: session for key, session in sessions.items() if session.windows}
