import { randomBytes } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { RequestListener } from 'node:http';

import type { Author } from '../../contract/snapshot.js';
import { publishAddress, withdrawAddress } from '../cli/address.js';
import type { ServeOptions } from '../cli/command.js';
import { createEvents } from '../api/parts.js';
import { CellarError, toStorageError } from '../errors.js';
import { listenSocket, listenTcp, type Listening } from './listen.js';
import { openAccess, openWorkspace, type OpenOptions, type OpenWorkspace } from './open.js';
import { noteOpened, type OpenedAt } from './outdated.js';
import { keepOwning, type OwnershipParts } from './ownership.js';
import { openOperatingState } from '../store/operating.js';
import { toPlaces, type Places } from '../store/places.js';
import { isRunning } from '../store/process-identity.js';

const PARENT_LOOK_MS = 500;

export interface Surroundings {
  readonly author: Author;
  readonly version: string;
  /** Prints the one line that says the server is ready. */
  readonly ready: (line: object) => void;
  readonly report: (error: unknown) => void;
}

/** Serves a workspace until a signal or its parent's end; gives the exit code. */
export async function serveWorkspace(
  options: ServeOptions,
  { author, version, ready, report }: Surroundings,
): Promise<number> {
  const token = options.token ?? randomBytes(24).toString('base64url');
  const places = toPlaces(options.root);
  let port = 0;
  const { kernelToken, proxySecret } = options;
  const access = openAccess(
    { token, kernelToken, proxySecret },
    () => namesOf(options.host).map((host) => `${host}:${port}`),
    () => port,
  );
  const link = (): string => `http://${bracket(loopbackOf(options.host))}:${port}/`;
  const events = createEvents();
  const opening: OpenOptions = {
    root: options.root,
    author,
    access,
    version,
    pageFolder: fileURLToPath(new URL('page', import.meta.url)),
    workers: new URL('.', import.meta.url),
    link,
    publicUrl: options.publicUrl,
    report,
    events,
  };

  let handle: RequestListener = (_request, response) => {
    response.writeHead(503, { 'Retry-After': '1' }).end();
  };
  const listening = await listenAll(options, places, (request, response) => {
    handle(request, response);
  });
  port = listening.port;

  let workspace: OpenWorkspace | undefined;
  let opened: OpenedAt | undefined;
  const publish = async ({ operating }: OpenWorkspace): Promise<void> => {
    await publishAddress(places, {
      pid: process.pid,
      url: `http://${bracket(loopbackOf(options.host))}:${port}`,
      ...(options.socket === undefined ? {} : { socket: options.socket }),
      token,
    });
    await operating.writePort(port);
  };
  const own: OwnershipParts['own'] = async (watch, lost) => {
    const next = await openWorkspace({ ...opening, watch, lost });
    // Of a damaged one, too: whoever wants to mend it asks its owner.
    const { owned } = next.history.store;
    try {
      if (owned) await publish(next);
    } catch (error) {
      await next.close();
      throw toStorageError(error, places.server);
    }
    const last = workspace;
    workspace = next;
    handle = next.app;
    await last?.close();
    const before = opened?.generation ?? Infinity;
    opened = await noteOpened(next.history.store);
    const { generation = 0 } = opened;
    if (generation > before) events.emit({ kind: 'purged', generation });
    events.emit({ kind: 'workspace' });
    return owned;
  };
  const relay: OwnershipParts['relay'] = (next) => {
    if (handle === next) return;
    handle = next;
    const last = workspace;
    workspace = undefined;
    if (last === undefined) return;
    // Whoever listens for events here would hear no more: they ask again, and are passed on.
    listening.drop();
    last.close().catch(report);
  };
  const stopTakingOver = await keepOwning({
    ...{ own, relay, places, access, report },
    isOutdated: async () => (await opened?.isOutdated()) ?? false,
  }).catch(async (error: unknown) => {
    await listening.close();
    throw error;
  });

  // Before anybody knows of this server, so that no signal finds it deaf.
  const told = untilTold(options.parent);
  ready({
    url: link().replace(/\/$/, ''),
    ...(options.token === undefined ? { token } : {}),
    login: `${link()}login?token=${access.sessions.createKey()}`,
  });
  const code = await told;
  stopTakingOver();
  // First of all: once the port is free it may be anybody's.
  await withdrawAddress(places);
  await listening.close();
  await workspace?.close();
  return code;
}

async function listenAll(
  options: ServeOptions,
  places: Places,
  handle: RequestListener,
): Promise<Listening> {
  const tcp = await listenOnPort(options, places, handle);
  if (options.socket === undefined) return tcp;
  const socket = await listenSocket(handle, options.socket);
  return {
    port: tcp.port,
    drop: () => {
      tcp.drop();
      socket.drop();
    },
    close: async () => {
      await Promise.all([tcp.close(), socket.close()]);
    },
  };
}

/** The port that was asked for, else the one this workspace had last, else any. */
async function listenOnPort(
  { host, port }: ServeOptions,
  places: Places,
  handle: RequestListener,
): Promise<Listening> {
  if (port !== undefined) return listenTcp(handle, host, port);
  const last = await openOperatingState(places).readPort();
  try {
    return await listenTcp(handle, host, last ?? 0);
  } catch (error) {
    if (!(error instanceof CellarError)) throw error;
    return listenTcp(handle, host, 0);
  }
}

/** What this server may be called: the address it listens on, or for all addresses each of this machine's, and its name. */
function namesOf(host: string): string[] {
  const own = isAny(host)
    ? [
        hostname(),
        ...Object.values(networkInterfaces())
          .flatMap((each) => each ?? [])
          .map(({ address }) => address),
      ]
    : [host];
  const names = ['127.0.0.1', 'localhost', '::1', ...own];
  return [...new Set(names.map((name) => bracket(name.toLowerCase())))];
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function loopbackOf(host: string): string {
  return isAny(host) ? '127.0.0.1' : host;
}

function bracket(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** Waits for SIGTERM or SIGINT (an end that was asked for, 0) or the parent's end. */
function untilTold(parent: number | undefined): Promise<number> {
  // A parent of whose end nobody takes note still has its number; but its children have another parent then.
  const isDirect = parent === process.ppid;
  return new Promise((resolve) => {
    const timer =
      parent === undefined
        ? undefined
        : setInterval(() => {
            if (isDirect ? process.ppid !== parent : !isRunning(parent)) end();
          }, PARENT_LOOK_MS);
    const end = (): void => {
      clearInterval(timer);
      resolve(0);
    };
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
  });
}
