import { request as openRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';

import { errorBodySchema, type ErrorBody } from '../../contract/errors.js';
import { LONG_TYPE, longLineSchema, type Progress } from '../../contract/progress.js';
import { DAMAGE_HEADER } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import type { Address } from './address.js';

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without a leading slash, as pathTo gives it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** How long the answer may take to begin, in milliseconds; undefined: as long as the work takes. */
  readonly patience?: number;
  /** The media type that is asked for. */
  readonly accept?: string;
  /** Leaves without waiting for the answer. */
  readonly signal?: AbortSignal;
}

/** The owner of a store, as a command talks to it; whether it is another process or this one makes no difference. */
export interface Connection {
  json(ask: Ask): Promise<unknown>;
  /** The result of a long operation, whose progress is told meanwhile. */
  long(ask: Ask, report: (progress: Progress) => void): Promise<unknown>;
  bytes(ask: Ask): Promise<Buffer>;
  /** The same piece by piece; whoever stops reading ends it. Throws server_away where it breaks off. */
  stream(ask: Ask): AsyncIterable<Buffer>;
  /** Ends an owner that was opened for this command alone. */
  close(): Promise<void>;
}

/**
 * Talks HTTP to the owner at an address. A failure to reach it is server_away; its own errors are thrown as they were. `warn` is told
 * once where the owner's store is damaged.
 */
export function connectTo(
  address: Address,
  close: () => Promise<void>,
  warn?: (words: string) => void,
): Connection {
  let isWarned = false;
  const send = async (ask: Ask): Promise<IncomingMessage> => {
    const response = await sendTo(address, ask);
    const damage = response.headers[DAMAGE_HEADER];
    if (typeof damage === 'string' && !isWarned) {
      isWarned = true;
      warn?.(decodeURIComponent(damage));
    }
    return response;
  };
  const read = async (response: IncomingMessage): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch (error) {
      throw away(error);
    }
    const body = Buffer.concat(chunks);
    if ((response.statusCode ?? 500) < 400) return body;
    const error = errorBodySchema.safeParse(tryJson(body));
    if (!error.success)
      throw new CellarError('internal', `The server answered ${response.statusCode ?? 'nothing'}.`);
    throw toError(error.data);
  };
  const bytes = async (ask: Ask): Promise<Buffer> => read(await send(ask));
  const stream = async function* (ask: Ask): AsyncGenerator<Buffer> {
    const response = await send(ask);
    if ((response.statusCode ?? 500) >= 400) await read(response);
    try {
      for await (const chunk of response) yield chunk as Buffer;
    } catch (error) {
      throw away(error);
    } finally {
      response.destroy();
    }
  };
  return {
    bytes,
    stream,
    long: async (ask, report) => {
      const response = await send({ ...ask, accept: LONG_TYPE });
      if ((response.statusCode ?? 500) >= 400) return read(response);
      for await (const text of linesOf(response)) {
        const line = longLineSchema.parse(JSON.parse(text));
        if ('progress' in line) report(line.progress);
        else if ('error' in line) throw toError(line.error);
        else return line.result;
      }
      throw away(new Error('the answer ended early'));
    },
    json: async (ask) => JSON.parse((await bytes(ask)).toString('utf8')) as unknown,
    close,
  };
}

function sendTo(address: Address, ask: Ask): Promise<IncomingMessage> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(ask.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const body = ask.body === undefined ? undefined : JSON.stringify(ask.body);
  return new Promise((resolve, reject) => {
    const request = openRequest(
      {
        ...(address.socket === undefined
          ? { host: new URL(address.url ?? '').hostname, port: new URL(address.url ?? '').port }
          : { socketPath: address.socket }),
        method: ask.method ?? 'GET',
        path: `/${ask.path}${search}`,
        agent: false,
        ...(ask.signal === undefined ? {} : { signal: ask.signal }),
        headers: {
          Authorization: `Bearer ${address.token}`,
          ...(ask.accept === undefined ? {} : { Accept: ask.accept }),
          ...(body === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
        },
      },
      resolve,
    );
    request.on('error', (error) => {
      reject(away(error));
    });
    if (ask.patience !== undefined)
      request.setTimeout(ask.patience, () => request.destroy(new Error('no answer in time')));
    request.end(body);
  });
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: response, crlfDelay: Infinity });
  } catch (error) {
    throw away(error);
  }
}

function toError({ status: _, code, message, ...facts }: ErrorBody): CellarError {
  return new CellarError(code, message, facts);
}

function away(cause: unknown): CellarError {
  const message = 'The owner of the store does not answer. Try again; what was kept is safe.';
  return new CellarError('server_away', message, {}, { cause });
}

function tryJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
