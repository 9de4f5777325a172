import * as z from 'zod';

import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import { recordEntry } from '../history/entries.js';
import type { History } from '../history/history.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { Turns } from './turns.js';

const KIND = 'experiments';
const DEFAULT_ID = '0';

const dataSchema = z.object({
  /** Where the files of its runs are, as whoever made it said; null: with the store's own. */
  files: z.string().nullable(),
  deleted: z.boolean(),
  /** In milliseconds since 1970. */
  created: z.number(),
  updated: z.number(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
});

/** What groups runs. Ids are decimal numbers; that of the default one, which every store has, is "0". */
export interface Experiment extends Omit<z.infer<typeof dataSchema>, 'tags'> {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What becomes of an experiment; what is left out stays as it is. */
export type ExperimentChange = Partial<Pick<Experiment, 'name' | 'deleted' | 'tags'>>;

const DEFAULT: Experiment = {
  id: DEFAULT_ID,
  name: 'Default',
  files: null,
  deleted: false,
  created: 0,
  updated: 0,
  tags: {},
};

/** Every experiment, those that were deleted too, in the order of their ids. */
export async function listExperiments(store: Store): Promise<readonly Experiment[]> {
  const all = (await store.catalog.entries(KIND)).map(toExperiment);
  if (!all.some(({ id }) => id === DEFAULT_ID)) all.push(DEFAULT);
  return all.sort((a, b) => Number(a.id) - Number(b.id));
}

export async function findExperiment(store: Store, id: string): Promise<Experiment | undefined> {
  const row = await store.catalog.findEntry(`${KIND}/${id}`);
  if (row !== undefined) return toExperiment(row);
  return id === DEFAULT_ID ? DEFAULT : undefined;
}

/** Also one that was deleted: its name stays taken. */
export async function findExperimentNamed(
  store: Store,
  name: string,
): Promise<Experiment | undefined> {
  const row = await store.catalog.findEntryNamed(KIND, name);
  if (row !== undefined) return toExperiment(row);
  const first = await findExperiment(store, DEFAULT_ID);
  return first?.name === name ? first : undefined;
}

/** Throws not_found. */
export async function getExperiment(store: Store, id: string): Promise<Experiment> {
  const found = await findExperiment(store, id);
  if (found !== undefined) return found;
  throw new CellarError('not_found', `There is no experiment ${JSON.stringify(id)}.`);
}

/** Makes an experiment; durable when it resolves. Throws conflict when its name is taken. */
export function createExperiment(
  history: History,
  turns: Turns,
  // One from elsewhere has its times already.
  wanted: Pick<Experiment, 'name' | 'files' | 'tags'> &
    Partial<Pick<Experiment, 'created' | 'updated'>>,
): Promise<Experiment> {
  const { store } = history;
  return turns.take(KIND, async () => {
    await checkFree(store, wanted.name);
    const ids = (await listExperiments(store)).map(({ id }) => Number(id));
    const now = store.now();
    return keep(history, {
      ...{ created: now, updated: now },
      ...wanted,
      id: String(Math.max(...ids) + 1),
      deleted: false,
    });
  });
}

/** Changes an experiment; durable when it resolves. Throws not_found, and conflict when a new name is taken. */
export function changeExperiment(
  history: History,
  turns: Turns,
  id: string,
  change: (before: Experiment) => ExperimentChange,
): Promise<Experiment> {
  const { store } = history;
  return turns.take(KIND, async () => {
    const before = await getExperiment(store, id);
    const changed = change(before);
    if (changed.name !== undefined && changed.name !== before.name)
      await checkFree(store, changed.name);
    return keep(history, { ...before, ...changed, updated: store.now() });
  });
}

async function checkFree(store: Store, name: string): Promise<void> {
  const other = await findExperimentNamed(store, name);
  if (other === undefined) return;
  const state = other.deleted ? ', which is deleted: restore it, or take another name' : '';
  throw new CellarError(
    'conflict',
    `The experiment ${JSON.stringify(name)} exists already${state}.`,
  );
}

async function keep(history: History, experiment: Experiment): Promise<Experiment> {
  const { files, deleted, created, updated, id } = experiment;
  const pairs = Object.entries(experiment.tags);
  const { texts } = await cleanKept(history.secrets, [experiment.name, ...pairs.flat()]);
  const clean = (text: string): string => texts.get(text) ?? '';
  const name = clean(experiment.name);
  const tags = pairs.map(([each, value]) => ({ name: clean(each), value: clean(value) }));
  const data = { files, deleted, created, updated, tags };
  return toExperiment(await recordEntry(history, { kind: KIND, id, name, data }));
}

function toExperiment({ id, name, data }: EntryRow): Experiment {
  const { tags, ...facts } = dataSchema.parse(data);
  return {
    ...facts,
    id: id.slice(KIND.length + 1),
    name: name ?? '',
    tags: Object.fromEntries(tags.map((tag) => [tag.name, tag.value])),
  };
}
