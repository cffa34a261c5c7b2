// What the visitor can click in view: controls, or anything else (want = 'other'), or what one can pull (want = 'drags').
([works, rapid, drags, want]) => {
  const CONTROL = [
    'a[href]', 'a[role]', 'a[data-act]', 'button', '[role=button]', '[role=tab]', '[role=switch]', '[role=menuitem]', 'input',
    'select', 'textarea', 'summary', 'label', '[onclick]', '[tabindex]', '[data-act]', 'th', 'canvas', 'audio', 'iframe',
    '[contenteditable]', 'sl-button', 'sl-switch', 'sl-checkbox', 'sl-tab', 'sl-details', 'sl-copy-button', 'sl-menu-item',
    'sl-tree-item', 'sl-rating', 'sl-select', 'sl-input', 'sl-option', '.btn', '.page-link', '.uk-slidenav',
    '.swiper-button-next', '.swiper-button-prev', '.tab', '.navigate-right', '.navigate-down', '.collapsible-header',
    '.uk-accordion-title',
  ].join(',');
  const FIELD = 'input:not([type=submit]):not([type=button]):not([type=reset]),select,textarea,[contenteditable],' +
    'sl-input,sl-select,sl-textarea';
  const OTHER = 'p,h1,h2,h3,img,li,td,div,span';
  const seen = [];
  const out = [];
  const labelOf = el => (el.innerText || el.getAttribute('aria-label') || el.value || '').trim().slice(0, 60);
  const within = (value, high) => Math.min(high - 3, Math.max(3, value));
  const CURRENT = '[aria-current],[aria-selected=true],.active,.is-active,.uk-active,.selected,.on';
  // Already chosen: a working control would show nothing either.
  const currently = el => {
    const box = el.closest('li,th');
    const here = el.matches(CURRENT) || (box && box.matches(CURRENT));
    return !!here && (el.getAttribute('href') || '#').startsWith('#');
  };
  const breakage = el => {
    for (let e = el; e; e = e.parentElement) if (e.__broken) return e.__broken.mode;
    return null;
  };
  const pool = want === 'drags' ? drags.join(',') : want === 'other' ? OTHER : CONTROL;
  for (const el of document.querySelectorAll(pool)) {
    const r = el.getBoundingClientRect();
    if (r.width < 6 || r.height < 6 || r.bottom < 8 || r.top > innerHeight - 8) continue;
    if (r.right < 8 || r.left > innerWidth - 8) continue;
    if (want === 'other' && (r.height > 300 || el.closest(CONTROL) || el.querySelector(CONTROL))) continue;
    if (want === 'control' && el.tagName === 'A' && !labelOf(el) && !el.querySelector('*')) continue;
    const box = el.getClientRects()[0] || r;
    const x = within(box.left + box.width / 2, innerWidth);
    const y = within(box.top + box.height / 2, innerHeight);
    const hit = document.elementFromPoint(x, y);
    if (!hit || !(el === hit || el.contains(hit))) continue;
    if (want === 'control' && hit !== el && hit.closest(CONTROL) !== el) continue;
    const named = Object.entries(works).find(([s]) => {
      const o = el.closest(s);
      return o && (o === el || o.contains(el));
    });
    seen.push(el);
    out.push({
      i: seen.length - 1, x, y, left: r.left, top: r.top, width: r.width, height: r.height,
      tag: el.tagName.toLowerCase(), id: el.id || null, text: labelOf(el), type: el.type || '',
      cls: typeof el.className === 'string' ? el.className.slice(0, 80) || null : null,
      inter: el.matches(CONTROL) || getComputedStyle(el).cursor === 'pointer',
      href: el.getAttribute('href'), target: el.getAttribute('target'), download: el.hasAttribute('download'),
      works: named ? named[1] : null, onWorks: !!named, drags: want === 'drags', current: currently(el), focused: el === document.activeElement, broken: breakage(el), rapid: rapid.some(s => el.matches(s)),
      disabled: el.matches('[disabled],[aria-disabled=true],.disabled,:disabled'),
      field: el.matches(FIELD), toggles: el.matches('input[type=checkbox],input[type=radio],label'),
    });
  }
  window.__found = seen;
  return out;
}
