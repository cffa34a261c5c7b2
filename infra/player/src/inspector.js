// The tree of the recorded page as it stands: nested disclosures, made as they are opened.
import { el } from "./dom.js";

const SILENT = new Set(["SCRIPT", "STYLE", "LINK", "TEMPLATE", "NOSCRIPT", "HEAD"]);
const MAX_CHILDREN = 200;
const MAX_TEXT = 200;
const HIDDEN = new Set(["style", "data-blocked", "data-rr-is-processed"]);

export class Inspector {
  /** `root`: where to draw. `onpick(id)`: an element was chosen. */
  constructor(root, stage, onpick) {
    this.stage = stage;
    this.onpick = onpick;
    this.body = el("div", { class: "rs-tree" });
    root.append(this.body);
  }

  /** Draws the tree anew, open down to an element (by node id) if one is given. */
  draw(focusId = null) {
    const document_ = this.stage.document;
    this.body.replaceChildren();
    if (!document_ || !document_.documentElement) {
      this.body.append(el("p", { text: "There is no page at this moment." }));
      return;
    }
    const focus = focusId === null ? null : this.stage.nodeOf(focusId);
    const way = new Set();
    for (let at = focus; at; at = up(at)) way.add(at);
    this.body.append(this.node(document_.documentElement, way, focus));
    const found = this.body.querySelector("[data-focus]");
    const panel = this.body.parentNode;
    if (found) panel.scrollTop += found.getBoundingClientRect().top - panel.getBoundingClientRect().top - panel.clientHeight / 2;
  }

  node(node, way, focus) {
    if (node.nodeType === 3) return el("p", { class: "rs-text", text: short(node.data) });
    const children = shown(node);
    const name = label(node);
    const pick = el("button", { class: "rs-pick", type: "button", title: "Outline it in the page", text: "◎" });
    pick.setAttribute("aria-label", `Outline ${name} in the page`);
    pick.addEventListener("click", () => this.onpick(this.stage.idOf(node), name));
    const mark = node === focus ? { "data-focus": true } : {};
    if (children.every((child) => child.nodeType === 3)) {
      const text = short(children.map((child) => child.data).join(" "));
      return el("div", { class: "rs-leaf", ...mark }, code(node), el("span", { class: "rs-text", text }), pick);
    }
    const summary = el("summary", mark, code(node), pick);
    const details = el("details", {}, summary);
    const fill = () => {
      if (details.childElementCount > 1) return;
      details.append(...children.slice(0, MAX_CHILDREN).map((child) => this.node(child, way, focus)));
      if (children.length > MAX_CHILDREN) {
        details.append(el("p", { class: "rs-text", text: `${children.length - MAX_CHILDREN} more` }));
      }
    };
    details.addEventListener("toggle", fill);
    if (way.has(node) || node.tagName === "HTML" || node.tagName === "BODY") {
      fill();
      details.open = true;
    }
    return details;
  }
}

function up(node) {
  if (node.parentNode) return node.parentNode.host || node.parentNode;
  return node.nodeType === 9 && node.defaultView ? node.defaultView.frameElement : null;
}

function shown(node) {
  const inner = node.tagName === "IFRAME" && node.contentDocument ? [node.contentDocument.documentElement] : [];
  const below = [...(node.shadowRoot ? node.shadowRoot.childNodes : []), ...node.childNodes, ...inner];
  return below.filter((child) => child && (child.nodeType === 1 ? !SILENT.has(child.tagName) : child.nodeType === 3 && child.data.trim()));
}

function label(node) {
  return `${node.tagName.toLowerCase()}${node.id ? `#${node.id}` : ""}`;
}

function code(node) {
  const own = [...node.attributes].filter((one) => !HIDDEN.has(one.name) && !(one.name === "href" && one.value === "#"));
  const attributes = own.map(({ name, value }) => ({ name: name === "data-href" ? "href" : name, value: value.replace(/ ?:hover\b/g, "") }));
  return el(
    "code",
    {},
    el("b", { text: node.tagName.toLowerCase() }),
    ...attributes.map((one) => el("span", {}, ` ${one.name}=`, el("i", { text: `"${short(one.value)}"` }))),
  );
}

function short(text) {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length > MAX_TEXT ? `${flat.slice(0, MAX_TEXT)} …` : flat;
}
