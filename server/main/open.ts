import type { RequestListener } from 'node:http';

import type { Author } from '../../contract/snapshot.js';
import { createAccess, type Access, type Secrets } from '../access/access.js';
import { createEvents, type Events } from '../api/parts.js';
import { createApp } from '../app.js';
import { Intakes } from '../capture/intakes.js';
import { CellarError } from '../errors.js';
import { openHistory, type History } from '../history/history.js';
import { openOperatingState, type OperatingState } from '../store/operating.js';
import { openStore, type Store, type StoreOptions } from '../store/store.js';
import { createPool } from '../work/pool.js';
import { finishPurgeJob } from '../history/purge-finish.js';
import { startUpkeep, type UpkeepJob, type UpkeepOptions } from '../history/upkeep.js';
import { createSecretFinder } from '../external/credentials.js';
import { External } from '../external/external.js';
import { Registries } from '../external/registries.js';
import { createTurns } from '../tracking/turns.js';
import { collectJob } from './collect-job.js';
import { followJob } from './follow-job.js';
import { repackJob } from './repack-job.js';
import { sealJob } from './seal-job.js';
import { uploadsJob } from './uploads-job.js';
import { INDEXERS, MENDERS, RECORDERS } from './subjects.js';
import { sealPending } from '../history/seal.js';

export interface OpenOptions {
  readonly root: string;
  readonly author: Author;
  readonly access: Access;
  readonly version: string;
  readonly pageFolder: string;
  /** The folder of the built worker threads. */
  readonly workers: URL;
  readonly link: () => string | undefined;
  /** Where others reach this server, where that was said at its start. */
  readonly publicUrl?: string | undefined;
  readonly report: (error: unknown) => void;
  /** Shared by workspaces that are opened one after another, so that those who listen hear the next one too. */
  readonly events?: Events;
  /** The time that background work goes by, where it is not the process's. */
  readonly upkeep?: Pick<UpkeepOptions, 'now' | 'tick'>;
  readonly watch?: StoreOptions['watch'];
  readonly lost?: StoreOptions['lost'];
}

/** A workspace that this process owns, and the application that serves it. */
export interface OpenWorkspace {
  readonly app: RequestListener;
  readonly history: History;
  readonly operating: OperatingState;
  close(): Promise<void>;
}

/** Opens a workspace as its owner. Throws StoreTakenError when another process has it. */
export async function openWorkspace(options: OpenOptions): Promise<OpenWorkspace> {
  const { root, author, report } = options;
  const { watch, lost } = options;
  const store = await openStore({
    root,
    author,
    report,
    now: Date.now,
    ...(watch === undefined ? {} : { watch }),
    ...(lost === undefined ? {} : { lost }),
  });
  try {
    const history = await openHistory(store, INDEXERS, RECORDERS, MENDERS);
    const operating = openOperatingState(store.places, store.disk);
    const pool = createPool({ folder: options.workers });
    store.memory.onForget(() => {
      pool.renew();
    });
    const events = options.events ?? createEvents();
    const ending = new AbortController();
    const turns = createTurns();
    const findSecret = createSecretFinder(process.env);
    const external = new External({
      ...{ history, turns, findSecret, report, ending: ending.signal },
      registries: new Registries({
        ...{ operating, turns, findSecret, report },
        now: () => store.now(),
        readOnly: () => store.readOnly,
      }),
      base: async () => options.publicUrl ?? (await findPublicUrl(operating)) ?? options.link(),
      changed: () => {
        events.emit({ kind: 'links' });
      },
    });
    const app = createApp({
      ...options,
      turns,
      external,
      pool,
      history,
      operating,
      events,
      ending: ending.signal,
      intakes: new Intakes(),
    });
    const collected = (): void => {
      events.emit({ kind: 'workspace' });
    };
    const purged = (generation: number): void => {
      events.emit({ kind: 'purged', generation });
      events.emit({ kind: 'workspace' });
    };
    const jobs = [
      finishPurgeJob(history, { done: purged }),
      sealJob(history),
      uploadsJob(store),
      collectJob(history, operating, collected),
      repackJob(history),
      followJob(external, () => store.readOnly),
    ];
    const upkeep = store.owned
      ? startUpkeep(
          jobs.map((job) => whileSound(store, job)),
          { ...options.upkeep, activity: () => store.lastNumber(), report },
        )
      : undefined;
    const close = async (): Promise<void> => {
      ending.abort(
        new CellarError('server_away', 'The server is ending. Try again once it is back.'),
      );
      pool.close();
      await upkeep?.stop();
      if (!store.readOnly) await sealPending(history).catch(report);
      await store.close();
    };
    return { app, history, operating, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function findPublicUrl(operating: OperatingState): Promise<string | undefined> {
  const { publicUrl = '' } = await operating.readSettings();
  return publicUrl === '' ? undefined : publicUrl;
}

/** A damaged store is left alone until it is mended. */
function whileSound(store: Store, job: UpkeepJob): UpkeepJob {
  return {
    ...job,
    isDue: async () => store.damage === undefined && ((await job.isDue?.()) ?? true),
  };
}

/** Access for a server that answers for these hosts; the cookie carries the port, since browsers share cookies between ports. */
export function openAccess(
  secrets: Secrets,
  hosts: () => readonly string[],
  port: () => number,
): Access {
  return createAccess(secrets, { hosts, cookieName: () => `cellar_${port()}`, now: Date.now });
}
