// Breaks a control. Listeners sit on the control itself in the capture phase, so recorders, which listen on the
// document, still see the click.
([el, mode, how]) => {
  if (el.__broken) {
    Object.assign(el.__broken, {mode, how});
    return;
  }
  const state = (el.__broken = {mode, how});
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
  const call = ({method, url, xhr, logs}) => {
    const done = status => { if (status >= 400 && logs) console.error('request failed', status); };
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
    else if (state.mode === 'net') call(state.how);
  }, true);
}
