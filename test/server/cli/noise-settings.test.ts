import { expect, test } from 'vitest';

import type { NotebookDiff } from '../../../contract/diff.js';
import { makeFolder, writeInto } from '../scratch.js';
import { cellar } from './cellar.js';

/** Two notebooks whose printed text differs in a job's number and an address, in a workspace with these settings. */
async function makeWorkspace(settings: object): Promise<string> {
  const root = await makeFolder();
  expect((await cellar(root, ['init'])).code).toBe(0);
  await writeInto(root, '.cellar/state/settings.json', JSON.stringify(settings));
  const printed = { a: 'job-17\n<f at 0x7f12345678a0>', b: 'job-18\n<f at 0x7f99995678b0>' };
  for (const [name, text] of Object.entries(printed)) {
    const outputs = [{ output_type: 'stream', name: 'stdout', text }];
    const facts = { id: 'a', metadata: {}, execution_count: 1 };
    const cells = [{ cell_type: 'code', ...facts, source: 'run()', outputs }];
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
    await writeInto(root, `${name}.ipynb`, JSON.stringify(notebook));
  }
  return root;
}

async function diffIn(root: string, ...words: readonly string[]): Promise<NotebookDiff> {
  return (await cellar(root, ['diff', 'a.ipynb', 'b.ipynb', '--json', ...words])).json();
}

const JOBS = { noisePatterns: [{ kind: 'job', pattern: 'job-\\d+' }] };

test("what a person set for the workspace counts as noise in the command's diff", async () => {
  const root = await makeWorkspace({ spaceLimit: 0, ...JOBS });
  expect(await diffIn(root)).toMatchObject({
    cells: { unchanged: 1, modified: 0 },
    noise: { address: 1, job: 1 },
  });
  const shown = await diffIn(root, '--show', 'job');
  expect(shown).toMatchObject({ shown: ['job'], cells: { modified: 1 }, noise: { address: 1 } });
});

test('kinds that are shown by default are, unless the command line says which', async () => {
  const root = await makeWorkspace({ spaceLimit: 0, ...JOBS, shownNoise: ['address'] });
  expect(await diffIn(root)).toMatchObject({ shown: ['address'], noise: { job: 1 } });
  expect(await diffIn(root, '--show', 'job')).toMatchObject({ shown: ['job'] });
});

test('a pattern that cannot be read is named', async () => {
  const root = await makeWorkspace({
    noisePatterns: [{ kind: 'job', pattern: 'job-(' }],
    spaceLimit: 0,
  });
  const ended = await cellar(root, ['diff', 'a.ipynb', 'b.ipynb', '--json']);
  expect(ended.code).toBe(2);
  expect(ended.json()).toMatchObject({ status: 'error', code: 'bad_request' });
  expect(ended.err).toContain('"job-("');
});
