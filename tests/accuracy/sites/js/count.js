// How many elements fit a selector, in open shadow roots, too.
selector => {
  let found = 0;
  const look = root => {
    found += root.querySelectorAll(selector).length;
    for (const el of root.querySelectorAll('*')) if (el.shadowRoot) look(el.shadowRoot);
  };
  look(document);
  return found;
}
