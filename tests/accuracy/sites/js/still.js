// Is the element still under the pointer? From here on the clicks that reach it are counted (state.js tells).
([i, x, y]) => {
  const el = window.__found && window.__found[i];
  if (!el || !el.isConnected || !window.__topmost) return false;
  const inside = hit => {
    for (let e = hit; e; e = e.parentElement || (e.getRootNode().host ?? null)) if (e === el) return true;
    return false;
  };
  window.__landed = [];
  const view = el.ownerDocument.defaultView;
  if (!view.__watched) {
    view.__watched = true;
    view.addEventListener('click', e => window.__onclick && window.__onclick(e.composedPath()[0]), true);
  }
  window.__onclick = hit => window.__landed.push(inside(hit));
  return inside(window.__topmost(x, y));
}
