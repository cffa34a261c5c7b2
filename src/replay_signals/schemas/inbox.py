"""The inbox record: everything about one signal or problem that somebody needs who starts to fix it.

The structs are the single source; `AVRO_SCHEMA` is derived from them. Evolution follows Avro's resolution rules: new
fields go to the end and have a default, none is renamed or retyped. Documentation of a field is its `description`.
"""

from __future__ import annotations

import types
from datetime import datetime
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from replay_signals.schemas.kept import Holds

NAMESPACE = "replay_signals"

RecordType = Literal["signal", "problem", "table_fault"]
Status = Literal[
    "new", "revised", "retracted", "resolved", "reopened", "merged", "confirmed", "dismissed", "snoozed", "fix_claimed"
]
ProblemType = Literal["confusion", "abandonment", "blocking_exception", "non_blocking_exception", "failure"]


def doc(text: str) -> Meta:
    """Field documentation."""
    return Meta(description=text)


class Where(Struct, frozen=True, kw_only=True):
    """The place: page and element."""

    page: Annotated[str, doc("URL of the page"), Holds.ADDRESS]
    page_pattern: Annotated[str, doc("URL path with ids replaced: /orders/:id"), Holds.ADDRESS]
    element: Annotated[
        str, doc('Short readable name of the element: button#pay "Pay now"; empty when there is none'), Holds.ELEMENT
    ]
    element_key: Annotated[
        str, doc("What survives a redeploy: test id, id, role and name, else structure"), Holds.ELEMENT
    ]
    x_px: Annotated[float | None, doc("Place in the viewport, CSS pixels")] = None
    y_px: Annotated[float | None, doc("Place in the viewport, CSS pixels")] = None
    place: Annotated[
        str, doc("Page pattern, or `layout` for a control in a shared header, menu or footer"), Holds.ADDRESS
    ] = ""


class Who(Struct, frozen=True, kw_only=True):
    """The visitor: ids only, never properties."""

    session_id: Annotated[str, doc("Session id of the recorder"), Holds.RANDOM_ID]
    window_id: Annotated[str, doc("Window (tab) id of the recorder"), Holds.RANDOM_ID]
    distinct_id: Annotated[str, doc("Distinct id of the session; empty when unknown"), Holds.PERSON_ID]
    person_id: Annotated[str | None, doc("Person of the joined analytics events"), Holds.PERSON_ID] = None


class Recording(Struct, frozen=True, kw_only=True):
    """The recording that holds the evidence."""

    started_at: Annotated[datetime, doc("First event of the session, client clock")]
    ended_at: Annotated[datetime, doc("Last event of the session, client clock")]
    active_ms: Annotated[int, doc("Time with activity")]


class Impact(Struct, frozen=True, kw_only=True):
    """How far it reaches; of a problem over all its sessions."""

    sessions: Annotated[int, doc("Sessions affected")]
    users: Annotated[int, doc("Distinct visitors affected")]
    exposed_sessions: Annotated[int | None, doc("Sessions that saw the page")] = None


class Said(Struct, frozen=True, kw_only=True):
    """The last verdict of people on a problem."""

    verdict: Annotated[str, doc("confirmed, dismissed, snoozed or fixed"), Holds.OWN_WORD]
    reason: Annotated[str, doc("Why, in their words"), Holds.NOTE]
    by: Annotated[str, doc("Who gave it, as they named themselves"), Holds.OPERATOR]
    at: Annotated[datetime, doc("When they gave it")]
    until: Annotated[str, doc("snoozed: the first counted day on which it is open again"), Holds.OWN_WORD]
    holds: Annotated[bool, doc("Nobody is told of the problem as long as it holds; never of confirmed ones")]


class Fix(Struct, frozen=True, kw_only=True):
    """Whether those who could meet a problem still do, after something went out that may have mended it."""

    verdict: Annotated[str, doc("fixed, not_fixed or too_few (to say)"), Holds.OWN_WORD]
    gone_out: Annotated[str, doc("release=2.4.0, or fix for one without a release"), Holds.FLAGS]
    on: Annotated[str, doc("Day it went out; empty when it was not seen yet"), Holds.OWN_WORD]
    affected: Annotated[int, doc("Sessions affected on the days after it")]
    exposed: Annotated[int, doc("Sessions that could have met it then")]
    effect: Annotated[float | None, doc("Share affected then less the share before; null: nobody could meet it")]
    effect_low: Annotated[float | None, doc("Lower end of its 95 % interval")]
    effect_high: Annotated[float | None, doc("Upper end of its 95 % interval")]


