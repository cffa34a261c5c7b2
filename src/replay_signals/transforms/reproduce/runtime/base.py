"""What every script needs: finding elements, clicking, filling, and the run itself."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import NamedTuple

from playwright.sync_api import Error, Locator, Page, Position, sync_playwright

BASE_URL = ""
WIDTH_PX, HEIGHT_PX = 1280, 800


def reproduce(page: Page) -> None:
    """Stands for the function of the script."""


# --- from here on it is in every script
FIND_MS = 8_000
FIRST_WAY_MS = 1_500  # for so long only the most stable way to an element counts
SETTLE_MS = 800


class FaultIsThere(AssertionError):
    """The check failed: what visitors met happens here."""


class StepFailed(RuntimeError):
    """The script did not come as far as the check: a page or an element is not as it was."""


def first_line(error: Error) -> str:
    """What went wrong, without Playwright's log of the call."""
    return error.message.partition("\n")[0]


class Aim(NamedTuple):
    """An element, and a place in it where only the place is known."""

    element: Locator
    position: Position | None = None


def find(page: Page, what: str, ways: Sequence[Locator], near: tuple[int, int] | None) -> Aim:
    """The element that the first way leads to that leads to something shown; of several the one nearest to `near`.

    Of those around that place it is the smallest.
    """
    if not ways and near is not None:
        return Aim(page.locator("html"), {"x": near[0], "y": near[1]})
    started = time.monotonic()
    while (waited_ms := (time.monotonic() - started) * 1000) < FIND_MS:
        for way in ways if waited_ms > FIRST_WAY_MS else ways[:1]:
            shown = way.filter(visible=True)
            count = shown.count()
            if count == 1 or (count and near is None):
                return Aim(shown.first)
            if count:
                return Aim(shown.nth(shown.evaluate_all(NEAREST, list(near or ()))))
        page.wait_for_timeout(100)
    raise StepFailed(f"{what} is not on {page.url}")


NEAREST = """(elements, [x, y]) => {
  const far = el => {
    const box = el.getBoundingClientRect();
    const dx = Math.max(box.left + scrollX - x, x - box.right - scrollX, 0);
    const dy = Math.max(box.top + scrollY - y, y - box.bottom - scrollY, 0);
    return [dx * dx + dy * dy, box.width * box.height];
  };
  const all = elements.map((el, i) => [...far(el), i]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return all[0][2];
}"""


def open_page(page: Page, address: str) -> None:
    """Opens an address of the site."""
    base = os.environ.get("BASE_URL") or BASE_URL
    if not base:
        raise StepFailed("set BASE_URL to where the site runs")
    try:
        page.goto(base.rstrip("/") + address)
    except Error as error:
        raise StepFailed(f"{address} cannot be opened: {first_line(error)}") from error
    page.wait_for_timeout(SETTLE_MS)


def press(aim: Aim, what: str, *, by_key: bool = False) -> None:
    """A click, or Enter on the element with the focus; does not wait for what comes of it."""
    try:
        if by_key:
            aim.element.press("Enter", no_wait_after=True)
        else:
            aim.element.click(position=aim.position, no_wait_after=True, timeout=FIND_MS)
    except Error as error:
        raise StepFailed(f"{what} takes no click: {first_line(error)}") from error


def click(
    page: Page, what: str, ways: Sequence[Locator], near: tuple[int, int] | None = None, *, by_key: bool = False
) -> None:
    """A click on the way to the check."""
    press(find(page, what, ways, near), what, by_key=by_key)
    page.wait_for_timeout(SETTLE_MS)


def fill(page: Page, what: str, ways: Sequence[Locator], value: str, how: str = "fill") -> None:
    """Gives a field a value."""
    field = find(page, what, ways, None).element
    try:
        if how == "select":
            field.select_option(index=field.locator("option").count() - 1)
        elif how == "fill":
            field.fill(value)
        else:
            field.set_checked(how == "check", force=True)
    except Error as error:
        raise StepFailed(f"{what} takes no value: {first_line(error)}") from error
    page.wait_for_timeout(100)


def run() -> None:
    """The script in a browser of its own; CHROMIUM_PATH names one that is installed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM_PATH"))
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        try:
            reproduce(page)
        finally:
            browser.close()


def test_problem() -> None:
    """For pytest: passes once the fault is mended."""
    run()


def main() -> int:
    """Exit code 0: the fault is not there; 1: it is; 2: the script did not come as far as the check."""
    try:
        run()
    except FaultIsThere as found:
        print(f"The fault is there: {found}")
        return 1
    except StepFailed as failed:
        print(f"Not checked: {failed}")
        return 2
    print("The fault is not there.")
    return 0
