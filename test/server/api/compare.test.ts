import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { comparisonSchema, type Comparison } from '../../../contract/compare.js';
import { CLIENT_HEADER } from '../../../contract/routes.js';
import { makeRepository } from '../checkout/repository.js';
import { notebookText, writeInto } from '../scratch.js';
import { burst, serve, TOKEN, type Answer, type Served } from './served.js';

/** A notebook whose only output is a PNG of `size` bytes, none of which any other picture has. */
function pictured(size: number, seed = randomBytes(1)[0] ?? 0): string {
  const picture = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    Buffer.alloc(size, seed),
  ]);
  const notebook = JSON.parse(notebookText(['plot()'])) as { cells: { outputs: unknown[] }[] };
  notebook.cells[0]?.outputs.push({
    output_type: 'display_data',
    metadata: {},
    data: { 'image/png': picture.toString('base64') },
  });
  return JSON.stringify(notebook);
}

async function compare(served: Served, base: object, head: object, more = {}): Promise<Comparison> {
  const answer = await served.own('POST', 'api/v1/compare', { base, head, ...more });
  expect(answer.text).toContain('"status":"ok"');
  return comparisonSchema.parse(answer.json());
}

async function snapshot(served: Served, sources: readonly string[]): Promise<string> {
  const answer = await served.own('POST', 'api/v1/bursts', burst('a.ipynb', sources));
  return answer.json<{ snapshot: { id: string } }>().snapshot.id;
}

/** A repository around the workspace, with two commits of a.ipynb. */
async function commitTwice({ root }: Served): Promise<void> {
  const { commit } = await makeRepository({}, root);
  await commit('Start', { 'a.ipynb': notebookText(['x = 1']) });
  await commit('Try two', { 'a.ipynb': notebookText(['x = 2']) });
}

describe('any two sides', () => {
  test('two files', async () => {
    const served = await serve();
    await writeInto(served.root, 'a.ipynb', notebookText(['x = 1', 'y']));
    await writeInto(served.root, 'sub/b.ipynb', notebookText(['x = 2', 'y']));
    const { base, head, diff } = await compare(
      served,
      { kind: 'file', path: 'a.ipynb' },
      { kind: 'file', path: 'sub/b.ipynb' },
    );
    expect([base, head]).toEqual([
      { kind: 'file', path: 'a.ipynb', size: notebookText(['x = 1', 'y']).length },
      { kind: 'file', path: 'sub/b.ipynb', size: notebookText(['x = 2', 'y']).length },
    ]);
    expect(diff.cells).toMatchObject({ unchanged: 1, modified: 1 });
  });

  test('what an editor holds with the file below it', async () => {
    const served = await serve();
    await writeInto(served.root, 'a.ipynb', notebookText(['x = 1']));
    const content = notebookText(['x = 1', 'new']);
    const { diff } = await compare(
      served,
      { kind: 'file', path: 'a.ipynb' },
      { kind: 'now', path: 'a.ipynb', content },
    );
    expect(diff.cells).toMatchObject({ unchanged: 1, added: 1 });
  });

  test('a commit with a snapshot', async () => {
    const served = await serve();
    await commitTwice(served);
    const id = await snapshot(served, ['x = 1', 'more']);
    const { base, diff } = await compare(
      served,
      { kind: 'git', path: 'a.ipynb', revision: 'HEAD~1' },
      { kind: 'snapshot', id },
    );
    expect(base).toMatchObject({ kind: 'git', revision: 'HEAD~1', subject: 'Start' });
    expect(diff.cells).toMatchObject({ unchanged: 1, added: 1 });
  });

  test('metrics and params only between snapshots', async () => {
    const served = await serve();
    const [one, two] = [await snapshot(served, ['x']), await snapshot(served, ['y'])];
    await writeInto(served.root, 'a.ipynb', notebookText(['x']));
    const kept = await compare(
      served,
      { kind: 'snapshot', id: one },
      { kind: 'snapshot', id: two },
    );
    const file = await compare(
      served,
      { kind: 'snapshot', id: one },
      { kind: 'file', path: 'a.ipynb' },
    );
    expect([kept.metrics, file.metrics, file.params]).toEqual([[], [], []]);
  });

  test('shows noise where it is asked for, or where the settings say so', async () => {
    const served = await serve();
    const counted = (count: number): string =>
      notebookText(['x']).replace('"execution_count": null', `"execution_count": ${count}`);
    await writeInto(served.root, 'a.ipynb', counted(1));
    await writeInto(served.root, 'b.ipynb', counted(2));
    const sides = [
      { kind: 'file', path: 'a.ipynb' },
      { kind: 'file', path: 'b.ipynb' },
    ] as const;
    expect((await compare(served, ...sides)).diff.cells.modified).toBe(0);
    const shown = await compare(served, ...sides, { show: ['all'] });
    expect(shown.diff.changes[0]?.aspects).toEqual(['execution']);
    await served.own('PATCH', 'api/v1/settings', { shownNoise: ['execution_count'] });
    expect((await compare(served, ...sides)).diff.shown).toEqual(['execution_count']);
    expect((await compare(served, ...sides, { show: [] })).diff.cells.modified).toBe(0);
  });

  test("takes a person's own noise from the settings", async () => {
    const served = await serve();
    const printing = (text: string): string =>
      notebookText(['x']).replace(
        '"outputs": []',
        `"outputs": [{"output_type": "stream", "name": "stdout", "text": ["job ${text}\\n"]}]`,
      );
    await writeInto(served.root, 'a.ipynb', printing('J-17'));
    await writeInto(served.root, 'b.ipynb', printing('J-18'));
    const sides = [
      { kind: 'file', path: 'a.ipynb' },
      { kind: 'file', path: 'b.ipynb' },
    ] as const;
    expect((await compare(served, ...sides)).diff.outputs_changed).toEqual([[0, 0]]);
    const noisePatterns = [{ kind: 'job', pattern: 'J-\\d+' }];
    const set = await served.own('PATCH', 'api/v1/settings', { noisePatterns });
    expect(set.json()).toMatchObject({ noisePatterns });
    const { diff } = await compare(served, ...sides);
    expect([diff.outputs_changed, diff.noise]).toEqual([[], { job: 1 }]);
  });
});

