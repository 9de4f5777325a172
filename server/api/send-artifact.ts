import { pipeline } from 'node:stream/promises';

import type { Request, Response } from 'express';

import { CellarError } from '../errors.js';
import { toMissing } from '../history/purged-files.js';
import type { ByteRange } from '../store/artifacts/artifacts.js';
import type { Store } from '../store/store.js';

export interface SentArtifact {
  readonly request: Request;
  readonly response: Response;
  readonly sha256: string;
  /** What it is saved under; what comes before its last "/" is left out. */
  readonly name: string;
  /** The body of a refusal, as this API's clients read it. */
  readonly toBody: (error: CellarError) => object;
}

/** Answers with the bytes of a file, or the range of them that was asked for. Throws artifact_missing, artifact_purged. */
export async function sendArtifact(
  store: Store,
  { request, response, sha256, name, toBody }: SentArtifact,
): Promise<void> {
  const { artifacts } = store;
  const size = await artifacts.findSize(sha256);
  if (size === undefined) throw await toMissing(store, sha256);
  const asked = request.range(size);
  if (asked === -1) {
    response.status(416).setHeader('Content-Range', `bytes */${size}`);
    response.json(toBody(outside(size)));
    return;
  }
  response.attachment(name.slice(name.lastIndexOf('/') + 1));
  // Whatever its name says, a browser is to save it and never to show it.
  response.type('application/octet-stream');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', `"${sha256}"`);
  const range = toRange(asked);
  if (range !== undefined) {
    response.status(206);
    response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  }
  response.setHeader('Content-Length', range === undefined ? size : range.end - range.start + 1);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(await artifacts.read(sha256, range), response);
}

function outside(size: number): CellarError {
  return new CellarError('bad_request', `The range lies outside of the file's ${size} bytes.`);
}

/** The one range that was asked for; undefined for all of it. Several at once get all of it, as RFC 9110 (14.2) allows. */
function toRange(
  asked:
    | { readonly type: string; readonly length: number; readonly [at: number]: ByteRange }
    | -2
    | undefined,
): ByteRange | undefined {
  if (asked === undefined || asked === -2 || asked.type !== 'bytes' || asked.length !== 1)
    return undefined;
  return asked[0];
}
