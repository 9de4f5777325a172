import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT } from './places.mjs';
import { run, StepError } from './run.mjs';
import { unlessDone } from './stamp.mjs';

const SHARED = ['contract', 'package.json', 'package-lock.json', 'scripts/steps/build.mjs'];

// Code for Node in one format; what is CommonJS among the packages calls require.
const NODE_BANNER = [
  '#!/usr/bin/env node',
  "import { createRequire as cellarCreateRequire } from 'node:module';",
  'const require = cellarCreateRequire(import.meta.url);',
].join('\n');

/** lib/: the extension as JavaScript, checked by its types. */
export function buildLib() {
  return unlessDone(
    'lib',
    { inputs: [...SHARED, 'extension', 'tsconfig.json'], outputs: ['lib/extension/index.js'] },
    () => {
      rmSync(join(ROOT, 'lib'), { recursive: true, force: true });
      return run('lib', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'extension']);
    },
  );
}

/** dist/labextension/: what JupyterLab loads, for every JupyterLab from 4.2 on. */
export function buildLabextension() {
  const core = 'scripts/jupyterlab-4.2.json';
  const inputs = [...SHARED, 'lib', 'style', 'schema', 'labextension.config.cjs', core];
  return unlessDone('labextension', { inputs, outputs: ['dist/labextension/package.json'] }, () => {
    rmSync(join(ROOT, 'dist', 'labextension'), { recursive: true, force: true });
    const builder = 'node_modules/@jupyter/builder/lib/build-labextension.js';
    return run('labextension', process.execPath, [builder, '--core-package-file', core, '.']);
  });
}

/** dist/*.js: the command and server for Node, its rare parts and its workers in files of their own. */
export function buildServer() {
  return unlessDone(
    'server',
    {
      inputs: [...SHARED, 'server'],
      outputs: ['dist/cellar.js', 'dist/schema/notebook-diff.json'],
    },
    async () => {
      removeScripts();
      await bundle({
        entryPoints: { cellar: 'server/main.ts', ...workers() },
        outdir: 'dist',
        platform: 'node',
        target: 'node20',
        // What a command has to parse before it starts; names stay, so that a stack can be read.
        minifyWhitespace: true,
        minifySyntax: true,
        banner: { js: NODE_BANNER },
        define: { CELLAR_VERSION: JSON.stringify(version()) },
      });
      // npx runs the file itself.
      chmodSync(join(ROOT, 'dist', 'cellar.js'), 0o755);
      await writeSchemas();
    },
  );
}

/** dist/schema/NAME.json: what the results are, for whoever reads them. */
async function writeSchemas() {
  const folder = join(ROOT, 'dist', 'schema');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const script = join(folder, 'schemas.mjs');
  await bundle({
    entryPoints: ['server/api/schemas.ts'],
    outfile: script,
    splitting: false,
    platform: 'node',
  });
  const { findSchema, SCHEMA_NAMES } = await import(pathToFileURL(script).href);
  rmSync(script);
  for (const name of SCHEMA_NAMES)
    writeFileSync(
      join(folder, `${name}.json`),
      `${JSON.stringify(findSchema(name), undefined, 2)}\n`,
    );
}

/** dist/page/: the reviewers' page. */
export function buildPage() {
  const inputs = [...SHARED, 'extension', 'style'];
  return unlessDone('page', { inputs, outputs: ['dist/page/index.html'] }, async () => {
    const folder = join(ROOT, 'dist', 'page');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await bundle({
      entryPoints: { main: 'extension/page/main.tsx', page: 'style/page.css' },
      outdir: 'dist/page',
      chunkNames: 'chunk-[hash]',
      platform: 'browser',
      target: 'es2022',
      jsx: 'automatic',
      minify: true,
      loader: { '.svg': 'dataurl', '.woff2': 'file' },
    });
    cpSync(join(ROOT, 'extension', 'page', 'index.html'), join(folder, 'index.html'));
  });
}

async function bundle(options) {
  const { build, formatMessages } = await import('esbuild');
  try {
    await build({
      absWorkingDir: ROOT,
      bundle: true,
      splitting: true,
      format: 'esm',
      legalComments: 'none',
      logLevel: 'silent',
      ...options,
      define: { 'process.env.NODE_ENV': '"production"', ...options.define },
    });
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    const messages = await formatMessages(error.errors, { kind: 'error' });
    throw new StepError(messages.join(''));
  }
}

/** A thread's entry is server/work/NAME.worker.ts, a task that it loads NAME.task.ts; they are built to dist/NAME.worker.js and so on. */
function workers() {
  const folder = join(ROOT, 'server', 'work');
  const names = readdirSync(folder).filter((name) => /\.(worker|task)\.ts$/.test(name));
  return Object.fromEntries(names.map((name) => [name.slice(0, -3), `server/work/${name}`]));
}

function version() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
}

function removeScripts() {
  const folder = join(ROOT, 'dist');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (name.endsWith('.js')) rmSync(join(folder, name), { force: true });
}
