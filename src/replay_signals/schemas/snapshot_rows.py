"""Row of the optional table `snapshots`: messages to be looked at again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from replay_signals.schemas.columns import PrivacyVersion, SessionId, Team, WindowId, doc
from replay_signals.schemas.kept import Holds


class SnapshotRow(Struct, frozen=True, kw_only=True):
    """One recorded message for playback, masked: written by `backfill` where `[playback]` is enabled."""

    day: Annotated[date, doc("UTC day of the message's first event; partition")]
    team: Team
    session_id: SessionId
    window_id: WindowId
    message_id: Annotated[str, doc("Content hash of the message, as in message_digests"), Holds.OWN_WORD]
    first_event_at: Annotated[datetime, doc("Earliest event of the message, client clock")]
    last_event_at: Annotated[datetime, doc("Latest event of the message, client clock")]
    event_count: Annotated[int, doc("rrweb events that can be played")]
    is_native: Annotated[bool, doc("The window shows a native screen, drawn from wireframes or screenshots")]
    events: Annotated[bytes, doc("gzip of a JSON array of rrweb events, masked and harmless"), Holds.RECORDING]
    kept_until: Annotated[date, doc("Last day (UTC) that the row is kept, by `playback.retention_days`")]
    privacy_version: PrivacyVersion = ""
