(() => {
  if (window.__reaction) return;
  const NOISE = /focus|hover|ripple|press|touched|waves/i;
  const IGNORED = new Set(['HEAD', 'META', 'LINK', 'SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE']);
  const PROMPT_MS = 100, BURST_MS = 300, MAX_BURSTS = 3;
  const alone = new Map();  // what changes without a click -> how often, and when last
  const state = {listening: false, armed: null, before: '', reaction: '', looks: 0, clicked: 0, prompt: ''};
  const elementOf = node => (node.nodeType === 1 ? node : node.parentElement || (node.host ?? null));
  const shown = el => !!el && el.isConnected && !IGNORED.has(el.tagName) && !el.closest('head') &&
    (el.getClientRects().length > 0 || !!el.parentElement && el.parentElement.getClientRects().length > 0);
  const tokens = text => new Set((text || '').split(/\s+/).filter(Boolean));
  const meant = (a, b) => [...tokens(a)].some(t => !tokens(b).has(t) && !NOISE.test(t)) ||
    [...tokens(b)].some(t => !tokens(a).has(t) && !NOISE.test(t));
  const inside = el => {
    for (let e = el; e; e = e.parentElement || (e.getRootNode().host ?? null)) if (e === state.armed) return true;
    return false;
  };
  const note = el => {
    const now = performance.now(), own = alone.get(el) || {bursts: 0, last: -Infinity};
    alone.set(el, {bursts: own.bursts + (now - own.last > BURST_MS), last: now});
  };
  const aloneAs = el => {
    for (let e = el, up = 0; e && up < 3 && e !== document.body && e !== document.documentElement; e = e.parentElement, up++) {
      if (alone.has(e)) return alone.get(e);
      const twin = [...(e.parentElement ? e.parentElement.children : [])].find(s => s.tagName === e.tagName && alone.has(s));
      if (twin) return alone.get(twin);
    }
    return null;
  };
  const counts = m => {
    const el = elementOf(m.target);
    if (!shown(el)) return false;
    if (m.type === 'attributes') {
      if (m.attributeName === 'class') return meant(m.oldValue, el.getAttribute('class'));
      return !NOISE.test(m.attributeName) && m.oldValue !== el.getAttribute(m.attributeName);
    }
    if (m.type !== 'childList') return true;
    const nodes = [...m.addedNodes, ...m.removedNodes];
    return nodes.some(n => n.nodeType === 3 ? n.data.trim() !== '' : n.nodeType === 1 && !IGNORED.has(n.tagName) &&
      !NOISE.test(n.getAttribute('class') || ''));
  };
  const seen = records => {
    for (const m of records) {
      const el = elementOf(m.target);
      if (!el) continue;
      if (state.armed) {
        if (state.reaction || inside(el) || !counts(m)) continue;
        const what = `${m.attributeName || m.type} of ${el.tagName}`, own = aloneAs(el);
        if (!own) state.reaction = what;
        else if (own.bursts <= MAX_BURSTS && state.clicked && performance.now() - state.clicked < PROMPT_MS) state.prompt = what;
      } else if (state.listening && el !== document.body && el !== document.documentElement) note(el);
    }
  };
  const observer = new MutationObserver(seen);
  const all = {subtree: true, childList: true, characterData: true, attributes: true, attributeOldValue: true};
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    observer.observe(root, all);
    return root;
  };
  observer.observe(document, all);
  const look = () => {
    const root = state.armed;
    const copy = root.cloneNode(true);
    for (const el of [copy, ...copy.querySelectorAll('*')]) {
      el.removeAttribute('style');
      const kept = [...tokens(el.getAttribute('class'))].filter(t => !NOISE.test(t));
      el.setAttribute('class', kept.sort().join(' '));
      for (const {name} of [...el.attributes]) if (NOISE.test(name)) el.removeAttribute(name);
    }
    const fields = [root, ...root.querySelectorAll('input,select,textarea')];
    return copy.outerHTML + fields.map(f => `${f.checked}|${f.value}|${f.indeterminate}`).join('\n');
  };
  const place = () => [scrollX, scrollY, innerWidth, innerHeight].join();
  const focus = () => {
    let el = document.activeElement;
    while (el && el.shadowRoot && el.shadowRoot.activeElement) el = el.shadowRoot.activeElement;
    return el && el !== document.body ? el : null;
  };
  const played = () => [...document.querySelectorAll('audio,video')].map(m => `${m.paused}|${m.muted}|${m.volume}`).join();
  const fields = () => [...document.querySelectorAll('input,select,textarea')].map(f => `${f.checked}|${f.value}`).join();
  document.addEventListener('scroll', e => {
    if (state.armed && !state.reaction && e.target !== document && !aloneAs(e.target)) state.reaction = 'scroll';
  }, true);
  for (const kind of ['pointerdown', 'click', 'keydown'])
    window.addEventListener(kind, () => { if (state.armed) state.clicked = performance.now(); }, true);
  window.__reaction = {
    listen() { alone.clear(); state.listening = true; },
    arm(el, at) {
      const box = el.getBoundingClientRect();
      state.armed = at ? document.elementFromPoint(box.left + at.x, box.top + at.y) || el : el;
      Object.assign(state, {before: look(), reaction: '', looks: 0, clicked: 0, prompt: '', place: place(), focus: focus(), played: played(), fields: fields()});
    },
    // What changes by itself now and then, and changed right after the click, too; twice is no chance.
    prompt() { seen(observer.takeRecords()); return state.prompt; },
    seen() {
      seen(observer.takeRecords());
      if (state.reaction) return state.reaction;
      if (!state.armed.isConnected) return 'the element is gone';
      if (place() !== state.place) return 'scroll';
      if (played() !== state.played) return 'media';
      if (fields() !== state.fields) return 'input';
      const now = focus();
      if (now && now !== state.focus && !inside(now) && !now.contains(state.armed)) return 'focus';
      state.looks = look() === state.before ? 0 : state.looks + 1;
      return state.looks >= 6 ? 'the element changed' : '';
    },
  };
})();
