"""Rows of the Iceberg tables (DESIGN section 8), one struct a table; the structs are the single source of the schema.

Column documentation is the `description`, field ids are the order of the fields: append new fields at the end,
never reorder. Timestamps are UTC `datetime`s (microseconds in Iceberg). `dict` columns are maps.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from replay_signals.schemas.columns import (
    Day,
    FactRevision,
    PagePattern,
    PageUrl,
    Place,
    PriorsVersion,
    PrivacyVersion,
    RemovedText,
    Revision,
    RulesVersion,
    SessionId,
    Team,
    WindowId,
    doc,
)
from replay_signals.schemas.fact_rows import ConsoleLogRow, ExceptionRow, NetworkRequestRow, PageViewRow
from replay_signals.schemas.kept import Holds
from replay_signals.schemas.problem_rows import RANKED_KEYS, RANKED_TABLES
from replay_signals.schemas.snapshot_rows import SnapshotRow

SCHEMA_VERSION = 1


class MessageDigestRow(Struct, frozen=True, kw_only=True):
    """One message's digest: everything the judge needs, none of the payload."""

    day: Annotated[date, doc("UTC day of the message's first event; partition")]
    team: Team
    session_id: SessionId
    window_id: WindowId
    message_id: Annotated[str, doc("Content hash of the message; identical messages have the same id"), Holds.OWN_WORD]
    distinct_id: Annotated[str, doc("Distinct id the message carried"), Holds.PERSON_ID]
    received_at: Annotated[datetime | None, doc("Broker or arrival time")]
    sent_at: Annotated[datetime | None, doc("Client time when the request was sent")]
    first_event_at: Annotated[datetime, doc("Earliest event of the message, client clock")]
    last_event_at: Annotated[datetime, doc("Latest event of the message, client clock")]
    event_count: Annotated[int, doc("rrweb events in the message, rejected ones left out")]
    rejected_event_count: Annotated[int, doc("rrweb events in the message that were not understood")]
    size_bytes: Annotated[int, doc("Bytes of the rrweb events as JSON")]
    snapshot_source: Annotated[str, doc("web or mobile"), Holds.PROGRAM_WORD]
    snapshot_library: Annotated[str | None, doc("Recorder library"), Holds.PROGRAM_WORD]
    digest_version: Annotated[int, doc("Version of the digest's encoding")]
    digest: Annotated[bytes, doc("Encoded records, see transforms/digest"), Holds.DIGEST]
    revision: FactRevision = 1
    removed: RemovedText = {}
    privacy_version: PrivacyVersion = ""
    flushed_at: Annotated[
        datetime | None, doc("Client time when the recorder emptied its buffer into the first part of the message")
    ] = None


