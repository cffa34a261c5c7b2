// What every script needs: finding elements, clicking, filling.
import { test, type Locator, type Page } from '@playwright/test';

declare const BASE_URL: string;

// --- from here on it is in every script
type Place = readonly [number, number];
type Aim = { element: Locator; position?: { x: number; y: number } };

const FIND_MS = 8_000;
const FIRST_WAY_MS = 1_500; // for so long only the most stable way to an element counts
const SETTLE_MS = 800;

/** The check failed: what visitors met happens here. */
class FaultIsThere extends Error {}

/** The script did not come as far as the check: a page or an element is not as it was. */
class StepFailed extends Error {}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}

/** The element that the first way leads to that leads to something shown; of several the one nearest to `near`, of those around it the smallest. */
async function find(page: Page, what: string, ways: Locator[], near: Place | null): Promise<Aim> {
  if (!ways.length && near) return { element: page.locator('html'), position: { x: near[0], y: near[1] } };
  const started = Date.now();
  for (let waited = 0; waited < FIND_MS; waited = Date.now() - started) {
    for (const way of waited > FIRST_WAY_MS ? ways : ways.slice(0, 1)) {
      const shown = way.filter({ visible: true });
      const count = await shown.count();
      if (count === 1 || (count && !near)) return { element: shown.first() };
      if (count && near) return { element: shown.nth(await shown.evaluateAll(nearest, near)) };
    }
    await page.waitForTimeout(100);
  }
  throw new StepFailed(`${what} is not on ${page.url()}`);
}

function nearest(elements: Element[], [x, y]: Place): number {
  const all = elements.map((el, i) => {
    const box = el.getBoundingClientRect();
    const dx = Math.max(box.left + scrollX - x, x - box.right - scrollX, 0);
    const dy = Math.max(box.top + scrollY - y, y - box.bottom - scrollY, 0);
    return { far: dx * dx + dy * dy, area: box.width * box.height, i };
  });
  return all.sort((a, b) => a.far - b.far || a.area - b.area)[0]?.i ?? 0;
}

/** Opens an address of the site. */
async function openPage(page: Page, address: string): Promise<void> {
  const base = process.env.BASE_URL || BASE_URL;
  if (!base) throw new StepFailed('set BASE_URL to where the site runs');
  try {
    await page.goto(base.replace(/\/+$/, '') + address);
  } catch (error) {
    throw new StepFailed(`${address} cannot be opened: ${firstLine(error)}`);
  }
  await page.waitForTimeout(SETTLE_MS);
}

/** A click, or Enter on the element with the focus; does not wait for what comes of it. */
async function press(aim: Aim, what: string, byKey = false): Promise<void> {
  try {
    if (byKey) await aim.element.press('Enter', { noWaitAfter: true });
    else await aim.element.click({ position: aim.position, noWaitAfter: true, timeout: FIND_MS });
  } catch (error) {
    throw new StepFailed(`${what} takes no click: ${firstLine(error)}`);
  }
}

/** A click on the way to the check. */
async function click(page: Page, what: string, ways: Locator[], near: Place | null, byKey = false): Promise<void> {
  await press(await find(page, what, ways, near), what, byKey);
  await page.waitForTimeout(SETTLE_MS);
}

/** Gives a field a value. */
async function fill(page: Page, what: string, ways: Locator[], value: string, how = 'fill'): Promise<void> {
  const field = (await find(page, what, ways, null)).element;
  try {
    if (how === 'select') await field.selectOption({ index: (await field.locator('option').count()) - 1 });
    else if (how === 'fill') await field.fill(value);
    else await field.setChecked(how === 'check', { force: true });
  } catch (error) {
    throw new StepFailed(`${what} takes no value: ${firstLine(error)}`);
  }
  await page.waitForTimeout(100);
}
