// A page that has to be there.
import { type Page } from '@playwright/test';

declare const SETTLE_MS: number;
declare const FaultIsThere: new (message: string) => Error;
declare const StepFailed: new (message: string) => Error;

// --- from here on it is in the script
/** The documents that a page got, by their status. */
class Documents {
  statuses: number[] = [];

  constructor(private readonly page: Page) {
    page.on('response', response => {
      const request = response.request();
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) this.statuses.push(response.status());
    });
  }

  /** Fails when the last document is an error or shows nothing. */
  async mustBeThere(withinMs: number): Promise<void> {
    const started = Date.now();
    while (!this.statuses.length && Date.now() - started < withinMs) await this.page.waitForTimeout(100);
    if (!this.statuses.length) throw new StepFailed('no other page was opened');
    await this.page.waitForTimeout(SETTLE_MS);
    const status = this.statuses.at(-1) ?? 0;
    if (status >= 400) throw new FaultIsThere(`${this.page.url()} answered ${status}`);
    while (Date.now() - started < withinMs) {
      if (!(await isEmpty(this.page))) return;
      await this.page.waitForTimeout(200);
    }
    throw new FaultIsThere(`${this.page.url()} shows nothing`);
  }
}

/** Is there nothing to see? */
async function isEmpty(page: Page): Promise<boolean> {
  try {
    return await page.evaluate(
      () =>
        !document.body ||
        (!document.body.innerText.trim() &&
          ![...document.querySelectorAll('img,svg,canvas,video,input,button,iframe')].some(
            el => el.getClientRects().length,
          )),
    );
  } catch {
    return true;
  }
}
