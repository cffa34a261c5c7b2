"""Rows of the tables of facts: what was seen in a recording and the events, one row a key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from replay_signals.schemas.columns import (
    Day,
    FactRevision,
    PagePattern,
    PageUrl,
    Revision,
    RulesVersion,
    SessionId,
    Team,
    WindowId,
    doc,
)
from replay_signals.schemas.kept import Holds


class ConsoleLogRow(Struct, frozen=True, kw_only=True):
    """One console line of the recording."""

    day: Day
    team: Team
    session_id: SessionId
    window_id: WindowId
    log_id: Annotated[str, doc("Deterministic: session, window, time and content"), Holds.OWN_WORD]
    occurred_at: Annotated[datetime, doc("Client clock")]
    level: Annotated[str, doc("info, warn or error (PostHog's mapping)"), Holds.OWN_WORD]
    message: Annotated[str, doc("Message, cut to a bounded length"), Holds.PROGRAM_LINE]
    source: Annotated[str, doc("First stack line; empty when there is none"), Holds.PROGRAM_LINE]
    page: PageUrl
    revision: FactRevision = 1


class NetworkRequestRow(Struct, frozen=True, kw_only=True):
    """One request the recorder saw."""

    day: Day
    team: Team
    session_id: SessionId
    window_id: WindowId
    request_id: Annotated[str, doc("Deterministic: session, window, start and URL"), Holds.OWN_WORD]
    started_at: Annotated[datetime, doc("Start of the request, client clock")]
    duration_ms: Annotated[float, doc("Duration")]
    method: Annotated[str, doc("HTTP method; empty when the recorder did not see it"), Holds.PROGRAM_WORD]
    url: Annotated[str, doc("URL without query values and user info"), Holds.ADDRESS]
    status: Annotated[int | None, doc("HTTP status; null when unknown")]
    initiator: Annotated[str, doc("fetch, xmlhttprequest, navigation, img …"), Holds.PROGRAM_WORD]
    page: PageUrl
    revision: FactRevision = 1
    route: Annotated[str, doc("Method and path pattern, for grouping: POST /api/cart/:id"), Holds.ADDRESS] = ""
    status_class: Annotated[str, doc("2xx, 3xx, 4xx, 5xx; empty when the status is unknown"), Holds.OWN_WORD] = ""


class PageViewRow(Struct, frozen=True, kw_only=True):
    """One visit of a page: a document, a route of a single-page app, a return from the page cache, or a screen."""

    day: Day
    team: Team
    session_id: SessionId
    window_id: WindowId
    page_view_id: Annotated[str, doc("Deterministic: session, window and start"), Holds.OWN_WORD]
    started_at: Annotated[datetime, doc("When the page was opened, client clock")]
    ended_at: Annotated[datetime, doc("When it was left, or its last event, client clock")]
    page: PageUrl
    page_pattern: PagePattern
    referrer: Annotated[str, doc("Page before this one in the session, else what the browser says"), Holds.ADDRESS]
    referrer_pattern: Annotated[str, doc("Pattern of the referrer; its host when it is another site"), Holds.ADDRESS]
    next_page_pattern: Annotated[
        str, doc("Pattern of the next page of the same window; empty for the last"), Holds.ADDRESS
    ]
    active_ms: Annotated[int, doc("Time with activity on this page, as in sessions")]
    duration_ms: Annotated[int, doc("Time from start to end")]
    max_scroll_px: Annotated[int, doc("Largest scroll offset of the document, CSS pixels")]
    page_height_px: Annotated[int | None, doc("Height of the document where the recording tells it, CSS pixels")]
    load_ms: Annotated[
        float | None, doc("Time until the document had loaded; null where nothing tells, and for routes within one")
    ]
    status: Annotated[int | None, doc("HTTP status of the document; null when unknown, and for routes within one")]
    is_entry: Annotated[bool, doc("First page of the session")]
    is_exit: Annotated[bool, doc("Last page of the session")]
    rules_version: RulesVersion
    revision: Revision
    ttfb_ms: Annotated[float | None, doc("Time to first byte of its document; null where nothing tells")] = None
    fcp_ms: Annotated[float | None, doc("First contentful paint; null where nothing tells")] = None
    lcp_ms: Annotated[float | None, doc("Largest contentful paint; null where nothing tells")] = None
    inp_ms: Annotated[
        float | None, doc("Interaction to next paint, the slowest answer so far; null where nothing tells")
    ] = None
    cls: Annotated[float | None, doc("Cumulative layout shift, a score from 0; null where nothing tells")] = None
    long_tasks: Annotated[
        int | None, doc("Tasks of 50 ms and more that kept the page from answering; null where no recorder tells")
    ] = None
    long_task_ms: Annotated[float | None, doc("What they took together; null where no recorder tells")] = None


class ExceptionRow(Struct, frozen=True, kw_only=True):
    """One exception, whoever told of it: an analytics event, the console, or both (then the event counts)."""

    day: Day
    team: Team
    session_id: SessionId
    window_id: WindowId
    exception_id: Annotated[str, doc("Deterministic: session, window, time and fingerprint"), Holds.OWN_WORD]
    occurred_at: Annotated[datetime, doc("Client clock")]
    fingerprint: Annotated[
        str, doc("Same for one cause: type and in-app frames, else also the message"), Holds.OWN_WORD
    ]
    type: Annotated[str, doc("TypeError …; empty when unknown"), Holds.PROGRAM_LINE]
    message: Annotated[str, doc("Message, masked and cut to a bounded length"), Holds.PROGRAM_LINE]
    frames: Annotated[
        str, doc("JSON list of in-app frames, innermost first: {file, function, line}"), Holds.PROGRAM_LINE
    ]
    handled: Annotated[bool | None, doc("Whether the page caught it; null when unknown")]
    origin: Annotated[str, doc("event or console"), Holds.OWN_WORD]
    interaction_id: Annotated[str, doc("Click or tap it belongs to; empty when none"), Holds.OWN_WORD]
    issue_id: Annotated[str, doc("Issue in PostHog's Error Tracking, of the event; empty when none"), Holds.PROPERTIES]
    page: PageUrl
    page_pattern: PagePattern
    release: Annotated[
        str, doc("Release of the page or app as its events tell it; empty when unknown"), Holds.PROPERTIES
    ]
    rules_version: RulesVersion
    revision: Revision
