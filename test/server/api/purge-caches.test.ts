import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { comparisonSchema } from '../../../contract/compare.js';
import { notebookText, writeInto } from '../scratch.js';
import { serve, TOKEN, type Served } from './served.js';

const SECRET = 'correct horse battery';
const RUN = 'c'.repeat(32);

type Values = Readonly<Record<string, readonly string[]>>;

/** A notebook whose output is so long that a diff names it by its hash only. */
function withOutput(source: string, text: string): string {
  const notebook = JSON.parse(notebookText([source])) as { cells: { outputs: unknown[] }[] };
  const data = { 'text/html': `${text}${'<p>long</p>'.repeat(1_000)}` };
  notebook.cells[0]?.outputs.push({ output_type: 'display_data', metadata: {}, data });
  return JSON.stringify(notebook);
}

interface Kept {
  readonly base: string;
  readonly head: string;
  readonly notebook: string;
}

/** Two versions that hold the secret in source, output, message and metric; no file of the workspace has it. */
async function keepTwo({ root, own }: Served): Promise<Kept> {
  const rows: { readonly id: string; readonly notebook: string }[] = [];
  for (const n of [1, 2]) {
    const content = withOutput(`key = '${SECRET}' # ${n}`, `${n} ${SECRET}`);
    const body = { key: `key-${n}`.repeat(4), path: 'a.ipynb', content, trigger: 'manual' };
    const answer = await own('POST', 'api/v1/bursts', { ...body, message: `${n} ${SECRET}` });
    rows.push(answer.json<{ snapshot: (typeof rows)[number] }>().snapshot);
  }
  const points = [{ name: `loss ${SECRET}`, value: 1, step: 1, time: 1 }];
  await own('POST', `api/v1/runs/${RUN}/points`, { points });
  rmSync(join(root, 'a.ipynb'), { force: true });
  const [base, head] = rows;
  return { base: base?.id ?? '', head: head?.id ?? '', notebook: base?.notebook ?? '' };
}

/** A registered model, and data that a run has read, that hold the secret; gives the data's id. */
async function keepModel({ own }: Served): Promise<string> {
  const mlflow = async (path: string, body: object): Promise<void> => {
    const answer = await own('POST', `api/2.0/mlflow/${path}`, body);
    expect(answer.status, answer.text).toBe(200);
  };
  const words = { name: 'loss', description: `model ${SECRET}` };
  await mlflow('registered-models/create', words);
  await mlflow('model-versions/create', { ...words, source: `s3://${SECRET}/model`, run_id: RUN });
  const data = { name: `data ${SECRET}`, digest: '1', source_type: 'local', source: '{}' };
  await mlflow('runs/log-inputs', { run_id: RUN, datasets: [{ dataset: data }] });
  const { datasets } = (await own('GET', 'api/v1/datasets')).json<{
    datasets: { id: string }[];
  }>();
  return datasets[0]?.id ?? '';
}

