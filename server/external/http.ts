import { setTimeout as sleep } from 'node:timers/promises';

import { CellarError } from '../errors.js';

/** How long a server elsewhere is waited for. */
export interface Patience {
  /** Until an answer begins, and then between any two pieces of it, in milliseconds. */
  readonly quiet: number;
  /** How often a question is asked that changes nothing, where the server is away or busy. */
  readonly tries: number;
}

/** A person waits: a few seconds, whatever happens. */
export const BRIEF: Patience = { quiet: 2_500, tries: 2 };
/** Nobody waits for one answer. */
export const LONG: Patience = { quiet: 60_000, tries: 6 };

/** An answer that is JSON: what was asked for, or why not. */
export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly words: string };

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's address, with a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** Changes nothing, whatever its method: it may be asked again. */
  readonly safe?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Upload extends Pick<Ask, 'path' | 'signal'> {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly size: number;
  /** Told of bytes as they go out. */
  readonly sent?: (bytes: number) => void;
}

/** A server elsewhere. What it throws names the server, and never how one signs in there. */
export interface Http {
  readonly url: string;
  ask(ask: Ask): Promise<Answer>;
  /** The body of an answer. Throws registry_refused where there is none. */
  json(ask: Ask): Promise<unknown>;
  /** The bytes at a path; undefined where there is nothing. */
  download(ask: Pick<Ask, 'path' | 'query' | 'signal'>): Promise<Download | undefined>;
  /** Throws registry_refused. Gives what the answer calls the bytes, where it does. */
  upload(upload: Upload): Promise<{ readonly etag: string | null }>;
}

export interface Download {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Undefined where the server does not say. */
  readonly size: number | undefined;
}

/** The most that an answer of JSON may have, in bytes. */
const MOST_JSON = 256 * 1024 * 1024;
const BUSY = new Set([408, 429, 500, 502, 503, 504]);
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Talks to a server at an address. `sign` gives the headers that sign one in. Throws registry_away for one that does not answer, or
 * answers that it cannot now, and the signal's reason.
 */
export function createHttp(
  url: string,
  patience: Patience,
  sign: () => Promise<Readonly<Record<string, string>>>,
): Http {
  const send = async (ask: Ask, init: RequestInit, waiting: Waiting): Promise<Response> => {
    const headers = { ...(await sign()), ...(init.headers as Record<string, string>) };
    try {
      const signal = AbortSignal.any([waiting.signal, ...(ask.signal ? [ask.signal] : [])]);
      return await fetch(toAddress(url, ask), {
        ...init,
        headers,
        signal,
        method: ask.method ?? 'GET',
      });
    } catch (error) {
      waiting.stop();
      throw toAway(url, error, ask.signal);
    }
  };

  const ask = async (asked: Ask): Promise<Answer> => {
    // What changes something may have been done although no answer came.
    const isSafe = asked.safe ?? (asked.method ?? 'GET') === 'GET';
    for (let left = patience.tries - 1; ; left -= 1) {
      const outcome = await askOnce(asked).catch((error: unknown) => {
        if (error instanceof CellarError && error.code === 'registry_away') return error;
        throw error;
      });
      const tried = patience.tries - left;
      if (left <= 0 || !isWorthAnother(outcome, isSafe, tried)) return settle(url, outcome, isSafe);
      const pause = FIRST_PAUSE_MS * 3 ** (tried - 1);
      await sleep(Math.min(LONGEST_PAUSE_MS, pause), undefined, toOptions(asked.signal)).catch(() =>
        asked.signal?.throwIfAborted(),
      );
    }
  };

  const askOnce = async (asked: Ask): Promise<Answer> => {
    const waiting = new Waiting(patience.quiet);
    const { body } = asked;
    const init =
      body === undefined
        ? { headers: {} }
        : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const response = await send(asked, init, waiting);
    const text = await readText(url, response, waiting, asked.signal);
    const value = parse(text);
    if (response.ok && value !== undefined) return { ok: true, body: value };
    return { ok: false, status: response.status, ...toWords(response, value) };
  };

  return {
    url,
    ask,
    json: async (asked) => {
      const answer = await ask(asked);
      if (answer.ok) return answer.body;
      throw toRefusal(url, answer);
    },
    download: async (asked) => {
      const waiting = new Waiting(patience.quiet);
      const response = await send(asked, { headers: {} }, waiting);
      if (response.ok) {
        const length = Number(response.headers.get('content-length') ?? NaN);
        // What was packed for the way has another length.
        const isPlain = response.headers.get('content-encoding') === null;
        return {
          bytes: piecesOf(url, response, waiting, asked.signal),
          size: isPlain && Number.isSafeInteger(length) ? length : undefined,
        };
      }
      const value = parse(await readText(url, response, waiting, asked.signal));
      if (response.status === 404) return undefined;
      throw toRefusal(url, { status: response.status, ...toWords(response, value) });
    },
    upload: async ({ bytes, size, sent, ...asked }) => {
      const waiting = new Waiting(patience.quiet);
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        for await (const piece of bytes) {
          waiting.touch();
          sent?.(piece.length);
          yield piece;
        }
        waiting.touch();
      };
      const init = {
        body: pieces(),
        duplex: 'half',
        // To be able to follow one, fetch would hold all of the body in memory.
        redirect: 'error',
        headers: {
          'Content-Length': String(size),
          'Content-Type': 'application/octet-stream',
        },
      };
      const response = await send(
        { ...asked, method: 'PUT' },
        init as unknown as RequestInit,
        waiting,
      );
      const text = await readText(url, response, waiting, asked.signal);
      if (response.ok) return { etag: response.headers.get('etag') };
      const refused = { status: response.status, ...toWords(response, parse(text)) };
      // What could not be written there now may be later.
      throw response.status === 500 ? toUnwell(url, refused) : toRefusal(url, refused);
    },
  };
}