class SignalRow(Struct, frozen=True, kw_only=True):
    """One revision of a signal."""

    day: Day
    team: Team
    signal_id: Annotated[str, doc("Deterministic: team, session, kind, window, place and time"), Holds.OWN_WORD]
    revision: Revision
    status: Annotated[str, doc("new, revised or retracted"), Holds.OWN_WORD]
    session_id: SessionId
    window_id: WindowId
    distinct_id: Annotated[str, doc("Distinct id of the session"), Holds.PERSON_ID]
    person_id: Annotated[str | None, doc("Person of the joined analytics events"), Holds.PERSON_ID]
    kind: Annotated[str, doc("Signal kind, DESIGN section 5"), Holds.OWN_WORD]
    started_at: Annotated[datetime, doc("First moment of the evidence, client clock")]
    ended_at: Annotated[datetime, doc("Last moment of the evidence, client clock")]
    page: PageUrl
    page_pattern: PagePattern
    element: Annotated[str, doc('Short readable name of the element: button#pay "Pay now"'), Holds.ELEMENT]
    element_key: Annotated[
        str, doc("What survives a redeploy: test id, id, role and name, else structure"), Holds.ELEMENT
    ]
    x_px: Annotated[float | None, doc("Place in the viewport, CSS pixels")]
    y_px: Annotated[float | None, doc("Place in the viewport, CSS pixels")]
    verdict: Annotated[str, doc("dead, slow, alive or unknown for clicks; found for other kinds"), Holds.OWN_WORD]
    confidence: Annotated[float, doc("0 to 1: share of such signals expected to be right")]
    severity: Annotated[float, doc("0 to 100, sum of the components, capped")]
    components: Annotated[dict[str, float], doc("Named parts of the severity"), Holds.OWN_WORD]
    summary: Annotated[str, doc("What happened in one sentence"), Holds.SENTENCE]
    evidence: Annotated[str, doc("JSON object: what was seen or missed, with offsets in ms"), Holds.EVIDENCE]
    click_count: Annotated[int, doc("Clicks that belong to the signal; 0 for other kinds")]
    reaction_ms: Annotated[float | None, doc("Time from the click to its reaction")]
    offset_ms: Annotated[int, doc("Start of the evidence from the start of the recording, to seek a player")]
    flags: Annotated[dict[str, str], doc("Feature flags and variants of the session"), Holds.FLAGS]
    rules_version: RulesVersion
    incident_id: Annotated[str, doc("Trouble it belongs to: same visitor, control and moment"), Holds.OWN_WORD] = ""
    is_leading: Annotated[bool, doc("It is the signal of its incident that explains most")] = False
    failure: Annotated[
        str,
        doc(
            "How it failed: silence, blocked, slow, exception, request, form, page, slow_page, slow_route, reading or "
            "exit"
        ),
        Holds.OWN_WORD,
    ] = ""
    cause: Annotated[str, doc("What to mend in a few words; the same for the same cause"), Holds.SENTENCE] = ""
    problem_id: Annotated[str, doc("Problem it belongs to: hash of team and cause, 16 hex digits"), Holds.OWN_WORD] = ""
    place: Place = ""
    request_route: Annotated[
        str, doc("Failed or slow request: POST /api/cart/:id 5xx, GET /api/find slow; else empty"), Holds.ADDRESS
    ] = ""
    exception_fingerprint: Annotated[
        str, doc("Fingerprint of the exception; empty for other failures"), Holds.OWN_WORD
    ] = ""
    priors_version: PriorsVersion = ""


class InteractionRow(Struct, frozen=True, kw_only=True):
    """One click or tap with its verdict; page coordinates for heatmaps."""

    day: Day
    team: Team
    session_id: SessionId
    window_id: WindowId
    revision: Revision
    interaction_id: Annotated[str, doc("Deterministic: session, window, time and node"), Holds.OWN_WORD]
    occurred_at: Annotated[datetime, doc("Time of the click, client clock")]
    kind: Annotated[str, doc("click or tap"), Holds.OWN_WORD]
    page: PageUrl
    page_pattern: PagePattern
    element: Annotated[str, doc("Short readable name of the element"), Holds.ELEMENT]
    element_key: Annotated[str, doc("What survives a redeploy"), Holds.ELEMENT]
    element_tag: Annotated[str, doc("Tag name of the control, empty when unknown"), Holds.ELEMENT]
    x_px: Annotated[float | None, doc("Viewport x, CSS pixels")]
    y_px: Annotated[float | None, doc("Viewport y, CSS pixels")]
    page_x_px: Annotated[float | None, doc("x on the page, scroll added")]
    page_y_px: Annotated[float | None, doc("y on the page, scroll added")]
    viewport_width_px: Annotated[int | None, doc("Viewport width at the time")]
    viewport_height_px: Annotated[int | None, doc("Viewport height at the time")]
    verdict: Annotated[str, doc("alive, slow, dead or unknown"), Holds.OWN_WORD]
    confidence: Annotated[float, doc("0 to 1, of the verdict")]
    reaction: Annotated[
        str, doc("What answered: navigation, mutation, input, scroll, request …; empty when nothing"), Holds.OWN_WORD
    ]
    reaction_ms: Annotated[float | None, doc("Time from the click to its reaction")]
    reason: Annotated[str, doc("Why the verdict is what it is, one phrase"), Holds.OWN_WORD]
    rules_version: RulesVersion
    place: Place = ""
    verdict_alone: Annotated[
        str, doc("The verdict by this session alone, where priors made it another; else empty"), Holds.OWN_WORD
    ] = ""
    priors_version: PriorsVersion = ""


