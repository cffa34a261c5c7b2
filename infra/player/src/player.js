// The player of one session: a picture with marks, controls, a timeline, and the tree of the page.
import { clock, el } from "./dom.js";
import { Inspector } from "./inspector.js";
import { Stage } from "./stage.js";
import { Timeline } from "./timeline.js";

const LEAD_MS = 3000; // shown before a signal when it is played
const OUTLINE_MS = 5000; // the outline stays so long after a signal
const STEP_MS = 5000;
const WORTH_SKIPPING_MS = 4000;
const SPEEDS = [1, 2, 4, 8];

export class Player {
  /**
   * Draws a session into an element.
   * `options.signal`: id of a signal to stand at; `options.at`: or a time in ms from the start.
   */
  constructor(root, session, options = {}) {
    this.session = session;
    this.at = 0;
    this.playing = false;
    this.speed = 1;
    this.skips = true;
    this.pinned = null; // a window that the viewer chose
    this.signals = session.timeline.filter((entry) => entry.kind === "signal");
    root.classList.add("rs-player");
    this.root = root;
    this.build();
    this.stage = new Stage(this.picture, session);
    this.inspector = new Inspector(this.treePanel, this.stage, (id, name) => this.stage.outline(id, name));
    this.timeline = new Timeline(this.side, session, (entry) => this.goTo(entry));
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
    const signal = this.signals.find((entry) => entry.id === options.signal);
    if (signal) this.goTo(signal);
    else this.seek(options.at || 0);
    this.tick = this.tick.bind(this);
    this.frame = requestAnimationFrame(this.tick);
  }

  build() {
    this.picture = el("div", { class: "rs-picture" });
    this.playButton = el("button", { type: "button", class: "rs-play", onclick: () => this.toggle() });
    this.time = el("output", { class: "rs-time", "aria-live": "off" });
    this.slider = el("input", {
      type: "range",
      min: 0,
      max: Math.max(1, this.session.length_ms),
      step: 100,
      "aria-label": "Position in the session",
      oninput: () => this.seek(Number(this.slider.value)),
    });
    this.track = el("div", { class: "rs-track" }, this.marks(), this.slider);
    const speed = el("select", { "aria-label": "Speed" }, ...SPEEDS.map((one) => el("option", { value: one, text: `${one}×` })));
    speed.addEventListener("change", () => {
      this.speed = Number(speed.value);
      this.start();
    });
    const skip = el("input", { type: "checkbox", checked: true });
    skip.addEventListener("change", () => (this.skips = skip.checked));
    const step = (text, name, go) => el("button", { type: "button", "aria-label": name, title: name, text, onclick: go });
    this.status = el("p", { class: "rs-status", role: "status" });
    this.treePanel = el("div", { class: "rs-tree-panel" });
    this.treeToggle = el("details", { class: "rs-inspect" }, el("summary", { text: "Page at this moment" }), this.treePanel);
    this.treeToggle.addEventListener("toggle", () => this.treeToggle.open && this.inspect());
    this.tabs = el("div", { class: "rs-tabs", role: "group", "aria-label": "Windows" });
    this.side = el("section", { class: "rs-side", "aria-label": "Timeline" });
    this.root.append(
      el(
        "section",
        { class: "rs-main", "aria-label": "Replay", tabindex: "-1" },
        this.tabs,
        this.picture,
        this.track,
        el(
          "div",
          { class: "rs-controls" },
          step("‹ Signal", "Previous signal (p)", () => this.step(-1)),
          this.playButton,
          step("Signal ›", "Next signal (n)", () => this.step(1)),
          this.time,
          speed,
          el("label", {}, skip, " Skip inactivity"),
        ),
        this.status,
        this.treeToggle,
      ),
      this.side,
    );
    this.drawTabs();
    this.drawPlay();
  }

  marks() {
    const length = Math.max(1, this.session.length_ms);
    const at = (ms) => `${(100 * ms) / length}%`;
    const made = el("div", { class: "rs-marks", "aria-hidden": "true" });
    for (const [, from, to, active] of this.session.spans) {
      if (!active) made.append(el("span", { class: "rs-idle", style: `left:${at(from)};width:${at(to - from)}` }));
    }
    for (const entry of this.signals) {
      made.append(el("span", { class: "rs-signal", "data-level": entry.level, style: `left:${at(entry.at_ms)}` }));
    }
    return made;
  }

  drawTabs() {
    const windows = this.session.windows;
    this.tabs.hidden = windows.length < 2;
    this.tabs.replaceChildren(
      ...windows.map((_, index) =>
        el("button", {
          type: "button",
          "aria-pressed": String(index === this.window),
          text: `Window ${index + 1}`,
          onclick: () => {
            this.pinned = this.pinned === index ? null : index;
            this.seek(this.at);
          },
        }),
      ),
    );
  }

