import type { Request, RequestHandler, Router } from 'express';
import * as z from 'zod';

import { CellarError } from '../../errors.js';
import { MOST_PARTS } from '../../store/uploads/uploads.js';
import { toApproach } from '../operation.js';
import { findOwnAddress } from '../own-address.js';
import type { ApiParts } from '../parts.js';
import { allow } from './allow.js';
import { checkPlace, giveFile, type OwnerParts } from './artifact-owner.js';
import { decodePath, parseArtifactPath, type ArtifactPlace } from './artifact-path.js';
import { readBody } from './body.js';
import { checkInput } from './operation.js';
import { textSchema, wholeSchema } from './values.js';

/** What lets its bearer send one part, and do nothing else. */
const PASS_HEADER = 'x-cellar-part';
/** By these words clients know that they have to send the whole. */
const NO_PARTS = 'Multipart upload is not supported for the current artifact repository';

/** `path` is where the file is on the client's machine: its last name is the artifact's. */
const pathSchema = z.object({ path: z.string() });
const startSchema = pathSchema.extend({
  num_parts: wholeSchema
    .refine((count) => count >= 0, 'it is below 0')
    .refine(
      (count) => count <= MOST_PARTS,
      `a file has ${MOST_PARTS} parts at most: choose larger ones (MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE)`,
    ),
});
const endSchema = pathSchema.extend({ upload_id: z.string() });
const completeSchema = endSchema.extend({
  parts: z.array(z.object({ part_number: wholeSchema, etag: textSchema })),
});

/** Lets clients hand in files in parts, each by an address of its own. */
export function addUploads(
  router: Router,
  parts: OwnerParts,
  { access, ending }: Pick<ApiParts, 'access' | 'ending'>,
): void {
  const { store } = parts.history;
  const { uploads } = store;
  const write = allow(access, ['kernel']);
  const add = (
    what: string,
    work: (request: Request) => Promise<{ readonly status?: number; readonly body: object }>,
  ): void => {
    const route = new RegExp(`^/mpu/${what}(/.*)?$`);
    router.post(route, write, ...readBody(), (request, response, next) => {
      work(request)
        .then(({ status = 200, body }) => response.status(status).json(body))
        .catch(next);
    });
  };

  add('create', async (request) => {
    const { path, num_parts: count } = checkInput(startSchema, request);
    const place = placeOf(request, 'create', path);
    await checkPlace(store, place);
    const address = findOwnAddress(request);
    if (address === undefined || count === 0)
      return {
        status: 501,
        body: {
          error_code: 'NOT_IMPLEMENTED',
          message: `${NO_PARTS} ${count === 0 ? 'where a file has none' : 'behind a proxy that does not say how it is reached (X-Forwarded-Host and -Proto)'}: send the file in one piece.`,
        },
      };
    const { id, passes } = await uploads.start(toWords(place), count);
    const credentials = passes.map((pass, index) => ({
      url: `${address}${request.baseUrl}/mpu/parts/${id}/${index + 1}`,
      part_number: index + 1,
      headers: { [PASS_HEADER]: pass },
    }));
    return { body: { upload_id: id, credentials } };
  });

  add('complete', async (request) => {
    const { path, upload_id: id, parts: named } = checkInput(completeSchema, request);
    const place = placeOf(request, 'complete', path);
    await checkPlace(store, place);
    await uploads.complete({
      ...{ id, of: toWords(place), signal: ending },
      parts: named.map(({ part_number: number, etag }) => ({ number, etag: toEtag(etag) })),
      keep: (stored) => giveFile(parts, request, place, stored),
    });
    return { body: {} };
  });

  add('abort', async (request) => {
    const { path, upload_id: id } = checkInput(endSchema, request);
    await uploads.abort(id, toWords(placeOf(request, 'abort', path)));
    return { body: {} };
  });

  const put: RequestHandler = (request, response, next) => {
    // A refusal may go out before the last byte came: the rest is not waited for.
    response.setHeader('Connection', 'close');
    access.checkOrigin(toApproach(request));
    takePart(request)
      .then((etag) => response.status(200).setHeader('ETag', `"${etag}"`).json({}))
      .catch(next);
  };
  router.put(/^\/mpu\/parts\/[^/]*\/[^/]*$/, put);

  /** Whoever has its pass may send a part: clients send no credentials of theirs to where a part goes. */
  async function takePart(request: Request): Promise<string> {
    const [id = '', number = ''] = request.path.split('/').slice(3);
    if (!/^\d{1,5}$/.test(number))
      throw new CellarError('bad_request', `There is no part ${JSON.stringify(number)}.`);
    const length = Number(request.headers['content-length']);
    const bytes: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }),
    };
    return uploads.put(
      { id, number: Number(number), pass: request.get(PASS_HEADER) ?? '' },
      bytes,
      { signal: ending, size: Number.isFinite(length) ? length : undefined },
    );
  }
}

/** Where an upload goes: into the folder of the address, by the last name of the client's own path, of whatever system. */
function placeOf(request: Request, what: string, path: string): ArtifactPlace {
  const folder = decodePath(request, `/mpu/${what}/`).replace(/\/$/, '');
  const name = path.split(/[/\\]/).at(-1) ?? '';
  if (name === '')
    throw new CellarError(
      'bad_request',
      `Invalid value for parameter 'path': ${JSON.stringify(path)} names no file.`,
    );
  return parseArtifactPath(folder === '' ? name : `${folder}/${name}`);
}

function toWords({ owner, id, name }: ArtifactPlace): string {
  return JSON.stringify([owner, id, name]);
}

/** Clients give it back as the header had it, some without the quotes. */
function toEtag(text: string): string {
  return text.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}
