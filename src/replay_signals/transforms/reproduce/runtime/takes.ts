// A control that has to take clicks.
import { type Locator, type Page } from '@playwright/test';

declare const FaultIsThere: new (message: string) => Error;
type Place = readonly [number, number];
type Aim = { element: Locator; position?: { x: number; y: number } };
declare function find(page: Page, what: string, ways: Locator[], near: Place | null): Promise<Aim>;
declare function firstLine(error: unknown): string;

// --- from here on it is in the script
/** Fails when the element is disabled or something lies over it; of a place, when what lies there is unseen. */
async function mustTakeClicks(
  page: Page,
  what: string,
  ways: Locator[],
  near: Place | null,
  withinMs: number,
): Promise<void> {
  const aim = await find(page, what, ways, near);
  if (aim.position) {
    await page.waitForTimeout(withinMs);
    if (await aim.element.evaluate(isUnseen, aim.position))
      throw new FaultIsThere(`something that cannot be seen lies at ${near}`);
    return;
  }
  try {
    await aim.element.click({ trial: true, timeout: withinMs });
  } catch (error) {
    throw new FaultIsThere(`${what} takes no click: ${firstLine(error)}`);
  }
  if (await aim.element.evaluate(el => !!el.closest('[class~=disabled], [class*="-disabled"]')))
    throw new FaultIsThere(`${what} is disabled by its class`);
}

function isUnseen(el: Element, at: { x: number; y: number }): boolean {
  const box = el.getBoundingClientRect();
  const y = at.y + box.top;
  if (y < 0 || y > innerHeight) scrollBy({ top: y - innerHeight / 2, behavior: 'instant' });
  const now = el.getBoundingClientRect();
  const top = document.elementFromPoint(at.x + now.left, at.y + now.top);
  return !!top && (getComputedStyle(top).opacity === '0' || getComputedStyle(top).visibility === 'hidden');
}
