// The picture: rrweb's replayer for each window, in a frame that is sandboxed without scripts, and marks over it.
import { Replayer } from "rrweb";
import { el } from "./dom.js";

// Shown in the recorded page. What the rules of privacy took out is drawn as a box of its size.
const RULES = [
  "[data-blocked]{background:repeating-linear-gradient(45deg,#8883 0 6px,#8881 6px 12px)!important;" +
    "outline:1px solid #8886;outline-offset:-1px;color:transparent!important}",
  '[data-blocked="masked"] *{visibility:hidden!important}',
  'img[data-blocked],video[data-blocked],canvas[data-blocked],iframe[data-blocked="masked"]{min-width:8px;min-height:8px}',
  'iframe[data-blocked="picture"]{background:transparent!important;outline:none}',
  "noscript,template{display:none!important}",
];
const MIN_SCALE = 0.1;

export class Stage {
  /** `root`: where to draw. `session`: the player's data. */
  constructor(root, session) {
    this.session = session;
    this.note = el("p", { class: "rs-note", hidden: true });
    this.board = el("div", { class: "rs-board" });
    this.root = root;
    root.append(this.board, this.note);
    this.windows = session.windows.map(() => null);
    this.current = -1;
    this.focus = null;
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(root);
  }

  /** Shows a window at a time (ms from the session's start); plays on from there when `speed` is above 0. */
  show(index, at, speed) {
    const window_ = this.session.windows[index];
    if (this.current !== index) {
      this.pauseCurrent();
      this.windows.forEach((made, i) => made && (made.holder.hidden = i !== index));
      this.current = index;
    }
    const has = window_ !== undefined && window_.has_page;
    this.remark(has ? "" : "The recording of this window holds no page.");
    if (!has) return;
    let made = null;
    try {
      made = this.windows[index] || this.make(index);
      made.holder.hidden = false;
      this.draw(made.replayer, Math.max(0, Math.min(at, window_.last_ms) - window_.first_ms), speed);
    } catch {
      this.remark("A part of this recording cannot be drawn."); // rrweb throws at changes that fit no page
    }
    if (made === null) return;
    this.fit();
    if (this.note.hidden && made.frame.contentDocument.querySelector('[data-missed="stylesheet"]')) {
      this.remark("A style sheet of this page was not recorded.");
    }
  }

  draw(replayer, offset, speed) {
    if (speed > 0) {
      replayer.setConfig({ speed });
      replayer.play(offset);
    } else {
      replayer.pause(offset);
    }
  }

  remark(text) {
    this.note.textContent = text;
    this.note.hidden = text === "";
  }

  pauseCurrent() {
    const made = this.windows[this.current];
    if (made) made.replayer.pause();
  }

  make(index) {
    const window_ = this.session.windows[index];
    const holder = el("div", { class: "rs-window" });
    this.board.append(holder);
    const events = window_.events.slice();
    if (events.length < 2) events.push({ type: 5, timestamp: events[0].timestamp + 1, data: { tag: "end", payload: {} } });
    const replayer = new Replayer(events, {
      root: holder,
      mouseTail: false,
      showWarning: false,
      showDebug: false,
      triggerFocus: false,
      UNSAFE_replayCanvas: false,
      insertStyleRules: RULES,
    });
    const frame = replayer.iframe;
    frame.setAttribute("title", "Recorded page");
    frame.setAttribute("tabindex", "-1");
    const mark = el("div", { class: "rs-mark", hidden: true });
    replayer.wrapper.append(mark);
    replayer.on("resize", () => this.fit());
    return (this.windows[index] = { holder, replayer, frame, mark });
  }

  /** Scales the picture to its place. */
  fit() {
    const made = this.windows[this.current];
    if (!made) return;
    const width = Number(made.frame.getAttribute("width")) || 1024;
    const height = Number(made.frame.getAttribute("height")) || 768;
    const scale = Math.max(MIN_SCALE, Math.min(this.root.clientWidth / width, this.root.clientHeight / height, 1.5));
    made.replayer.wrapper.style.transform = `scale(${scale})`;
    made.holder.style.width = `${width * scale}px`;
    made.holder.style.height = `${height * scale}px`;
  }

  /** Outlines an element by its node id, with a word; null takes the outline away. */
  outline(node, label) {
    this.focus = node === null ? null : { node, label };
    this.trace();
  }

  /** Puts the outline where the element is now. Returns whether it is on screen. */
  trace() {
    const made = this.windows[this.current];
    if (!made) return false;
    const node = this.focus && made.replayer.getMirror().getNode(this.focus.node);
    const box = node && node.getBoundingClientRect ? place(node, made.frame) : null;
    const inside =
      box !== null &&
      box.width + box.height > 0 &&
      box.right > 0 &&
      box.bottom > 0 &&
      box.left < made.frame.clientWidth &&
      box.top < made.frame.clientHeight;
    made.mark.hidden = !inside;
    if (inside) {
      Object.assign(made.mark.style, {
        left: `${box.left - 4}px`,
        top: `${box.top - 4}px`,
        width: `${box.width + 8}px`,
        height: `${box.height + 8}px`,
      });
      made.mark.dataset.label = this.focus.label;
    }
    return inside;
  }

  /** The recorded document as it stands, null when there is none. */
  get document() {
    const made = this.windows[this.current];
    return made ? made.frame.contentDocument : null;
  }

  /** The node id of an element of the recorded document, and back. */
  idOf(node) {
    return this.windows[this.current].replayer.getMirror().getId(node);
  }

  nodeOf(id) {
    const made = this.windows[this.current];
    return made ? made.replayer.getMirror().getNode(id) : null;
  }

  destroy() {
    this.observer.disconnect();
    this.windows.forEach((made) => made && made.replayer.destroy());
    this.root.replaceChildren();
  }
}

/** The box of an element in the outermost frame. */
function place(node, outermost) {
  const own = node.getBoundingClientRect();
  let [left, top] = [own.left, own.top];
  let frame = node.ownerDocument.defaultView && node.ownerDocument.defaultView.frameElement;
  while (frame && frame !== outermost) {
    const around = frame.getBoundingClientRect();
    left += around.left + frame.clientLeft;
    top += around.top + frame.clientTop;
    frame = frame.ownerDocument.defaultView && frame.ownerDocument.defaultView.frameElement;
  }
  return { left, top, width: own.width, height: own.height, right: left + own.width, bottom: top + own.height };
}
