// A click that has to be answered.
import { type Locator, type Page } from '@playwright/test';

declare const WATCH: string;
declare const FaultIsThere: new (message: string) => Error;
type Place = readonly [number, number];
type Aim = { element: Locator; position?: { x: number; y: number } };
declare function find(page: Page, what: string, ways: Locator[], near: Place | null): Promise<Aim>;
declare function press(aim: Aim, what: string, byKey?: boolean): Promise<void>;

// --- from here on it is in the script
declare const __reaction: { listen(): void; arm(el: Element, at?: { x: number; y: number }): void; seen(): string; prompt(): string };

const ALONE_MS = 7_000; // what changes in this time without a click is not its answer
const STYLE =
  '*, *::before, *::after { outline: none !important; box-shadow: none !important; caret-color: transparent; }';

/** Watches for answers from the first document on; the list is of what changes nothing in the document. */
async function watch(page: Page): Promise<string[]> {
  const outside: string[] = [];
  await page.addInitScript(WATCH);
  page.on('framenavigated', frame => frame === page.mainFrame() && outside.push('another address'));
  page.on('popup', () => outside.push('a new window'));
  page.on('download', () => outside.push('a download'));
  page.on('filechooser', () => outside.push('a choice of files'));
  page.on('dialog', dialog => {
    outside.push('a dialog');
    void dialog.accept();
  });
  return outside;
}

/** Clicks, and fails when nothing that can be seen comes of it. */
async function mustReact(
  page: Page,
  outside: string[],
  what: string,
  ways: Locator[],
  near: Place | null,
  withinMs: number,
  byKey = false,
): Promise<void> {
  const aim = await find(page, what, ways, near);
  if (!byKey) await aim.element.hover({ position: aim.position, force: true });
  await page.evaluate(() => __reaction.listen());
  await page.waitForTimeout(ALONE_MS);
  const before = await steadyPicture(page, aim);
  await aim.element.evaluate((el, at) => __reaction.arm(el, at), aim.position);
  outside.length = 0;
  const started = Date.now();
  await press(aim, what, byKey);
  while (Date.now() - started < withinMs) {
    const seen = outside.join() || (await reaction(page));
    if (seen) return console.log(`${what} was answered: ${seen}`);
    await page.waitForTimeout(100);
  }
  if (before && !before.equals(await picture(page, aim)))
    return console.log(`${what} was answered: the page looks different`);
  if ((await prompt(page)) && (await again(page, aim, what, byKey)))
    return console.log(`${what} was answered twice by what changes by itself, too`);
  throw new FaultIsThere(`nothing came of a click on ${what} within ${withinMs / 1000} s`);
}

/** What the document did since the click; a document that is gone was left. */
async function reaction(page: Page): Promise<string> {
  try {
    return await page.evaluate(() => __reaction.seen());
  } catch {
    return 'another document';
  }
}

/** What changes by itself now and then and changed right after the click. */
async function prompt(page: Page): Promise<string> {
  return page.evaluate(() => __reaction.prompt());
}

/** The same of a second click. */
async function again(page: Page, aim: Aim, what: string, byKey: boolean): Promise<string> {
  await aim.element.evaluate((el, at) => __reaction.arm(el, at), aim.position);
  await press(aim, what, byKey);
  await page.waitForTimeout(1000);
  return prompt(page);
}

/** The page as it looks, but for the element and the marks of the focus. */
async function picture(page: Page, aim: Aim): Promise<Buffer> {
  const mask = aim.position ? [] : [aim.element];
  return page.screenshot({ animations: 'disabled', caret: 'hide', mask, style: STYLE });
}

/** Null when the page looks different from one moment to the next. */
async function steadyPicture(page: Page, aim: Aim): Promise<Buffer | null> {
  const first = await picture(page, aim);
  await page.waitForTimeout(700);
  return first.equals(await picture(page, aim)) ? first : null;
}
