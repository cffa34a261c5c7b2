// Builds what has to be compiled before a browser can read it: the site `parcel`, written in Svelte.
import {build} from 'esbuild';
import {readFile} from 'node:fs/promises';
import {compile} from 'svelte/compiler';

const svelte = {
  name: 'svelte',
  setup(b) {
    b.onLoad({filter: /\.svelte$/}, async ({path}) => {
      const {js} = compile(await readFile(path, 'utf8'), {filename: path, css: 'injected', generate: 'client', dev: false});
      return {contents: js.code, loader: 'js'};
    });
  },
};
await build({
  entryPoints: ['pages/parcel/main.js'], outfile: 'build/parcel/app.js', bundle: true, minify: true, format: 'esm',
  conditions: ['svelte', 'browser', 'production'], define: {'process.env.NODE_ENV': '"production"'}, plugins: [svelte],
});
