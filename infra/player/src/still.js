// One moment as a picture without anything around it, for a headless browser to photograph.
import { Stage } from "./stage.js";

const PICTURES_MS = 2000; // pictures in the page are waited for so long

/** Draws `data.events` as they end, outlines `data.node`. A promise of `{ marked, width, height }`. */
export async function still(root, data) {
  const last = data.events[data.events.length - 1].timestamp;
  const first_ms = data.events[0].timestamp;
  const window_ = { id: "", first_ms, last_ms: last + 1, has_page: true, events: data.events };
  root.replaceChildren();
  const stage = new Stage(root, { windows: [window_] });
  stage.show(0, last + 1, 0);
  await settled();
  const document_ = stage.document;
  const pictures = [...document_.images].map((one) => one.decode().catch(() => null));
  await Promise.race([Promise.all(pictures), new Promise((resolve) => setTimeout(resolve, PICTURES_MS))]);
  stage.outline(data.node || null, data.label);
  await settled();
  const { width, height } = document_.defaultView.frameElement;
  return { marked: stage.trace(), width: Number(width), height: Number(height) };
}

function settled() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}
