"""Where sessions to be looked at come from: the files that were recorded, or the table `snapshots`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from replay_signals.pipelines.playback.recordings import Opened, SessionKey, sessions_in_recordings
from replay_signals.schemas.rules import Rules


def sessions_to_play(
    wanted: Collection[SessionKey],
    rules: Rules,
    recordings: Sequence[str] = (),
    warehouse: str | None = None,
    catalog: str | None = None,
    file_format: str = "auto",
) -> Opened:
    """Those of the wanted sessions that stand in the recordings, and of the others those that the tables hold.

    Raises InputError and WarehouseError.
    """
    found = Opened({}, {})
    if recordings and wanted:
        found = sessions_in_recordings(recordings, wanted, rules, file_format)
    missing = [key for key in wanted if key not in found.sessions]
    if missing and (warehouse is not None or catalog is not None):
        from replay_signals.pipelines.playback.snapshots import stored_sessions

        stored = stored_sessions(warehouse, catalog, missing)
        found = Opened(found.sessions | stored.sessions, found.unplayable | stored.unplayable)
    return Opened(found.sessions, {key: why for key, why in found.unplayable.items() if key not in found.sessions})
