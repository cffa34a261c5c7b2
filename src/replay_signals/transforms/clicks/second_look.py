"""Second look: what a session's other clicks, windows and pages say about a silent one.

A click by itself is silent or not (transforms/clicks/web). Whether silence is a fault shows around it:

  double clicks      the half that is silent while the other one is answered is no click of its own
  a working control  silence of what answered or was disabled a moment before, or sets a field that is masked
  impatience         what a response brings is the answer to the click that asked for it (impatient)
  links              may have opened a tab in the background, led away, or be the current choice (silent_links)
  insisting          what acts outside the page by its name and is tried again in vain
  proven controls    what has answered before answers in the recording, whatever its name or its neighbours suggest
  blind windows      several silent controls and not one change: the recorder is broken rather than the page
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.impatient import give_answers
from replay_signals.transforms.clicks.insisting import tell_insisting
from replay_signals.transforms.clicks.judged import DEAD, SENT, UNKNOWN, Judged
from replay_signals.transforms.clicks.observability import BESIDE, GUESSED, beside_canvas, leads_away
from replay_signals.transforms.clicks.silent_links import (
    PROVEN_CONFIDENCE,
    Addresses,
    came_back,
    died_ms,
    doubt_links,
    excuse,
    tell_links,
    ways_of,
)
from replay_signals.transforms.clicks.web import document_of
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.element_names import element_key
from replay_signals.transforms.session.timeline import Page, Timeline, Window

BUSY_MS = 1500
DOUBLE_MS = 500
"""Longest time between two halves of a double click (the default of Windows)."""
WAITED_MS, SETTLED_MS = 120, 600
"""Page code that waits for the last of several clicks answers so long after it (300 ms is usual)."""
TOGETHER_MS = 2000
"""Longest time from the first of them to the last: who clicks on for longer sees that nothing happens."""
BROKEN_AFTER = 4
"""So many different silent controls and not one page change: the recorder is blind rather than the page dead."""
BLIND = "the recording holds no page changes at all"
"""Reason of a silent click in a window whose recorder saw no page change, though it should have."""
COUNTED = 3
"""So many elements send one request of those that count clicks."""
ALIKE = 3
"""So many controls of one look that all answer visibly prove another one of it."""
GROUP_NODES = 12
"""Nodes between two controls of one group: five buttons with their texts."""
WRITERS = 2
"""So many controls of a group that write into the page make it a group of the page's, not of the canvas's."""


def look_again(
    clicks: list[Judged],
    timeline: Timeline,
    rules: Clicks,
    webkit: bool | None,
    addresses: Addresses,
    visited: Addresses,
) -> None:
    """Changes the verdicts of silent clicks in place; `clicks` are in order of time.

    `webkit` tells the browser's engine when it is known; `addresses` where each window was, by window id, and `visited`
    the same as far as events tell that may be sent late.
    """
    by_page: dict[Page, list[Judged]] = {}
    for j in clicks:
        by_page.setdefault(j.click.page, []).append(j)
    by_key: dict[str, list[Judged]] = {}
    writers: dict[tuple[str, int], dict[int, Control]] = {}
    beside: dict[tuple[Page, int], bool] = {}
    for j in clicks:
        if j.click.control is not None and _wrote(j):
            writers.setdefault(document_of(j.click.page), {})[j.click.control.first] = j.click.control
        if j.click.control is not None:
            by_key.setdefault(element_key(j.click.control), []).append(j)
    told = _told(clicks)
    tells_hidden = any(came_back(page) for page in timeline.pages)
    for window in timeline.windows:
        ways = ways_of(j for page in window.pages for j in by_page.get(page, ()))
        for page in window.pages:
            own = by_page.get(page, [])
            give_answers(own, rules)
            for j in own:
                _prove(j, own, by_key, rules)
                if told and j.reason == SENT and told.issuperset(_asked(j)):
                    j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "no answer, but what counts any click"
                _prove_beside(j, own, writers.get(document_of(page), {}), beside)
            tell_links(own, ways, tells_hidden, rules)
            _doubt_working(own)
            doubt_links(own, window, timeline, addresses, visited)
        in_window = [j for page in window.pages for j in by_page.get(page, [])]
        tell_insisting(in_window, rules)
        _doubt_blind_window(in_window, window, webkit)


def _told(clicks: list[Judged]) -> set[tuple[str, str]]:
    """Requests that count clicks: several elements send them, one of them no control and silent."""
    senders: dict[tuple[str, str], set[tuple[Page, int | None]]] = {}
    for j in clicks:
        for key in _asked(j):
            senders.setdefault(key, set()).add((j.click.page, j.click.element))
    idle = {key for j in clicks if j.click.control is None and not j.answered for key in _asked(j)}
    return {key for key in idle if len(senders[key]) >= COUNTED}


def _asked(j: Judged) -> list[tuple[str, str]]:
    """Methods and addresses of what a click asked for."""
    return [(r.method, r.url.partition("?")[0]) for r in j.requests if not r.failed]


def _prove(j: Judged, own: list[Judged], by_key: Mapping[str, list[Judged]], rules: Clicks) -> None:
    """Silence excused by a name or by a canvas nearby, of a control that is known to answer visibly.

    What others like it do says whether tools act on a canvas; a name says what others of other names do not.
    """
    control = j.click.control
    if control is None or j.verdict != UNKNOWN or not (j.reason in GUESSED or j.reason.startswith(BESIDE)):
        return
    beside = j.reason.startswith(BESIDE)
    same = [k for k in by_key[element_key(control)] if abs(k.click.t - j.click.t) > rules.window_ms]
    look = _look(j) if beside else None
    alike = [k for k in own if k.click.element != j.click.element and _look(k) == look] if look is not None else []
    proven = (bool(same) and all(_showed(k) for k in same)) or (beside and _should_tell(j, own))
    others = {k.click.element for k in alike}
    if proven or (len(others) >= ALIKE and all(_showed(k) for k in alike)):
        j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "no answer, where it and its like have answered"


def _prove_beside(
    j: Judged, own: list[Judged], writers: Mapping[int, Control], known: dict[tuple[Page, int], bool]
) -> None:
    """Silence beside a canvas, of a control among others that write into the page.

    They stand in another part than the canvas and its own controls do, or are most of the control's group. `writers`:
    controls of the document that answered with content. `known`: what was found for a control before.
    """
    control, page = j.click.control, j.click.page
    if control is None or j.verdict != UNKNOWN or not j.reason.startswith(BESIDE):
        return
    key = page, control.first
    if key not in known:
        known[key] = _is_among_writers(page, control, writers) or _is_among_group(page, control, own)
    if known[key]:
        j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "no answer, where others beside it write theirs"


def _is_among_writers(page: Page, control: Control, writers: Mapping[int, Control]) -> bool:
    """Does another control out of the canvas's part, nearer than the canvas, answer with content?"""
    canvas = beside_canvas(page, control)
    if canvas is None or not page.elements.is_apart(control, canvas):
        return False
    nearest = abs(canvas.first - control.first)
    return any(
        0 < abs(first - control.first) < nearest and page.elements.is_apart(other, canvas)
        for first, other in writers.items()
    )