class Problem(Struct, frozen=True, kw_only=True):
    """What many sessions say of one cause; the rest of its record shows the best example."""

    state: Annotated[str, doc("new, ongoing, regressed, resolved, merged or retracted"), Holds.OWN_WORD]
    places: Annotated[list[str], doc("Page patterns it happens on, the most affected first"), Holds.ADDRESS]
    affected_share: Annotated[float | None, doc("Affected among those who could have met it, 0 to 1")]
    comparison: Annotated[str, doc("Behind the effect: used, before_after, reached or none"), Holds.OWN_WORD]
    comparison_reason: Annotated[str, doc("Why this comparison, or why none is fair"), Holds.OWN_WORD]
    outcome: Annotated[str, doc("What counts as success"), Holds.PROGRAM_WORD]
    effect: Annotated[float | None, doc("Change of the outcome's share by the problem; null: too few to say")]
    effect_low: Annotated[float | None, doc("Lower end of its 95 % interval")]
    effect_high: Annotated[float | None, doc("Upper end of its 95 % interval")]
    users_per_day: Annotated[float, doc("Visitors affected a day")]
    time_lost_ms: Annotated[int, doc("Time that affected visitors spent on it")]
    value_lost: Annotated[float, doc("Outcomes lost times their value; 0 when not known")]
    trend: Annotated[list[float], doc("Share affected by day, oldest first; -1: nobody could have met it")]
    first_seen: Annotated[datetime, doc("First incident")]
    last_seen: Annotated[datetime, doc("Last incident")]
    onset: Annotated[
        str, doc("Day the share changed, with its interval: 2026-11-24 (2026-11-23 to 2026-11-24)"), Holds.OWN_WORD
    ]
    started_with: Annotated[str, doc("Release or flag variant it came with; empty when unknown"), Holds.FLAGS]
    lifts: Annotated[str, doc("JSON list: attributes whose visitors meet it more or less often"), Holds.FLAGS]
    priority: Annotated[str, doc("P0 to P4"), Holds.OWN_WORD]
    examples: Annotated[list[str], doc("Best example sessions: session_id@offset_ms"), Holds.RANDOM_ID]
    aliases: Annotated[list[str], doc("Problems merged into this one"), Holds.OWN_WORD]
    merged_into: Annotated[
        str, doc("Problem that this one is part of; empty when it stands for itself"), Holds.OWN_WORD
    ]
    next_step: Annotated[str, doc("What to do about it first"), Holds.SENTENCE]
    said: Annotated[Said | None, doc("What people said of it; null: nothing")] = None
    fix: Annotated[Fix | None, doc("What a release or a fix did to it; null: nothing went out")] = None


class TableFault(Struct, frozen=True, kw_only=True):
    """Stored rows that do not hold what their table promises: for whoever runs this program, never about a visitor."""

    table: Annotated[str, doc("Table whose rows they are; empty for the columns of several"), Holds.OWN_WORD]
    suite: Annotated[str, doc("Suite of expectations that looked"), Holds.OWN_WORD]
    expectation: Annotated[str, doc("Type of the expectation, as Great Expectations names it"), Holds.OWN_WORD]
    what: Annotated[str, doc("What is wrong with the rows"), Holds.OWN_WORD]
    unexpected: Annotated[int, doc("Rows that were not as expected when it was found")]
    looked_at: Annotated[int, doc("Rows that were looked at then")]
    examples: Annotated[list[str], doc("Keys of some of the rows, no other value of them"), Holds.RANDOM_ID]
    days: Annotated[list[str], doc("Partitions to look at, first and last"), Holds.OWN_WORD]
    snapshots: Annotated[list[str], doc("Snapshots of the table that brought them, first and last"), Holds.OWN_WORD]
    report: Annotated[str, doc("HTML report with examples, beside the tables"), Holds.OWN_WORD]
    next_step: Annotated[str, doc("What to do about it first"), Holds.OWN_WORD]


