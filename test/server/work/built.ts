import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';
import { afterAll } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../../server/work/', import.meta.url));

let built: Promise<URL> | undefined;

/** The folder of the worker threads as they are now, built once a test file: Node runs no TypeScript in threads. */
export function buildWorkers(): Promise<URL> {
  built ??= buildInto();
  return built;
}

afterAll(async () => {
  if (built !== undefined) await rm(await built, { recursive: true, force: true });
});

async function buildInto(): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'cellar-workers-'));
  const names = readdirSync(SOURCES).filter((name) => /\.(worker|task)\.ts$/.test(name));
  await build({
    entryPoints: names.map((name) => join(SOURCES, name)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return pathToFileURL(`${folder}/`);
}
