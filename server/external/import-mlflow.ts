import type { MlflowImported } from '../../contract/import.js';
import { CellarError } from '../errors.js';
import type { History } from '../history/history.js';
import { whileImporting, type ImportWatch } from '../history/importing.js';
import {
  changeExperiment,
  createExperiment,
  findExperiment,
  findExperimentNamed,
  type Experiment,
} from '../tracking/experiments.js';
import { createRegistry, toOwner } from '../registry/registry.js';
import type { Turns } from '../tracking/turns.js';
import { createHttp, LONG, toAuthorization } from './http.js';
import { bringModel, bringRegistered } from './import-models.js';
import {
  bringOne,
  DELETED,
  FROM_TAG,
  STATE_TAG,
  Tally,
  type ImportParts,
  type Outcome,
} from './import-part.js';
import { bringRun } from './import-runs.js';
import { ImportSource } from './import-source.js';
import type { WireExperiment } from './mlflow-wire.js';

/** Runs that come in at a time: most of one is waiting for answers. */
const AT_A_TIME = 4;

export interface MlflowImport extends ImportWatch {
  readonly url: string;
  /** How to sign in there, for this once. */
  readonly secrets: Parameters<typeof toAuthorization>[0];
  /** Names or ids, also several parted by commas; undefined: all. */
  readonly experiments: readonly string[] | undefined;
  /** Also what is deleted there, as deleted. */
  readonly deleted: boolean;
  /** Only runs that began then or later, in milliseconds since 1970. */
  readonly since: number | undefined;
}

/**
 * Brings in what a running MLflow server has: experiments, runs with the whole course of their metrics, data, files, logged models,
 * registered models. What is here already is passed over, so that a second call goes on where the first ended, and brings in only what
 * is new. Throws bad_request for an experiment that is not there, registry_away, store_busy while another import runs, and the
 * signal's reason.
 */
export function importMlflow(
  history: History,
  turns: Turns,
  asked: MlflowImport,
): Promise<MlflowImported> {
  const first = { what: 'runs', done: 0, total: null };
  return whileImporting(history.store, first, asked, async ({ signal, report }) => {
    const http = createHttp(asked.url, LONG, () => Promise.resolve(toAuthorization(asked.secrets)));
    const source = new ImportSource(http, signal, asked.deleted ? 'ALL' : 'ACTIVE_ONLY');
    const parts = {
      ...{ history, turns, source, tally: new Tally(), signal },
      registry: createRegistry(history, turns, { pageOf: ({ name }) => name }),
      actor: toOwner(history.store.author),
    };
    const experiments = await findExperiments(source, asked.experiments);
    let total = 0;
    for (const { experiment_id: id } of experiments)
      total += await source.countRuns(id, asked.since);
    let done = 0;
    const tell = (): void => {
      report({ what: 'runs', done, total: Math.max(total, done) });
    };
    tell();
    for (const experiment of experiments)
      await bringOne(parts, 'experiments', `experiment ${experiment.name}`, async () => {
        const { id, outcome } = await bringExperiment(parts, experiment);
        const isGone = isDeleted(experiment);
        await bringRuns(parts, experiment, { id, since: asked.since, isGone }, () => {
          done += 1;
          tell();
        });
        for await (const model of source.models(experiment.experiment_id))
          await bringOne(parts, 'models', `logged model ${model.info.model_id}`, () =>
            bringModel(parts, model, id),
          );
        // Last of all: nothing is logged to what is deleted.
        const isDeletedNow = isGone && (await deleteExperiment(parts, id));
        return isDeletedNow && outcome === 'known' ? 'changed' : outcome;
      });
    for await (const model of source.registered())
      await bringOne(parts, 'registered', `registered model ${model.name}`, () =>
        bringRegistered(parts, model, { ofRunsHere: asked.experiments !== undefined }),
      );
    const { counts, points, files, bytes, warnings } = parts.tally;
    return { status: 'ok', server: asked.url, ...counts, points, files, bytes, warnings };
  });
}

