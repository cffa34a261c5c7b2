// Breaks a control that find.js found. Listeners sit on the control itself in the capture phase, so recorders, which
// listen on the document, still see the click. Modes: dead, error, net, blocked (disabled), slow (a late answer).
([index, mode, how]) => {
  const el = window.__found[index];
  if (el.__broken) {
    Object.assign(el.__broken, {mode, how});
    return;
  }
  const state = (el.__broken = {mode, how});
  if (mode === 'blocked') {
    if (how === 'disabled') el.disabled = true;
    else if (how === 'class') el.classList.add('disabled');
    else el.setAttribute('aria-disabled', 'true');
    el.style.pointerEvents = 'auto';  // some frameworks let clicks on disabled controls fall through to what is behind
  }
  for (const kind of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'touchstart', 'touchend', 'dblclick'])
    el.addEventListener(kind, e => e.stopImmediatePropagation(), true);
  const fail = () => { const cart = undefined; cart.submit(); };
  const raise = how => {
    if (how === 'timer') setTimeout(fail, 0);
    else if (how === 'promise') Promise.resolve().then(fail);
    else if (how === 'late') setTimeout(fail, 180);
    else if (how === 'caught') { try { fail(); } catch (error) { console.error('Could not handle click', error); } }
    else fail();
  };
  const call = ({method, url, xhr, logs, answer}) => {
    const done = status => {
      if (status >= 400 && logs) console.error('request failed', status);
      if (answer) {
        const note = el.ownerDocument.createElement('div');
        note.textContent = answer;
        note.style.cssText = 'background:#dfd;color:#030;padding:10px;position:fixed;left:30px;top:30px;z-index:99999';
        el.ownerDocument.body.append(note);
      }
    };
    if (xhr) {
      const x = new XMLHttpRequest();
      x.open(method, url);
      x.onload = () => done(x.status);
      x.send();
    } else fetch(url, {method, body: method === 'GET' ? undefined : '{}'}).then(r => done(r.status), () => {});
  };
  el.addEventListener('click', e => {
    e.stopImmediatePropagation();
    e.preventDefault();
    if (state.mode === 'error') raise(state.how);
    else if (state.mode === 'net' || state.mode === 'slow') call(state.how);
  }, true);
}
