"""Rules: what is detected and what it is worth. One TOML file, every key optional, unknown keys rejected.

Each field says what it means, its unit and why the default is what it is; `replay-signals rules` prints them.
"""

from __future__ import annotations

import difflib
import tomllib
from functools import lru_cache
from typing import Annotated, get_args, get_origin, get_type_hints

import msgspec

from replay_signals.schemas.limits import doc, faults
from replay_signals.schemas.page_rules import Pages
from replay_signals.schemas.playback_rules import Playback
from replay_signals.schemas.privacy import Privacy
from replay_signals.schemas.problem_rules import Outcome, Problems
from replay_signals.schemas.speed_rules import Speed
from replay_signals.schemas.traffic_rules import Traffic

RULES_REVISION = "7"
"""Changes with every change of a detector, so that stored results tell which code judged them."""
CAPS = ("max_messages", "max_digest_bytes", "max_clicks", "max_events")
"""Settings of `session` that decide how much of a session is judged."""

HORIZON_WINDOWS = 3
"""Evidence windows that `session.horizon_ms` holds at least: the clicks around one that is judged again."""

UNJUDGED = ("session", "rejects", "privacy", "playback", "problems", "outcomes")
"""Parts that decide no result of the judge: when results come, what texts may say, and what many sessions add up to."""


class RulesError(ValueError):
    """A rules file that cannot be used; the message says which key and what would be valid."""


class Clicks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a click counts as answered."""

    prompt_ms: Annotated[float, doc("Reactions up to here belong to the click without further proof", least=0)] = 1000
    slow_ms: Annotated[
        float, doc("Reactions later than this are slow (Sentry: most controls answer in 250-3000 ms)", least=0)
    ] = 3000
    window_ms: Annotated[float, doc("Evidence window after a click; later reactions are not its own", least=1)] = 7000


class Rage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Repeated clicking without progress."""

    min_clicks: Annotated[int, doc("Clicks in a burst (PostHog, Datadog, Sentry: 3)", least=2)] = 3
    gap_ms: Annotated[float, doc("Longest pause between two clicks of a burst", least=1)] = 1000
    radius_px: Annotated[float, doc("Farthest two clicks of a burst on different nodes may lie apart", least=0)] = 30


class Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a stream judges a session; `max_*`: how much of one is judged, in `detect`, batch and stream alike."""

    close_after_ms: Annotated[
        int,
        doc("A session closes this long after its last message (PostHog's recorder starts a new one then)", least=1),
    ] = 1_800_000
    max_length_ms: Annotated[int, doc("A session closes at the latest this long after its first message", least=1)] = (
        86_400_000
    )
    settle_ms: Annotated[int, doc("Shortest time between two judgements of a session that goes on", least=0)] = 500
    horizon_ms: Annotated[
        int, doc("How far back a judgement of a session that goes on looks; at least three evidence windows", least=1)
    ] = 60_000
    late_ms: Annotated[
        int, doc("Quiet time before a closed session is judged again with late evidence; doubles every time", least=1)
    ] = 60_000
    keep_closed_ms: Annotated[
        int, doc("Digests are kept in state this long after the close; what is later waits for `rejudge`", least=0)
    ] = 3_600_000
    remember_ms: Annotated[
        int,
        doc(
            "Ids are kept this long after the close, so that repeats are known (PostHog drops what is 7 days old)",
            least=0,
        ),
    ] = 604_800_000
    max_messages: Annotated[
        int, doc("Messages of a session that are judged; more are rows, and it is truncated", least=1)
    ] = 30_000
    max_digest_bytes: Annotated[
        int, doc("Digests of a session that are judged; 16 MiB come from about half a gigabyte of recording", least=1)
    ] = 16_777_216
    max_clicks: Annotated[
        int, doc("Clicks of a session that are judged; the messages after them are rows only", least=1)
    ] = 5000
    max_events: Annotated[int, doc("Analytics events of a session that are judged; more are rows only", least=0)] = (
        10_000
    )


class RejectionLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a job stops instead of making more dead letters: so much is not bad input, but a bad release."""

    max_share: Annotated[
        float, doc("Share of the inputs of a window that may be rejected; above 1 nothing ever stops a job", least=0)
    ] = 0.5
    min_count: Annotated[int, doc("So many rejected inputs never stop a job, whatever their share", least=0)] = 1000
    window_ms: Annotated[int, doc("A stream looks at the inputs of this time, a backfill at all of them", least=1)] = (
        600_000
    )


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a place is worth: pages whose path contains `path` add `points` to the severity of their signals."""

    path: Annotated[str, doc("Part of the URL's path", min_length=1)]
    points: Annotated[float, doc("Added to the severity")]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole rules file."""

    clicks: Clicks = Clicks()
    rage: Rage = Rage()
    speed: Speed = Speed()
    session: Session = Session()
    rejects: RejectionLimit = RejectionLimit()
    privacy: Privacy = Privacy()
    playback: Playback = Playback()
    pages: Pages = Pages()
    traffic: Traffic = Traffic()
    values: Annotated[list[Value], doc("Pages that matter more")] = []
    problems: Problems = Problems()
    outcomes: Annotated[list[Outcome], doc("Key events: what visits are for")] = []

    @property
    def version(self) -> str:
        """Revision of the code and a hash of the values that decide results, and of the caps in `session`."""
        return self._version(UNJUDGED)

    @property
    def problems_version(self) -> str:
        """The same for problems, which `[problems]` and `[[outcomes]]` decide too."""
        return self._version(tuple(name for name in UNJUDGED if name not in ("problems", "outcomes")))

    def _version(self, without: tuple[str, ...]) -> str:
        return _version_of(msgspec.json.encode(self), without)