class EventRow(Struct, frozen=True, kw_only=True):
    """One analytics event, as joined."""

    day: Annotated[date, doc("UTC day of the event; partition")]
    team: Team
    uuid: Annotated[str, doc("Id of the event"), Holds.RANDOM_ID]
    event: Annotated[str, doc("Event name"), Holds.PROGRAM_WORD]
    distinct_id: Annotated[str, doc("Distinct id of the event"), Holds.PERSON_ID]
    person_id: Annotated[str | None, doc("Person id, when the input carries it"), Holds.PERSON_ID]
    occurred_at: Annotated[datetime, doc("Client clock")]
    session_id: Annotated[str, doc("$session_id; empty when the event has none"), Holds.RANDOM_ID]
    window_id: Annotated[str, doc("$window_id; empty when the event has none"), Holds.RANDOM_ID]
    page: PageUrl
    elements_chain: Annotated[str | None, doc("Autocapture's elements chain"), Holds.CHAIN]
    properties: Annotated[str, doc("JSON object of the event's properties"), Holds.PROPERTIES]
    person_properties: Annotated[str, doc("JSON object of the person's properties"), Holds.PERSON_PROPERTIES]
    revision: FactRevision = 1
    removed: RemovedText = {}
    privacy_version: PrivacyVersion = ""


class DeadLetterRow(Struct, frozen=True, kw_only=True):
    """One rejected input with its reason and source position."""

    day: Annotated[date, doc("UTC day of arrival, 1970-01-01 when unknown; partition")]
    dead_letter_id: Annotated[str, doc("Deterministic: source, position, reason and payload"), Holds.OWN_WORD]
    source: Annotated[str, doc("File or topic"), Holds.SOURCE]
    partition: Annotated[int, doc("Kafka partition; 0 for files")]
    offset: Annotated[int, doc("Kafka offset, or record number in the file from 0")]
    reason: Annotated[str, doc("Named reason"), Holds.OWN_WORD]
    detail: Annotated[str, doc("What was wrong, in words"), Holds.PROGRAM_LINE]
    team: Team
    session_id: Annotated[str, doc("Session id when it could be read; else empty"), Holds.RANDOM_ID]
    received_at: Annotated[datetime | None, doc("Broker or arrival time")]
    payload: Annotated[bytes, doc("The form of what was rejected, without its text"), Holds.REJECTED]
    removed: RemovedText = {}
    privacy_version: PrivacyVersion = ""