/** Compares with what a file and an editor hold too, and gives what the comparisons are asked about by. */
async function openComparisons(
  { root, own }: Served,
  { base, head }: Kept,
): Promise<{ readonly keys: readonly string[]; readonly hashes: readonly string[] }> {
  const versions = [base, head].map((id) => ({ kind: 'snapshot', id }));
  const content = withOutput('now', 'now');
  await writeInto(root, 'b.ipynb', withOutput('file', 'file'));
  const texts: string[] = [];
  const keys: string[] = [];
  const asked = [
    { base: versions[0], head: versions[1] },
    { base: versions[1], head: { kind: 'file', path: 'b.ipynb' } },
    { base: versions[1], head: { kind: 'now', path: 'b.ipynb', content } },
  ];
  for (const body of asked) {
    const answer = await own('POST', 'api/v1/compare', body);
    keys.push(comparisonSchema.parse(answer.json()).key ?? '');
    texts.push(answer.text);
  }
  texts.push((await own('POST', 'api/v1/diff', { base, path: 'b.ipynb', content })).text);
  const hashes = texts.flatMap((text) => [...text.matchAll(/"hash":"([^"]+)"/g)].map(([, h]) => h));
  return { keys, hashes: [...new Set(hashes.map(String))] };
}

/** Every GET of the server's own description, with each value that its places may take. */
async function listAsks(
  { own }: Served,
  values: Values,
  queries: Values,
): Promise<readonly string[]> {
  const { paths } = (await own('GET', 'api/v1/openapi.json')).json<{
    paths: Record<string, Record<string, object>>;
  }>();
  const filled = Object.keys(paths)
    .filter((path) => 'get' in (paths[path] ?? {}) && path !== '/events' && path !== '/login')
    .flatMap((path) => {
      let all = [path.slice(1)];
      for (const [place, name = ''] of path.matchAll(/\{([a-z0-9]+)\}/g)) {
        const known = values[name];
        if (known === undefined) throw new Error(`say what ${name} of ${path} is asked for by`);
        all = all.flatMap((each) => known.map((value) => each.replace(place, value)));
      }
      return all.flatMap((each) => (queries[path.slice(1)] ?? ['']).map((query) => each + query));
    });
  return [...new Set(filled)];
}

/** What a server answers, a zip unpacked. */
async function read({ port, root }: Served, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { headers });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.headers.get('content-type') !== 'application/zip') return bytes.toString();
  const file = join(root, 'page-files', 'export.zip');
  writeFileSync(file, bytes);
  const code =
    'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist(): print(n, z.read(n))';
  return execFileSync('python3', ['-c', code, file], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

test('no route gives a purged text any more, whatever was compared and read before', async () => {
  const served = await serve();
  const kept = await keepTwo(served);
  const { keys, hashes } = await openComparisons(served, kept);
  const data = await keepModel(served);
  const { base, head, notebook } = kept;
  const pair = `?base=${base}&head=${head}`;
  const asks = await listAsks(
    served,
    {
      id: [base, head, notebook, RUN, data],
      ...{ key: keys, hash: hashes, side: ['base', 'head'] },
      ...{ name: ['loss'], sha256: ['0'.repeat(64)] },
      ...{ base: [data], head: [data], version: ['1'] },
    },
    {
      'api/v1/diff': [pair],
      'api/v1/diff/values/{hash}': [pair, `?base=${base}`],
      'api/v1/live': [`?runs=${RUN}`],
      'api/v1/lineage': [`?node=run:${RUN}`],
      'api/v1/lineage/openlineage': [`?node=run:${RUN}`],
      'api/v1/models/{name}/compare': ['?base=1&head=1'],
      'api/v1/exports': ['', `?snapshot=${head}`],
      'api/v1/notebooks/by-path': ['?path=a.ipynb'],
      'api/v1/revisions': ['?path=a.ipynb'],
      'api/v1/capture-state': ['?path=a.ipynb'],
    },
  );
  const giving = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const ask of asks)
      if ((await read(served, ask)).includes(SECRET)) found.push(ask.replace(/\?.*/, ''));
    return [...new Set(found)];
  };
  const before = await giving();
  for (const key of keys) expect(before).toContain(`api/v1/compare/${key}/base`);
  const kinds = [
    'diff',
    'diff/values/',
    'compare/',
    'snapshots/',
    'exports',
    'notebooks/',
    'runs/',
    'models/loss',
    'models/loss/versions/',
    'models/loss/trail',
    'datasets',
    'datasets/',
    'live',
    'lineage',
    'lineage/openlineage',
  ];
  for (const kind of kinds)
    expect(
      before.some((ask) => ask.startsWith(`api/v1/${kind}`)),
      kind,
    ).toBe(true);
  const done = await served.own('POST', 'api/v1/purge', { texts: [SECRET], dryRun: false });
  expect(done.json()).toMatchObject({ generation: 1, snapshots: { count: 2 } });
  expect(await giving()).toEqual([]);
  expect((await served.own('GET', `api/v1/compare/${keys[0]}/base`)).status).toBe(404);
});
