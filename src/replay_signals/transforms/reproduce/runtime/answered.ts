// A request that must not fail.
import { type Page, type Request } from '@playwright/test';

declare const FaultIsThere: new (message: string) => Error;
declare const StepFailed: new (message: string) => Error;

// --- from here on it is in the script
/** How requests of a page were answered: the request, and its status, 0 for none. */
class Answers {
  seen: [Request, number][] = [];

  constructor(page: Page) {
    page.on('response', response => this.seen.push([response.request(), response.status()]));
    page.on('requestfailed', request => this.seen.push([request, 0]));
  }

  /** Fails when a request of this method and path gets an error or nothing; without both, when any does. */
  async mustBeGood(page: Page, method: string, segments: string[], withinMs: number): Promise<void> {
    const started = Date.now();
    while (Date.now() - started < withinMs) {
      const own = this.seen.filter(([request]) => isIt(request, method, segments));
      for (const [request, status] of own)
        if (status >= 400 || status === 0)
          throw new FaultIsThere(`${request.method()} ${request.url()} answered ${status || 'nothing'}`);
      if (own.length && segments.length) return;
      await page.waitForTimeout(100);
    }
    if (segments.length) throw new StepFailed(`no ${method || 'request of'} /${segments.join('/')} was sent`);
  }
}

/** Is it a request of the method and path? A `*` stands for any segment. */
function isIt(request: Request, method: string, segments: string[]): boolean {
  if (!segments.length) return ['fetch', 'xhr', 'document'].includes(request.resourceType());
  const path = new URL(request.url()).pathname.replace(/^\/+|\/+$/g, '').split('/');
  const same = path.length === segments.length && segments.every((want, i) => want === '*' || want === path[i]);
  return same && ['', request.method()].includes(method);
}
