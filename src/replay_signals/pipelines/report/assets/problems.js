// The list of problems: pages of it are loaded as they are wanted, all of them once somebody searches or sorts.
"use strict";
(() => {
  const { h, svg, whole, count, share, points, day, severity } = report;
  const list = document.getElementById("problems");
  const status = document.getElementById("status");
  const more = document.getElementById("more");
  const form = document.getElementById("filters");
  const files = Number(list.dataset.files), step = 50;
  const REACH = 0.4; // points of an effect that its drawing shows to each side
  let shown = step;
  let loaded = [];

  const ORDERS = {
    severity: (a, b) => b.severity - a.severity,
    visitors: (a, b) => b.users - a.users,
    effect: (a, b) => (a.effect ? a.effect[0] : 9) - (b.effect ? b.effect[0] : 9),
    newest: (a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0),
    sure: (a, b) => (b.confidence || 0) - (a.confidence || 0),
  };

  function sparkline(trend) {
    const known = trend.filter((value) => value >= 0);
    if (!known.length) return h("span", { class: "muted" }, "–");
    const top = Math.max(...known, 1e-9), last = known[known.length - 1];
    const width = 100 / Math.max(trend.length, 1);
    const words = "Share affected by day, oldest first: " + trend.map((v) => (v < 0 ? "nobody" : share(v))).join(", ");
    const bars = trend.map((value, place) => {
      const height = value < 0 ? 0 : Math.max(value > 0 ? 2 : 0, (22 * value) / top);
      return svg("rect", { x: place * width + width * 0.15, y: 24 - height, width: width * 0.7, height });
    });
    return h("span", { class: "trend" },
      svg("svg", { viewBox: "0 0 100 24", preserveAspectRatio: "none", role: "img", "aria-label": words },
        svg("title", {}, words), svg("line", { x1: 0, x2: 100, y1: 24, y2: 24 }), ...bars),
      h("span", { class: "muted number" }, share(last)));
  }

  function whisker(effect) {
    const place = (value) => 50 + 50 * Math.max(-1, Math.min(1, value / REACH));
    const [middle, low, high] = effect.map(place);
    return svg("svg", { class: "whisker", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("line", { class: "zero", x1: 50, x2: 50, y1: 0, y2: 8 }),
      svg("rect", { class: "interval", x: low, y: 3, width: Math.max(high - low, 0.5), height: 2 }),
      svg("rect", { class: "middle", x: middle - 0.8, y: 0.5, width: 1.6, height: 7 }));
  }

  function effectCell(item) {
    if (!item.effect) return h("span", { class: "stack muted" }, item.effectWords);
    const [middle, low, high] = item.effect;
    return h("span", { class: "effect" },
      h("span", { class: "number" }, h("b", {}, points(middle)), " points"),
      h("span", { class: "muted number" }, points(low) + " to " + points(high)), whisker(item.effect));
  }

  function visitorsCell(item) {
    const noun = item.isCapture ? "lost" : item.share === null ? "" : share(item.share) + " of those who could";
    return h("span", { class: "stack" }, h("b", { class: "number" }, whole.format(item.users)),
      h("span", { class: "muted number" }, noun));
  }

  function meta(item) {
    const since = (item.isOnset ? "since " : "first seen ") + day(item.since);
    return h("p", { class: "meta" },
      h("span", { class: "pill", "data-state": item.state }, item.state), " ",
      h("span", {}, since), item.with ? h("span", {}, "with ", h("b", {}, item.with)) : null,
      item.places.length ? h("span", { class: "places" }, item.places.join(", ") +
        (item.morePlaces ? " and " + item.morePlaces + " more" : "")) : null);
  }

  function moments(item) {
    if (!item.examples.length) return null;
    return h("p", { class: "moments" }, "See it at ", item.examples.map(([key, offset, clock], place) =>
      [place ? " " : "", h("a", { href: "session.html#" + key + "@" + offset }, clock)]));
  }

  function why(item) {
    const parts = item.components.map(([name, value]) => h("li", {}, h("span", {}, name),
      h("b", { class: "number" }, (value > 0 ? "+" : "−") + Math.abs(value).toFixed(1))));
    return h("details", { class: "why" }, h("summary", {}, "Why this severity, and what next"),
      h("p", {}, item.summary), h("p", {}, item.next),
      item.lifts.length ? h("p", {}, "More often with ", item.lifts.join(", "), ".") : null,
      h("ul", { class: "components" }, parts));
  }

  function row(item) {
    const cell = (label, ...children) => h("td", { "data-label": label }, ...children);
    return h("tr", {},
      h("td", { class: "first", "data-label": "Severity" }, severity(item.severity, item.priority)),
      h("th", { scope: "row" }, h("a", { class: "title", href: "problems/" + item.id + ".html" }, item.title),
        meta(item), moments(item), why(item)),
      cell("Trend", sparkline(item.trend)), cell("Visitors", visitorsCell(item)), cell("Effect", effectCell(item)),
      cell("Sure", h("span", { class: "number nowrap" }, item.confidence === null ? "–" : share(item.confidence))));
  }

  const asked = () => Object.fromEntries(new FormData(form));
  const isPlain = (want) => !want.text && want.state === "open" && !want.kind && want.order === "severity";

  function matching(want) {
    const words = want.text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (item) =>
      (want.state === "all" || (want.state === "open" ? item.open : item.state === want.state)) &&
      (!want.kind || item.kind === want.kind) &&
      words.every((word) => (item.title + " " + item.places.join(" ") + " " + item.with + " " + item.id).toLowerCase().includes(word));
    return loaded.filter(fits).sort(ORDERS[want.order] || ORDERS.severity);
  }

  async function draw() {
    const want = asked();
    const needed = isPlain(want) ? Math.min(files, Math.ceil(shown / Number(list.dataset.size))) : files;
    const pages = await Promise.all(Array.from({ length: needed }, (_, n) => report.load("problems/" + n)));
    loaded = pages.flat();
    const found = matching(want);
    const total = isPlain(want) ? Number(list.dataset.open) : found.length;
    list.replaceChildren(...found.slice(0, shown).map(row));
    more.hidden = total <= shown;
    status.textContent = total ? count(total, isPlain(want) ? "open problem" : "problem") +
      (total > shown ? ", the first " + shown + " shown" : "") : "No problem matches.";
  }

  more.addEventListener("click", async () => {
    const next = shown;
    shown += step;
    await draw();
    list.rows[next]?.querySelector("a")?.focus();
  });
  form.addEventListener("input", () => { shown = step; draw(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  draw();
})();
