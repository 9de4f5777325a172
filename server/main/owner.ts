import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import type { Author } from '../../contract/snapshot.js';
import { pathTo } from '../../contract/routes.js';
import { findAddress } from '../cli/address.js';
import { connectTo, type Connection } from '../cli/connection.js';
import { CellarError } from '../errors.js';
import { listenPrivately } from './listen.js';
import { openAccess, openWorkspace } from './open.js';
import { HolderWatch } from '../store/heartbeat.js';
import { toPlaces } from '../store/places.js';
import { StoreTakenError } from '../store/store.js';

const PATIENCE_MS = 30_000;
const HEALTH_MS = 5_000;

/**
 * Reaches the owner of a store: the server that has it, else this process for as long as the command runs. Another command that has
 * it is waited for.
 */
export async function connectToOwner(
  root: string,
  options: {
    readonly author: Author;
    readonly version: string;
    readonly report: (error: unknown) => void;
    /** Told what is waited for, when that may take long; undefined once it is over. */
    readonly tell: (words: string | undefined) => void;
    /** Told where the store is damaged, when another process has it; this one reports it as it opens it. */
    readonly warn: (words: string) => void;
  },
): Promise<Connection> {
  const until = performance.now() + PATIENCE_MS;
  const watch = new HolderWatch();
  try {
    for (;;) {
      const running = await findRunning(root, options.warn);
      if (running !== undefined) return running;
      try {
        return await becomeOwner(root, { ...options, watch });
      } catch (error) {
        if (!(error instanceof StoreTakenError)) throw error;
        if (error.isSilent) options.tell(error.message);
        else if (performance.now() > until) throw error;
      }
      await sleep(20 + 40 * Math.random());
    }
  } finally {
    options.tell(undefined);
  }
}

async function findRunning(
  root: string,
  warn: (words: string) => void,
): Promise<Connection | undefined> {
  const address = await findAddress(toPlaces(root));
  if (address === undefined) return undefined;
  const connection = connectTo(address, () => Promise.resolve(), warn);
  try {
    await connection.json({ path: pathTo('health'), patience: HEALTH_MS });
    return connection;
  } catch (error) {
    // It is just ending, or hangs; whoever gets the lock is the owner.
    if (error instanceof CellarError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function becomeOwner(
  root: string,
  options: Parameters<typeof connectToOwner>[1] & { readonly watch: HolderWatch },
): Promise<Connection> {
  const token = randomBytes(24).toString('base64url');
  const access = openAccess(
    { token, kernelToken: undefined, proxySecret: undefined },
    () => [],
    () => 0,
  );
  let isTold = (): boolean => false;
  const workspace = await openWorkspace({
    ...options,
    // What fails since the command was told to end is no news.
    report: (error) => {
      if (!isTold()) options.report(error);
    },
    root,
    access,
    pageFolder: fileURLToPath(new URL('page', import.meta.url)),
    workers: new URL('.', import.meta.url),
    link: () => undefined,
  });
  const listening = listenPrivately(workspace.app);
  const close = async (): Promise<void> => {
    await (await listening).close();
    await workspace.close();
  };
  const signals = closeOnSignal(close);
  isTold = signals.isTold;
  const { socket } = await listening;
  const connection = connectTo({ pid: process.pid, socket, token }, async () => {
    signals.stop();
    await close();
  });
  return whileRunning(connection, signals.isTold);
}

/** Whatever fails once the command was told to end has failed for that. */
function whileRunning(connection: Connection, isTold: () => boolean): Connection {
  const or = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      if (!isTold()) throw error;
      throw new CellarError(
        'timed_out',
        'Stopped. What was done until then is kept; the same command goes on from there.',
        {},
        { cause: error },
      );
    }
  };
  return {
    ...connection,
    json: (ask) => or(connection.json(ask)),
    bytes: (ask) => or(connection.bytes(ask)),
    long: (ask, report) => or(connection.long(ask, report)),
  };
}

/** How long a command has to say that it was stopped. */
const LAST_WORDS_MS = 100;

/** Lets Ctrl-C end a command as it would have, but with what is being written done and nothing left behind. */
function closeOnSignal(close: () => Promise<void>): {
  readonly stop: () => void;
  readonly isTold: () => boolean;
} {
  let told = false;
  const end = (signal: NodeJS.Signals): void => {
    told = true;
    stop();
    void close()
      .then(() => sleep(LAST_WORDS_MS))
      .finally(() => process.kill(process.pid, signal));
  };
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const stop = (): void => {
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  return { stop, isTold: () => told };
}