test('shows no noise for an empty list of two versions, whatever the settings say', async () => {
  const served = await serve();
  const [one, two] = [await snapshot(served, ['x']), await snapshot(served, ['y'])];
  await served.own('PATCH', 'api/v1/settings', { shownNoise: ['execution_count'] });
  const shown = async (query: string): Promise<unknown> => {
    const answer = await served.own('GET', `api/v1/diff?base=${one}&head=${two}${query}`);
    return comparisonSchema.parse(answer.json()).diff.shown;
  };
  expect(await shown('')).toEqual(['execution_count']);
  expect((await shown('&show=')) ?? []).toEqual([]);
});

test.each([
  ['[', 'cannot be read'],
  ['a*', 'matches the empty text'],
])(
  'refuses the pattern %s of noise when it is set, and keeps what was set',
  async (pattern, why) => {
    const served = await serve();
    const good = [{ kind: 'job', pattern: 'J-\\d+' }];
    await served.own('PATCH', 'api/v1/settings', { noisePatterns: good });
    const noisePatterns = [{ kind: 'mine', pattern }];
    const refused = await served.own('PATCH', 'api/v1/settings', { noisePatterns });
    expect(refused.status).toBe(400);
    const { code, message } = refused.json<{ code: string; message: string }>();
    expect([code, message]).toEqual(['bad_request', expect.stringContaining(why)]);
    expect(message).toContain(JSON.stringify(pattern));
    const left = await served.own('PATCH', 'api/v1/settings', {});
    expect(left.json()).toMatchObject({ noisePatterns: good });
  },
);

