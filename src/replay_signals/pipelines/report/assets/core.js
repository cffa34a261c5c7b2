// What all pages share: building elements from data (never from markup), numbers in words, the theme switch.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const root = document.documentElement;

  // On a phone the bar of pages is wider than the window: the one that is shown is in sight.
  const bar = document.querySelector(".top nav");
  const here = bar.querySelector("[aria-current]");
  if (here) bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") node.addEventListener(name, value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }
  const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  const whole = new Intl.NumberFormat("en");
  const count = (number, noun) => whole.format(number) + " " + noun + (number === 1 ? "" : "s");
  function share(value) {
    if (value === null) return "–";
    const percent = 100 * value;
    return (percent >= 10 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)) + " %";
  }
  const points = (value) => (value > 0 ? "+" : value < 0 ? "−" : "±") + Math.abs(100 * value).toFixed(1);
  function clock(ms) {
    const seconds = Math.floor(Math.abs(ms) / 1000);
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    const said = hours ? hours + ":" + two(minutes) + ":" + two(seconds % 60) : minutes + ":" + two(seconds % 60);
    return ms < 0 && seconds ? "−" + said : said;
  }
  function span(ms) {
    const seconds = Math.round(ms / 1000);
    if (seconds < 60) return seconds + " s";
    if (seconds < 3600) return Math.floor(seconds / 60) + " min " + (seconds % 60 ? (seconds % 60) + " s" : "");
    return Math.floor(seconds / 3600) + " h " + (Math.floor(seconds / 60) % 60) + " min";
  }
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const day = (iso) => iso ? Number(iso.slice(8, 10)) + " " + months[Number(iso.slice(5, 7)) - 1] + " " + iso.slice(0, 4) : "";
  const time = (iso) => day(iso) + ", " + iso.slice(11, 16);

  // Severity as a number and a bar, so that neither colour nor position alone says it.
  function severity(value, note) {
    return h("span", { class: "severity" },
      h("span", { class: "severity-number" }, value.toFixed(0)),
      svg("svg", { class: "severity-bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "track", width: 100, height: 4 }), svg("rect", { class: "level", width: value, height: 4 })),
      note ? h("span", { class: "muted" }, note) : null);
  }

  const toggle = document.getElementById("theme");
  if (toggle) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
    const say = () => toggle.setAttribute("aria-pressed", String(isDark()));
    toggle.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("replay-signals-theme", root.dataset.theme); } catch { /* not kept */ }
      say();
    });
    dark.addEventListener("change", say);
    toggle.hidden = false;
    say();
  }

  // Where a server shows the report, it may have been made again since.
  async function look() {
    const made = await report.reload("made").catch(() => root.dataset.made);
    if (made === root.dataset.made) return setTimeout(look, 10000);
    document.getElementById("newer").replaceChildren("There are newer results. ",
      h("button", { type: "button", click: () => location.reload() }, "Show them"));
  }
  if (location.protocol.startsWith("http")) setTimeout(look, 5000);

  Object.assign(report, { h, svg, whole, count, share, points, clock, span, day, time, severity });
})();
