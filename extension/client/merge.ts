import * as z from 'zod';

import {
  mergeViewSchema,
  resolvedSchema,
  type MergeView,
  type Resolved,
  type ResolveRequest,
} from '../../contract/merge.js';
import { pathTo } from '../../contract/routes.js';
import { isClientError, toStrangeError } from './errors.js';
import { parse, readJson, readText, send, type ClientOptions, type Request } from './request.js';

/** Answers up to this length are checked in every field; in longer ones the frame alone, so that the screen is not held up. */
const FULL_CHECK_LENGTH = 512 * 1024;

const frameSchema = z.looseObject({
  path: z.string(),
  fingerprint: z.string(),
  decisions: z.array(z.unknown()),
  cells: z.array(z.unknown()),
});

/** What the browser asks of the server about merges. Each call rejects with a ClientError, or an AbortError after its signal fired. */
export interface MergeClient {
  /** The merge that a notebook waits for ("": the one that the merge tool was started for); undefined when it waits for none. */
  find(path: string, signal?: AbortSignal): Promise<MergeView | undefined>;
  /** Writes the merged notebook; rejects with `conflict` when the file or a side is no longer what was shown. */
  resolve(request: ResolveRequest): Promise<Resolved>;
  /** A value that a merge names by hash only, as text (pictures: base64). */
  value(hash: string, path: string, signal?: AbortSignal): Promise<string>;
  /** Ends the merge tool without a result. */
  leaveTool(): Promise<void>;
}

/** A client of the server at `options.base` for merges; opens no connection until it is asked something. */
export function createMergeClient(options: ClientOptions): MergeClient {
  async function text(request: Request): Promise<string> {
    return readText(await send(options, request), request.signal);
  }
  return {
    find: async (path, signal) => {
      try {
        return readView(await text({ path: pathTo('merge'), query: { path }, signal }));
      } catch (error) {
        if (isClientError(error, 'not_found')) return undefined;
        throw error;
      }
    },
    resolve: async (body) =>
      readJson(
        await send(options, { method: 'POST', path: pathTo('merge'), body }),
        resolvedSchema,
      ),
    value: (hash, path, signal) =>
      text({ path: pathTo('mergeValue', { hash }), query: { path }, signal }),
    leaveTool: async () => {
      const answer = await text({ method: 'DELETE', path: pathTo('mergeTool') });
      if (answer !== '') parse(answer);
    },
  };
}

function readView(text: string): MergeView | undefined {
  const value = parse(text);
  if (value === null) return undefined;
  const schema = text.length <= FULL_CHECK_LENGTH ? mergeViewSchema : frameSchema;
  const read = schema.safeParse(value);
  if (!read.success) throw toStrangeError(read.error);
  // What the server wrote by the same schema is passed on as it came, unknown fields of a newer one included.
  return value as MergeView;
}