def _is_among_group(page: Page, control: Control, own: list[Judged]) -> bool:
    """Do more of the controls near it, on the same side of the canvas, write into the page than are silent?"""
    canvas = beside_canvas(page, control)
    if canvas is None:
        return False
    before = control.first < canvas.first
    near = [
        k
        for k in own
        if k.click.control is not None
        and (k.click.control.first < canvas.first) == before
        and 0 < abs(k.click.control.first - control.first) <= GROUP_NODES
    ]
    wrote = {k.click.element for k in near if _wrote(k)}
    silent = {k.click.element for k in near if not k.answered} - wrote
    return len(wrote) >= WRITERS and len(wrote) > len(silent)


def _wrote(j: Judged) -> bool:
    """Did the page answer with content: texts or elements, and not only with the look of something?"""
    return j.answered and any(kind in "tc" for e in j.effects if e.kind == "mutation" for kind, _, _ in e.targets)


def _look(j: Judged) -> tuple[str, str, str] | None:
    """What controls that belong together share; None for plain elements, which all look alike."""
    control = j.click.control
    if control is None or not (control.role or control.classes):
        return None
    return control.tag, control.role, control.classes


def _should_tell(j: Judged, own: list[Judged]) -> bool:
    """Does the control tell whether it is pressed, as `aria-pressed` does, and was not so far?"""
    control = j.click.control
    before = (k for k in own if k.click.element == j.click.element and k.click.t < j.click.t)
    return control is not None and "T" in control.flags and not any(k.answered for k in before)