class SessionRow(Struct, frozen=True, kw_only=True):
    """One revision of a session: features, verdict, severity, person and flags.

    Counters keep the definitions of PostHog's session_replay_events and feature recorder, computed over the whole
    session in event-time order and per window instead of per 10 s batch (docs/features.md lists the differences).
    """

    day: Day
    team: Team
    session_id: SessionId
    revision: Revision
    distinct_id: Annotated[str, doc("Distinct id of the latest identified message or event"), Holds.PERSON_ID]
    person_id: Annotated[str | None, doc("Person of the joined analytics events"), Holds.PERSON_ID]
    person_properties: Annotated[
        str, doc("JSON object: person properties as of the last event"), Holds.PERSON_PROPERTIES
    ]
    flags: Annotated[dict[str, str], doc("Feature flags and variants"), Holds.FLAGS]
    identified: Annotated[bool, doc("An $identify event was joined")]
    started_at: Annotated[datetime, doc("First event, client clock")]
    ended_at: Annotated[datetime, doc("Last event, client clock")]
    first_received_at: Annotated[datetime | None, doc("Broker time of the first message")]
    last_received_at: Annotated[datetime | None, doc("Broker time of the last message")]
    first_url: Annotated[str, doc("First page"), Holds.ADDRESS]
    last_url: Annotated[str, doc("Last page"), Holds.ADDRESS]
    urls: Annotated[list[str], doc("Distinct pages in order of first visit, at most 100"), Holds.ADDRESS]
    snapshot_source: Annotated[str, doc("web or mobile"), Holds.PROGRAM_WORD]
    snapshot_library: Annotated[str | None, doc("Recorder library of the first message"), Holds.PROGRAM_WORD]
    severity: Annotated[float, doc("0 to 100: how bad the session was for this visitor")]
    components: Annotated[dict[str, float], doc("Named parts of the severity"), Holds.OWN_WORD]
    signal_count: Annotated[int, doc("Signals found")]
    signal_kinds: Annotated[dict[str, int], doc("Signals by kind"), Holds.OWN_WORD]
    exception_count: Annotated[int, doc("$exception events joined")]
    event_row_count: Annotated[int, doc("Analytics events joined")]
    witness: Annotated[
        str,
        doc("What the recording can show: full, partial (gaps or lost snapshot), none (no mutations)"),
        Holds.OWN_WORD,
    ]
    truncated: Annotated[bool, doc("A documented cap cut something")]
    duration_ms: Annotated[int, doc("Time from the first to the last event")]
    active_ms: Annotated[
        int, doc("Time with activity: segments of user events with gaps under 5 s (PostHog's segmentation)")
    ]
    event_count: Annotated[int, doc("rrweb events")]
    message_count: Annotated[int, doc("Distinct messages")]
    size_bytes: Annotated[int, doc("Bytes of the rrweb events as JSON")]
    window_count: Annotated[int, doc("Windows (tabs)")]
    click_count: Annotated[int, doc("Clicks, double clicks, context menus and touch ends (PostHog's click_count)")]
    keypress_count: Annotated[int, doc("Input events (PostHog's keypress_count)")]
    mouse_activity_count: Annotated[int, doc("Mouse move, mouse interaction and touch move events")]
    console_log_count: Annotated[int, doc("Console lines of info level")]
    console_warn_count: Annotated[int, doc("Console lines of warn level")]
    console_error_count: Annotated[int, doc("Console lines of error level")]
    mouse_position_count: Annotated[int, doc("Recorded mouse positions")]
    mouse_sum_x: Annotated[float, doc("Sum of x over positions")]
    mouse_sum_x_squared: Annotated[float, doc("Sum of squared x over positions")]
    mouse_sum_y: Annotated[float, doc("Sum of y over positions")]
    mouse_sum_y_squared: Annotated[float, doc("Sum of squared y over positions")]
    mouse_distance_px: Annotated[
        float, doc("Distance between consecutive positions of a window (PostHog: mouse_distance_traveled)")
    ]
    mouse_direction_change_count: Annotated[int, doc("Consecutive movement vectors with a negative dot product")]
    mouse_velocity_sum: Annotated[float, doc("Sum of px per ms")]
    mouse_velocity_sum_of_squares: Annotated[float, doc("Sum of squared px per ms")]
    mouse_velocity_count: Annotated[int, doc("Velocities summed")]
    scroll_event_count: Annotated[int, doc("Scroll events")]
    max_scroll_y_px: Annotated[float, doc("Largest scroll offset")]
    total_scroll_px: Annotated[float, doc("Sum of scroll distances of the same target")]
    scroll_to_top_count: Annotated[int, doc("Returns to the top")]
    scroll_direction_reversal_count: Annotated[int, doc("Changes of scroll direction")]
    rapid_scroll_reversal_count: Annotated[int, doc("Changes of scroll direction within 500 ms")]
    raw_rage_click_count: Annotated[
        int, doc("PostHog's rage_click_count: clicks that are third or later within 1 s and 30 px of the one before")
    ]
    raw_dead_click_count: Annotated[
        int, doc("PostHog's dead_click_count: lone clicks without a URL change before the next")
    ]
    backspace_count: Annotated[int, doc("Characters by which inputs became shorter")]
    form_field_count: Annotated[int, doc("Distinct inputs typed in")]
    click_target_count: Annotated[int, doc("Distinct nodes clicked")]
    inter_action_gap_count: Annotated[int, doc("Gaps between consecutive clicks or key presses")]
    inter_action_gap_sum_ms: Annotated[float, doc("Their sum")]
    inter_action_gap_sum_of_squares_ms: Annotated[float, doc("Sum of their squares")]
    max_idle_gap_ms: Annotated[float, doc("Longest of them")]
    long_idle_gap_count: Annotated[int, doc("Gaps over 30 s")]
    page_visit_count: Annotated[int, doc("Page URLs seen, repeats counted")]
    unique_page_count: Annotated[int, doc("Distinct page URLs")]
    raw_quick_back_count: Annotated[int, doc("PostHog's quick_back_count: URL changes within 2 s of the one before")]
    console_error_after_click_count: Annotated[int, doc("Console errors within 5 s of a click or key press")]
    network_request_count: Annotated[int, doc("Requests")]
    network_4xx_count: Annotated[int, doc("Responses 400 to 499")]
    network_5xx_count: Annotated[int, doc("Responses 500 to 599")]
    network_failed_request_count: Annotated[int, doc("Responses 400 and above")]
    network_request_duration_sum_ms: Annotated[float, doc("Sum of durations above 0")]
    network_request_duration_sum_of_squares: Annotated[float, doc("Sum of squared durations")]
    network_request_duration_count: Annotated[int, doc("Durations summed")]
    mutation_count: Annotated[int, doc("Mutation events")]
    viewport_resize_count: Annotated[int, doc("Viewport resizes")]
    touch_event_count: Annotated[int, doc("Touch moves, starts and ends")]
    text_selection_count: Annotated[int, doc("Selection events")]
    selection_copy_count: Annotated[int, doc("Input events within 2 s of a selection")]
    rules_version: RulesVersion
    release: Annotated[
        str, doc("Release of the page or app as the last event tells it; empty when unknown"), Holds.PROPERTIES
    ] = ""
    browser: Annotated[str, doc("Browser of the events; empty when unknown"), Holds.PROPERTIES] = ""
    browser_version: Annotated[str, doc("Its version; empty when unknown"), Holds.PROPERTIES] = ""
    os: Annotated[str, doc("Operating system of the events; empty when unknown"), Holds.PROPERTIES] = ""
    os_version: Annotated[str, doc("Its version; empty when unknown"), Holds.PROPERTIES] = ""
    device_type: Annotated[str, doc("Desktop, Mobile or Tablet; empty when unknown"), Holds.PROPERTIES] = ""
    country: Annotated[str, doc("ISO 3166 code of the events; empty when unknown"), Holds.PROPERTIES] = ""
    library_version: Annotated[
        str, doc("Version of the SDK that sent the events; empty when unknown"), Holds.PROPERTIES
    ] = ""
    host: Annotated[str, doc("Host of the first page; id of the app on mobile"), Holds.ADDRESS] = ""
    traffic: Annotated[
        str, doc("visitor, bot, internal or test; empty in rows from before the column"), Holds.OWN_WORD
    ] = ""
    judgeable: Annotated[
        str,
        doc("ok, or why the recording cannot be judged: no_snapshot, no_mutations, broken_clock, canvas"),
        Holds.OWN_WORD,
    ] = ""
    priors_version: PriorsVersion = ""


