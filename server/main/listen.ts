import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdir, mkdtemp, rm, unlink } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { CellarError, isErrno } from '../errors.js';

const LONGEST_SOCKET_PATH = 107;
/**
 * How long a connection may idle. Whoever keeps one longer than the server writes a request into a closed socket, and a write must not be
 * sent twice; so it is longer than what clients and proxies keep theirs (15 s in aiohttp, 60 s in nginx and in most load balancers).
 */
const KEEP_ALIVE_MS = 75_000;
/** Node ends a connection on which no request has begun for so long; one that was opened ahead may idle as long as a kept one. */
const HEADERS_MS = KEEP_ALIVE_MS + 5_000;

/** A listening server; close ends it and its connections. */
export interface Listening {
  readonly port: number;
  /** Ends every connection, and goes on listening. */
  drop(): void;
  close(): Promise<void>;
}

/** Listens on TCP. Throws store_busy when an explicit port is taken. */
export async function listenTcp(
  handle: RequestListener,
  host: string,
  port: number,
): Promise<Listening> {
  const server = createServer(handle);
  try {
    await listen(server, { host, port });
  } catch (error) {
    if (isErrno(error, 'EADDRINUSE'))
      throw new CellarError(
        'store_busy',
        `Port ${port} of ${host} is in use. Choose another with --port.`,
        {},
        { cause: error },
      );
    throw error;
  }
  return toListening(server, (server.address() as AddressInfo).port);
}

/** Listens on a unix socket (a named pipe on Windows), replacing the file that a killed server left there. */
export async function listenSocket(handle: RequestListener, path: string): Promise<Listening> {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH)
    throw new CellarError(
      'bad_request',
      `The socket's path ${path} is longer than the ${LONGEST_SOCKET_PATH} bytes that sockets may have.`,
    );
  const server = createServer(handle);
  if (process.platform !== 'win32') {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await unlink(path).catch(() => undefined);
  }
  await listen(server, { path });
  return toListening(server, 0);
}

function toListening(server: Server, port: number): Listening {
  const drop = (): void => {
    server.closeAllConnections();
  };
  return { port, drop, close: () => close(server) };
}

/** A socket that only this process knows, in a folder of its own. */
export async function listenPrivately(
  handle: RequestListener,
): Promise<{ readonly socket: string; close(): Promise<void> }> {
  if (process.platform === 'win32') {
    const socket = `\\\\.\\pipe\\cellar-${randomBytes(12).toString('hex')}`;
    const listening = await listenSocket(handle, socket);
    return { socket, close: () => listening.close() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'cellar-'));
  const socket = join(folder, 's');
  const listening = await listenSocket(handle, socket);
  return {
    socket,
    close: async () => {
      await listening.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listen(server: Server, at: Parameters<Server['listen']>[0]): Promise<void> {
  // Uploads of models may take long; what a slow client can hold up is one connection.
  server.requestTimeout = 0;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  // A connection that was busy when the listening ended would idle on after its answer.
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Streams of events never end by themselves, nor does an upload that nobody reads on; such a one keeps no process up either, so
    // this must.
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, 500);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
