const $ = s => document.querySelector(s), call = (ms, status = 200) => fetch(`/api/atlas?ms=${ms}&status=${status}`), on = (s, f, kind = 'click') => $(s)?.addEventListener(kind, f);
const say = text => { $('#out').textContent = `${text} (${Date.now() % 1000})`; };
if ($('#map')) {
  const at = ol.proj.fromLonLat, huts = new ol.source.Vector(), land = new ol.source.Vector();
  const put = (source, lon, lat) => source.addFeature(new ol.Feature(new ol.geom.Circle(at([lon, lat]), 60000)));
  for (let i = 0; i < 24; i++) put(land, 4 + (i * 7) % 24, 55 + (i * 5) % 12);
  const relief = new ol.layer.Graticule({strokeStyle: new ol.style.Stroke({color: '#5a7', width: 2}), showLabels: false});
  const view = new ol.View({center: at([14, 60]), zoom: 5});
  const map = new ol.Map({target: 'map', view, layers: [relief, new ol.layer.Vector({source: land, style: new ol.style.Style({fill: new ol.style.Fill({color: '#b9a'}), stroke: new ol.style.Stroke({color: '#624'})})}), new ol.layer.Vector({source: huts})]});
  map.on('click', e => map.forEachFeatureAtPixel(e.pixel, f => { f.setStyle(new ol.style.Style({fill: new ol.style.Fill({color: `hsl(${Date.now() % 360} 60% 60%)`})})); }));
  on('#plus', () => view.setZoom(view.getZoom() + 0.12));
  on('#minus', () => view.setZoom(view.getZoom() - 0.12));
  on('#relief', () => relief.setVisible(!relief.getVisible()));
  on('#huts', () => call(4300).then(() => { for (let i = 0; i < 5; i++) put(huts, 6 + Math.random() * 18, 56 + Math.random() * 9); say('Five huts'); }));
  new TomSelect('#place', {onChange: v => { if (v) view.animate({center: at(v.split(',').map(Number)), duration: 400}); }});
}
on('#gpx', () => { location.href = '/dl/route.gpx'; });
if ($('#walks')) {
  let walks = ['Round the lake', 'To the lighthouse', 'Old mail road', 'Seven bridges', 'Marsh path', 'Up the ridge', 'Quarry and back', 'Shore at low tide'].map((name, i) => ({name, km: 3 + i * 2, n: 0}));
  const show = () => { $('#walks').innerHTML = walks.filter(w => w.name.toLowerCase().includes($('#narrow').value.toLowerCase())).map(w => `<li>${w.name}, ${w.km} km <button class="walked">Walked ${w.n}×</button></li>`).join(''); };
  on('#walks', e => { if (e.target.matches('.walked')) { walks.find(w => e.target.parentElement.textContent.startsWith(w.name)).n++; show(); } });
  on('#narrow', show, 'input');
  on('#short', () => { walks.reverse(); show(); });
  on('#tide', () => call(3600).then(() => say('Low at ten past four')));
  show();
}
if ($('#pics')) {
  import('/lib/photoswipe/dist/photoswipe-lightbox.esm.js').then(({default: Lightbox}) => new Lightbox({gallery: '#pics', children: 'a', pswpModule: () => import('/lib/photoswipe/dist/photoswipe.esm.js')}).init());
  let stars = 3;
  on('#dim', () => { $('#stars').textContent = --stars; });
  on('#bright', () => { $('#stars').textContent = ++stars; });
}
on('#tellf', e => { e.preventDefault(); call(460).then(() => { e.target.reset(); say('Thank you'); }); }, 'submit');
on('#cgo', () => { $('#cbad').textContent = ''; call(230, 404).then(() => { $('#card').setAttribute('aria-invalid', 'true'); $('#cbad').textContent = 'We have no such member'; }); });
on('#mysave', () => call(300).then(() => say('Saved')));
on('#read', () => say('Read at ' + new Date().toLocaleTimeString()));
on('#link', () => navigator.clipboard.writeText(location.href));
if ($('#myname')) setTimeout(() => { for (const [id, v] of [['myname', 'Liv Berge'], ['myboots', '42']]) { const f = document.getElementById(id); f.value = v; f.dispatchEvent(new Event('input', {bubbles: true})); } }, 500);
