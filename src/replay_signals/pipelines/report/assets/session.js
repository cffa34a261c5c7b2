// One session: its timeline, at the moment that the address names (session.html#KEY@OFFSET_MS).
"use strict";
(() => {
  const { h, svg, count, clock, span, time, severity } = report;
  const main = document.getElementById("session");
  const buckets = Number(main.dataset.buckets);
  const WORDS = {
    view: "Page", click: "Click", tap: "Tap", signal: "Signal", error: "Error", console: "Console", request: "Request", event: "Event",
  };
  const PLURALS = {
    view: "Pages", click: "Clicks", tap: "Taps", signal: "Signals", error: "Errors", console: "Console lines", request: "Requests", event: "Events",
  };
  const QUIET = new Set(["event", "console"]);
  const hidden = new Set(QUIET);
  let open = null;

  function address() {
    const [, key, offset] = /^#([0-9a-f]{16})(?:@(-?\d{1,12}))?$/.exec(location.hash) || [];
    return key ? { key, offset: offset === undefined ? null : Number(offset) } : null;
  }

  const put = (id, ...children) => document.getElementById(id).replaceChildren(...children.flat().filter(Boolean));

  function head(session) {
    document.title = "Session of " + session.visitor + " · Replay Signals";
    put("visitor", session.visitor);
    put("lead", time(session.startedAt) + " UTC · " + span(session.durationMs) + ", " + span(session.activeMs) + " of it active");
    const facts = [["Severity", severity(session.severity)],
      ["Signals", count(session.signals, "signal")], ["Clicks", count(session.clicks, "click")],
      ["Errors", count(session.errors, "error")], ...session.facts, ["Session", h("code", {}, session.id)]];
    if (session.judgeable && session.judgeable !== "ok") facts.push(["Not judged", session.judgeable.replaceAll("_", " ")]);
    if (session.traffic && session.traffic !== "visitor") facts.push(["Traffic", session.traffic]);
    put("facts", facts.map(([name, value]) => h("div", { class: name === "Session" ? "wide" : null }, h("dt", {}, name), h("dd", {}, value))));
    const flags = session.flags.map(([name, value]) => h("li", {}, h("code", {}, name + " = " + value)));
    document.getElementById("flags-section").hidden = !flags.length;
    put("flags", flags);
  }

  // Where in the session something went wrong, at a glance; the list below says the same in words.
  function strip(session, moments) {
    const length = Math.max(session.durationMs, ...moments.map((one) => one[0]), 1);
    const place = (offset) => Math.max(0, Math.min(1000, (1000 * offset) / length));
    const marks = moments.filter((one) => ["view", "click", "tap", "signal"].includes(one[1])).map(([offset, what, , , , worst]) =>
      svg("rect", { class: what, x: place(offset), y: what === "signal" ? 28 - 0.24 * worst : what === "view" ? 0 : 22,
        width: what === "signal" ? 4 : 1.5, height: what === "signal" ? 4 + 0.24 * worst : what === "view" ? 32 : 6 }));
    put("strip", svg("svg", { viewBox: "0 0 1000 32", preserveAspectRatio: "none" },
      svg("line", { x1: 0, x2: 1000, y1: 31.5, y2: 31.5 }), ...marks),
      h("div", { class: "axis" }, h("span", {}, "0:00"), h("span", {}, clock(length))));
  }

  // The moment in the player of the operator's, whose address was checked when the report was made.
  function elsewhere(offset) {
    if (!open.session.player) return null;
    const ms = Math.max(0, offset);
    const href = open.session.player.replaceAll("{seconds}", Math.floor(ms / 1000)).replaceAll("{offset_ms}", ms);
    return [" · ", h("a", { href, rel: "noopener noreferrer", target: "_blank" }, "open in the player")];
  }

  function item(moment, pages, lastPage) {
    const [offset, what, name, detail, page, worst, problem] = moment;
    const title = what === "signal" ? name.replaceAll("_", " ") : name;
    return h("li", { class: "moment", "data-what": what, "data-offset": offset, tabindex: -1 },
      h("a", { class: "at number", href: "#" + open.key + "@" + offset }, clock(offset)),
      h("span", { class: "what" }, WORDS[what] || what),
      h("div", { class: "said" }, h("span", { class: "name" }, title || "–"),
        what === "signal" ? h("span", { class: "muted number" }, "severity " + worst.toFixed(0),
          problem ? [" · ", h("a", { href: "problems/" + problem + ".html", "aria-label": "The problem behind " + title }, "problem")] : null,
          elsewhere(offset)) : null,
        detail ? h("p", { class: "muted" }, detail) : null,
        what === "view" && page !== lastPage ? h("p", { class: "muted page" }, pages[page]) : null));
  }

  function filters(moments) {
    const times = new Map();
    for (const [, what] of moments) times.set(what, (times.get(what) || 0) + 1);
    put("kinds", [...times].map(([what, number]) => h("label", {},
      h("input", { type: "checkbox", value: what, checked: !hidden.has(what), change: (event) => {
        hidden[event.target.checked ? "delete" : "add"](what);
        list();
      } }), " ", PLURALS[what] || what, " ", h("span", { class: "muted number" }, String(number)))));
  }

  function list() {
    let last = null;
    const shown = open.moments.filter(([, what]) => !hidden.has(what)).map((moment) => {
      const drawn = item(moment, open.pages, last);
      if (moment[1] === "view") last = moment[4];
      return drawn;
    });
    put("timeline", shown);
    put("status", count(shown.length, "moment") + (shown.length < open.moments.length ? " of " + open.moments.length : ""));
  }

  // The recording, where the report has it, in a page of its own that stands at the same moment.
  let frame = null;
  function watch(offset) {
    const section = document.getElementById("player");
    section.hidden = !open.session.isPlayed;
    document.getElementById("unplayable").hidden = !open.session.unplayable;
    put("unplayable", "It cannot be watched: " + open.session.unplayable + ".");
    if (!open.session.isPlayed) return;
    const address = "play/" + open.key + ".html#at=" + Math.max(0, offset || 0);
    if (!frame) section.append(frame = h("iframe", { title: "Recording", src: address }));
    else frame.src = address;
  }

  // The moment of the address, in view: in the recording, else in the list (with the focus), where it is marked too.
  function seek(offset) {
    for (const one of document.querySelectorAll(".moment.is-here")) { one.classList.remove("is-here"); one.removeAttribute("aria-current"); }
    if (offset === null) return;
    const far = (one) => Math.abs(one.dataset.offset - offset) - (one.dataset.what === "signal" ? 0.5 : 0);
    const here = [...document.querySelectorAll(".moment")].sort((a, b) => far(a) - far(b))[0];
    if (!here) return;
    here.classList.add("is-here");
    here.setAttribute("aria-current", "true");
    if (open.session.isPlayed) return frame.scrollIntoView({ block: "center" });
    here.scrollIntoView({ block: "center" });
    here.focus({ preventScroll: true });
  }

  async function show() {
    const at = address();
    const sessions = at ? await report.load("timelines/" + (parseInt(at.key.slice(0, 4), 16) % buckets)).catch(() => ({})) : {};
    const found = at && Object.hasOwn(sessions, at.key) ? sessions[at.key] : null;
    main.hidden = !found;
    document.getElementById("missing").hidden = Boolean(found);
    if (!found) return;
    if (!open || open.key !== at.key) {
      open = { key: at.key, ...found };
      head(found.session);
      strip(found.session, found.moments);
      filters(found.moments);
      list();
    }
    watch(at.offset);
    seek(at.offset);
  }

  addEventListener("hashchange", show);
  show();
})();
