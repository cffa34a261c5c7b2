const $ = s => document.querySelector(s), call = (ms, status = 200) => fetch(`/api/heat?ms=${ms}&status=${status}`, {method: 'PUT', body: '{}'});
const on = (s, f) => { const el = $(s); if (el) el.addEventListener('click', f); };
const toast = text => { $('ion-toast')?.remove(); const t = document.createElement('ion-toast'); Object.assign(t, {message: `${text} (${Date.now() % 1000})`, duration: 2500, position: 'bottom'}); document.body.append(t); t.present(); };
if ($('#rooms')) ['Kitchen', 'Bath', 'Children', 'Attic', 'Cellar'].forEach((name, i) => {
  const item = document.createElement('ion-item');
  item.innerHTML = `<ion-label>${name}</ion-label><ion-button class="less" aria-label="Colder in ${name}">−</ion-button><b>${17 + i}°</b><ion-button class="more" aria-label="Warmer in ${name}">+</ion-button><ion-toggle aria-label="${name} on" ${i % 2 ? 'checked' : ''}></ion-toggle>`;
  let degrees = 17 + i;
  const show = by => { degrees += by; item.querySelector('b').textContent = degrees + '°'; };
  item.querySelector('.less').addEventListener('click', () => show(-1));
  item.querySelector('.more').addEventListener('click', () => show(1));
  $('#rooms').append(item);
});
on('#boost', () => call(400).then(() => toast('Warmer for an hour')));
on('#read', () => call(4400).then(() => toast('31 kWh today')));
if ($('#plan')) {
  const plan = v => { $('#plan').innerHTML = `<p>${{mon: 'Warm from six to eight and from four to ten.', sat: 'Warm from nine to eleven at night.', hol: 'Just so warm that nothing freezes.'}[v]}</p>`; };
  plan('mon');
  $('#days').addEventListener('ionChange', e => plan(e.detail.value));
  let minutes = 360;
  const hour = by => { minutes += by; $('#hour').textContent = `${Math.floor(((minutes % 1440) + 1440) % 1440 / 60)}:${String(((minutes % 60) + 60) % 60).padStart(2, '0')}`; };
  on('#earlier', () => hour(-15));
  on('#later', () => hour(15));
}
on('#learn', () => call(3800).then(() => toast('Two changes were made')));
on('#psend', () => call(350).then(() => { $('#pl').value = $('#ph').value = ''; toast('The plumber knows'); }));
if ($('#toggles')) {
  for (const name of ['Frost guard', 'Child lock', 'Display at night', 'Open window detection', 'Monthly report', 'Sounds']) $('#toggles').insertAdjacentHTML('beforeend', `<ion-item><ion-toggle>${name}</ion-toggle></ion-item>`);
  setTimeout(() => { $('#hname').value = 'Summer house'; $('#hplace').value = 'Hvaler'; }, 700);
}
on('#hsave', () => call(250).then(() => { $('#hsay').value = ''; toast('Kept'); }));
on('#pair', () => { $('#bad').textContent = ''; call(240, 422).then(() => { $('#bad').textContent = 'There is no radiator with this code'; }); });
on('#reset', () => { const a = document.createElement('ion-alert'); Object.assign(a, {header: 'Really?', message: 'All rooms are forgotten.', buttons: ['No', 'Yes']}); document.body.append(a); a.present(); });
if ($('#lines')) {
  const what = ['Bath reached 22°', 'Window open in the attic', 'Cellar is damp', 'Pump rested', 'Kitchen was boosted', 'Signal lost for a minute'];
  let lines = [...Array(40)].map((_, i) => `${String(i % 24).padStart(2, '0')}:10 ${what[i % what.length]}`);
  const show = () => { const word = ($('#seek').value || '').toLowerCase(); $('#lines').innerHTML = lines.filter(l => l.toLowerCase().includes(word)).map(l => `<ion-item><ion-label>${l}</ion-label></ion-item>`).join(''); };
  $('#seek').addEventListener('ionInput', show);
  on('#flip', () => { lines.reverse(); show(); });
  $('#acc').innerHTML = ['Pump', 'Boiler', 'Sensors'].map(n => `<ion-accordion value="${n}"><ion-item slot="header"><ion-label>${n}</ion-label></ion-item><div slot="content" style="padding:12px">Nothing to report since the spring.</div></ion-accordion>`).join('');
  show();
}
on('#csv', () => { location.href = '/dl/log.csv'; });
