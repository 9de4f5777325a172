import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { readNotebook, readSnapshotState, type History } from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { repairStore } from '../../../server/history/repair/repair.js';
import { restoreSnapshot } from '../../../server/history/restore.js';
import { removePurged } from '../../../server/history/without-purged.js';
import { addPurged, hashPurged } from '../../../server/history/secret-key.js';
import { takeSnapshot, type Taken, type TakeRequest } from '../../../server/history/take.js';
import { verifyStore } from '../../../server/history/verify.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { keyOf, notebookOf, stream } from '../notebook/secrets/samples.js';
import { openTestHistory, writeInto } from '../scratch.js';
import { gitOf } from './kept.js';

const TOKEN = `ghp_${keyOf(36)}`;
const MARK = '[redacted: github-pat]';

async function take(
  history: History,
  bytes: Buffer,
  options: Partial<TakeRequest> = {},
): Promise<Taken> {
  await writeInto(history.store.places.root, 'a.ipynb', bytes);
  const notebook = parseNotebook(bytes);
  return takeSnapshot(history, { path: 'a.ipynb', bytes, notebook, trigger: 'manual', ...options });
}

async function set(history: History, secrets: object): Promise<void> {
  const operating = openOperatingState(history.store.places);
  await operating.writeSettings({ spaceLimit: 0, secrets });
}

async function textOf(history: History, { row }: Taken): Promise<string> {
  return (await readNotebook(history.store, row)).toString();
}

describe('a secret', () => {
  test('in an output is redacted, listed in the state and told, and nowhere in the repository', async () => {
    const history = await openTestHistory();
    const bytes = notebookOf('x = 1', [stream(`${TOKEN}\n`)]);
    const taken = await take(history, bytes, { message: `with ${TOKEN}` });
    expect(await textOf(history, taken)).toBe(bytes.toString().replace(TOKEN, MARK));
    expect(taken.row.message).toBe(`with ${MARK}`);
    expect(taken.warnings).toMatchObject([
      { code: 'secret_redacted', secret: { cell: 'a', output: 0, preview: 'ghp_…' } },
    ]);
    const state = await readSnapshotState(history.store, taken.row);
    expect(state.snapshot?.redactions).toMatchObject([{ rule: 'github-pat', place: 'output' }]);
    expect(taken.row.redactions).toBe(1);
    await reindex(history);
    expect((await history.store.catalog.findSnapshot(taken.row.id))?.redactions).toBe(1);
    expect(gitOf(history)('log', '-p', '--all')).not.toContain(TOKEN);
  });

  test('in a source is kept, byte for byte, and told', async () => {
    const history = await openTestHistory();
    const bytes = notebookOf(`token = "${TOKEN}"`);
    const taken = await take(history, bytes);
    expect(await textOf(history, taken)).toBe(bytes.toString());
    expect(taken.warnings.map(({ code }) => code)).toEqual(['secret_kept']);
    expect(taken.warnings[0]?.message).not.toContain(TOKEN);
  });

  test('is refused where that is set, and nothing is kept', async () => {
    const history = await openTestHistory();
    await set(history, { sources: 'refuse' });
    await expect(take(history, notebookOf(TOKEN))).rejects.toMatchObject({ code: 'secret_found' });
    expect(await history.store.catalog.snapshotCount()).toBe(0);
  });

  test('that a person said is none is kept', async () => {
    const history = await openTestHistory();
    const bytes = notebookOf('x', [stream(`${TOKEN}\n`)]);
    const { warnings } = await take(history, bytes);
    await set(history, { allowed: [warnings[0]?.secret?.fingerprint] });
    const taken = await take(history, bytes);
    expect(taken).toMatchObject({ created: true, warnings: [] });
    expect(await textOf(history, taken)).toBe(bytes.toString());
  });

  test('that is redacted again makes no new version', async () => {
    const history = await openTestHistory();
    const bytes = notebookOf('x', [stream(`${TOKEN}\n`)]);
    await take(history, bytes);
    expect((await take(history, bytes)).created).toBe(false);
  });

  test('that was purged is found again by its hash alone, in a source too', async () => {
    const { store, secrets } = await openTestHistory();
    const secret = `no rule knows ${keyOf(12)}`;
    const before = notebookOf(secret);
    expect((await secrets.cleanBytes(before, 'a.ipynb')).bytes.toString()).toContain(secret);
    await addPurged(store, await hashPurged(store, [secret]));
    secrets.refresh();
    const { bytes } = await secrets.cleanBytes(before, 'a.ipynb');
    expect(bytes.toString()).not.toContain(secret);
    expect(await removePurged(store, before.toString())).toMatchObject({ redactions: 1 });
    expect(await removePurged(store, `a word, ${secret}`)).toMatchObject({ redactions: 1 });
    expect(await removePurged(store, `[{"n":"${secret}"},"${secret}"]`)).toEqual({
      content: '[{"n":"[redacted: purged]"},"[redacted: purged]"]',
      redactions: 2,
    });
    expect(await readFile(join(store.places.state, 'purged.json'), 'utf8')).not.toContain(secret);
  });

  test('in a param or a name is redacted, known by the name of the param', async () => {
    const { secrets } = await openTestHistory();
    const key = keyOf(32);
    expect(
      await secrets.cleanValues([
        ['api_key', key],
        ['lr', '0.1'],
        ['note', `use ${TOKEN}`],
      ]),
    ).toEqual(['[redacted: generic-api-key]', '0.1', `use ${MARK}`]);
    expect(await secrets.cleanTexts([`run of ${TOKEN}`])).toEqual([`run of ${MARK}`]);
  });
});