test('reads a body too large for the main thread, and says where it is no JSON', async () => {
  const served = await serve();
  await writeInto(served.root, 'a.ipynb', notebookText(['x']));
  const now = { kind: 'now', path: 'a.ipynb', content: notebookText(['x', '#'.repeat(2_000_000)]) };
  const { diff } = await compare(served, { kind: 'file', path: 'a.ipynb' }, now);
  expect(diff.cells).toMatchObject({ unchanged: 1, added: 1 });
  const refused = await served.ask({
    method: 'POST',
    path: 'api/v1/compare',
    raw: `{"base": ${' '.repeat(2_000_000)}`,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  });
  expect([refused.status, refused.json()]).toMatchObject([400, { code: 'bad_request' }]);
});

describe('by the key of a comparison', () => {
  async function pictures(served: Served): Promise<Comparison> {
    await writeInto(served.root, 'a.ipynb', pictured(30_000, 1));
    await writeInto(served.root, 'b.ipynb', pictured(90_000, 2));
    return compare(served, { kind: 'file', path: 'a.ipynb' }, { kind: 'file', path: 'b.ipynb' });
  }

  test('its values, as text', async () => {
    const served = await serve();
    const { key = '', diff } = await pictures(served);
    const part = diff.changes[0]?.outputs[0]?.parts[0];
    for (const ref of [part?.base, part?.head]) {
      expect(ref?.text).toBeUndefined();
      const value = await served.own('GET', `api/v1/compare/${key}/values/${ref?.hash ?? ''}`);
      expect(value.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(Buffer.from(value.text, 'base64').length).toBe(ref?.size);
    }
    const none = await served.own('GET', `api/v1/compare/${key}/values/${'0'.repeat(64)}`);
    expect(none.json()).toMatchObject({ code: 'not_found' });
  });

  test('its sides, byte for byte, unless a file has changed since', async () => {
    const served = await serve();
    const { key = '' } = await pictures(served);
    const side = (name: string): Promise<Answer> =>
      served.own('GET', `api/v1/compare/${key}/${name}`);
    expect((await side('base')).text).toBe(pictured(30_000, 1));
    expect((await side('other')).status).toBe(404);
    await writeInto(served.root, 'a.ipynb', pictured(30_000, 3));
    expect((await side('base')).json()).toMatchObject({ code: 'changed_while_reading' });
    expect((await side('head')).text).toBe(pictured(90_000, 2));
  });

  test("what an editor held, in the file's own words", async () => {
    const served = await serve();
    await writeInto(served.root, 'a.ipynb', notebookText(['x']));
    const { key = '' } = await compare(
      served,
      { kind: 'file', path: 'a.ipynb' },
      { kind: 'now', path: 'a.ipynb', content: JSON.stringify(JSON.parse(notebookText(['x']))) },
    );
    const head = await served.own('GET', `api/v1/compare/${key}/head`);
    expect(head.text).toBe(notebookText(['x']));
  });

  test('nothing for a key that is not known', async () => {
    const served = await serve();
    const answer = await served.own('GET', 'api/v1/compare/none/base');
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({
      message: 'This comparison is forgotten. Compare again.',
    });
  });
});

describe('what is refused', () => {
  const good = { kind: 'file', path: 'a.ipynb' };
  test.each<[string, object, string]>([
    ['a file that is not there', { kind: 'file', path: 'none.ipynb' }, 'not_found'],
    ['a path outside', { kind: 'file', path: '../a.ipynb' }, 'outside_workspace'],
    [
      'a commit without a repository',
      { kind: 'git', path: 'a.ipynb', revision: 'HEAD' },
      'not_found',
    ],
    [
      'a revision like an option',
      { kind: 'git', path: 'a.ipynb', revision: '--help' },
      'bad_request',
    ],
    [
      'git above the workspace',
      { kind: 'git', path: '../b', revision: 'HEAD' },
      'outside_workspace',
    ],
    ['an unknown snapshot', { kind: 'snapshot', id: 'zzzz' }, 'not_found'],
    ['an editor without JSON', { kind: 'now', path: 'a.ipynb', content: '{' }, 'not_json'],
    ['a file that is no notebook', { kind: 'file', path: 'list.ipynb' }, 'not_a_notebook'],
  ])('%s, with the side', async (_, side, code) => {
    const served = await serve();
    await writeInto(served.root, 'a.ipynb', notebookText(['x']));
    await writeInto(served.root, 'list.ipynb', '[]');
    for (const [name, base, head] of [
      ['base', side, good],
      ['head', good, side],
    ] as const) {
      const answer = await served.own('POST', 'api/v1/compare', { base, head });
      expect(answer.json()).toMatchObject({ status: 'error', code, side: name });
    }
  });

  test('a viewer who asks for anything but versions, or for the values of such a comparison', async () => {
    const served = await serve();
    const id = await snapshot(served, ['x']);
    await writeInto(served.root, 'a.ipynb', notebookText(['x']));
    const file = { kind: 'file', path: 'a.ipynb' };
    const kept = { kind: 'snapshot', id };
    const login = await served.ask({
      path: new URL(await served.link()).href.split('/').slice(3).join('/'),
    });
    const headers = {
      host: `127.0.0.1:${served.port}`,
      cookie: String(login.headers['set-cookie']).split(';')[0] ?? '',
      [CLIENT_HEADER]: '1',
    };
    const view = (method: string, path: string, body?: object): Promise<Answer> =>
      served.ask({ method, path, body, headers });
    const allowed = await view('POST', 'api/v1/compare', { base: kept, head: kept });
    expect(allowed.status).toBe(200);
    const { key = '' } = allowed.json<Comparison>();
    expect((await view('GET', `api/v1/compare/${key}/base`)).status).toBe(200);
    const refused = await view('POST', 'api/v1/compare', { base: kept, head: file });
    expect(refused.json()).toMatchObject({ code: 'forbidden' });
    const { key: owned = '' } = await compare(served, kept, file);
    expect((await view('GET', `api/v1/compare/${owned}/base`)).status).toBe(404);
    expect((await view('GET', 'api/v1/revisions?path=a.ipynb')).status).toBe(403);
  });
});

test('lists the commits that touched a notebook, newest first', async () => {
  const served = await serve();
  await commitTwice(served);
  const answer = await served.own('GET', 'api/v1/revisions?path=a.ipynb');
  const { revisions } = answer.json<{ revisions: { subject: string; author: string }[] }>();
  expect(revisions.map(({ subject }) => subject)).toEqual(['Try two', 'Start']);
  rmSync(`${served.root}/.git`, { recursive: true });
  expect((await served.own('GET', 'api/v1/revisions?path=a.ipynb')).json()).toEqual({
    revisions: [],
    repository: false,
  });
});

test('gives a diff of two snapshots a key, and shows noise by a list with commas', async () => {
  const served = await serve();
  const [one, two] = [await snapshot(served, ['x']), await snapshot(served, ['y'])];
  const path = `api/v1/diff?base=${one}&head=${two}&show=execution_count,cell_id`;
  const compared = comparisonSchema.parse((await served.own('GET', path)).json());
  expect(compared.diff.shown).toEqual(['cell_id', 'execution_count']);
  const head = await served.own('GET', `api/v1/compare/${compared.key ?? ''}/head`);
  expect(head.text).toContain('"y"');
});

test('answers others while a large pair is compared', async () => {
  const served = await serve();
  const large = (seed: number): string =>
    notebookText(
      Array.from({ length: 300 }, (_, n) =>
        Array.from(
          { length: 400 },
          (_line, at) => `x${(at * 7919 + n * seed) % 9973} = ${at}`,
        ).join('\n'),
      ),
    );
  await writeInto(served.root, 'a.ipynb', large(1));
  await writeInto(served.root, 'b.ipynb', large(2));
  const state = { done: false };
  const compared = compare(
    served,
    { kind: 'file', path: 'a.ipynb' },
    { kind: 'file', path: 'b.ipynb' },
  ).finally(() => {
    state.done = true;
  });
  let answered = 0;
  while (!state.done) {
    expect((await served.ask({ path: 'healthz' })).status).toBe(200);
    answered += 1;
  }
  expect((await compared).diff.cells.unchanged).toBeLessThan(300);
  // On the main thread they would all wait for the comparison.
  expect(answered).toBeGreaterThan(5);
});
