import { randomBytes } from 'node:crypto';

import * as z from 'zod';

import {
  burstSchema,
  keptSchema,
  restoredSchema,
  restoreSchema,
  takeSchema,
} from '../../../contract/capture.js';
import { snapshotSchema } from '../../../contract/snapshot.js';
import { keepBurst, keepFile, type CaptureParts, type KeptState } from '../../capture/keep.js';
import { CellarError } from '../../errors.js';
import { getSnapshot, readNotebook } from '../../history/history.js';
import { restoreSnapshot } from '../../history/restore.js';
import { whyHeld } from '../../registry/held-files.js';
import type { SnapshotRow } from '../../store/catalog/rows.js';
import { toWorkspacePath } from '../../store/disk/names.js';
import { toSnapshot } from '../../tracking/snapshots.js';
import { longOperation } from '../long.js';
import { jsonOperation, paramOf, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Taking snapshots, reading one, and bringing one back. */
export function snapshotOperations(parts: ApiParts): readonly Operation[] {
  const { store } = parts.history;
  const capture: CaptureParts = {
    ...parts,
    whyHeld: (id, path, sha256) => whyHeld(store, { kind: 'run', id, path, sha256 }),
  };

  const answer = async ({
    row,
    created,
    warnings,
  }: KeptState): Promise<z.input<typeof keptSchema>> => {
    if (created) parts.events.emit({ kind: 'snapshot', notebook: row.notebook, snapshot: row.id });
    return { snapshot: await toSnapshot(store, row), created, warnings: [...warnings] };
  };

  return [
    longOperation(
      {
        method: 'post',
        route: 'bursts',
        summary: 'Keep what a burst of executions left',
        grants: [],
        body: burstSchema,
        answer: keptSchema,
        // Goes on when the browser leaves: what it has handed over is to be kept.
        run: async ({ body }) => answer(await keepBurst(capture, body)),
      },
      parts.report,
    ),
    longOperation(
      {
        method: 'post',
        route: 'snapshots',
        summary: "Keep a notebook's file as it is on disk",
        grants: [],
        body: takeSchema,
        answer: keptSchema,
        run: async ({ body }, watch) => answer(await keepFile(capture, body, watch)),
      },
      parts.report,
    ),
    jsonOperation({
      method: 'get',
      route: 'snapshot',
      summary: 'One snapshot, by its id or a unique prefix',
      grants: ['viewer'],
      answer: snapshotSchema,
      run: async ({ param }) => toSnapshot(store, await getSnapshot(store, param('id'))),
    }),
    {
      method: 'get',
      route: 'snapshotNotebook',
      summary: "The snapshot's notebook, byte for byte; ?path= another notebook as it was then",
      grants: ['viewer'],
      query: z.object({ path: z.string().optional() }),
      handler: async (request, response) => {
        const row = await getSnapshot(store, paramOf(request, 'id'));
        const { path } = request.query;
        const bytes =
          typeof path === 'string'
            ? await readBeside(parts, row, path)
            : await readNotebook(store, row);
        response.type('application/x-ipynb+json').setHeader('ETag', `"${row.blob}"`);
        response.send(bytes);
      },
    },
    jsonOperation({
      method: 'post',
      route: 'restore',
      summary: 'Bring a snapshot back; what is there now is kept first',
      grants: [],
      body: restoreSchema,
      answer: restoredSchema,
      run: async ({ body, param }) => {
        const { row, before, path, bytes, redactions, kept } = await restoreSnapshot(
          parts.history,
          {
            id: param('id'),
            write: body.write,
            key: body.key ?? randomBytes(16).toString('hex'),
            ...(body.content === undefined ? {} : { content: body.content }),
            ...(body.path === undefined ? {} : { path: body.path }),
          },
        );
        parts.events.emit({ kind: 'snapshot', notebook: row.notebook, snapshot: row.id });
        return {
          snapshot: await toSnapshot(store, row),
          before: before === undefined ? null : await toSnapshot(store, before),
          path,
          content: bytes.toString('utf8'),
          redactions: [...redactions],
          kept,
        };
      },
    }),
  ];
}

/** A notebook at a path in the tree of a snapshot's commit. */
async function readBeside(parts: ApiParts, row: SnapshotRow, asked: string): Promise<Buffer> {
  const { repository } = parts.history.store;
  const path = toWorkspacePath(asked);
  const { tree } = await repository.readCommit(row.commit);
  const oid = await repository.findEntry(tree, path);
  if (oid === undefined)
    throw new CellarError('not_found', `Snapshot ${row.id} holds no ${path}.`, { path });
  return repository.readBlob(oid);
}
