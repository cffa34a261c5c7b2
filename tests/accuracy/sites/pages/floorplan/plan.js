const call = (ms, status = 200) => fetch(`/api/plan?ms=${ms}&status=${status}`, {method: 'POST', body: '{}'});
const THINGS = ['Sofa', 'Stool', 'Shelf', 'Desk', 'Cupboard', 'Mirror', 'Piano', 'Crib', 'Bench', 'Carpet', 'Screen', 'Stove'];
function Plan() {
  return {
    count: 0, storey: 1, room: 'Kitchen', said: '', word: '', bad: '', chosen: {}, me: {name: '', town: '', wish: ''}, things: THINGS.map((name, i) => ({name, cm: 40 + i * 15})),
    tell(text) { this.said = `${text} (${Date.now() % 1000})`; },
    begin() {
      if (document.querySelector('#sname')) setTimeout(() => { this.me.name = 'Runa Hof'; this.me.town = 'Turku'; }, 500);
      if (!document.querySelector('#stage')) return;
      const stage = new Konva.Stage({container: 'stage', width: 700, height: 520}), lines = new Konva.Layer(), layer = new Konva.Layer();
      stage.add(lines, layer);
      lines.add(new Konva.Rect({x: 20, y: 20, width: 640, height: 460, stroke: '#333', strokeWidth: 6}));
      layer.on('click', e => { e.target.fill(Konva.Util.getRandomColor()); });
      this.konva = () => ({stage, lines, layer});
      this.add('Sofa', 140, 60);
      this.add('Table', 90, 60);
    },
    add(name, width, height) {
      const {layer} = this.konva(), n = layer.getChildren().length;
      const group = new Konva.Group({x: 60 + (n * 83) % 480, y: 60 + (n * 57) % 340, draggable: true});
      group.add(new Konva.Rect({width, height, fill: '#b7d3a8', stroke: '#345', cornerRadius: 4}), new Konva.Text({text: name, padding: 6, fontSize: 13, listening: false}));
      layer.add(group);
      this.count = n + 1;
    },
    undo() { const {layer} = this.konva(); layer.getChildren().at(-1)?.destroy(); this.count = layer.getChildren().length; },
    grid() {
      const {lines} = this.konva(), old = lines.find('.grid');
      if (old.length) return old.forEach(l => l.destroy());
      for (let x = 60; x < 660; x += 40) lines.add(new Konva.Line({name: 'grid', points: [x, 20, x, 480], stroke: '#cde', strokeWidth: 1}));
    },
    zoom(by) { const {stage} = this.konva(), s = stage.scaleX() * by; stage.scale({x: s, y: s}); },
    png() { const a = document.createElement('a'); a.href = this.konva().stage.toDataURL(); a.download = 'plan.png'; a.click(); },
    light() { call(4400).then(() => this.tell('Four hours of sun in the kitchen')); },
    prices() { call(3700).then(() => { this.things.forEach(t => { t.price = 100 + Date.now() % 97; }); this.tell('Prices of today'); }); },
    order(e) { call(520).then(() => { e.target.reset(); this.tell('Ordered'); }); },
    keep() { call(260).then(() => { this.me.wish = ''; this.tell('Saved'); }); },
    gift() { this.bad = ''; call(220, 410).then(() => { this.bad = 'This gift card is empty'; }); },
    list() { location.href = '/dl/furniture.csv'; },
    share() { navigator.clipboard.writeText('http://site.test/floorplan/'); },
  };
}
PetiteVue.createApp({Plan}).mount();
