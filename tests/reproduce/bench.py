"""Sites to run scripts against: those of `tests/accuracy/sites`, with the faults of a recording put in or without.

A fault is put in as it was when the recording was made (`sites/js/break.js`), from the labels, which know what was
broken and how. So a script meets the fault that its visitor met.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Route

from replay_signals.pipelines.playback.browser import chromium
from replay_signals.schemas.rows import SignalRow
from replay_signals.transforms.reproduce.python import python_text
from replay_signals.transforms.reproduce.steps import Answered, NoScript, Plan, RaisesNothing, Reacts
from support.browser import every_host_at

SITES = Path(__file__).parents[1] / "accuracy" / "sites"
sys.path.append(str(SITES))

import scripts  # noqa: E402
import server  # noqa: E402
from new_sites import NEW_SITES  # noqa: E402
from sites import FIRST_SITES  # noqa: E402

Label = dict[str, Any]
ORIGIN = "http://site.test"
REACH_MS = (1_500, 1_500)
END_REACH_MS = (12_000, 12_000)
CLICKED = ("dead_click", "rage_click", "error_click", "blocking_exception", "failed_request", "blocked_click")
CAUSED_BY: dict[str, tuple[str, ...]] = {
    "dead_click": ("fault:dead", "fault:blocked"),
    "rage_click": ("fault:",),
    "error_click": ("fault:error",),
    "blocking_exception": ("fault:error", "blocking-exception"),
    "failed_request": ("fault:net",),
    "blocked_click": ("fault:blocked",),
    "slow_response": ("works:slow",),
    "console_error": ("console-error", "blocking-exception"),
    "dead_end": ("dead-end",),
}
"""Signal kind -> the labels of faults that it may be of."""
PUT_IN, CODE = Path(__file__).parent / "put_in.js", "// The function:"
QUICK_MS = 120
IDLE = {("/shoe/index.html", "tt")}
"""Controls that do nothing when they are clicked, broken or whole: one with a tooltip."""
THROWN = "reading 'submit'"
"""What `sites/js/break.js` throws says so."""
RENDER_ERROR = "TypeError: app.render is not a function"
"""What `sites/wandering.crash` raises."""


class Verdict(NamedTuple):
    """What a script said of a page: `fails` (the fault is there), `passes`, `not checked` or `broken`."""

    says: str
    why: str = ""


def fault_of(row: SignalRow, labels: list[Label]) -> Label | None:
    """The label of the fault that a signal is of; None for a signal of nothing that was put in."""
    kinds = CAUSED_BY.get(row.kind, ())
    before, after = END_REACH_MS if row.kind == "dead_end" else REACH_MS
    start, end = row.started_at.timestamp() * 1000, row.ended_at.timestamp() * 1000
    near = [
        label
        for label in labels
        if kinds and label["kind"].startswith(kinds) and not label.get("void")
        and label["t"] - before <= end and start <= label.get("t_end", label["t"]) + after
    ]  # fmt: skip
    return min(near, key=lambda label: abs(label["t"] - start), default=None)


def is_own(label: Label, plan: Plan | NoScript) -> bool:
    """Is it a fault of the page itself, which no visitor put in and nothing here takes out?"""
    check = plan.check if isinstance(plan, Plan) else None
    if isinstance(check, RaisesNothing) and check.click is not None and not any(THROWN in p for p in check.pieces):
        return True
    el, path, kind = label.get("el") or {}, urlsplit(label.get("url", "")).path, label["kind"]
    if (path, el.get("id")) in IDLE or (kind.startswith("fault:dead") and _leads_here(plan, path)):
        return True
    for site in (*FIRST_SITES, *NEW_SITES) if not label.get("how") else ():
        places = site.slow if kind == "works:slow" else site.blocked if "blocked" in kind else site.dead
        for page, selector, *_ in places:
            bare = selector.partition("[")[0]
            named = bare == f"#{el.get('id')}" or bare.lstrip(".") in (el.get("cls") or "").split()
            if urlsplit(page).path == path and named:
                return True
    return False


def _leads_here(plan: Plan | NoScript, path: str) -> bool:
    """Is it a link to the page that it is on, which does nothing when it is whole either?"""
    check = plan.check if isinstance(plan, Plan) else None
    ways = check.click.target.by if isinstance(check, Reacts) else ()
    return any(by.how == "css" and by.value == f'a[href$="{path.rpartition("/")[2]}"]' for by in ways)


def put_in(label: Label, plan: Plan, *, mended: bool = False) -> str:
    """A script for every document that puts the fault of a label in; empty for a page that is missing by itself.

    `mended`: a request that failed succeeds, and one that was slow is quick; of other faults nothing is left.
    """
    kind = label["kind"]
    mode = "slow" if kind == "works:slow" else "error" if kind == "blocking-exception" else kind.partition(":")[2]
    mode = mode.partition(":")[0]
    if kind == "dead-end" or (mended and mode not in ("net", "slow")):
        return ""
    if kind == "console-error" or (kind == "blocking-exception" and label.get("how") == "page"):
        faults = [{"url": label.get("url") or plan.open, "message": label.get("message", RENDER_ERROR)}]
    else:
        faults = [{"url": label["url"], "el": label["el"], "mode": mode, "how": _how(mode, label, plan, mended)}]
    arguments = f"{json.dumps(faults)}, {scripts.BREAK.strip()}"
    return f"({PUT_IN.read_text().partition(CODE)[2].strip()})({arguments});"


def _how(mode: str, label: Label, plan: Plan, mended: bool) -> Any:
    """The way in which a control fails; what older labels do not tell is told by what was recorded."""
    how = label.get("how")
    if mode == "slow":
        ms = QUICK_MS if mended else label["answered_ms"]
        return {"method": "GET", "url": f"/api/report?ms={ms}", "xhr": False, "answer": f"Done in {ms}"}
    if mode == "net":
        check = plan.check if isinstance(plan.check, Answered) else None
        asked = f"/{'/'.join(check.segments)}" if check is not None and check.segments else "/api/order"
        made = {"method": (check.method if check is not None else "") or "POST", "url": f"{asked}?status=500&ms=120"}
        made |= {"xhr": False, "logs": True} | (how if isinstance(how, dict) else {})
        return made | ({"url": made["url"].partition("?")[0]} if mended else {})
    return how if how is not None else {"error": "thrown", "blocked": "disabled"}.get(mode)


class Bench:
    """The sites, served at a port, and one browser."""

    def __init__(self, browser: Browser, port: int) -> None:
        self._browser, self._port = browser, port

    def run(self, plan: Plan, faults: str, *, all_there: bool = False) -> Verdict:
        """A script's verdict with `faults` put in; `all_there`: pages that are missing are answered with one."""
        size = {"width": plan.width_px, "height": plan.height_px}
        context = self._browser.new_context(viewport=size)  # type: ignore[arg-type]
        try:
            return self._run(context, plan, faults, all_there)
        finally:
            context.close()

    def _there(self, route: Route) -> None:
        """Answers a page that is missing with one."""
        parts = urlsplit(route.request.url)
        asked = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        with contextlib.closing(asked):
            asked.request("GET", parts.path or "/", headers={"Host": parts.netloc})
            is_missing = asked.getresponse().status >= 400
        if is_missing and route.request.is_navigation_request():
            route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>Here</title><h1>Here</h1>")
        else:
            route.continue_()

    def _run(self, context: BrowserContext, plan: Plan, faults: str, all_there: bool) -> Verdict:
        if faults:
            context.add_init_script(faults)
        if all_there:
            context.route("**/*", self._there)
        made: dict[str, Any] = {"__name__": "made"}
        exec(compile(python_text(plan, ORIGIN), "script", "exec"), made)
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                made["reproduce"](context.new_page())
        except made["FaultIsThere"] as found:
            return Verdict("fails", str(found))
        except made["StepFailed"] as failed:
            return Verdict("not checked", str(failed))
        except Exception as error:  # noqa: BLE001 - a script that breaks is a result, too
            return Verdict("broken", f"{type(error).__name__}: {error}"[:300])
        return Verdict("passes", said.getvalue().strip())


@contextmanager
def bench() -> Iterator[Bench]:
    """Serves the sites and starts a browser, for which every host is the server."""
    serving, _ = server.start(0)
    try:
        port = serving.server_address[1]
        with chromium([every_host_at(port)]) as browser:
            yield Bench(browser, port)
    finally:
        serving.shutdown()
        serving.server_close()