# Made here, under the import lock: two threads that meet a struct for the first time crash inside msgspec, and the
# tasks of a TaskManager in thread mode are threads.
_rules = msgspec.json.Decoder(Rules)


@lru_cache(maxsize=100)
def _version_of(rules: bytes, without: tuple[str, ...]) -> str:
    from hashlib import blake2b

    # through their types first: 1000 and 1000.0 are one setting, wherever the rules came from
    typed = _rules.decode(rules)
    values = {name: getattr(typed, name) for name in typed.__struct_fields__ if name not in without}
    values["caps"] = [getattr(typed.session, name) for name in CAPS]
    return f"{RULES_REVISION}-{blake2b(msgspec.json.encode(values), digest_size=4).hexdigest()}"


def load_rules(text: str) -> Rules:
    """Rules of a TOML text; raises RulesError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"not valid TOML: {error}") from None
    _check_keys(data, Rules, "")
    for fault in faults(data, Rules):
        raise RulesError(fault)
    try:
        rules = msgspec.convert(data, Rules)
    except msgspec.ValidationError as error:
        raise RulesError(str(error)) from None
    _check_order(rules)
    return rules


def _check_order(rules: Rules) -> None:
    """Settings that bound each other, in the words of their documentation; raises RulesError."""
    clicks, session = rules.clicks, rules.session
    for name, value, limit, bound in (
        ("clicks.prompt_ms", clicks.prompt_ms, "clicks.slow_ms", clicks.slow_ms),
        ("clicks.slow_ms", clicks.slow_ms, "clicks.window_ms", clicks.window_ms),
        ("session.close_after_ms", session.close_after_ms, "session.max_length_ms", session.max_length_ms),
        ("speed.good_lcp_ms", rules.speed.good_lcp_ms, "speed.poor_lcp_ms", rules.speed.poor_lcp_ms),
        ("speed.good_inp_ms", rules.speed.good_inp_ms, "speed.poor_inp_ms", rules.speed.poor_inp_ms),
        ("problems.min_days", rules.problems.min_days, "problems.baseline_days", rules.problems.baseline_days),
        (
            "problems.friction_effect",
            rules.problems.friction_effect,
            "problems.blocked_effect",
            rules.problems.blocked_effect,
        ),
    ):
        if value > bound:
            raise RulesError(f"{name} = {value:g} is above {limit}; the nearest valid number is {bound:g}")
    if session.horizon_ms < HORIZON_WINDOWS * clicks.window_ms:
        raise RulesError(
            f"session.horizon_ms = {session.horizon_ms} is below {HORIZON_WINDOWS} evidence windows; "
            f"the nearest valid number is {HORIZON_WINDOWS * clicks.window_ms:g}"
        )
    events = [outcome.event for outcome in rules.outcomes]
    twice = next((event for event in events if events.count(event) > 1), None)
    if twice is not None:
        raise RulesError(f"outcomes: {twice!r} stands there twice; one entry an event")


def _check_keys(data: object, kind: object, path: str) -> None:
    """Unknown keys with the nearest valid name."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is list and isinstance(data, list):
        for item in data:
            _check_keys(item, get_args(kind)[0], path)
    if not (isinstance(data, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return
    hints = get_type_hints(kind, include_extras=True)
    for key, value in data.items():
        if key not in hints:
            near = difflib.get_close_matches(str(key), hints, n=1, cutoff=0.0)
            raise RulesError(f"unknown key {path}{key}; did you mean {path}{near[0]}?")
        _check_keys(value, hints[key], f"{path}{key}.")