describe('restoring', () => {
  test('leaves a secret where the file still has it, and says how many stay redacted', async () => {
    const history = await openTestHistory();
    const { root } = history.store.places;
    const old = notebookOf('x = 1', [stream(`${TOKEN}\n`)]);
    const { row } = await take(history, old);
    const edited = notebookOf('x = 2', [stream(`${TOKEN}\n`)]);
    await take(history, edited);
    const restored = await restoreSnapshot(history, { id: row.id, write: true });
    expect(restored).toMatchObject({ kept: 1, redactions: [{ rule: 'github-pat' }] });
    expect(await readFile(join(root, 'a.ipynb'), 'utf8')).toBe(old.toString());
    expect((await readNotebook(history.store, restored.row)).toString()).not.toContain(TOKEN);
  });

  test('puts the mark where the file has something else by now', async () => {
    const history = await openTestHistory();
    const old = notebookOf('x = 1', [stream(`${TOKEN}\n`)]);
    const { row } = await take(history, old);
    await take(history, notebookOf('x = 2', [stream('nothing\n')]));
    const restored = await restoreSnapshot(history, { id: row.id, write: true });
    expect(restored.kept).toBe(0);
    expect(restored.bytes.toString()).toBe(old.toString().replace(TOKEN, MARK));
  });
});

test.each(['secrets.key', 'purged.json'])(
  'nothing is kept while %s is damaged, which is named, also by verify, and stays as it is; where it is missing it is made anew',
  async (name) => {
    const history = await openTestHistory();
    const [text] = await hashPurged(history.store, ['hunter2hunter2']);
    await addPurged(history.store, text === undefined ? [] : [text]);
    const path = join(history.store.places.state, name);
    await writeFile(path, 'abc');
    const keep = (): Promise<Taken> => take(history, notebookOf('x', [stream(TOKEN)]));
    const failure = await keep().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'store_damaged', facts: { path } });
    expect(await readFile(path, 'utf8')).toBe('abc');
    const found = [{ kind: 'state', file: `state/${name}` }];
    expect((await verifyStore(history)).damages).toMatchObject(found);
    const repaired = await repairStore(history);
    expect(repaired).toMatchObject({ status: 'damaged', damages: found });
    expect(repaired.damages[0]?.reason).toMatch(/No repair can mend it/);
    expect(repaired.repaired).toEqual({ mended: [], lost: [], aside: null });
    await rm(path);
    expect((await verifyStore(history)).damages).toMatchObject(
      name === 'secrets.key' ? [{ reason: expect.stringContaining('is missing') as string }] : [],
    );
    expect(await textOf(history, await keep())).toContain(MARK);
  },
);