  drawPlay() {
    this.playButton.textContent = this.playing ? "Pause" : "Play";
    this.playButton.setAttribute("aria-label", this.playing ? "Pause (space)" : "Play (space)");
  }

  /** The span of a time. */
  spanAt(at) {
    const spans = this.session.spans;
    return spans.find(([, from, to]) => at >= from && at < to) || spans[spans.length - 1] || [0, 0, 0, true];
  }

  /** Goes to a time, in the window that was used then. */
  seek(at) {
    this.at = Math.max(0, Math.min(at, this.session.length_ms));
    this.start();
  }

  /** Draws the picture at the time, playing or not. */
  start() {
    const span = this.spanAt(this.at);
    const index = this.pinned === null ? span[0] : this.pinned;
    const changed = index !== this.window;
    this.window = index;
    this.stage.show(index, this.at, this.playing ? this.speed : 0);
    this.since = performance.now();
    this.from = this.at;
    if (changed) this.drawTabs();
    this.update();
  }

  toggle(on = !this.playing) {
    if (on && this.at >= this.session.length_ms) this.at = 0;
    this.playing = on;
    this.drawPlay();
    this.start();
  }

  tick() {
    this.frame = requestAnimationFrame(this.tick);
    if (this.playing) {
      this.at = Math.min(this.session.length_ms, this.from + (performance.now() - this.since) * this.speed);
      const [index, , to, active] = this.spanAt(this.at);
      if (this.at >= this.session.length_ms) this.toggle(false);
      else if (!active && this.skips && to - this.at > WORTH_SKIPPING_MS) this.skip(to);
      else if (this.pinned === null && index !== this.window) this.start();
      this.update();
    }
    this.stage.trace();
  }

  skip(to) {
    const next = this.session.timeline.find((entry) => entry.at_ms > this.at + WORTH_SKIPPING_MS && entry.kind === "signal");
    const goal = Math.min(to, next ? next.at_ms : to) - 500;
    if (goal - this.at < WORTH_SKIPPING_MS / 2) return;
    this.say(`Skipped ${Math.round((goal - this.at) / 1000)} s without activity.`);
    this.seek(goal);
  }

  /** Slider, clock, list and outline for the time it is. */
  update() {
    this.slider.value = String(Math.round(this.at));
    const shown = `${clock(this.at)} / ${clock(this.session.length_ms)}`;
    if (this.time.textContent !== shown) {
      this.time.textContent = shown;
      this.slider.setAttribute("aria-valuetext", `${clock(this.at)} of ${clock(this.session.length_ms)}`);
    }
    this.timeline.follow(this.at);
    const signal = this.signals.findLast(
      (entry) => entry.node && this.at >= entry.at_ms - LEAD_MS && this.at <= Math.max(entry.at_ms, entry.until_ms || 0) + OUTLINE_MS,
    );
    if (signal !== this.outlined) {
      this.outlined = signal;
      this.stage.outline(signal ? signal.node : null, signal ? signal.title : "");
    }
    if (!this.playing && this.treeToggle.open) this.inspect();
  }

  inspect() {
    this.inspector.draw(this.outlined ? this.outlined.node : null);
  }

  /** Goes to a line of the timeline, and stands there. */
  goTo(entry) {
    this.pinned = null;
    const own = this.session.windows.findIndex((one) => one.id === entry.window);
    if (own >= 0 && own !== this.spanAt(entry.at_ms)[0]) this.pinned = own;
    this.playing = false;
    this.drawPlay();
    this.outlined = undefined;
    this.seek(entry.at_ms);
    if (entry.kind === "signal") this.say(`${entry.title}: ${entry.detail || ""}`);
    else this.say("");
  }

  /** The next signal or the one before. */
  step(by) {
    const found =
      by > 0
        ? this.signals.find((entry) => entry.at_ms > this.at + 1)
        : this.signals.findLast((entry) => entry.at_ms < this.at - 1);
    if (found) this.goTo(found);
    else this.say(by > 0 ? "No signal after this moment." : "No signal before this moment.");
  }

  say(text) {
    this.status.textContent = text;
  }

  key(event) {
    const tag = event.target.tagName;
    if (event.target !== document.body && !this.root.contains(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || tag === "SELECT") return;
    const isControl = tag === "BUTTON" || tag === "SUMMARY" || event.target.type === "checkbox";
    const act = {
      " ": isControl ? null : () => this.toggle(),
      k: () => this.toggle(),
      ArrowLeft: () => this.seek(this.at - STEP_MS),
      ArrowRight: () => this.seek(this.at + STEP_MS),
      n: () => this.step(1),
      p: () => this.step(-1),
      i: () => (this.treeToggle.open = !this.treeToggle.open),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    document.removeEventListener("keydown", this.onkey);
    this.stage.destroy();
    this.root.replaceChildren();
  }
}