class SessionVerdict(Struct, frozen=True, kw_only=True):
    """All rows of one judged session (revision 1, status new: the sink sets both against what is stored)."""

    session: SessionRow
    signals: list[SignalRow]
    interactions: list[InteractionRow]
    console_logs: list[ConsoleLogRow]
    network_requests: list[NetworkRequestRow]
    page_views: list[PageViewRow] = []
    exceptions: list[ExceptionRow] = []


TABLES: dict[str, type[Struct]] = {
    "message_digests": MessageDigestRow,
    "sessions": SessionRow,
    "signals": SignalRow,
    "interactions": InteractionRow,
    "console_logs": ConsoleLogRow,
    "network_requests": NetworkRequestRow,
    "page_views": PageViewRow,
    "exceptions": ExceptionRow,
    "events": EventRow,
    "dead_letters": DeadLetterRow,
    **RANKED_TABLES,
    "snapshots": SnapshotRow,
}
"""Tables of namespace `replay` by name."""

FED_TABLES: tuple[str, ...] = tuple(name for name in TABLES if name not in (*RANKED_TABLES, "snapshots"))
"""Tables that backfill, `rejudge` and stream write from what they read."""

ROW_KEYS: dict[str, tuple[str, ...]] = {
    "message_digests": ("team", "session_id", "message_id"),
    "sessions": ("team", "session_id"),
    "signals": ("team", "session_id", "signal_id"),
    "interactions": ("team", "session_id", "interaction_id"),
    "console_logs": ("team", "session_id", "log_id"),
    "network_requests": ("team", "session_id", "request_id"),
    "page_views": ("team", "session_id", "page_view_id"),
    "exceptions": ("team", "session_id", "exception_id"),
    "events": ("team", "uuid"),
    "dead_letters": ("dead_letter_id",),
    **RANKED_KEYS,
    "snapshots": ("team", "session_id", "message_id"),
}
"""What identifies a row; with `revision` where the table has one."""
