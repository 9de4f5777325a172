import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Lineage, OpenLineageEvent } from '../../../contract/lineage.js';
import { fill, type Filled } from '../lineage/filled.js';
import { makeFolder, writeInto } from '../scratch.js';
import { cellar, type Ended } from './cellar.js';

interface Asked extends Filled {
  readonly ask: (...args: string[]) => Promise<Ended>;
}

/** A filled workspace as the command finds it, which nobody else owns. */
async function open(): Promise<Asked> {
  const at = await fill();
  await at.history.store.close();
  return { ...at, ask: (...args) => cellar(at.root, ['lineage', ...args]) };
}

/** What was drawn, without the ids and times of one time. */
function plain(out: string): string {
  return out
    .replace(/ {2}[0-9a-z]{16}$/gm, '  VERSION')
    .replace(/ {2}[0-9a-f]{12}$/gm, '  RUN')
    .replace(/ {2}m-[0-9a-f]{12}$/gm, '  MODEL')
    .replace(/(sha256|dataset):[0-9a-f]{12}$/gm, '$1:HASH')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME')
    .replace(/ +$/gm, '');
}

describe('cellar lineage', () => {
  test('draws what came before and after as trees', async () => {
    const { ask } = await open();
    const { out, code, err } = await ask('models:/wine@champion', '--up');
    expect([code, err]).toEqual([0, '']);
    expect(plain(out)).toBe(
      [
        'wine v2, from train.ipynb as of TIME (cell 5), on wine.csv (178 rows), accuracy 0.9722, clean run.',
        '',
        'Came from',
        '└─ file wine.joblib  16 B  sha256:HASH',
        '   └─ run train  running, accuracy 0.9722  RUN',
        '      ├─ cell 5  of train.ipynb',
        '      │  └─ version train.ipynb as of TIME  clean  VERSION',
        '      │     └─ notebook train.ipynb  1 version, deleted',
        '      └─ data wine.csv  178 rows, 2 columns, training  dataset:HASH',
        '',
      ].join('\n'),
    );
    const down = await ask('train.ipynb', '--down', '--depth', '4');
    expect(plain(down.out)).toContain(
      [
        'Led to',
        '└─ version train.ipynb as of TIME  clean  VERSION',
        '   └─ cell 5  of train.ipynb',
        '      └─ run train  running, accuracy 0.9722  RUN',
        '         ├─ model forest  classifier  MODEL',
        '         ├─ file wine.joblib  16 B  sha256:HASH',
        '         └─ run fold  running  RUN',
        '',
        'There is more further on: --depth goes further.',
      ].join('\n'),
    );
  });

  test('takes what people have at hand, and what it prints itself', async () => {
    const at = await open();
    await writeInto(at.root, 'renamed.bin', 'forest in a file');
    await writeInto(at.root, 'wine.csv', 'alcohol,target\n');
    const inside = await makeFolder();
    const focusOf = async (...args: string[]): Promise<string> =>
      (await at.ask(...args, '--json')).json<Lineage>().focus;
    expect(await focusOf(at.snapshot.slice(0, 16))).toBe(`snapshot:${at.snapshot}`);
    expect(await focusOf(at.run.slice(0, 12))).toBe(`run:${at.run}`);
    expect(await focusOf(`sha256:${at.file.slice(0, 12)}`)).toBe(`artifact:${at.file}`);
    expect(await focusOf('renamed.bin')).toBe(`artifact:${at.file}`);
    // Its bytes are none that a run made: then it is what was logged by this name.
    expect(await focusOf('wine.csv')).toBe(`dataset:${at.data}`);
    expect(await focusOf('train.ipynb')).toBe(`notebook:${at.notebook}`);
    const path = join(at.root, 'train.ipynb');
    const other = await cellar(inside, ['lineage', path, '--json']);
    expect(other.json<Lineage>().focus).toBe(`notebook:${at.notebook}`);
    expect(createHash('sha256').update('forest in a file').digest('hex')).toBe(at.file);
  });

  test('prints one JSON object, and events of OpenLineage one a line', async () => {
    const { ask, run } = await open();
    const graph = (await ask(run, '--json')).json<Lineage>();
    expect(graph.focus).toBe(`run:${run}`);
    expect(graph.nodes.map(({ kind }) => kind)).toContain('version');
    const lines = (await ask(run, '--openlineage')).out.trimEnd().split('\n');
    const types = lines.map((line) => (JSON.parse(line) as OpenLineageEvent).eventType);
    expect(types).toContain('START');
    const { events } = (await ask(run, '--openlineage', '--json')).json<{ events: unknown[] }>();
    expect(events).toHaveLength(lines.length);
  });

  test.each([
    [['nothing.bin'], 'not_found', /Name it as KIND:ID/],
    [['other.ipynb'], 'not_found', /A notebook is named by its path/],
    [[''], 'bad_request', /NODE is empty/],
    [['wine/1', '--up', '--down'], 'bad_request', /--up or --down/],
    [['wine/1', '--depth', 'far'], 'bad_request', /--depth takes a number above 0/],
    [['wine/1', '--depth', '1000'], 'bad_request', /query\.depth/],
  ])('refuses %j with %s', async (args, code, words) => {
    const { ask } = await open();
    const { code: exit, out } = await ask(...args, '--json');
    expect(exit).toBe(2);
    const answer = JSON.parse(out) as { code: string; message: string };
    expect(answer.code).toBe(code);
    expect(answer.message).toMatch(words);
  });
});
