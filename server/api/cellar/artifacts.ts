import type { Request } from 'express';
import * as z from 'zod';

import { cancelledSchema, storedFileSchema } from '../../../contract/artifact.js';
import { pathSchema } from '../../../contract/capture.js';
import { watchIntake } from '../../capture/intake.js';
import { CellarError } from '../../errors.js';
import type { Intake, StoredFile } from '../../store/artifacts/artifacts.js';
import { toWorkspacePath } from '../../store/disk/names.js';
import { jsonOperation, paramOf, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';
import { sendArtifact } from '../send-artifact.js';

/** Files in and out, as streams: no more of one is in memory than a few chunks. */
export function artifactOperations(parts: ApiParts): readonly Operation[] {
  const { store } = parts.history;
  const { artifacts, files } = store;

  /** Who follows the notebook that the file is of sees how far it is, and can end it; of another file nobody is told. */
  const takeIn = async (
    { query: { name, notebook } }: Request,
    work: (intake: Intake) => Promise<StoredFile>,
  ): Promise<StoredFile> => {
    const path = typeof notebook === 'string' ? await files.findInside(notebook, '') : undefined;
    if (path === undefined || typeof name !== 'string') return work({ signal: parts.ending });
    // Whoever calls it again wants it again.
    parts.intakes?.again(path, [name]);
    return watchIntake(parts, path).run([name], work);
  };

  return [
    jsonOperation({
      method: 'delete',
      route: 'intakes',
      summary: 'End the intake of a file; the version that it is of is kept without it',
      grants: [],
      query: z.object({ path: pathSchema, file: z.string() }),
      answer: cancelledSchema,
      run: ({ query }) => ({
        cancelled: parts.intakes?.cancel(toWorkspacePath(query.path), query.file) === true,
      }),
    }),
    {
      method: 'put',
      route: 'artifacts',
      summary: 'Hand in the bytes of a file; the answer names them',
      grants: ['kernel'],
      query: z.object({ name: z.string().optional(), notebook: z.string().optional() }),
      answer: storedFileSchema,
      handler: async (request, response) => {
        const length = Number(request.headers['content-length']);
        // A refusal may go out before the last byte came: the rest is not waited for, nor does it take the answer with it.
        response.setHeader('Connection', 'close');
        const bytes: AsyncIterable<Uint8Array> = {
          [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }),
        };
        const size = Number.isFinite(length) ? length : undefined;
        const stored = await takeIn(request, (intake) => artifacts.add(bytes, { ...intake, size }));
        if (size !== undefined && stored.size !== size)
          throw new CellarError(
            'bad_request',
            `${stored.size} of ${size} bytes arrived. Send the file again.`,
          );
        response.json({ sha256: stored.sha256, size: stored.size });
      },
    },
    {
      method: 'get',
      route: 'artifact',
      summary: 'The bytes of a file by its SHA-256, or a range of them; ?name= to save it under',
      grants: ['viewer'],
      handler: async (request, response) => {
        const sha256 = paramOf(request, 'sha256');
        const name = typeof request.query['name'] === 'string' ? request.query['name'] : sha256;
        await sendArtifact(store, {
          ...{ request, response, sha256, name },
          toBody: (error) => error.toBody(),
        });
      },
    },
  ];
}
