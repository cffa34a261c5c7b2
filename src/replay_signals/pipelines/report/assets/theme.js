// Before anything is drawn: the chosen theme, and what data pages call.
"use strict";
const report = (() => {
  const root = document.documentElement;
  const waiting = new Map();
  let stored = null;
  try { stored = localStorage.getItem("replay-signals-theme"); } catch { /* pages from disk may have no storage */ }
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;

  function page(name, data) {
    const found = waiting.get(name);
    if (found) found.resolve(data);
  }

  // A data page by name, loaded once. Pages from disk may not fetch, so each is a script.
  function load(name, fresh = "") {
    const known = waiting.get(name);
    if (known) return known.promise;
    const entry = {};
    entry.promise = new Promise((resolve, reject) => {
      entry.resolve = resolve;
      const script = document.createElement("script");
      script.src = root.dataset.root + "data/" + name + ".js" + fresh;
      script.onerror = () => reject(new Error("cannot load " + name));
      document.head.append(script);
    });
    waiting.set(name, entry);
    return entry.promise;
  }

  // What a data page says now, also when it was loaded before.
  function reload(name) {
    waiting.delete(name);
    return load(name, "?" + Date.now());
  }

  return { page, load, reload };
})();
