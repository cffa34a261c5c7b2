"""Rules of playback: whether messages are kept to be looked at, how long, and what of a page they show."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Struct

from replay_signals.schemas.limits import doc


class Playback(Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept and shown of recordings. Rules of privacy apply to it as to everything else."""

    enabled: Annotated[bool, doc("Keep masked messages in the table `snapshots`, and pictures of native screens")] = (
        False
    )
    retention_days: Annotated[int, doc("Days that `snapshots` keeps a message", least=1)] = 30
    page_text: Annotated[
        Literal["mask", "clean"],
        doc(
            "Text that names no control: a star for each character, or cleaned by `[privacy.patterns]` as names are. "
            "Inputs and what `[privacy.elements]` masks stay masked either way"
        ),
    ] = "mask"
    player_url: Annotated[
        str,
        doc(
            "Address of a recording in another player, shown beside signals. {team}, {session_id}, {window_id}, "
            "{distinct_id}, {seconds} and {offset_ms} stand for their values; PostHog: "
            "https://us.posthog.com/project/{team}/replay/{session_id}?t={seconds}"
        ),
    ] = ""
    still_url: Annotated[
        str,
        doc(
            "Address of the picture of a problem, where those of a report are published; records of the inbox name it. "
            "{problem_id} and {team} stand for their values: https://reports.example.com/stills/{problem_id}.png"
        ),
    ] = ""
