import type { Request } from 'express';

import { CellarError } from '../../errors.js';
import { changeFiles } from '../../registry/held-files.js';
import type { StoredFile } from '../../store/artifacts/artifacts.js';
import type { Store } from '../../store/store.js';
import { getActiveRun, getRun } from '../../tracking/log-run.js';
import { changeModel, getModel } from '../../tracking/models.js';
import { addRunFile, checkFits } from '../../tracking/run-files.js';
import type { ArtifactPlace } from './artifact-path.js';
import type { TraceNoter } from './note-trace.js';
import type { MlflowParts } from './parts.js';

/** What files are given to runs and logged models with. */
export interface OwnerParts extends Pick<MlflowParts, 'history' | 'registry' | 'turns'> {
  readonly traces: TraceNoter;
}

export type Files = Awaited<ReturnType<typeof getModel>>['artifacts'];

/** The files of the run or the logged model that a place is of. Throws not_found. */
export async function filesOf(store: Store, { owner, id }: ArtifactPlace): Promise<Files> {
  return owner === 'run'
    ? (await getRun(store, id)).artifacts
    : (await getModel(store, id)).artifacts;
}

/** Throws not_found, and bad_request for a place that cannot be given a file: it names none or a folder, or its run is deleted. */
export async function checkPlace(store: Store, { owner, id, name }: ArtifactPlace): Promise<void> {
  if (name === '') throw new CellarError('bad_request', 'A file needs a name.');
  const { artifacts } = owner === 'run' ? await getActiveRun(store, id) : await getModel(store, id);
  checkFits(artifacts, name);
}

/**
 * Gives a kept file to the run or the logged model that its place is of; durable when it resolves. Throws as checkPlace, and forbidden
 * where it would change what was approved.
 */
export async function giveFile(
  { history, registry, turns, traces }: OwnerParts,
  request: Request,
  place: ArtifactPlace,
  { sha256, size }: StoredFile,
): Promise<void> {
  const { owner, id, name } = place;
  await changeFiles(registry, { kind: owner, id, path: name, sha256 }, async () => {
    await checkPlace(history.store, place);
    if (owner === 'run') await addRunFile(history, id, { sha256, size, name });
    else
      await changeModel(history, turns, id, ({ artifacts }) => ({
        artifacts: [...artifacts.filter((file) => file.name !== name), { sha256, size, name }],
      }));
  });
  if (owner === 'run') await traces.run(request, id);
}
