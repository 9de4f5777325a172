import { request as openRequest, type IncomingMessage } from 'node:http';

import { errorBodySchema } from '../../contract/errors.js';
import { CellarError } from '../errors.js';
import type { Address } from './address.js';

export interface Ask {
  readonly method?: 'GET' | 'POST';
  /** Without a leading slash, as pathTo gives it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** How long the answer may take to begin, in milliseconds; undefined: as long as the work takes. */
  readonly patience?: number;
}

/** The owner of a store, as a command talks to it; whether it is another process or this one makes no difference. */
export interface Connection {
  json(ask: Ask): Promise<unknown>;
  bytes(ask: Ask): Promise<Buffer>;
  /** Ends an owner that was opened for this command alone. */
  close(): Promise<void>;
}

/** Talks HTTP to the owner at an address. A failure to reach it is server_away; its own errors are thrown as they were. */
export function connectTo(address: Address, close: () => Promise<void>): Connection {
  const bytes = async (ask: Ask): Promise<Buffer> => {
    const response = await send(address, ask);
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
    const { code, message, side, path } = error.data;
    throw new CellarError(code, message, {
      ...(side === undefined ? {} : { side }),
      ...(path === undefined ? {} : { path }),
    });
  };
  return {
    bytes,
    json: async (ask) => JSON.parse((await bytes(ask)).toString('utf8')) as unknown,
    close,
  };
}

function send(address: Address, ask: Ask): Promise<IncomingMessage> {
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
        headers: {
          Authorization: `Bearer ${address.token}`,
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
