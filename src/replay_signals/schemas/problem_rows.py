"""Rows of the tables that `rank` writes: problems over many sessions, and the daily counts that they are made from.

A *unit* is what a session can meet a problem at: a `page` (reached), a `control` (used) or a `route` (requested). A
session's *time zero* at a unit is its first page view, click or request of it; what came before does not count.

Two more say who used other controls of a place than one: those of `any` control there less those of them who used this
one, too (`of_any`). Both stand in the stratum of the first use of any control.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from replay_signals.schemas.collection_rows import CollectionRow
from replay_signals.schemas.columns import PriorsVersion, RulesVersion, Team, doc
from replay_signals.schemas.kept import Holds
from replay_signals.schemas.prior_rows import PriorRow
from replay_signals.schemas.verdict_rows import VerdictRow

CountedDay = Annotated[date, doc("UTC day the counted sessions started; partition")]
Unit = Annotated[
    str,
    doc("page (sessions that reached it), control (that used it), route (that requested it), any or of_any"),
    Holds.OWN_WORD,
]
UnitPlace = Annotated[
    str, doc("Page pattern, or `layout` for a control that many pages share; empty for routes"), Holds.ADDRESS
]
UnitKey = Annotated[str, doc("Element key of a control, method and path of a route; empty for pages"), Holds.ELEMENT]
StratumPage = Annotated[str, doc("Page pattern at time zero; empty where it is not known"), Holds.ADDRESS]
StratumDevice = Annotated[str, doc("Device type of the sessions; empty when unknown"), Holds.PROGRAM_WORD]
Traffic = Annotated[
    str,
    doc("visitor; bot, internal or test where nobody else was recorded on that platform (the greatest by name of all)"),
    Holds.OWN_WORD,
]
StratumEntry = Annotated[bool, doc("That page was the first one of the session")]
ProblemId = Annotated[str, doc("Hash of team and cause, 16 hex digits; the same in signals"), Holds.OWN_WORD]
Sources = Annotated[
    str, doc("Hash of the data files, rules and statement that the day's counts were made from"), Holds.OWN_WORD
]


class ExposureDayRow(Struct, frozen=True, kw_only=True):
    """How many sessions of one day and stratum met one unit, and how many of them reached their outcome after."""

    day: CountedDay
    team: Team
    unit: Unit
    place: UnitPlace
    unit_key: UnitKey
    page_pattern: StratumPage
    device_type: StratumDevice
    is_entry: StratumEntry
    sessions: Annotated[int, doc("Sessions that met the unit")]
    succeeded: Annotated[int, doc("Of them, sessions with an outcome after time zero and within its horizon")]
    sources: Sources


class ProblemArmRow(Struct, frozen=True, kw_only=True):
    """How many sessions of one day met one problem at one unit, by stratum and by attribute."""

    day: CountedDay
    team: Team
    problem_id: ProblemId
    unit: Unit
    place: UnitPlace
    unit_key: UnitKey
    dimension: Annotated[
        str,
        doc("stratum, or the attribute: flag:KEY, release, browser, os, device_type, country; those over all units"),
        Holds.FLAGS,
    ]
    value: Annotated[str, doc("Value of the attribute; empty for a stratum"), Holds.FLAGS]
    page_pattern: StratumPage
    device_type: StratumDevice
    is_entry: StratumEntry
    affected: Annotated[int, doc("Sessions that met the problem at any time")]
    affected_at_zero: Annotated[int, doc("Sessions that met it at time zero, within the evidence window")]
    succeeded_at_zero: Annotated[int, doc("Of them, sessions with an outcome after it and within its horizon")]
    exposed: Annotated[int, doc("Sessions that met the unit, affected or not")]


class ProblemDayRow(Struct, frozen=True, kw_only=True):
    """One problem on one day: how many it hit, and its best example in words."""

    day: CountedDay
    team: Team
    problem_id: ProblemId
    sessions: Annotated[int, doc("Sessions affected")]
    users: Annotated[int, doc("Distinct visitors affected: person, else distinct id, else session")]
    incidents: Annotated[int, doc("Times it happened")]
    time_lost_ms: Annotated[int, doc("Sum over incidents from their first to their last evidence")]
    severity_sum: Annotated[float, doc("Sum over sessions of the worst severity there")]
    confidence_sum: Annotated[float, doc("Sum over sessions of the highest confidence there")]
    stopped_sessions: Annotated[int, doc("Sessions that were blocked completely there")]
    first_at: Annotated[datetime, doc("First incident")]
    last_at: Annotated[datetime, doc("Last incident")]
    kind: Annotated[str, doc("Signal kind of the best example"), Holds.OWN_WORD]
    failure: Annotated[
        str,
        doc("silence, blocked, slow, exception, request, form, page, slow_page, slow_route, reading or exit"),
        Holds.OWN_WORD,
    ]
    cause: Annotated[str, doc("The cause in words"), Holds.SENTENCE]
    place: Annotated[str, doc("Place of the best example: page pattern or `layout`"), Holds.ADDRESS]
    page_pattern: Annotated[str, doc("Page pattern of the best example"), Holds.ADDRESS]
    element: Annotated[str, doc("Short readable name of its element; empty when there is none"), Holds.ELEMENT]
    element_key: Annotated[str, doc("What survives a redeploy of it"), Holds.ELEMENT]
    request_route: Annotated[
        str, doc("Failing or slow route, with status class or `slow`; empty for other failures"), Holds.ADDRESS
    ]
    summary: Annotated[str, doc("What happened in the best example"), Holds.SENTENCE]
    score: Annotated[float, doc("Severity x confidence of the best example, to choose among days")]
    example_1: Annotated[str, doc("Best example, as session_id@offset_ms"), Holds.RANDOM_ID]
    example_2: Annotated[str, doc("Second, of another session; empty when there is none"), Holds.RANDOM_ID]
    example_3: Annotated[str, doc("Third; empty when there is none"), Holds.RANDOM_ID]
    traffic: Traffic = "visitor"
    priors_version: PriorsVersion = ""


class ProblemRow(Struct, frozen=True, kw_only=True):
    """One problem as of one day: what it is, whom it hurts, how much, since when, and how sure that is."""

    day: Annotated[date, doc("UTC day up to which sessions count; partition")]
    team: Team
    problem_id: ProblemId
    revision: Annotated[int, doc("Counts up over all days when something changed that a reader acts on")]
    status: Annotated[
        str,
        doc(
            "What this revision says: new, revised, resolved, reopened, merged, retracted, or what people said: "
            "confirmed, dismissed, snoozed, fix_claimed"
        ),
        Holds.OWN_WORD,
    ]
    state: Annotated[
        str, doc("new, ongoing, regressed, resolved, merged, or retracted when no signal of it is left"), Holds.OWN_WORD
    ]
    kind: Annotated[str, doc("Problem kind: dead_click_cluster, repeated_form_abandonment …"), Holds.OWN_WORD]
    failure: Annotated[
        str,
        doc("silence, blocked, slow, exception, request, form, page, slow_page, slow_route, reading, exit or capture"),
        Holds.OWN_WORD,
    ]
    cause: Annotated[str, doc("The cause in words"), Holds.SENTENCE]
    title: Annotated[str, doc("Kind, element and place in a few words; the same for the same cause"), Holds.SENTENCE]
    summary: Annotated[str, doc("Whom it hurts, how much and since when, in one or two sentences"), Holds.SENTENCE]
    place: Annotated[str, doc("Page pattern, or `layout` for a control that many pages share"), Holds.ADDRESS]
    places: Annotated[list[str], doc("All places of the window, the most affected first"), Holds.ADDRESS]
    element: Annotated[str, doc("Short readable name of the element; empty when there is none"), Holds.ELEMENT]
    element_key: Annotated[str, doc("What survives a redeploy"), Holds.ELEMENT]
    sessions: Annotated[int, doc("Sessions affected in the window")]
    users: Annotated[int, doc("Distinct visitors affected in the window")]
    reached_sessions: Annotated[int, doc("Sessions of the window that reached its places, once a place")]
    used_sessions: Annotated[int, doc("Sessions of the window that met its units, once a unit")]
    affected_share: Annotated[
        float | None,
        doc(
            "Affected among those that met its units, since the onset when that is in the window; null when nobody did"
        ),
    ]
    comparison: Annotated[
        str, doc("What stands behind the effect: used, before_after, reached or none"), Holds.OWN_WORD
    ]
    comparison_reason: Annotated[str, doc("Why this comparison, or why none is fair"), Holds.OWN_WORD]
    outcome: Annotated[
        str, doc("What counts as success: names of key events, or the formula in words"), Holds.PROGRAM_WORD
    ]
    effect: Annotated[
        float | None, doc("Change of the outcome's share by the problem, -1 to 1; null when too few to say")
    ]
    effect_low: Annotated[float | None, doc("Lower end of its 95 % interval")]
    effect_high: Annotated[float | None, doc("Upper end of its 95 % interval")]
    users_per_day: Annotated[
        float, doc("Distinct visitors affected per day, mean over the days of the window it was met")
    ]
    time_lost_ms: Annotated[int, doc("Time that affected visitors spent on it in the window")]
    value_lost: Annotated[
        float, doc("Outcomes lost in the window times their value; 0 when no value or effect is known")
    ]
    trend: Annotated[
        list[float], doc("Share affected of those that met it, last 14 days, oldest first; -1: nobody did")
    ]
    first_seen: Annotated[datetime, doc("First incident in the tables")]
    last_seen: Annotated[datetime, doc("Last incident")]
    onset: Annotated[date | None, doc("Day its share changed, when it did")]
    onset_low: Annotated[date | None, doc("First day of the interval of the onset")]
    onset_high: Annotated[date | None, doc("Last day of the interval of the onset")]
    started_with: Annotated[
        str, doc("Release or flag variant that it came with: release=2.4.0; empty when unknown"), Holds.FLAGS
    ]
    lifts: Annotated[
        str,
        doc("JSON list: attributes whose visitors are hit more or less often, with ratio and interval"),
        Holds.FLAGS,
    ]
    severity: Annotated[float, doc("0 to 100, the sum of its components")]
    components: Annotated[dict[str, float], doc("Named parts of the severity"), Holds.OWN_WORD]
    priority: Annotated[str, doc("P0 to P4, PostHog's scale"), Holds.OWN_WORD]
    weight: Annotated[
        float, doc("0 to 1 for PostHog's grouping; 1: a proven loss that hits many, or stops all who meet it")
    ]
    confidence: Annotated[float, doc("0 to 1: mean over sessions of how sure their signals are")]
    examples: Annotated[list[str], doc("Best example sessions, as session_id@offset_ms"), Holds.RANDOM_ID]
    aliases: Annotated[list[str], doc("Problems that were merged into this one"), Holds.OWN_WORD]
    merged_into: Annotated[str, doc("Problem this one is part of; empty when it stands for itself"), Holds.OWN_WORD]
    rules_version: RulesVersion
    told: Annotated[str, doc("JSON: what this revision said first; the next revision is measured by it"), Holds.FLAGS]
    priors_version: Annotated[
        str,
        doc("Version of the priors that signals of its newest day were judged with; empty for none"),
        Holds.OWN_WORD,
    ]
    traffic: Traffic = "visitor"
    verdict: Annotated[
        str, doc("What people said last: confirmed, dismissed, snoozed or fixed; empty for nothing"), Holds.OWN_WORD
    ] = ""
    verdict_number: Annotated[int, doc("Number of that row of `verdicts`; 0 for none")] = 0
    verdict_reason: Annotated[str, doc("Why, in their words"), Holds.NOTE] = ""
    verdict_by: Annotated[str, doc("Who said it, as they named themselves"), Holds.OPERATOR] = ""
    verdict_at: Annotated[datetime | None, doc("When they said it")] = None
    verdict_until: Annotated[date | None, doc("snoozed: the first counted day on which it is open again")] = None
    is_quiet: Annotated[bool, doc("Nobody is told of it as long as that verdict holds")] = False
    fix: Annotated[
        str,
        doc(
            "Whether those who could meet it still do after a release, or a fix that somebody named: fixed, not_fixed "
            "or too_few; empty when there was none"
        ),
        Holds.OWN_WORD,
    ] = ""
    fix_with: Annotated[str, doc("What went out: release=2.4.0, or fix for one without a release"), Holds.FLAGS] = ""
    fix_on: Annotated[
        date | None, doc("Day it went out; null when it was not seen yet. Days before and after are compared")
    ] = None
    fix_affected: Annotated[int, doc("Sessions affected after it")] = 0
    fix_exposed: Annotated[int, doc("Sessions that met its units after it")] = 0
    fix_effect: Annotated[float | None, doc("Share affected after it less the share before; null without either")] = (
        None
    )
    fix_effect_low: Annotated[float | None, doc("Lower end of its 95 % interval")] = None
    fix_effect_high: Annotated[float | None, doc("Upper end of its 95 % interval")] = None


class CaptureDayRow(Struct, frozen=True, kw_only=True):
    """How many sessions of one day and slice have a recording, of those that analytics events tell of."""

    day: Annotated[date, doc("UTC day of a session's first event, else the day its recording began; partition")]
    team: Team
    dimension: Annotated[
        str, doc("host, platform or library_version; empty for all sessions of the team"), Holds.OWN_WORD
    ]
    value: Annotated[str, doc("Value of the dimension; empty for all sessions"), Holds.PROPERTIES]
    event_sessions: Annotated[int, doc("Sessions with analytics events")]
    recorded_sessions: Annotated[int, doc("Of them, sessions with a recording")]
    sample_rate: Annotated[
        float | None, doc("Share of sessions that should be recorded, mean of what events say; null: not said")
    ]
    recordings: Annotated[int, doc("Recordings, those without events included")]
    not_judgeable: Annotated[
        dict[str, int],
        doc("Of them, those that cannot be judged by reason: no_snapshot, no_mutations, broken_clock, canvas"),
        Holds.OWN_WORD,
    ]
    sources: Sources


RANKED_TABLES: dict[str, type[Struct]] = {
    "exposure_days": ExposureDayRow,
    "problem_arms": ProblemArmRow,
    "problem_days": ProblemDayRow,
    "problems": ProblemRow,
    "capture_days": CaptureDayRow,
    "verdicts": VerdictRow,
    "priors": PriorRow,
    "collections": CollectionRow,
}
"""Tables that `rank`, `priors` and people write, and no judgement of a session."""

RANKED_KEYS: dict[str, tuple[str, ...]] = {
    "exposure_days": (
        "day", "team", "unit", "place", "unit_key", "page_pattern", "device_type", "is_entry",
    ),
    "problem_arms": (
        "day", "team", "problem_id", "unit", "place", "unit_key", "dimension", "value",
        "page_pattern", "device_type", "is_entry",
    ),
    "problem_days": ("day", "team", "problem_id"),
    "problems": ("day", "team", "problem_id"),
    "capture_days": ("day", "team", "dimension", "value"),
    "verdicts": ("team", "problem_id", "number"),
    "priors": ("version", "team", "place", "element_key"),
    "collections": ("name", "number"),
}  # fmt: skip
"""What identifies a row of them. Each key has one row: a day that is counted again replaces its rows."""