/** Basic where there is a user, else a bearer's token; nothing where neither is known. */
export function toAuthorization(secrets: {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}): Readonly<Record<string, string>> {
  const { user, password = '', token } = secrets;
  if (user !== undefined)
    return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** Ends what has been quiet for too long. */
class Waiting {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(quiet: number) {
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Error(`no answer within ${quiet / 1000} s`));
    }, quiet);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  touch(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

async function* piecesOf(
  url: string,
  response: Response,
  waiting: Waiting,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of response.body ?? []) {
      waiting.touch();
      yield piece as Uint8Array;
    }
  } catch (error) {
    throw toAway(url, error, signal);
  } finally {
    waiting.stop();
  }
}

async function readText(
  url: string,
  response: Response,
  waiting: Waiting,
  signal: AbortSignal | undefined,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of piecesOf(url, response, waiting, signal)) {
    size += piece.length;
    if (size > MOST_JSON)
      throw new CellarError(
        'too_large',
        `${url} answered with more than ${MOST_JSON} bytes at once. Ask for less, e.g. for one experiment.`,
      );
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function toAddress(url: string, { path, query = {} }: Ask): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of [value ?? []].flat()) search.append(name, String(each));
  return `${url}${path}${search.size === 0 ? '' : `?${search.toString()}`}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Why it was refused, as the server says it; a page for people says less than its status. */
function toWords(
  { status, statusText }: Response,
  value: unknown,
): { readonly code: string; readonly words: string } {
  const { error_code: code, message } =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return {
    code: typeof code === 'string' ? code : '',
    words: typeof message === 'string' ? message.slice(0, 1_000) : statusText || String(status),
  };
}

/** The failure that an answer other than a success is. */
export function toRefusal(
  url: string,
  { status, words }: { readonly status: number; readonly words: string },
): CellarError {
  if (status === 401 || status === 403)
    return new CellarError(
      'registry_refused',
      `${url} lets nobody in with these credentials (${status}: ${words}). Check the user and the password, or the token.`,
    );
  if (BUSY.has(status) && status !== 500) return toUnwell(url, { status, words });
  return new CellarError('registry_refused', `${url} answered ${status}: ${words}`);
}

function toUnwell(
  url: string,
  { status, words }: { readonly status: number; readonly words: string },
): CellarError {
  return new CellarError(
    'registry_away',
    `${url} answered ${status}: ${words}. Try again once it is well.`,
  );
}

/** Whether the same may be asked again, and may then be answered. */
function isWorthAnother(outcome: Answer | CellarError, isSafe: boolean, tried: number): boolean {
  if (outcome instanceof CellarError) return isSafe;
  if (outcome.ok || !BUSY.has(outcome.status)) return false;
  // Most often it fails each time.
  if (outcome.status === 500 && tried > 1) return false;
  return isSafe || outcome.status === 429 || outcome.status === 503;
}

/** A question that always fails with 500 is one that the server cannot answer; a change may be made once it is well. */
function settle(url: string, outcome: Answer | CellarError, isSafe: boolean): Answer {
  if (outcome instanceof CellarError) throw outcome;
  if (outcome.ok || !BUSY.has(outcome.status)) return outcome;
  if (isSafe && outcome.status === 500) return outcome;
  throw toUnwell(url, outcome);
}

function toOptions(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function toAway(url: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof CellarError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CellarError(
    'registry_away',
    `${url} does not answer: ${reason || 'no connection'}. Check its address, and whether it runs.`,
    {},
    { cause: error },
  );
}
