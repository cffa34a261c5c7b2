// An error that must not come.
import { type Page } from '@playwright/test';

declare const FaultIsThere: new (message: string) => Error;

// --- from here on it is in the script
/** Uncaught errors of a page, and what it logs as errors. */
class Errors {
  uncaught: string[] = [];
  logged: string[] = [];

  constructor(page: Page) {
    page.on('pageerror', error => this.uncaught.push(`${error.name}: ${error.message}`));
    page.on('console', line => line.type() === 'error' && this.logged.push(line.text()));
  }

  /** What came so far is not the fault's. */
  forget(): void {
    this.uncaught = [];
    this.logged = [];
  }

  /** Fails when an error says all pieces one after the other; of none, when any was not caught. */
  async mustNotSay(page: Page, pieces: string[], withinMs: number): Promise<void> {
    const started = Date.now();
    while (Date.now() - started < withinMs) {
      for (const line of [...this.uncaught, ...(pieces.length ? this.logged : [])])
        if (says(line, pieces)) throw new FaultIsThere(line);
      await page.waitForTimeout(100);
    }
  }
}

/** Are the pieces in the line in this order? */
function says(line: string, pieces: string[]): boolean {
  let at = 0;
  for (const piece of pieces) {
    at = line.indexOf(piece, at);
    if (at < 0) return false;
    at += piece.length;
  }
  return true;
}
