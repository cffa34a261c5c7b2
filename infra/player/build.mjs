// Builds the player that the package carries: one script, one style sheet, and the licences of what is in them.
import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../../src/replay_signals/pipelines/playback/static");

await build({
  absWorkingDir: here,
  entryPoints: { player: "src/main.js" },
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  outdir: out,
});

// rrweb's own file holds its dependencies, so all that it depends on are named.
const lock = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8"));
const packages = Object.keys(lock.packages)
  .filter((path) => path.startsWith("node_modules/"))
  .map((path) => path.slice("node_modules/".length))
  .filter((name) => !/^(@types\/|@esbuild\/|esbuild$)/.test(name));
const notices = packages.sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[sc]e/i.test(one));
  const path = file ? join(folder, file) : join(here, "licences/rrweb.txt"); // rrweb's packages ship none
  return `${name} ${about.version} (${about.license})\n\n${readFileSync(path, "utf8").trim()}\n`;
});
const head = "player.js and player.css hold parts of these packages:\n\n";
writeFileSync(join(out, "LICENCES.txt"), head + notices.join(`\n${"-".repeat(80)}\n\n`));
