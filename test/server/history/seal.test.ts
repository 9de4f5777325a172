import { readdir } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { openHistory, type History } from '../../../server/history/history.js';
import { record } from '../../../server/history/record.js';
import type { Recorder } from '../../../server/history/recorder.js';
import { sealPending } from '../../../server/history/seal.js';
import { MAIN } from '../../../server/store/create.js';
import { THROUGH_TRAILER } from '../../../server/store/journal/sealed.js';
import { makeFolder, openTestStore } from '../scratch.js';
import { keep, LONG } from './kept.js';

/** Keeps the words that were noted in one file, and fails for "stuck" while it is told to. */
function createNotes(): { readonly recorder: Recorder; isStuck: boolean } {
  const notes = {
    isStuck: false,
    recorder: {
      kind: 'note',
      toRows: (_store, { data }) => {
        if (typeof data !== 'string') throw new RangeError('a note is a text');
        return {};
      },
      seal: async (_store, records, read) => {
        if (notes.isStuck) throw new Error('stuck');
        const before = (await read('.cellar/notes.txt'))?.toString() ?? '';
        const lines = new Set(before.split('\n').filter(Boolean));
        for (const { number, data } of records) lines.add(`${number} ${String(data)}`);
        return [{ path: '.cellar/notes.txt', content: Buffer.from(`${[...lines].join('\n')}\n`) }];
      },
    } satisfies Recorder,
  };
  return notes;
}

interface Noted {
  readonly history: History;
  readonly notes: ReturnType<typeof createNotes>;
  readonly reported: string[];
}

async function openNoted(root: string): Promise<Noted> {
  const notes = createNotes();
  const reported: string[] = [];
  const store = await openTestStore(root, { report: (error) => reported.push(String(error)) });
  return { history: await openHistory(store, [], [notes.recorder]), notes, reported };
}

async function readNotes({ store }: History): Promise<string[]> {
  const head = (await store.repository.findRef(MAIN)) ?? '';
  const { tree } = await store.repository.readCommit(head);
  const oid = await store.repository.findEntry(tree, '.cellar/notes.txt');
  if (oid === undefined) return [];
  const text = (await store.repository.readBlob(oid)).toString();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(/^\d+ /, ''));
}

async function headOf({ store }: History): Promise<number> {
  const head = (await store.repository.findRef(MAIN)) ?? '';
  return Number((await store.repository.readCommit(head)).trailers.get(THROUGH_TRAILER));
}

describe('sealing', () => {
  test('puts records into one commit that says through which number, and empties the journal', async () => {
    const { history } = await openNoted(await makeFolder());
    await Promise.all(['a', 'b', 'c'].map((word) => record(history, 'note', word)));
    expect(await sealPending(history)).toBe(true);
    expect(await readNotes(history)).toEqual(['a', 'b', 'c']);
    expect(await headOf(history)).toBe(history.store.lastNumber());
    expect(await readdir(history.store.places.journal)).toEqual([]);
    expect(await sealPending(history)).toBe(false);
  });

  test('goes along with a snapshot that is kept, and not with an automatic one', async () => {
    const { history } = await openNoted(await makeFolder());
    await record(history, 'note', 'first');
    await keep(history, 'a.ipynb', LONG, { trigger: 'save' });
    expect(await readNotes(history)).toEqual([]);
    await keep(history, 'a.ipynb', ['x', ...LONG], { trigger: 'manual' });
    expect(await readNotes(history)).toEqual(['first']);
    expect(history.store.journal.pending(0)).toEqual([]);
  });

  test('leaves records that cannot be sealed where they are, and keeps the snapshot', async () => {
    const { history, notes, reported } = await openNoted(await makeFolder());
    await record(history, 'note', 'later');
    notes.isStuck = true;
    await keep(history, 'a.ipynb', LONG);
    expect(reported[0]).toContain('stuck');
    expect(history.store.journal.pending(0).length).toBe(1);
    notes.isStuck = false;
    await sealPending(history);
    expect(await readNotes(history)).toEqual(['later']);
  });

  test('keeps nothing twice after a kill between the commit and the end of the journal', async () => {
    const root = await makeFolder();
    const first = await openNoted(root);
    const { journal } = first.history.store;
    await record(first.history, 'note', 'once');
    // As if it had been killed before the journal's files went.
    const stopped = {
      ...first.history.store,
      journal: { ...journal, seal: () => Promise.resolve() },
    };
    await sealPending({ ...first.history, store: stopped });
    await first.history.store.close();
    const again = await openNoted(root);
    expect(again.history.store.journal.pending(0)).toEqual([]);
    expect(await sealPending(again.history)).toBe(false);
    expect(await readNotes(again.history)).toEqual(['once']);
  });
});

test('records that were acknowledged are there after a kill, and numbers go on rising', async () => {
  const root = await makeFolder();
  const first = await openNoted(root);
  const { number } = await record(first.history, 'note', 'kept');
  await first.history.store.close();
  const again = await openNoted(root);
  expect(again.history.store.journal.pending(0)).toMatchObject([{ number, data: 'kept' }]);
  expect(again.history.store.nextNumber()).toBeGreaterThan(number);
  await sealPending(again.history);
  const last = again.history.store.lastNumber();
  await again.history.store.close();
  expect((await openNoted(root)).history.store.nextNumber()).toBeGreaterThanOrEqual(last);
});

test('what its recorder cannot read never comes into the journal', async () => {
  const { history } = await openNoted(await makeFolder());
  await expect(record(history, 'note', 7)).rejects.toThrow('a note is a text');
  await expect(record(history, 'unheard-of', 'x')).rejects.toThrow(RangeError);
  expect(history.store.journal.pending(0)).toEqual([]);
});

test('a record waits for no write that has the store for itself', async () => {
  const { history } = await openNoted(await makeFolder());
  const done: string[] = [];
  let release: () => void = () => undefined;
  const slow = history.store.exclusively(async () => {
    await new Promise<void>((resolve) => (release = resolve));
    done.push('slow');
  });
  await record(history, 'note', 'quick');
  done.push('quick');
  release();
  await slow;
  expect(done).toEqual(['quick', 'slow']);
});
