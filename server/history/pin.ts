import * as z from 'zod';

import { idSchema } from '../../contract/snapshot.js';
import type { CatalogChange, PinRow } from '../store/catalog/rows.js';
import type { Repository } from '../store/git/repository.js';
import type { Indexer } from './catch-up.js';
import { findChangedFiles, findTreeBefore, orNothing } from './changed-files.js';
import { getSnapshot, type History } from './history.js';
import type { Mender } from './mender.js';
import { promote } from './promote.js';
import { record } from './record.js';
import type { Recorder } from './recorder.js';
import { formatStored } from './state.js';

/** A journal record of kind "pin": a person pins a snapshot, or takes the pin off. */
const pinSchema = z.object({
  snapshot: idSchema,
  notebook: idSchema,
  pinned: z.boolean(),
  time: z.string(),
});

/** `.cellar/notebooks/<id>/pins.json`, by number. */
const pinsFileSchema = z.object({
  format: z.literal(1),
  notebook: idSchema,
  pins: z.array(z.object({ id: idSchema, number: z.number().int(), time: z.string() })),
});

export function pinsPath(notebook: string): string {
  return `.cellar/notebooks/${notebook}/pins.json`;
}

/**
 * Pins a snapshot, or takes its pin off; durable when it returns. A pinned one is kept for ever: an automatic one comes to main
 * with its id, and stays there without its pin. Throws not_found, ambiguous_id, expired.
 */
export async function setPin(history: History, prefix: string, pinned: boolean): Promise<string> {
  const { store } = history;
  // One after another with what expires, so that nothing is pinned that goes at the same moment.
  return store.exclusively(async () => {
    const { id, notebook } = await getSnapshot(store, prefix);
    if (pinned !== ((await store.catalog.findPin(id)) !== undefined)) {
      const time = new Date(store.now()).toISOString();
      await record(history, 'pin', { snapshot: id, notebook, pinned, time });
    }
    if (pinned) await promote(history, id);
    return id;
  });
}

/** Pins in the journal and in each notebook's file of them. */
export const pinRecorder: Recorder = {
  kind: 'pin',
  toRows: (_store, { number, data }) => {
    const pin = pinSchema.parse(data);
    if (!pin.pinned) return { gone: { pins: [pin.snapshot] } };
    return { pins: [{ id: pin.snapshot, notebook: pin.notebook, number, time: pin.time }] };
  },
  seal: async (_store, records, read) => {
    const files = new Map<string, Map<string, PinRow>>();
    for (const { number, data } of records) {
      const { snapshot, notebook, pinned, time } = pinSchema.parse(data);
      const pins = files.get(notebook) ?? parsePins(await read(pinsPath(notebook)));
      files.set(notebook, pins);
      if (pinned) pins.set(snapshot, { id: snapshot, notebook, number, time });
      else pins.delete(snapshot);
    }
    return [...files].map(([notebook, pins]) => toFile(notebook, pins.values()));
  },
};

/** Each notebook's file of pins, as the catalog has them. */
export const mendPins: Mender = {
  guess: async function* (store, path) {
    const notebook = /^\.cellar\/notebooks\/([^/]+)\/pins\.json$/.exec(path)?.[1];
    if (notebook === undefined) return;
    const pins = (await store.catalog.pins()).filter((pin) => pin.notebook === notebook);
    yield toFile(notebook, pins).content;
  },
  restate: async (store, { pins = [] }) => {
    const notebooks = new Set(pins.map(({ notebook }) => notebook));
    const all = [...(await store.catalog.pins()), ...pins];
    return [...notebooks].map((notebook) => {
      const own = new Map(all.flatMap((pin) => (pin.notebook === notebook ? [[pin.id, pin]] : [])));
      return toFile(notebook, own.values());
    });
  },
};

function toFile(
  notebook: string,
  pins: Iterable<PinRow>,
): { readonly path: string; readonly content: Buffer } {
  const content = formatStored({
    format: 1,
    notebook,
    pins: [...pins]
      .sort((a, b) => a.number - b.number)
      .map(({ id, number, time }) => ({ id, number, time })),
  });
  return { path: pinsPath(notebook), content };
}

/** Pins as a commit of main changed them. */
export const indexPins: Indexer = async (repository, commit, line) => {
  if (line !== 'main') return {};
  const before = await findTreeBefore(repository, commit);
  // One level: what else a notebook's folder holds says nothing of pins.
  const changes = await findChangedFiles(repository, before, commit.tree, '.cellar/notebooks', 1);
  const change: { pins: PinRow[]; gone: { pins: string[] } } = { pins: [], gone: { pins: [] } };
  for (const [path, oid] of changes) {
    if (!/^\.cellar\/notebooks\/[^/]+\/pins\.json$/.test(path)) continue;
    const now = parsePins(await repository.readBlob(oid));
    const old = before === undefined ? undefined : await readAt(repository, before, path);
    for (const id of parsePins(old).keys()) if (!now.has(id)) change.gone.pins.push(id);
    change.pins.push(...now.values());
  }
  return change satisfies CatalogChange;
};

function readAt(repository: Repository, tree: string, path: string): Promise<Buffer | undefined> {
  return orNothing(
    repository
      .findEntry(tree, path)
      .then((oid) => (oid === undefined ? undefined : repository.readBlob(oid))),
  );
}

function parsePins(content: Buffer | undefined): Map<string, PinRow> {
  if (content === undefined) return new Map();
  const { notebook, pins } = pinsFileSchema.parse(JSON.parse(content.toString('utf8')));
  return new Map(pins.map((pin) => [pin.id, { ...pin, notebook }]));
}
