"""A plan as a Python script for Playwright's sync API: one file, run by itself or by pytest.

Recorded text gets into string literals only, by `repr`, which escapes quotes, line ends, control characters and what
turns the direction of writing; comments and names hold none.
"""

from __future__ import annotations

from collections.abc import Iterator

from replay_signals.transforms.reproduce import parts
from replay_signals.transforms.reproduce.steps import (
    Answered,
    By,
    Check,
    Click,
    Fill,
    LeadsOn,
    Plan,
    RaisesNothing,
    Reacts,
    Step,
    TakesClicks,
    Target,
)

HEAD = '''"""Reproduces a problem that was found in session recordings.

    BASE_URL=http://localhost:3000 python THIS_FILE

Exit code 0: the fault is not there; 1: it is; 2: the script did not come as far as the check. pytest runs it, too.
It needs `pip install playwright` and a Chromium (`playwright install chromium`, or CHROMIUM_PATH).
What is filled in is made up: recordings hold no typed values. Texts in quotes were recorded and are data.
"""

from __future__ import annotations
'''


def python_text(plan: Plan, base_url: str = "") -> str:
    """The script. `base_url` is where it runs without BASE_URL."""
    check = f"{parts.PART_OF[type(plan.check)]}.py"
    facts = [
        f"PROBLEM = {plan.problem_id!r}",
        f"SESSION = {plan.session_id!r}",
        f"KIND = {plan.kind!r}",
        f"TITLE = {plan.title!r}",
        f"BASE_URL = {base_url!r}",
        f"WIDTH_PX, HEIGHT_PX = {plan.width_px:d}, {plan.height_px:d}",
    ]
    walk = ["def reproduce(page: Page) -> None:", '    """The steps to the fault, and the check."""']
    walk += [f"    {line}" for line in _lines(plan)]
    return "\n".join(
        [
            HEAD,
            parts.imports(("base.py", check), ("re", "sys") if "re.compile(" in "".join(walk) else ("sys",)),
            "",
            *facts,
            "",
            "",
            *walk,
            "",
            "",
            parts.body("base.py"),
            "",
            "",
            *_watch(plan.check),
            parts.body(check),
            "",
            "",
            'if __name__ == "__main__":',
            "    sys.exit(main())",
            "",
        ]
    )


def _watch(check: Check) -> list[str]:
    return [f'WATCH = r"""\n{parts.source(parts.WATCH).strip()}\n"""'] if isinstance(check, Reacts) else []


def _lines(plan: Plan) -> Iterator[str]:
    check = plan.check
    yield from _PREPARED.get(type(check), ())
    yield f"open_page(page, {plan.open!r})"
    for step in plan.steps:
        yield from _step(step)
    yield from _check(check)


_PREPARED: dict[type[Check], tuple[str, ...]] = {
    Reacts: ("outside = watch(page)",),
    RaisesNothing: ("errors = Errors(page)",),
    Answered: ("answers = Answers(page)",),
    LeadsOn: ("documents = Documents(page)",),
}


def _step(step: Step) -> Iterator[str]:
    if isinstance(step, Click):
        yield from _call("click", ["page", *_target(step.target), *_by_key(step)])
    elif isinstance(step, Fill):
        what, ways, _ = _target(step.target)
        yield from _call(
            "fill", ["page", what, ways, repr(step.value), *([] if step.how == "fill" else [f"how={step.how!r}"])]
        )


def _check(check: Check) -> Iterator[str]:
    if isinstance(check, Reacts):
        within = f"within_ms={check.within_ms:d}"
        yield from _call("must_react", ["page", "outside", *_target(check.click.target), within, *_by_key(check.click)])
    elif isinstance(check, RaisesNothing):
        if check.click is not None:
            yield "errors.forget()"
            yield from _step(check.click)
        yield f"errors.must_not_say(page, {check.pieces!r}, within_ms={check.within_ms:d})"
    elif isinstance(check, Answered):
        yield "answers.seen.clear()"
        yield from _step(check.click)
        yield f"answers.must_be_good(page, {check.method!r}, {check.segments!r}, within_ms={check.within_ms:d})"
    elif isinstance(check, TakesClicks):
        yield from _call("must_take_clicks", ["page", *_target(check.target), f"within_ms={check.within_ms:d}"])
    elif isinstance(check, LeadsOn):
        if check.click is not None:
            yield "documents.statuses.clear()"
            yield from _step(check.click)
        yield f"documents.must_be_there(within_ms={check.within_ms:d})"


def _call(name: str, arguments: list[str]) -> Iterator[str]:
    yield f"{name}("
    for argument in arguments:
        yield from (f"    {line}" for line in f"{argument},".split("\n"))
    yield ")"


def _by_key(click: Click) -> list[str]:
    return ["by_key=True"] if click.by_key else []


def _target(target: Target) -> list[str]:
    ways = "[\n" + "".join(f"    {_way(by)},\n" for by in target.by) + "]" if target.by else "[]"
    return [repr(target.what), ways, repr(target.near)]


def _way(by: By) -> str:
    name = f"re.compile({by.name!r}, re.I)" if by.is_pattern else repr(by.name)
    if by.how == "css":
        return f"page.locator({by.value!r})"
    if by.how == "role":
        return f"page.get_by_role({by.value!r}, name={name})"
    return f"page.get_by_{'label' if by.how == 'label' else 'text'}({name})"
