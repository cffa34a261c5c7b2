"""A plan as a TypeScript test for `@playwright/test`.

Recorded text gets into string literals only, as JSON, which is JavaScript too, with everything escaped that ends a line
or turns the direction of writing; comments, names and template literals hold none.
"""

from __future__ import annotations

from collections.abc import Iterator

from replay_signals.transforms.printable import json_bytes
from replay_signals.transforms.reproduce import parts
from replay_signals.transforms.reproduce.steps import (
    Answered,
    By,
    Check,
    Click,
    LeadsOn,
    Plan,
    RaisesNothing,
    Reacts,
    Step,
    TakesClicks,
    Target,
)

HEAD = """// Reproduces a problem that was found in session recordings.
//
//     BASE_URL=http://localhost:3000 npx playwright test THIS_FILE
//
// It passes once the fault is mended. A `StepFailed` says that the test did not come as far as its check.
// What is filled in is made up: recordings hold no typed values. Texts in quotes were recorded and are data.
import { test, type Locator, type Page%s } from '@playwright/test';
"""
LIMIT_MS = 120_000
"""Of a whole test."""


def typescript_text(plan: Plan, base_url: str = "") -> str:
    """The test. `base_url` is where it runs without BASE_URL."""
    part = f"{parts.PART_OF[type(plan.check)]}.ts"
    facts = {"PROBLEM": plan.problem_id, "SESSION": plan.session_id, "KIND": plan.kind, "TITLE": plan.title}
    facts["BASE_URL"] = base_url
    watch = [f"const WATCH = {quoted(parts.source(parts.WATCH))};", ""] if isinstance(plan.check, Reacts) else []
    return "\n".join(
        [
            HEAD % (", type Request" if isinstance(plan.check, Answered) else ""),
            *(f"const {name} = {quoted(value)};" for name, value in facts.items()),
            "",
            f"test.use({{ viewport: {{ width: {plan.width_px:d}, height: {plan.height_px:d} }} }});",
            f"test.setTimeout({LIMIT_MS});",
            "",
            "test(`${KIND}: ${TITLE}`, async ({ page }) => {",
            "  test.info().annotations.push({ type: 'problem', description: `${PROBLEM} of session ${SESSION}` });",
            *(f"  {line}" for line in _lines(plan)),
            "});",
            "",
            parts.body("base.ts"),
            "",
            *watch,
            parts.body(part),
            "",
        ]
    )


def quoted(text: str) -> str:
    """A string literal."""
    return json_bytes(text).decode().replace("\n", "\\n")


def _lines(plan: Plan) -> Iterator[str]:
    prepared = _PREPARED.get(type(plan.check))
    if prepared:
        yield prepared
    yield f"await openPage(page, {quoted(plan.open)});"
    for step in plan.steps:
        yield from _step(step)
    yield from _check(plan.check)


_PREPARED: dict[type[Check], str] = {
    Reacts: "const outside = await watch(page);",
    RaisesNothing: "const errors = new Errors(page);",
    Answered: "const answers = new Answers(page);",
    LeadsOn: "const documents = new Documents(page);",
}


def _step(step: Step) -> Iterator[str]:
    if isinstance(step, Click):
        yield from _call("click", ["page", *_target(step.target), *_by_key(step)])
    else:
        what, ways, _ = _target(step.target)
        how = [] if step.how == "fill" else [quoted(step.how)]
        yield from _call("fill", ["page", what, ways, quoted(step.value), *how])


def _check(check: Check) -> Iterator[str]:
    if isinstance(check, Reacts):
        target = _target(check.click.target)
        yield from _call("mustReact", ["page", "outside", *target, f"{check.within_ms:d}", *_by_key(check.click)])
    elif isinstance(check, RaisesNothing):
        if check.click is not None:
            yield "errors.forget();"
            yield from _step(check.click)
        yield f"await errors.mustNotSay(page, {_list(check.pieces)}, {check.within_ms:d});"
    elif isinstance(check, Answered):
        yield "answers.seen = [];"
        yield from _step(check.click)
        asked = f"{quoted(check.method)}, {_list(check.segments)}"
        yield f"await answers.mustBeGood(page, {asked}, {check.within_ms:d});"
    elif isinstance(check, TakesClicks):
        yield from _call("mustTakeClicks", ["page", *_target(check.target), f"{check.within_ms:d}"])
    else:
        if check.click is not None:
            yield "documents.statuses = [];"
            yield from _step(check.click)
        yield f"await documents.mustBeThere({check.within_ms:d});"


def _call(name: str, arguments: list[str]) -> Iterator[str]:
    yield f"await {name}("
    for argument in arguments:
        yield from (f"  {line}" for line in f"{argument},".split("\n"))
    yield ");"


def _by_key(click: Click) -> list[str]:
    return ["true"] if click.by_key else []


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def _target(target: Target) -> list[str]:
    ways = "[\n" + "".join(f"  {_way(by)},\n" for by in target.by) + "]" if target.by else "[]"
    near = f"[{target.near[0]:d}, {target.near[1]:d}]" if target.near is not None else "null"
    return [quoted(target.what), ways, near]


def _way(by: By) -> str:
    name = f'new RegExp({quoted(by.name)}, "i")' if by.is_pattern else quoted(by.name)
    if by.how == "css":
        return f"page.locator({quoted(by.value)})"
    if by.how == "role":
        return f"page.getByRole({quoted(by.value)}, {{ name: {name} }})"
    return f"page.getBy{'Label' if by.how == 'label' else 'Text'}({name})"
