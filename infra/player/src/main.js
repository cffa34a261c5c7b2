// What pages use: `ReplaySignals.session(data)` of data files, `ReplaySignals.play(element, options)` of pages.
import "rrweb/dist/style.css";
import "./player.css";
import { nextSession, session } from "./data.js";
import { Heat } from "./heat.js";
import { Player } from "./player.js";
import { still } from "./still.js";

/** Plays the next session that a data file brings; a promise of the player. `options`: `signal` (id) or `at` (ms). */
async function play(root, options) {
  return new Player(root, await nextSession(), options);
}

/** `#signal=<id>` or `#at=<ms>` of the page's address as options. */
function optionsOf(hash) {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  return { signal: asked.get("signal") || undefined, at: Number(asked.get("at")) || 0 };
}

globalThis.ReplaySignals = { session, nextSession, play, Player, optionsOf, still, Heat };

const root = document.querySelector("[data-replay]");
if (root) {
  globalThis.ReplaySignals.ready = play(root, optionsOf(location.hash)).then((player) => {
    addEventListener("hashchange", () => {
      const { signal, at } = optionsOf(location.hash);
      const entry = player.signals.find((one) => one.id === signal);
      if (entry) player.goTo(entry);
      else player.seek(at);
    });
    return player;
  });
}

const heat = document.querySelector("[data-heatmap]");
if (heat) globalThis.ReplaySignals.ready = nextSession().then((data) => new Heat(heat, data));
