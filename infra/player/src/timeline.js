// The list beside the picture: what happened when. Every line is a button that goes there.
import { clock, el } from "./dom.js";

const KINDS = {
  signal: "Signals",
  click: "Clicks",
  page: "Pages",
  exception: "Exceptions",
  console: "Console",
  failed: "Failed requests",
  request: "Requests",
  event: "Events",
};
const MAX_SHOWN = 2000;
const FEW = 12; // requests that went well and are still shown at first

const kindOf = (entry) => (entry.kind === "request" && entry.level === "error" ? "failed" : entry.kind);

export class Timeline {
  /** `ongo(entry)`: a line was chosen. */
  constructor(root, session, ongo) {
    this.session = session;
    this.ongo = ongo;
    const well = session.timeline.filter((entry) => kindOf(entry) === "request").length;
    this.off = new Set(well > FEW ? ["request"] : []);
    this.list = el("ol", { class: "rs-list" });
    this.buttons = [];
    this.filters = el("fieldset", { class: "rs-filters" }, el("legend", { text: "Show" }));
    for (const [kind, name] of Object.entries(KINDS)) {
      const count = session.timeline.filter((entry) => kindOf(entry) === kind).length;
      if (!count) continue;
      const box = el("input", { type: "checkbox", checked: !this.off.has(kind) });
      box.addEventListener("change", () => {
        if (box.checked) this.off.delete(kind);
        else this.off.add(kind);
        this.draw();
      });
      this.filters.append(el("label", { "data-kind": kind }, box, ` ${name} `, el("small", { text: count })));
    }
    root.append(this.filters, this.list);
    this.draw();
  }

  draw() {
    const entries = this.session.timeline.filter((entry) => !this.off.has(kindOf(entry)));
    this.buttons = entries.slice(0, MAX_SHOWN).map((entry) => ({ entry, button: this.line(entry) }));
    this.list.replaceChildren(...this.buttons.map(({ button }) => el("li", {}, button)));
    if (entries.length > MAX_SHOWN) this.list.append(el("li", { text: `${entries.length - MAX_SHOWN} more are not shown.` }));
    if (!entries.length) this.list.append(el("li", { class: "rs-empty", text: "Nothing of this kind was recorded." }));
    this.current = null;
  }

  line(entry) {
    const level = entry.level || "info";
    const button = el(
      "button",
      { type: "button", "data-kind": entry.kind, "data-level": level, "data-id": entry.id || null },
      el("time", { text: clock(entry.at_ms) }),
      el("span", { class: "rs-kind", text: entry.kind }),
      el("span", { class: "rs-title", text: entry.title }),
      el("span", { class: "rs-detail", text: entry.detail || "" }),
    );
    button.addEventListener("click", () => this.ongo(entry));
    return button;
  }

  /** Marks the last line before a time. */
  follow(at) {
    let found = null;
    for (const one of this.buttons) {
      if (one.entry.at_ms > at) break;
      found = one;
    }
    if (found === this.current) return;
    if (this.current) this.current.button.removeAttribute("aria-current");
    this.current = found;
    if (!found) return;
    found.button.setAttribute("aria-current", "true");
    if (!this.list.contains(document.activeElement)) {
      const { offsetTop, offsetHeight } = found.button.parentNode;
      const over = this.list;
      if (offsetTop < over.scrollTop || offsetTop + offsetHeight > over.scrollTop + over.clientHeight) {
        over.scrollTop = offsetTop - over.clientHeight / 3;
      }
    }
  }
}
