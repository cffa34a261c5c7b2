// The list of sessions: the worst at once, all of them once somebody filters or sorts.
"use strict";
(() => {
  const { h, whole, count, span, time, severity } = report;
  const list = document.getElementById("sessions");
  const status = document.getElementById("status");
  const fault = document.getElementById("fault");
  const elsewhere = document.getElementById("elsewhere");
  const more = document.getElementById("more");
  const form = document.getElementById("filters");
  const where = form.elements.where, order = form.elements.order;
  const files = Number(list.dataset.files), total = Number(list.dataset.total), step = 50;
  let shown = step, rows = [], loaded = 0, known = null, turn = 0;

  const ORDERS = {
    severity: (a, b) => b.value("severity") - a.value("severity"),
    newest: (a, b) => (a.value("started_at") < b.value("started_at") ? 1 : -1),
    longest: (a, b) => b.value("active_ms") - a.value("active_ms"),
    signals: (a, b) => b.value("signal_count") - a.value("signal_count"),
  };

  // Rows of a data page, whose columns and lists hold texts that repeat as places in a list of names.
  function* unpacked(page) {
    const lists = page.lists;
    const read = (column, n) => (column.names ? column.names[column.places[n]] : column.values[n]);
    for (let n = 0; n < page.key.length; n++) {
      const of = {};
      for (const [name, { names, places }] of Object.entries(lists)) of[name] = places[n].map((place) => names[place]);
      const maps = { flag: page.maps.flag[n], signals: page.maps.signals[n], person: page.maps.person[n] };
      const value = (name) => name === "user"
        ? read(page.columns.person_id, n) || read(page.columns.distinct_id, n) || read(page.columns.session_id, n)
        : read(page.columns[name], n);
      yield { key: page.key[n], value, maps, lists: of };
    }
  }

  async function need(pages) {
    const found = await Promise.all(Array.from({ length: pages }, (_, n) => report.load("sessions/" + n)));
    for (; loaded < pages; loaded++) rows.push(...unpacked(found[loaded]));
  }

  function kinds(row) {
    const found = Object.entries(row.maps.signals).sort((a, b) => b[1] - a[1]);
    return found.slice(0, 4).map(([kind, times]) => h("span", { class: "tag" }, kind.replaceAll("_", " "), times > 1 ? " × " + times : ""));
  }

  function drawn(row) {
    const who = [row.value("device_type"), row.value("browser"), row.value("country"), row.value("release")].filter(Boolean).join(" · ");
    const cell = (label, kind, ...children) => h("td", { "data-label": label, class: kind || null }, ...children);
    return h("tr", {},
      h("td", { class: "first", "data-label": "Severity" }, severity(row.value("severity"))),
      h("th", { scope: "row" }, h("a", { class: "title", href: "session.html#" + row.key }, row.value("user")),
        h("p", { class: "meta" }, h("span", {}, time(row.value("started_at"))), who ? h("span", {}, who) : null)),
      cell("Signals", "", h("span", { class: "tags" }, kinds(row))),
      cell("First page", "", h("span", { class: "page" }, row.value("first_url"))),
      cell("Clicks", "right", h("span", { class: "number" }, whole.format(row.value("click_count")))),
      cell("Active", "right", h("span", { class: "number" }, span(row.value("active_ms")))));
  }

  function said(error) {
    fault.textContent = error ? error.message + "." : "";
    const isElsewhere = error instanceof report.ElsewhereError;
    elsewhere.hidden = !isElsewhere;
    if (isElsewhere) elsewhere.querySelector("code").textContent =
      "replay-signals sessions -w WAREHOUSE --where " + "'" + where.value.replaceAll("'", "'\\''") + "'";
    where.setAttribute("aria-invalid", String(Boolean(error)));
  }

  async function draw() {
    const mine = ++turn;
    const isPlain = !where.value.trim() && order.value === "severity";
    known = known || await report.load("filter");
    let test;
    try { test = report.filter(where.value, known); } catch (error) {
      if (!(error instanceof report.FilterError)) throw error;
      return said(error);
    }
    said(null);
    if (!isPlain && loaded < files) status.textContent = "Reading all sessions …";
    await need(isPlain ? Math.min(files, Math.ceil(shown / Number(list.dataset.size))) : files);
    if (mine !== turn) return;
    const found = isPlain ? rows : rows.filter(test).sort(ORDERS[order.value]);
    const matching = isPlain ? total : found.length;
    list.replaceChildren(...found.slice(0, shown).map(drawn));
    more.hidden = matching <= shown;
    status.textContent = (where.value.trim() ? whole.format(matching) + " of " : "") + count(total, "session") +
      (matching > shown ? ", the first " + shown + " shown" : "");
  }

  function fromAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    where.value = asked.get("where") || "";
    if (asked.get("order") in ORDERS) order.value = asked.get("order");
    shown = step;
    draw();
  }
  function toAddress() {
    const asked = new URLSearchParams();
    if (where.value.trim()) asked.set("where", where.value);
    if (order.value !== "severity") asked.set("order", order.value);
    history.replaceState(null, "", "#" + asked);
  }

  let typing;
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => { shown = step; toAddress(); draw(); }, 200);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(typing); shown = step; toAddress(); draw(); });
  for (const button of document.querySelectorAll("[data-where]")) {
    button.addEventListener("click", () => { where.value = button.dataset.where; shown = step; toAddress(); draw(); where.focus(); });
  }
  more.addEventListener("click", async () => {
    const next = shown;
    shown += step;
    await draw();
    list.rows[next]?.querySelector("a")?.focus();
  });
  addEventListener("hashchange", fromAddress);
  fromAddress();
})();
