import { isAbsolute } from 'node:path';

import * as z from 'zod';

import {
  importedSchema,
  importOfferSchema,
  importRequestSchema,
  mlflowImportedSchema,
  mlflowImportRequestSchema,
  toTime,
} from '../../../contract/import.js';
import { createImportRuns } from '../../capture/import-runs.js';
import { readCaptureState } from '../../capture/state.js';
import { CellarError } from '../../errors.js';
import { importMlflow } from '../../external/import-mlflow.js';
import { offerImport } from '../../history/import-offer.js';
import { importGit } from '../../history/import.js';
import { cancelImport } from '../../history/importing.js';
import { longOperation } from '../long.js';
import { signalOf } from '../leaving.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Bringing in what a git repository has of notebooks. */
export function importOperations(parts: ApiParts): readonly Operation[] {
  const { history, operating, events, turns } = parts;
  const { store } = history;
  const wants = async (path: string): Promise<boolean> =>
    (await readCaptureState(store.files, operating, path)).state !== 'ignored';
  return [
    longOperation(
      {
        method: 'post',
        route: 'imports',
        summary: 'Make every commit of a git repository that touched a notebook a version of it',
        grants: [],
        body: importRequestSchema,
        answer: importedSchema,
        run: async ({ body }, { report, signal }) => {
          const folder = body.git ?? store.places.root;
          if (!isAbsolute(folder))
            throw new CellarError('bad_request', `body.git: ${folder} is not absolute.`, {
              path: folder,
            });
          const { all, since } = body;
          const attach = createImportRuns(history);
          try {
            const done = await importGit(history, {
              ...{ folder, all, since, wants, attach, report, signal },
            });
            // Thousands of versions came in as packs of a few each.
            report({ what: 'packing', done: 0, total: null });
            await store.repository.pack(signal);
            // One that was asked for from some time on has left out what came before it.
            const { repository, head } = done;
            if (since === undefined && head !== null)
              await store.exclusively(() => operating.noteImported(repository, head));
            return done;
          } finally {
            // Also what was brought in before a failure or a cancel is there to be seen.
            events.emit({ kind: 'workspace' });
          }
        },
      },
      parts.report,
    ),
    longOperation(
      {
        method: 'post',
        route: 'mlflowImports',
        summary: 'Bring in experiments, runs and models of a running MLflow server',
        grants: [],
        body: mlflowImportRequestSchema,
        answer: mlflowImportedSchema,
        run: async ({ body }, { report, signal }) => {
          const { url, experiments, since, deleted, ...secrets } = body;
          try {
            return await importMlflow(history, turns, {
              ...{ url, secrets, experiments, deleted, report, signal },
              since: since === undefined ? undefined : toTime(since, store.now()),
            });
          } finally {
            events.emit({ kind: 'workspace' });
          }
        },
      },
      parts.report,
    ),
    jsonOperation({
      method: 'delete',
      route: 'imports',
      summary: 'End the import that goes on; what it has brought in stays',
      grants: [],
      answer: z.object({ status: z.literal('ok') }),
      run: () => {
        cancelImport(store);
        return { status: 'ok' as const };
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'importOffer',
      summary: 'Whether the git repository around the workspace has history that is not here',
      grants: ['viewer'],
      answer: importOfferSchema,
      run: ({ response }) =>
        offerImport(store, {
          wants,
          findImported: (repository) => operating.findImported(repository),
          signal: signalOf(response),
        }),
    }),
  ];
}
