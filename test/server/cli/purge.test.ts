import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { purgedSchema } from '../../../contract/purge.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { CELLAR, cellar } from './cellar.js';

const SECRET = 'correct horse\nbattery staple';

function purge(
  cwd: string,
  args: readonly string[],
  input = `${SECRET}\n`,
): { readonly code: number | null; readonly out: string } {
  const given = [CELLAR, 'purge', ...args];
  const { status, stdout } = spawnSync(process.execPath, given, { cwd, input, encoding: 'utf8' });
  expect(stdout).not.toContain('battery');
  return { code: status, out: stdout };
}

test('purge shows what holds a secret of standard input, and removes it with --yes alone', async () => {
  const root = await makeFolder();
  await writeInto(root, 'a.ipynb', notebookText([`key = """${SECRET}"""`]));
  const { id } = (await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<{ id: string }>();
  const show = async (): Promise<string> => (await cellar(root, ['show', id, '--notebook'])).out;
  const planned = purge(root, []);
  expect(planned.code).toBe(0);
  expect(planned.out).toContain('Nothing was changed.');
  expect(planned.out).toContain('a.ipynb');
  expect(planned.out).toContain('Clones and mirrors');
  expect(await show()).toContain('battery staple');
  const done = purgedSchema.parse(JSON.parse(purge(root, ['--yes', '--json']).out));
  expect(done).toMatchObject({ dryRun: false, generation: 1, snapshots: { count: 1 } });
  const after = await show();
  expect(after).toContain('[redacted: purged]');
  expect(after).not.toContain('battery');
  expect(purge(root, []).out).toContain('Nothing in the history holds it.');
  expect(purge(root, [], 'abc\n').code).toBe(2);
});

test('a file of a run that holds the secret is named and makes the answer a no, until --files deletes it', async () => {
  const root = await makeFolder();
  await writeInto(root, 'm.pkl', `x ${SECRET} y`);
  const logged = { artifacts: [{ path: 'm.pkl', name: 'm.pkl' }] };
  const data = { 'application/vnd.cellar.v1+json': logged };
  const output = JSON.stringify({ output_type: 'display_data', metadata: {}, data });
  const text = notebookText(['train()']).replace('"outputs": []', `"outputs": [${output}]`);
  await writeInto(root, 'a.ipynb', text);
  await cellar(root, ['snapshot', 'a.ipynb', '--json']);
  const planned = purge(root, []);
  expect(planned.code).toBe(0);
  const done = purge(root, ['--yes']);
  expect(done.code).toBe(1);
  for (const { out } of [planned, done]) {
    expect(out).toMatch(
      /^file m\.pkl of a\.ipynb, version \w+ {2}sha256:\w+ {2}.*stays as it is$/m,
    );
    expect(out).toContain('WARNING: the secret');
  }
  const gone = purge(root, ['--yes', '--files']);
  expect(gone.code).toBe(0);
  expect(gone.out).toContain('is deleted');
  const verified = await cellar(root, ['verify']);
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.out).toMatch(/^m\.pkl \(sha256:\w+\) was purged\.$/m);
  const log = (await cellar(root, ['log', 'a.ipynb', '--json'])).json<{
    snapshots: readonly { id: string; artifacts: readonly object[] }[];
  }>();
  expect(log.snapshots[0]?.artifacts).toMatchObject([{ name: 'm.pkl', purged: true }]);
  const shown = await cellar(root, ['show', log.snapshots[0]?.id ?? '']);
  expect(shown.out).toMatch(/^artifact +m\.pkl .*\(purged\)$/m);
});