class InboxRecord(Struct, frozen=True, kw_only=True):
    """One revision of a signal, a problem or a fault of a table. Key: `id`; the highest `revision` counts."""

    id: Annotated[str, doc("Key: id of the signal, problem or fault of a table, deterministic"), Holds.OWN_WORD]
    record_type: Annotated[
        RecordType,
        doc(
            "signal: one visitor met it; problem: one cause over many sessions; table_fault: stored rows are not as "
            "their table promises"
        ),
        Holds.OWN_WORD,
    ]
    revision: Annotated[int, doc("1 for the first result, counts up when late data or new rules change it")]
    status: Annotated[
        Status,
        doc(
            "new, revised, or retracted: later evidence says that it was none; of problems and faults of tables also "
            "resolved and reopened; of problems merged into another, and what people said: confirmed, dismissed, "
            "snoozed, fix_claimed"
        ),
        Holds.OWN_WORD,
    ]
    team: Annotated[str, doc("Project token; empty when the input names none"), Holds.PROJECT]
    kind: Annotated[str, doc("Signal kind: dead_click, rage_click …"), Holds.OWN_WORD]
    problem_type: Annotated[ProblemType, doc("PostHog's class of the problem"), Holds.OWN_WORD]
    title: Annotated[str, doc("Kind, element and page in a few words; the same for the same cause"), Holds.SENTENCE]
    summary: Annotated[str, doc("What happened in one sentence"), Holds.SENTENCE]
    where: Where
    who: Who
    started_at: Annotated[datetime, doc("First moment of the evidence, client clock")]
    ended_at: Annotated[datetime, doc("Last moment of the evidence, client clock")]
    offset_ms: Annotated[int, doc("Start of the evidence from the start of the recording, to seek a player")]
    verdict: Annotated[str, doc("dead, slow, alive or unknown for clicks; found for other kinds"), Holds.OWN_WORD]
    confidence: Annotated[float, doc("0 to 1: share of such signals expected to be right")]
    severity: Annotated[float, doc("0 to 100, sum of the components, capped")]
    components: Annotated[dict[str, float], doc("Named parts of the severity"), Holds.OWN_WORD]
    weight: Annotated[float, doc("0 to 1 for PostHog's grouping; 1 is reserved for a visitor blocked completely")]
    click_count: Annotated[int, doc("Clicks that belong to the signal; 0 for other kinds")]
    evidence: Annotated[str, doc("JSON object: what was seen or missed, with offsets in ms"), Holds.EVIDENCE]
    flags: Annotated[dict[str, str], doc("Feature flags and variants of the session"), Holds.FLAGS]
    rules_version: Annotated[str, doc("Version of the code and rules that judged"), Holds.OWN_WORD]
    produced_at: Annotated[datetime, doc("When this record was made, clock of the machine that made it")]
    reaction_ms: Annotated[float | None, doc("Time from the click to its reaction")] = None
    recording: Annotated[Recording | None, doc("Span of the recording, when it is known")] = None
    impact: Annotated[Impact | None, doc("Reach; null on a signal, which is one visitor's")] = None
    incident_id: Annotated[
        str, doc("Trouble a signal belongs to: same visitor, control and moment"), Holds.OWN_WORD
    ] = ""
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
    problem_id: Annotated[
        str, doc("Problem a signal belongs to: hash of team and cause, 16 hex digits"), Holds.OWN_WORD
    ] = ""
    request_route: Annotated[
        str, doc("Failed or slow request: POST /api/cart/:id 5xx, GET /api/find slow; else empty"), Holds.ADDRESS
    ] = ""
    exception_fingerprint: Annotated[
        str, doc("Fingerprint of the exception; empty for other failures"), Holds.OWN_WORD
    ] = ""
    problem: Annotated[Problem | None, doc("What many sessions say; null on a signal, which is one visitor's")] = None
    brief: Annotated[
        str,
        doc(
            "Of an open problem, for whoever mends it: whom it hits, the steps to it, evidence, what is ruled out and "
            "left to ask, as Markdown; recorded text stands in quotations only. Empty on a signal"
        ),
        Holds.BRIEF,
    ] = ""
    still_url: Annotated[
        str,
        doc("Where the picture of a problem is published (`playback.still_url`), empty for nowhere and on a signal"),
        Holds.PROJECT,
    ] = ""
    fault: Annotated[
        TableFault | None, doc("What stored rows do not hold; null on a signal or problem, which is about visitors")
    ] = None


_PRIMITIVES: dict[object, object] = {
    str: "string",
    int: "long",
    float: "double",
    bool: "boolean",
    bytes: "bytes",
    datetime: {"type": "long", "logicalType": "timestamp-micros"},
}


def avro_schema(record: type[Struct]) -> dict[str, object]:
    """Avro record schema of a struct; raises TypeError for a field type that Avro lacks."""
    hints = get_type_hints(record, include_extras=True)
    return {
        "type": "record",
        "name": f"{NAMESPACE}.{record.__name__}",
        "doc": (record.__doc__ or "").strip(),
        "fields": [_field(field, hints[field.name]) for field in msgspec.structs.fields(record)],
    }


def _field(field: msgspec.structs.FieldInfo, hint: object) -> dict[str, object]:
    kind, text = hint, ""
    if get_origin(hint) is Annotated:
        kind, meta = get_args(hint)[:2]
        text = meta.description
    out: dict[str, object] = {"name": field.name, "type": _avro_type(kind)}
    if text:
        out["doc"] = text
    if field.default is not msgspec.NODEFAULT:
        out["default"] = field.default
    return out


def _avro_type(kind: object) -> object:
    if kind in _PRIMITIVES:
        return _PRIMITIVES[kind]
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:  # strings, so that a new status or record type does not break old readers
        return "string"
    if origin in (Union, types.UnionType):
        return ["null", *(_avro_type(arg) for arg in args if arg is not type(None))]
    if origin is list:
        return {"type": "array", "items": _avro_type(args[0])}
    if origin is dict:
        return {"type": "map", "values": _avro_type(args[1])}
    if isinstance(kind, type) and issubclass(kind, Struct):
        return avro_schema(kind)
    raise TypeError(f"no Avro type for {kind}")


AVRO_SCHEMA = avro_schema(InboxRecord)
