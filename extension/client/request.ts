import type { ZodType } from 'zod';

import { errorBodySchema } from '../../contract/errors.js';
import { CLIENT_HEADER } from '../../contract/routes.js';
import type { Source } from './events.js';
import { ClientError, toAwayError, toRefusal, toStrangeError } from './errors.js';

/** Where and how requests go out. `base` is the server's address, with or without the final slash. */
export interface ClientOptions {
  readonly base: string;
  /** Where kept files are downloaded from, by their hash; by default the server's own route. */
  readonly artifactBase?: string;
  readonly fetch?: typeof fetch;
  /** A bearer token for requests; without it the cookie or Jupyter's proxy speaks for the person. */
  readonly token?: () => string | undefined;
  /** Opens the stream of events at an address; by default the browser's EventSource. */
  readonly openEvents?: (url: string) => Source;
}

/** How long the server may take to begin its answer, and at least how fast a body gets to it, in bytes a second. */
const PATIENCE_MS = 45_000;
const SLOWEST_WAY = 100_000;

/** One request: `path` is relative to the base, undefined values of `query` are left out, `body` becomes JSON. */
export interface Request {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** The media type that is wanted; JSON by default. */
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/** The address of a path and query below the base. */
export function toUrl(base: string, path: string, query: Request['query'] = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) params.set(name, String(value));
  const search = params.toString();
  return `${base.replace(/\/*$/, '/')}${path}${search === '' ? '' : `?${search}`}`;
}

/**
 * Sends a request and returns its successful answer; throws a ClientError otherwise, or what the signal's abort gives. A server that
 * takes the request and does not answer in time counts as away: what is to be kept is then tried again, under the same key.
 */
export async function send(options: ClientOptions, request: Request): Promise<Response> {
  const headers = new Headers({ accept: request.accept ?? 'application/json' });
  const token = options.token?.();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (request.method !== undefined && request.method !== 'GET') headers.set(CLIENT_HEADER, '1');
  const init: RequestInit = {
    method: request.method ?? 'GET',
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
  };
  let length = 0;
  if (request.body !== undefined) {
    headers.set('content-type', 'application/json');
    init.body = JSON.stringify(request.body);
    length = init.body.length;
  }
  const url = toUrl(options.base, request.path, request.query);
  const call = (signal: AbortSignal): Promise<Response> =>
    (options.fetch ?? fetch)(url, { ...init, signal });
  const patience = PATIENCE_MS + (1000 * length) / SLOWEST_WAY;
  const answer = await reach(() => inTime(call, patience, request.signal), request.signal);
  if (!answer.ok) throw await toError(answer, request.signal);
  return answer;
}

/** Calls with a signal that fires with `outer`, or when the call has not ended after `patience` milliseconds. */
async function inTime<T>(
  call: (signal: AbortSignal) => Promise<T>,
  patience: number,
  outer: AbortSignal | undefined,
): Promise<T> {
  const controller = new AbortController();
  const leave = (): void => {
    controller.abort(outer?.reason);
  };
  if (outer?.aborted === true) leave();
  // Stays for the reading of the answer, which the signal ends too.
  outer?.addEventListener('abort', leave, { once: true });
  const timer = setTimeout(() => {
    controller.abort(new Error('no answer in time'));
  }, patience);
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The text of an answer. A page of HTML is never ours: a proxy or a login form stands in the server's place. */
export async function readText(answer: Response, signal?: AbortSignal): Promise<string> {
  if (isHtml(answer)) throw toAwayError();
  return reach(() => answer.text(), signal);
}

/** The JSON of an answer, as the schema reads it; an answer that is no JSON counts as away. */
export async function readJson<T>(
  answer: Response,
  schema: ZodType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const text = await readText(answer, signal);
  const read = schema.safeParse(parse(text));
  if (!read.success) throw toStrangeError(read.error);
  return read.data;
}

/** Any JSON value; throws the away error for text that is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw toAwayError(error);
  }
}

async function reach<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw toAwayError(error);
  }
}

async function toError(answer: Response, signal: AbortSignal | undefined): Promise<ClientError> {
  const text = await reach(() => answer.text(), signal);
  const body = errorBodySchema.safeParse(isHtml(answer) ? undefined : tryParse(text));
  if (body.success) return toRefusal(body.data);
  // A body limit of Jupyter or of a proxy before it, which knows nothing of our error bodies.
  if (answer.status === 413)
    return new ClientError('too_large', 'The notebook is larger than this server accepts.');
  return toAwayError(new Error(`unexpected answer with status ${String(answer.status)}`));
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isHtml(answer: Response): boolean {
  return (answer.headers.get('content-type') ?? '').toLowerCase().startsWith('text/html');
}
