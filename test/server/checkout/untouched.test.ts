import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { changedNotebooks } from '../../../server/checkout/changed.js';
import { findConflict } from '../../../server/checkout/conflict.js';
import { findConflictLabels } from '../../../server/checkout/labels.js';
import { readFormer, readRevision } from '../../../server/checkout/revision.js';
import { getRevision, isInRepository, listRevisions } from '../../../server/checkout/revisions.js';
import { CellarError } from '../../../server/errors.js';
import { importGit } from '../../../server/history/import.js';
import { offerImport } from '../../../server/history/import-offer.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { makeFolder, openTestHistory } from '../scratch.js';
import { makeTrap, STATES, type HardState } from './states.js';

/** What a folder holds: names, kinds, modes, times and bytes, Cellar's own folder left out. */
function listAll(folder: string): readonly string[] {
  const rows: string[] = [];
  const visit = (path: string): void => {
    const facts = lstatSync(path);
    const content = facts.isFile()
      ? createHash('sha256').update(readFileSync(path)).digest('hex')
      : facts.isSymbolicLink()
        ? readlinkSync(path)
        : '';
    // The folder itself is changed when .cellar is made in it.
    const time = path === folder ? '' : facts.mtimeMs;
    rows.push(`${path} ${facts.mode} ${time} ${content}`);
    if (facts.isDirectory())
      for (const name of readdirSync(path).sort()) if (name !== '.cellar') visit(join(path, name));
  };
  visit(folder);
  return rows;
}

const wants = (): Promise<boolean> => Promise.resolve(true);

/** Everything in Cellar that looks at a user's repository; what one state refuses is no failure. */
async function lookAtAll({ folder }: HardState): Promise<number> {
  const bare = existsSync(join(folder, 'HEAD'));
  const history = await openTestHistory(bare ? await makeFolder() : folder);
  const snapshot = async (): Promise<void> => {
    const bytes = await history.store.files.read('b.ipynb');
    const notebook = parseNotebook(bytes);
    await takeSnapshot(history, { path: 'b.ipynb', bytes, notebook, trigger: 'manual' });
  };
  const looks: readonly (() => Promise<unknown>)[] = [
    () => isInRepository(folder),
    () => listRevisions(folder, 'a.ipynb', 10),
    () => getRevision(folder, 'HEAD'),
    () => readRevision(folder, 'HEAD:a.ipynb'),
    () => readRevision(folder, ':b.ipynb'),
    () => readFormer(folder, 'a.ipynb', 'HEAD~1'),
    () => findConflict(folder, 'a.ipynb'),
    () => findConflictLabels(folder),
    () => changedNotebooks(folder, { revisions: [], paths: [] }),
    () => changedNotebooks(folder, { revisions: ['HEAD'], paths: [] }),
    () => changedNotebooks(folder, { revisions: [], paths: [], cached: true }),
    () => changedNotebooks(folder, { revisions: ['HEAD~1', 'HEAD'], paths: [] }),
    () =>
      offerImport(history.store, {
        wants,
        findImported: () => Promise.resolve(undefined),
        signal: new AbortController().signal,
      }),
    snapshot,
    () => importGit(history, { folder, all: true, wants }),
    () => importGit(history, { folder, wants }),
  ];
  for (const look of looks)
    await look().catch((error: unknown) => {
      if (!(error instanceof CellarError)) throw error;
    });
  return await history.store.catalog.snapshotCount();
}

test.each(Object.keys(STATES))(
  'a repository %s is the same before and after, byte for byte, and no program of it runs',
  async (name) => {
    const trace = join(await makeFolder(), 'trace');
    const trap = await makeTrap(trace);
    const state = await STATES[name]?.(trap);
    if (state === undefined) throw new RangeError(`there is no state ${name}`);
    const before = state.watched.map(listAll);
    // What setting it up ran is not what is asked about.
    const ran = existsSync(trace) ? readFileSync(trace, 'utf8') : '';
    expect(await lookAtAll(state)).toBeGreaterThan(0);
    expect(state.watched.map(listAll)).toEqual(before);
    expect(existsSync(trace) ? readFileSync(trace, 'utf8') : '').toBe(ran);
  },
  60_000,
);
