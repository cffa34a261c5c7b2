// What the visitor can click in view: controls, or anything else (want = 'other'), or what fits a selector (any other
// want). Looks into open shadow roots and into frames of the same origin; places are those of the outer viewport.
([works, rapid, want]) => {
  const CONTROL = [
    'a[href]', 'a[role]', 'a[data-act]', 'button', '[role=button]', '[role=tab]', '[role=switch]', '[role=menuitem]', 'input',
    'select', 'textarea', 'summary', 'label', '[onclick]', '[tabindex]', '[data-act]', 'th', 'canvas', 'audio',
    '[contenteditable]', 'sl-button', 'sl-switch', 'sl-checkbox', 'sl-tab', 'sl-details', 'sl-copy-button', 'sl-menu-item',
    'sl-tree-item', 'sl-rating', 'sl-select', 'sl-input', 'sl-option', '.btn', '.page-link', '.uk-slidenav',
    '.swiper-button-next', '.swiper-button-prev', '.tab', '.navigate-right', '.navigate-down', '.collapsible-header',
    '.uk-accordion-title', 'ion-button', 'ion-segment-button', 'ion-toggle', 'ion-accordion>ion-item',
  ].join(',');
  const FIELD = 'input:not([type=submit]):not([type=button]):not([type=reset]),select,textarea,[contenteditable],' +
    'sl-input,sl-select,sl-textarea,ion-toggle';
  const OTHER = 'p,h1,h2,h3,img,li,td,div,span';
  const CURRENT = '[aria-current],[aria-selected=true],.active,.is-active,.uk-active,.selected,.on,.segment-button-checked';
  const seen = [];
  const out = [];
  const labelOf = el => (el.innerText || el.getAttribute('aria-label') || el.value || '').trim().slice(0, 60);
  const within = (value, high) => Math.min(high - 3, Math.max(3, value));
  const up = el => el.parentElement || (el.getRootNode().host ?? null);
  // Already chosen: a working control would show nothing either.
  const currently = el => {
    const box = el.closest('li,th');
    const here = el.matches(CURRENT) || (box && box.matches(CURRENT));
    return !!here && (el.getAttribute('href') || '#').startsWith('#');
  };
  const breakage = el => {
    for (let e = el; e; e = up(e)) if (e.__broken) return e.__broken.mode;
    return null;
  };
  const roots = [];
  const gather = (root, dx, dy) => {
    roots.push([root, dx, dy]);
    for (const el of root.querySelectorAll('*')) {
      if (el.shadowRoot) gather(el.shadowRoot, dx, dy);
      if (el.tagName !== 'IFRAME') continue;
      let inner = null;
      try { inner = el.contentDocument; } catch { inner = null; }
      const r = el.getBoundingClientRect();
      if (inner && inner.body && r.width > 40) gather(inner, dx + r.left + el.clientLeft, dy + r.top + el.clientTop);
    }
  };
  gather(document, 0, 0);
  const topmost = (x, y, root = document) => {
    const el = root.elementFromPoint(x, y);
    if (!el) return null;
    if (el.getRootNode() !== root) return el;  // what is slotted, or the host
    if (el.shadowRoot) {
      const inner = topmost(x, y, el.shadowRoot);
      return inner && inner !== el ? inner : el;
    }
    if (el.tagName !== 'IFRAME') return el;
    let doc = null;
    try { doc = el.contentDocument; } catch { doc = null; }
    const r = el.getBoundingClientRect();
    return doc ? topmost(x - r.left - el.clientLeft, y - r.top - el.clientTop, doc) : el;
  };
  const inside = (el, hit) => { for (let e = hit; e; e = up(e)) if (e === el) return true; return false; };
  const pool = want === 'control' ? CONTROL : want === 'other' ? OTHER : want;
  for (const [root, dx, dy] of roots) for (const el of root.querySelectorAll(pool)) {
    const box = el.getClientRects()[0];
    if (!box || box.width < 6 || box.height < 6) continue;
    const all = el.getBoundingClientRect();
    const left = box.left + dx, top = box.top + dy;
    if (top + box.height < 8 || top > innerHeight - 8 || left + box.width < 8 || left > innerWidth - 8) continue;
    if (want === 'other' && (all.height > 300 || el.closest(CONTROL) || el.querySelector(CONTROL))) continue;
    if (want === 'control' && el.tagName === 'A' && !labelOf(el) && !el.querySelector('*')) continue;
    const x = within(left + box.width / 2, innerWidth);
    const y = within(top + box.height / 2, innerHeight);
    const hit = topmost(x, y);
    if (!hit || !inside(el, hit)) continue;
    if (want === 'control' && hit !== el && hit.closest(CONTROL) && hit.closest(CONTROL) !== el) continue;
    const named = Object.entries(works).find(([s]) => {
      const o = el.closest(s);
      return o && (o === el || o.contains(el));
    });
    seen.push(el);
    out.push({
      i: seen.length - 1, x, y, left, top, width: box.width, height: box.height,
      tag: el.tagName.toLowerCase(), id: el.id || null, text: labelOf(el), type: el.type || '',
      cls: typeof el.className === 'string' ? el.className.slice(0, 80) || null : null,
      inter: el.matches(CONTROL) || getComputedStyle(el).cursor === 'pointer',
      href: el.getAttribute('href'), address: el.tagName === 'A' && el.href ? String(el.href) : null, target: el.getAttribute('target'),
      download: el.hasAttribute('download'), titled: !!el.closest('[title]'), filled: !!el.value,
      works: named ? named[1] : null, onWorks: !!named, current: currently(el),
      focused: el === (root.activeElement || null), broken: breakage(el), rapid: rapid.some(s => el.matches(s)),
      disabled: el.matches('[disabled],[aria-disabled=true],.disabled,:disabled,[readonly]'),
      field: el.matches(FIELD), toggles: el.matches('input[type=checkbox],input[type=radio],label'),
    });
  }
  window.__found = seen;
  window.__topmost = topmost;
  return out;
}
