const call = (ms, status = 200, method = 'POST') => fetch(`/api/draft?ms=${ms}&status=${status}`, {method, body: '{}'});
function Draft() {
  return {
    word: '', said: '', saved: 'Nothing to save yet', wide: false, points: 5, bad: '', me: {name: '', pen: '', about: ''},
    texts: ['The ladder', 'Seven winters', 'On butter', 'Letters to a cat', 'Harbour', 'The third brother'].map((name, i) => ({name, stars: i, open: false})),
    tell(text) { this.said = `${text} (${Date.now() % 1000})`; },
    load(ms, text) { call(ms).then(() => this.tell(text)); },
    begin() {
      if (document.querySelector('#dname')) setTimeout(() => { this.me.name = 'Tove Lie'; this.me.pen = 'T. L.'; }, 500);
      if (!document.querySelector('#editor')) return;
      let timer = 0;
      const editor = new EditorJS({
        holder: 'editor', minHeight: 120, tools: {header: Header, list: EditorjsList},
        data: {blocks: [{type: 'header', data: {text: 'The ladder', level: 2}}, {type: 'paragraph', data: {text: 'It stood in the yard for as long as anybody could remember.'}}, {type: 'paragraph', data: {text: 'One morning it was gone.'}}]},
        onChange: () => {  // saves by itself, as editors do
          this.saved = 'Writing …';
          clearTimeout(timer);
          timer = setTimeout(async () => {
            this.blocks = (await editor.save()).blocks;
            await call(150, 200, 'PUT');
            this.saved = 'Saved at ' + new Date().toLocaleTimeString();
          }, 500);
        },
      });
      this.editor = () => editor;
    },
    async count() {
      const {blocks} = await this.editor().save();
      this.tell(blocks.map(b => b.data.text || '').join(' ').split(/\s+/).length + ' words');
    },
    download() { location.href = '/dl/draft.pdf'; },
    print() { print(); },
    copy() { navigator.clipboard.writeText('http://site.test/draft/'); },
    keep() { call(280).then(() => { this.me.about = ''; this.tell('Saved'); }); },
    sendReview(e) { call(420).then(() => { e.target.reset(); this.tell('Thank you'); }); },
    unlock() { this.bad = ''; call(210, 402).then(() => { this.bad = 'This key has been used up'; }); },
  };
}
PetiteVue.createApp({Draft}).mount();
