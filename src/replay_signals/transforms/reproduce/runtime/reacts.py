"""A click that has to be answered."""

from __future__ import annotations

import time
from collections.abc import Sequence

from playwright.sync_api import Dialog, Error, Frame, Locator, Page

from replay_signals.transforms.reproduce.runtime.base import Aim, FaultIsThere, find, press

WATCH = ""

# --- from here on it is in the script
ALONE_MS = 7_000  # what changes in this time without a click is not its answer
STYLE = "*, *::before, *::after { outline: none !important; box-shadow: none !important; caret-color: transparent; }"


class Outside:
    """What a click may do that changes nothing in the document."""

    def __init__(self, page: Page) -> None:
        self.seen: list[str] = []
        self._main = page.main_frame
        page.on("framenavigated", self._navigated)
        page.on("popup", lambda _: self.seen.append("a new window"))
        page.on("download", lambda _: self.seen.append("a download"))
        page.on("filechooser", lambda _: self.seen.append("a choice of files"))
        page.on("dialog", self._asked)

    def _asked(self, dialog: Dialog) -> None:
        self.seen.append("a dialog")
        dialog.accept()

    def _navigated(self, frame: Frame) -> None:
        if frame == self._main:
            self.seen.append("another address")


def watch(page: Page) -> Outside:
    """Watches for answers from the first document on."""
    page.add_init_script(WATCH)
    return Outside(page)


def must_react(
    page: Page,
    outside: Outside,
    what: str,
    ways: Sequence[Locator],
    near: tuple[int, int] | None,
    within_ms: int,
    *,
    by_key: bool = False,
) -> None:
    """Clicks, and fails when nothing that can be seen comes of it."""
    aim = find(page, what, ways, near)
    if not by_key:
        aim.element.hover(position=aim.position, force=True)
    page.evaluate("__reaction.listen()")
    page.wait_for_timeout(ALONE_MS)
    before = steady_picture(page, aim)
    aim.element.evaluate("(el, at) => __reaction.arm(el, at)", aim.position)
    outside.seen.clear()
    started = time.monotonic()
    press(aim, what, by_key=by_key)
    while (time.monotonic() - started) * 1000 < within_ms:
        if seen := outside.seen or reaction(page):
            print(f"{what} was answered: {seen}")
            return
        page.wait_for_timeout(100)
    if before is not None and picture(page, aim) != before:
        print(f"{what} was answered: the page looks different")
        return
    if prompt(page) and again(page, aim, what, by_key=by_key):
        print(f"{what} was answered twice by what changes by itself, too")
        return
    raise FaultIsThere(f"nothing came of a click on {what} within {within_ms / 1000:g} s")


def reaction(page: Page) -> str:
    """What the document did since the click; a document that is gone was left."""
    try:
        return str(page.evaluate("__reaction.seen()"))
    except Error:
        return "another document"


def prompt(page: Page) -> str:
    """What changes by itself now and then and changed right after the click."""
    return str(page.evaluate("__reaction.prompt()"))


def again(page: Page, aim: Aim, what: str, *, by_key: bool) -> str:
    """The same of a second click."""
    aim.element.evaluate("(el, at) => __reaction.arm(el, at)", aim.position)
    press(aim, what, by_key=by_key)
    page.wait_for_timeout(1000)
    return prompt(page)


def picture(page: Page, aim: Aim) -> bytes:
    """The page as it looks, but for the element and the marks of the focus."""
    mask = [] if aim.position else [aim.element]
    return page.screenshot(animations="disabled", caret="hide", mask=mask, style=STYLE)


def steady_picture(page: Page, aim: Aim) -> bytes | None:
    """None when the page looks different from one moment to the next."""
    first = picture(page, aim)
    page.wait_for_timeout(700)
    return first if picture(page, aim) == first else None
