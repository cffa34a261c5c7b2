const $ = (s, r = document) => r.querySelector(s), all = s => [...document.querySelectorAll(s)];
const here = location.pathname.split('/').pop() || 'index.html';
document.body.insertAdjacentHTML('afterbegin', `<header><b>Bazaar</b>${[['index.html', 'Carpets'], ['lamps.html', 'Lamps'], ['about.html', 'About us'],
  ['contact.html', 'Contact'], ['account.html', 'My account'], ['basket.html', 'Basket']].map(([h, t]) => `<a href="${h}" ${h === here ? 'class="active"' : ''}>${t}</a>`).join('')}
  <span class="box" style="margin-left:auto;width:220px"><input id="q" placeholder="Search the shop" autocomplete="off"><ul class="list" id="hits" hidden></ul></span></header>`);
document.body.insertAdjacentHTML('beforeend', `<footer><a href="about.html">Who we are</a> · <a href="shipping.html">Shipping</a> · <a href="https://maps.example.org/bazaar">Find us on the map</a> ·
  <a href="https://www.rugs.example.com/">Our sister shop</a> · <a href="#" class="soon">Careers</a> · <a href="terms.html" target="_blank">Terms</a></footer>`);
let wait; $('#q').addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(async () => {
  const words = $('#q').value ? await (await fetch('/api/words?ms=120&q=' + encodeURIComponent($('#q').value))).json() : [];
  $('#hits').hidden = !words.length; $('#hits').innerHTML = words.slice(0, 6).map(w => `<li>${w} carpet</li>`).join(''); }, 180); });
$('#hits').addEventListener('click', e => { $('#q').value = e.target.textContent; $('#hits').hidden = true; location.href = 'item.html?of=' + encodeURIComponent(e.target.textContent); });
const basket = JSON.parse(sessionStorage.basket || '[]'), keep = () => sessionStorage.basket = JSON.stringify(basket);
document.addEventListener('click', e => { const b = e.target.closest('[data-add]'); if (!b) return; basket.push(b.dataset.add); keep(); b.textContent = 'In the basket: ' + basket.filter(x => x === b.dataset.add).length; });
