const $ = s => document.querySelector(s), call = (ms, status = 200) => fetch(`/api/ward?ms=${ms}&status=${status}`, {method: 'POST', body: '{}'}).then(r => r.json());
const on = (s, f, kind = 'click') => $(s)?.addEventListener(kind, f), say = t => { $('#out').textContent = `${t} (${Date.now() % 1000})`; };
const toast = t => { $('#toasts').innerHTML = `<div class="toast show"><div class="toast-body">${t} ${Date.now() % 1000}</div></div>`; };
if ($('#patients')) {
  const first = ['Aksel', 'Berit', 'Carl', 'Dagny', 'Emil', 'Frida', 'Georg', 'Hedda'], last = ['Aas', 'Berg', 'Dal', 'Eng', 'Foss'];
  const rows = [...Array(40)].map((_, i) => [`${first[i % 8]} ${last[i % 5]}`, 1 + i % 12, ['stable', 'waiting', 'going home'][i % 3], `${8 + i % 9}:30`]);
  const table = new DataTable('#patients', {data: rows, columns: ['Name', 'Room', 'State', 'Seen'].map(title => ({title})), pageLength: 10});
  $('#patients').addEventListener('click', e => {
    const row = e.target.closest('tbody tr');
    if (!row) return;
    $('#card .modal-title').textContent = row.cells[0].textContent;
    bootstrap.Modal.getOrCreateInstance('#card').show();
  });
  let beds = 24;
  on('#fewer', () => { $('#nbeds').textContent = --beds; });
  on('#more', () => { $('#nbeds').textContent = ++beds; });
  on('#round', () => { table.order([1, table.order()[0]?.[1] === 'asc' ? 'desc' : 'asc']).draw(); say('By room, from the stairs'); });
  on('#labs', () => call(4300).then(d => say(`${d.n} results came in`)));
  on('#lists', () => print());
}
if ($('#rota')) {
  let week = 41;
  const show = () => { $('#week').textContent = week; $('#rota').innerHTML = ['Kim', 'Lea', 'Mo', 'Nora'].map((n, i) => `<tr><th>${n}</th>${[...'1234567'].map((_, d) => `<td>${'DEN-'[(week + i * 3 + d * 5) % 4 < 0 ? 0 : Math.abs(week + i * 3 + d * 5) % 4]}</td>`).join('')}</tr>`).join(''); };
  show();
  on('#wprev', () => { week--; show(); });
  on('#wnext', () => { week++; show(); });
  on('#fill', () => call(3600).then(() => say('Two nights were filled')));
  on('#ics', () => { location.href = '/dl/rota.ics'; });
}
on('#adm', e => { e.preventDefault(); call(500).then(() => { e.target.reset(); toast('Admitted'); }); }, 'submit');
on('#mine', e => { e.preventDefault(); call(300).then(() => { $('#mnote').value = ''; toast('Saved'); }); }, 'submit');
on('#refgo', () => { $('#ref').classList.remove('is-invalid'); $('#refbad').textContent = ''; call(250, 404).then(() => { $('#ref').classList.add('is-invalid'); $('#refbad').textContent = 'There is no such referral'; }); });
on('#copypager', () => navigator.clipboard.writeText('7 4411'));
on('#agree', () => say('Thank you. Noted at ' + new Date().toLocaleTimeString()));
on('#lang', () => document.querySelectorAll('main > p:not([id])').forEach(p => { p.hidden = !p.hidden; }));
if ($('#mname')) setTimeout(() => { for (const [id, v] of [['mname', 'Nora Foss'], ['mpager', '7 4411']]) { const f = document.getElementById(id); f.value = v; f.dispatchEvent(new Event('input', {bubbles: true})); } }, 500);
