// A heatmap: the page as it looked, in full height, with its elements coloured by how many visitors clicked them.
import { el } from "./dom.js";
import { Stage } from "./stage.js";

const MODES = {
  clicks: { name: "Clicks", colour: "214, 40, 110", value: (one) => one.share, text: (one) => percent(one.share) },
  dead: { name: "Dead clicks", colour: "190, 30, 30", value: (one) => one.dead_visitors, text: (one) => `${one.dead} dead` },
  rage: { name: "Rage clicks", colour: "130, 40, 200", value: (one) => one.rage_visitors, text: (one) => `${one.rage_visitors} in rage` },
  scroll: { name: "Scroll depth", colour: "", value: () => 0, text: () => "" },
};
const MAX_HEIGHT = 30000;

/** Draws `data` (`{ heatmap, events }`, events null without a picture) into an element. */
export class Heat {
  constructor(root, data) {
    this.heatmap = data.heatmap;
    this.mode = "clicks";
    root.classList.add("rs-player", "rs-heat");
    this.picture = el("div", { class: "rs-heat-picture" });
    this.marks = el("div", { class: "rs-heat-marks", "aria-hidden": "true" });
    this.body = el("tbody");
    root.append(
      el("section", { class: "rs-main", "aria-label": "Picture" }, this.choice(), this.picture),
      el("section", { class: "rs-side", "aria-label": "Numbers" }, this.table(), this.scrollTable()),
    );
    this.draw();
    if (data.events) this.show(data.events);
    else this.picture.append(el("p", { class: "rs-empty", text: "No recording shows this page, so there are numbers only." }));
  }

  choice() {
    const box = el("fieldset", { class: "rs-filters" }, el("legend", { text: "Show" }));
    for (const [mode, { name }] of Object.entries(MODES)) {
      const radio = el("input", { type: "radio", name: "mode", value: mode, checked: mode === this.mode });
      radio.addEventListener("change", () => {
        this.mode = mode;
        this.draw();
      });
      box.append(el("label", {}, radio, ` ${name}`));
    }
    return box;
  }

  show(events) {
    const last = events[events.length - 1].timestamp;
    const window_ = { id: "", first_ms: events[0].timestamp, last_ms: last + 1, has_page: true, events };
    const holder = el("div", { class: "rs-heat-page" });
    this.picture.append(holder);
    this.stage = new Stage(holder, { windows: [window_] });
    this.stage.show(0, last + 1, 0);
    const made = this.stage.windows[0];
    this.frame = made.frame;
    made.replayer.wrapper.querySelectorAll(".replayer-mouse").forEach((one) => (one.hidden = true));
    made.replayer.wrapper.append(this.marks);
    requestAnimationFrame(() => requestAnimationFrame(() => this.unroll(made)));
  }

  /** Gives the frame the height of its page, and scales it to the width there is. */
  unroll(made) {
    const document_ = this.frame.contentDocument;
    document_.defaultView.scrollTo(0, 0);
    const height = Math.min(MAX_HEIGHT, Math.max(document_.documentElement.scrollHeight, Number(this.frame.height) || 0));
    this.frame.height = String(height);
    const scale = () => {
      const factor = Math.min(1, this.picture.clientWidth / Number(this.frame.width));
      made.replayer.wrapper.style.transform = `scale(${factor})`;
      made.holder.style.width = `${Number(this.frame.width) * factor}px`;
      made.holder.style.height = `${height * factor}px`;
    };
    this.stage.fit = scale;
    scale();
    this.draw();
  }

  draw() {
    this.body.replaceChildren(...this.rows());
    if (!this.stage) return;
    this.marks.replaceChildren(...(this.mode === "scroll" ? this.bands() : this.boxes()));
  }

  boxes() {
    const { colour, value, text } = MODES[this.mode];
    const most = Math.max(...this.heatmap.elements.map(value), 0);
    const made = [];
    for (const [number, one] of this.heatmap.elements.entries()) {
      if (!value(one)) continue;
      for (const [i, id] of one.nodes.entries()) {
        const node = this.stage.nodeOf(id);
        const box = node && node.getBoundingClientRect ? node.getBoundingClientRect() : null;
        if (!box || box.width + box.height === 0) continue;
        const depth = 0.15 + 0.55 * (value(one) / most);
        const label = i === 0 ? `${number + 1}: ${text(one)}` : "";
        const style = `left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px;`;
        made.push(el("span", { style: `${style}background:rgba(${colour}, ${depth})`, "data-label": label || null }));
      }
    }
    return made;
  }

  bands() {
    const height = Number(this.frame.height);
    return this.heatmap.scroll.map(({ depth, share }, i, all) => {
      const top = (i ? all[i - 1].depth : 0) * height;
      const hue = 220 - 200 * share;
      const style = `left:0;width:100%;top:${top}px;height:${depth * height - top}px;background:hsla(${hue}, 80%, 50%, 0.35)`;
      return el("span", { style, "data-label": `${percent(share)} saw this` });
    });
  }

  table() {
    const head = ["", "Element", "Visitors", "Clicks", "Dead", "Rage"].map((name) => el("th", { scope: "col", text: name }));
    const caption = el("caption", {
      text: `${this.heatmap.visitors} visitors, ${this.heatmap.clicks} clicks`,
    });
    return el("div", { class: "rs-heat-table" }, el("table", {}, caption, el("thead", {}, el("tr", {}, ...head)), this.body));
  }

  rows() {
    const { value } = MODES[this.mode];
    return this.heatmap.elements
      .map((one, i) => [one, i])
      .filter(([one]) => this.mode === "scroll" || value(one))
      .map(([one, i]) =>
        el(
          "tr",
          {},
          el("td", { text: i + 1 }),
          el("th", { scope: "row" }, one.element || one.element_key, one.nodes.length ? null : el("small", { text: " (not in the picture)" })),
          el("td", { text: `${percent(one.share)} (${one.visitors})`, title: `95 %: ${percent(one.low)} to ${percent(one.high)}` }),
          el("td", { text: one.clicks }),
          el("td", { text: one.dead || "" }),
          el("td", { text: one.rage_visitors || "" }),
        ),
      );
  }

  scrollTable() {
    const rows = this.heatmap.scroll.map(({ depth, visitors, share }) =>
      el("tr", {}, el("th", { scope: "row", text: `${Math.round(depth * 100)} % of the page` }), el("td", { text: `${percent(share)} (${visitors})` })),
    );
    if (!rows.length) return el("p", { class: "rs-empty", text: "No recording tells the height of the page." });
    const head = el("tr", {}, el("th", { scope: "col", text: "Down to" }), el("th", { scope: "col", text: "Visitors" }));
    return el("div", { class: "rs-heat-table" }, el("table", {}, el("caption", { text: "Scroll depth" }), el("thead", {}, head), el("tbody", {}, ...rows)));
  }
}

function percent(share) {
  return share > 0 && share < 0.095 ? `${(100 * share).toFixed(1)} %` : `${Math.round(100 * share)} %`;
}
