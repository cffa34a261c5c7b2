"""A control that has to take clicks."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Error, Locator, Page

from replay_signals.transforms.reproduce.runtime.base import FaultIsThere, find, first_line

# --- from here on it is in the script
DISABLED = "el => !!el.closest('[class~=disabled], [class*=\"-disabled\"]')"
UNSEEN = """(el, at) => {
  const box = el.getBoundingClientRect();
  const y = at.y + box.top;
  if (y < 0 || y > innerHeight) scrollBy({top: y - innerHeight / 2, behavior: 'instant'});
  const now = el.getBoundingClientRect();
  const top = document.elementFromPoint(at.x + now.left, at.y + now.top);
  return !!top && (getComputedStyle(top).opacity === '0' || getComputedStyle(top).visibility === 'hidden');
}"""


def must_take_clicks(
    page: Page, what: str, ways: Sequence[Locator], near: tuple[int, int] | None, within_ms: int
) -> None:
    """Fails when the element is disabled or something lies over it; of a place, when what lies there is unseen."""
    aim = find(page, what, ways, near)
    if aim.position is not None:
        page.wait_for_timeout(within_ms)
        if aim.element.evaluate(UNSEEN, aim.position):
            raise FaultIsThere(f"something that cannot be seen lies at {near}")
        return
    try:
        aim.element.click(trial=True, timeout=within_ms)
    except Error as error:
        raise FaultIsThere(f"{what} takes no click: {first_line(error)}") from error
    if aim.element.evaluate(DISABLED):
        raise FaultIsThere(f"{what} is disabled by its class")
