const call = (ms, status = 200, type = 'POST') => $.ajax({url: `/api/fleet?ms=${ms}&status=${status}`, type, data: '{}'});
const say = text => $('#out').text(`${text} (${Date.now() % 1000})`);
const Cars = Backbone.Collection.extend({comparator: 'name'});
const cars = new Cars(['Anton', 'Berta', 'Cesar', 'Dora', 'Emil', 'Friedrich', 'Gustav', 'Heinrich'].map((name, i) => ({name, fuel: (i * 31) % 100, seats: 2 + i % 5})));
let day = 12, taken = null;
const cards = word => $('#list').html(cars.filter(c => c.get('name').toLowerCase().includes(word)).map(c => `<div class="ui card"><div class="content"><div class="header">${c.get('name')}</div><div class="meta">${c.get('fuel')} % fuel, ${c.get('seats')} seats</div></div><div class="extra content"><button class="ui mini button fuel" data-c="${c.cid}">Refuel</button><button class="ui mini button take" data-c="${c.cid}">Take</button></div></div>`).join(''));
const table = () => { $('#day').text(day); $('#tbl').html(['Anton', 'Dora', 'Emil', 'Berta'].map((n, i) => `<tr><td>${n}</td><td>${Math.abs(day * 7 + i * 13) % 90 + 3} km</td><td>${['school', 'market', 'airport', 'nowhere'][Math.abs(day + i) % 4]}</td></tr>`).join('')); };
const View = Backbone.View.extend({
  el: '#view',
  events: {
    'input #find': e => cards(e.target.value.toLowerCase()),
    'click #map': () => call(4200, 200, 'GET').then(() => say('Seven in the yard, one at the sea')),
    'click #order': () => { cars.comparator = cars.comparator === 'fuel' ? 'name' : 'fuel'; cars.sort(); cards($('#find').val().toLowerCase()); },
    'click .fuel': e => { const c = cars.get(e.target.dataset.c); c.set('fuel', c.get('fuel') + 1); cards($('#find').val().toLowerCase()); },
    'click .take': e => { taken = e.target.dataset.c; $('#sure').modal('show'); },
    'click #dless': () => { day--; table(); }, 'click #dmore': () => { day++; table(); },
    'click #tax': () => { location.href = '/dl/trips.csv'; },
    'click #compare': () => call(3600).then(() => say('Less than last year')),
    'submit #dmg': e => { e.preventDefault(); call(480).then(() => { e.target.reset(); say('Reported'); }); },
    'click #keep': () => call(300, 200, 'PUT').then(() => { $('#rem').val(''); say('Saved'); }),
    'click #activate': () => { $('#bad').text(''); $('#cardf').removeClass('error'); call(230, 422).fail(() => { $('#cardf').addClass('error'); $('#bad').text('This card belongs to somebody else'); }); },
    'click #sign': () => say('Signed at ' + new Date().toLocaleTimeString()),
  },
  show(name) {
    $('.ui.menu a.item').removeClass('active').filter(`[href="#${name}"]`).addClass('active');
    this.$el.html(_.template($('script#' + name).html())());
    scrollTo(0, 0);
    if (name === 'cars') cards('');
    if (name === 'trips') table();
    if (name === 'rules') $('#acc').accordion();
    if (name === 'driver') setTimeout(() => { $('#name').val('Egil Rud').trigger('input'); $('#since').val('1998').trigger('input'); }, 500);
  },
});
const view = new View();
const names = ['cars', 'trips', 'report', 'driver', 'rules'];
const Router = Backbone.Router.extend({routes: {'*page': page => view.show(names.includes(page) ? page : 'cars')}});
$('#more').dropdown();
$('#sure').modal({duration: 150, onApprove: () => { say((cars.get(taken)?.get('name') || 'It') + ' is yours until six'); }});
new Router();
Backbone.history.start();
