// Is the element still under the pointer?
([i, x, y]) => {
  const el = window.__found && window.__found[i];
  const hit = document.elementFromPoint(x, y);
  return !!(el && el.isConnected && hit && (hit === el || el.contains(hit)));
}
