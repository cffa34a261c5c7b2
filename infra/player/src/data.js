// Sessions come as scripts, since pages from disk may fetch nothing: base64 of gzip of JSON.

const waiting = [];
const arrived = [];

/** Called by a data file. */
export function session(text) {
  const opened = open(text);
  const taker = waiting.shift();
  if (taker) taker(opened);
  else arrived.push(opened);
}

/** The next session that a data file brings, a promise. */
export function nextSession() {
  return arrived.length ? arrived.shift() : new Promise((resolve) => waiting.push(resolve));
}

async function open(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}
