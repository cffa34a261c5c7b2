// Lets an error of the page's own come up, apart from any click.
([how, message]) => {
  if (how === 'event') dispatchEvent(new ErrorEvent('error', {message}));
  else if (how === 'promise') setTimeout(() => Promise.reject(new Error(message)), 30);
  else setTimeout(() => { throw new TypeError(message); }, 30);
}