def _showed(j: Judged) -> bool:
    return j.answered and any(e.kind in ("mutation", "url", "style") for e in j.effects)


def _doubt_working(judged: list[Judged]) -> None:
    """Silence of a control that works: it sets a field whose masked value looks the same, or is busy, or at its end."""
    by_control: dict[int | None, list[Judged]] = {}
    for j in judged:
        if j.click.control is not None:
            by_control.setdefault(j.click.element, []).append(j)
    for own in by_control.values():
        sets_field = any(j.reaction == "input" and j.answered for j in own)
        times = [j.click.t for j in own]
        first_answered = next((i for i, k in enumerate(own) if k.answered), len(own))
        first_prompt = next((i for i, k in enumerate(own) if _answered_at_once(k)), len(own))
        for i, j in enumerate(own):
            if j.verdict != DEAD:
                continue
            if j.blocked:
                if _ran_on(own, i):
                    excuse(j, "it was disabled by the click before")
                continue
            near = own[bisect_left(times, j.click.t - BUSY_MS) : bisect_right(times, j.click.t + BUSY_MS)]
            if j.click.control is not None and j.click.control.is_hand and first_answered < i:
                excuse(j, "it answered before, and may have no more to say")
            elif sets_field:
                excuse(j, "it sets a field whose value is masked")
            elif sum(k.answered for k in near) * 2 > len(near):
                excuse(j, "it answered other clicks a moment away")
            elif _answered_together(own, i, first_prompt):
                excuse(j, "it was answered together with the clicks after it")
            elif len(near) == 2 and any(k.answered and _are_halves(j, k) for k in near):
                excuse(j, "the other half of the double click was answered")


def _are_halves(a: Judged, b: Judged) -> bool:
    """Are two clicks one double click, as the recorder tells it or by the usual time?"""
    return (a.click.double and b.click.double) or abs(a.click.t - b.click.t) <= DOUBLE_MS


def _ran_on(own: list[Judged], i: int) -> bool:
    """Is the click the end of a quick run that disabled its control: the last page of a list, the send of a form?"""
    for k in range(i - 1, -1, -1):
        if own[k + 1].click.t - own[k].click.t > DOUBLE_MS:
            return False
        if own[k].answered:
            return True
    return False


def _answered_at_once(j: Judged) -> bool:
    return j.answered and j.reaction_ms is not None and j.reaction_ms < WAITED_MS


def _answered_together(own: list[Judged], i: int, first_prompt: int) -> bool:
    """Is the click part of a quick run that got its answer when it was over: a control that waits for the last one?

    One that has answered at once before does not wait; `first_prompt`: the first click that it answered so.
    """
    first = i
    while first and own[first].click.t - own[first - 1].click.t <= DOUBLE_MS:
        first -= 1
        if own[i].click.t - own[first].click.t > TOGETHER_MS:
            return False
    if first_prompt < first:
        return False
    for k in range(i + 1, len(own)):
        j = own[k]
        if j.click.t - own[k - 1].click.t > DOUBLE_MS or j.click.t - own[first].click.t > TOGETHER_MS:
            return False
        if j.answered:
            return j.reaction_ms is not None and WAITED_MS <= j.reaction_ms <= SETTLED_MS and not j.failed
    return False


def _doubt_blind_window(judged: list[Judged], window: Window, webkit: bool | None) -> None:
    """A window without a single mutation may have a broken recorder (WebKit with a patched MutationObserver).

    One silent control is a dead click; several different ones and no mutation ever is a recording that cannot witness.
    Links to other documents do not count: leaving the page is witnessed without mutations.
    """
    if window.mutation_count or webkit is False:
        return
    silent = [
        j
        for j in judged
        if j.verdict == DEAD and not j.blocked and not j.requests and not leads_away(j.click.control, j.click.page.href)
    ]
    dead_scripts = [t for page in window.pages for t in died_ms(page)]  # which explain silence as well
    if not webkit and any(j.click.t >= t for j in silent[:1] for t in dead_scripts):
        return
    broken = len({j.click.element for j in silent}) >= (2 if webkit else BROKEN_AFTER)
    for j in silent:
        j.confidence -= 0.1
        if broken:
            j.verdict, j.reason, j.confidence = UNKNOWN, BLIND, 0.5
