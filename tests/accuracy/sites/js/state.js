// Where the page is: address, focus, scroll position, boxes of ambient places and of selected text, clicks that landed.
ambient => {
  const rect = el => {
    const r = el.getBoundingClientRect();
    return [r.left, r.top, r.width, r.height];
  };
  let active = document.activeElement;
  while (active && active.shadowRoot && active.shadowRoot.activeElement) active = active.shadowRoot.activeElement;
  const focused = active && active !== document.body ? active : null;
  const picked = getSelection();
  const selected = picked && !picked.isCollapsed && picked.rangeCount ? [...picked.getRangeAt(0).getClientRects()] : [];
  return {
    url: location.href, origin: performance.timeOrigin,
    status: (performance.getEntriesByType('navigation')[0] || {}).responseStatus || 0,
    active: focused ? rect(focused) : null,
    around: focused && focused.parentElement ? rect(focused.parentElement) : null,
    key: active ? active.tagName + '#' + active.id + '.' + (active.getAttribute('name') || '') : '',
    boxes: ambient.flatMap(s => [...document.querySelectorAll(s)].map(rect)),
    marks: selected.slice(0, 50).map(r => [r.left, r.top, r.width, r.height]),
    landed: window.__landed || [],
    y: scrollY, room: document.documentElement.scrollHeight - innerHeight,
  };
}
