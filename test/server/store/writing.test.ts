import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { restoreSnapshot } from '../../../server/history/restore.js';
import { temporaryName } from '../../../server/store/disk/durable.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { isChange } from '../../faults/interpose.js';
import { endBoot } from '../../faults/power-cut.js';
import { openSession } from '../../faults/session.js';
import { keep } from '../history/kept.js';
import { makeFolder, notebookText, openTestHistory } from '../scratch.js';

const PATH = 'deep/er/a.ipynb';

/** Everything in a workspace but the store. */
function listFiles(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.cellar'))
    .sort();
}

/** Notes of files that are being written; none where there never was one. */
function listNotes(root: string): readonly string[] {
  const folder = join(root, '.cellar', 'writing');
  return existsSync(folder) ? readdirSync(folder) : [];
}

test('a restore that is killed at any change of the disk leaves no file beside the notebook, which is whole', async () => {
  const texts = [notebookText(['old']), notebookText(['new'])];
  let [root, swept] = [join(await makeFolder(), '0'), 0];
  mkdirSync(root);
  for (let at = 0, hasDied = true; hasDied; at += 1) {
    const faulty = new FaultyDisk(undefined);
    const session = await openSession(root, { disk: faulty.disk });
    const { history } = session;
    const { id } = (await keep(history, PATH, ['old'])).row;
    await keep(history, PATH, ['new']);
    faulty.plan = { fault: { kind: 'die' }, matches: isChange, at, lasting: true };
    hasDied = await Promise.race([
      restoreSnapshot(history, { id, write: true }).then(() => false),
      faulty.death.then(() => true),
    ]);
    faulty.plan = hasDied ? faulty.plan : undefined;
    if (listFiles(root).length > 3) swept += 1;
    if (!hasDied) await session.close();
    await endBoot(root);
    // What waits in this process for the dead one knows the store by its path.
    const next = join(root, '..', String(at + 1));
    await rename(root, next);
    root = next;
    const again = await openSession(root);
    expect(listFiles(root), faulty.last).toEqual(['deep', 'deep/er', PATH]);
    expect(listNotes(root), faulty.last).toEqual([]);
    expect(texts, faulty.last).toContain(readFileSync(join(root, PATH), 'utf8'));
    await again.close();
  }
  expect(swept).toBeGreaterThan(1);
}, 120_000);

test('what is swept is what a note names and what has our name, through no link, in the workspace', async () => {
  const [root, other] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root);
  const ours = temporaryName('a');
  for (const folder of ['plain', 'real']) mkdirSync(join(root, folder));
  symlinkSync(other, join(root, 'link'));
  symlinkSync(join(root, 'real'), join(root, 'inner'));
  for (const folder of [other, join(root, 'real'), join(root, 'plain')])
    for (const name of [ours, 'tmp_obj_mine']) writeFileSync(join(folder, name), 'x');
  const notes = join(root, '.cellar', 'writing');
  mkdirSync(notes, { recursive: true });
  const paths = [
    ...[`plain/${ours}`, 'plain/tmp_obj_mine', `link/${ours}`, `inner/${ours}`],
    ...[`../${other.split('/').at(-1) ?? ''}/${ours}`, `gone/${ours}`, `plain`],
  ];
  for (const [index, path] of paths.entries()) writeFileSync(join(notes, `${index}`), `${path}\n`);
  writeFileSync(join(notes, 'half'), `real/${ours}`);
  await history.store.close();
  await openTestHistory(root);
  expect(readdirSync(notes)).toEqual([]);
  expect(readdirSync(join(root, 'plain'))).toEqual(['tmp_obj_mine']);
  for (const folder of [other, join(root, 'real')])
    expect(readdirSync(folder).sort()).toEqual([ours, 'tmp_obj_mine'].sort());
});