async function findExperiments(
  source: ImportSource,
  wanted: readonly string[] | undefined,
): Promise<readonly WireExperiment[]> {
  const all: WireExperiment[] = [];
  for await (const experiment of source.experiments()) all.push(experiment);
  if (wanted === undefined) return all;
  const find = (name: string): WireExperiment | undefined =>
    all.find((each) => each.name === name) ?? all.find((each) => each.experiment_id === name);
  // A name may hold a comma; one that is no experiment's is a list of names.
  const names = wanted.flatMap((text) =>
    find(text) === undefined ? text.split(',').map((name) => name.trim()) : [text],
  );
  return names.map((name) => {
    const found = find(name);
    if (found !== undefined) return found;
    throw new CellarError(
      'bad_request',
      `${source.url} has no experiment ${JSON.stringify(name)}. It has ${all.map((each) => JSON.stringify(each.name)).join(', ')}.`,
    );
  });
}

/** The experiment of this name here, or a new one. */
async function bringExperiment(
  { history, turns, source }: ImportParts,
  wire: WireExperiment,
): Promise<{ readonly id: string; readonly outcome: Outcome }> {
  const before = await findExperimentNamed(history.store, wire.name);
  const isRestored = before?.deleted === true && isDeletedByImport(before) && !isDeleted(wire);
  if (before?.deleted === true && !isRestored && !isDeleted(wire))
    throw new CellarError(
      'conflict',
      'an experiment of this name is deleted here. Restore it, and its runs come in next time.',
    );
  const tags = wire.tags.map(({ key, value }) => [key, value] as const);
  if (before !== undefined) {
    const { id } = before;
    const isKnown = tags.every(([name, value]) => before.tags[name] === value);
    if (isKnown && !isRestored) return { id, outcome: 'known' };
    const state = isRestored ? [[STATE_TAG, ''] as const] : [];
    await changeExperiment(history, turns, id, (now) => ({
      ...(isRestored ? { deleted: false } : {}),
      tags: Object.fromEntries([...Object.entries(now.tags), ...tags, ...state]),
    }));
    return { id, outcome: 'changed' };
  }
  const { id } = await createExperiment(history, turns, {
    ...{ name: wire.name, files: null },
    ...{ created: wire.creation_time, updated: wire.last_update_time },
    tags: Object.fromEntries([...tags, [FROM_TAG, source.url]]),
  });
  return { id, outcome: 'made' };
}

function isDeleted({ lifecycle_stage: stage }: WireExperiment): boolean {
  return stage === 'deleted';
}

/** Whether an import has deleted it, since it was deleted there; whoever restores it here has the last word. */
function isDeletedByImport({ tags }: Experiment): boolean {
  return tags[STATE_TAG] === DELETED;
}

/** Deletes an experiment that came from there; false where nothing was to be done. */
async function deleteExperiment({ history, turns }: ImportParts, id: string): Promise<boolean> {
  const before = await findExperiment(history.store, id);
  if (before?.deleted !== false || isDeletedByImport(before)) return false;
  // One that was here before, and only has its name, stays.
  if (before.tags[FROM_TAG] === undefined) return false;
  await changeExperiment(history, turns, id, (now) => ({
    deleted: true,
    tags: Object.fromEntries([...Object.entries(now.tags), [STATE_TAG, DELETED]]),
  }));
  return true;
}

async function bringRuns(
  parts: ImportParts,
  { experiment_id: there }: WireExperiment,
  {
    id,
    since,
    isGone,
  }: {
    readonly id: string;
    readonly since: number | undefined;
    /** The experiment is deleted, and its runs with it. */
    readonly isGone: boolean;
  },
  told: () => void,
): Promise<void> {
  for await (const page of parts.source.runs(there, since)) {
    const rest = page.values();
    const work = async (): Promise<void> => {
      for (const raw of rest) {
        await bringOne(parts, 'runs', `run ${nameOf(raw)}`, () =>
          bringRun(parts, raw, { experiment: id, isGone }),
        );
        told();
      }
    };
    // All have ended before a failure goes on: nothing is written after it.
    const ends = await Promise.allSettled(Array.from({ length: AT_A_TIME }, work));
    const failed = ends.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

/** What a run is called in a warning, whatever the server has sent. */
function nameOf(raw: unknown): string {
  const { info } = raw as { readonly info?: { readonly run_id?: unknown } };
  return typeof info?.run_id === 'string' ? info.run_id : '(without an id)';
}
