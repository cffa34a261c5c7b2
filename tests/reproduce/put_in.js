// Puts faults into a page before its visitors come: controls are broken as soon as they are there (again), and errors
// are thrown some time after the page was opened.
// The function:
(faults, breakControl) => {
  const label = el => (el.innerText || el.getAttribute('aria-label') || el.value || '').trim().slice(0, 60);
  const here = fault => new URL(fault.url, location.href).pathname === location.pathname;
  const is = (el, wanted) => {
    if (el.__broken) return false;
    if (wanted.id || el.id) return wanted.id === el.id;
    return label(el) === wanted.text && (!!wanted.text || (el.getAttribute('class') || '').slice(0, 80) === (wanted.cls || ''));
  };
  const roots = () => {
    const all = [document];
    for (const root of all) for (const el of root.querySelectorAll('*')) if (el.shadowRoot) all.push(el.shadowRoot);
    return all;
  };
  const put = () => {
    for (const fault of faults.filter(f => f.el && here(f)))
      for (const root of roots())
        for (const el of root.querySelectorAll(fault.el.tag))
          if (is(el, fault.el)) {
            window.__found = [el];
            breakControl([0, fault.mode, fault.how]);
          }
  };
  addEventListener('DOMContentLoaded', () => {
    put();
    setInterval(put, 100);
    new MutationObserver(put).observe(document, {subtree: true, childList: true});
    for (const fault of faults.filter(f => !f.el && here(f))) {
      const [, name, message] = /^(?:Uncaught )?(?:(\w*Error): )?(.*)$/s.exec(fault.message);
      setTimeout(() => { throw new (window[name] || Error)(message); }, 1200);
    }
  });
}
