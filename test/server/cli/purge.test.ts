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
