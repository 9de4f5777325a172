import type { RequestListener } from 'node:http';

import type { Author } from '../../contract/snapshot.js';
import { createAccess, type Access, type Secrets } from '../access/access.js';
import { createEvents, type Events } from '../api/parts.js';
import { createApp } from '../app.js';
import { openHistory, type History } from '../history/history.js';
import { indexSnapshots } from '../history/catch-up.js';
import { openOperatingState, type OperatingState } from '../store/operating.js';
import { openStore } from '../store/store.js';
import { createPool } from '../work/pool.js';
import { indexRuns } from '../tracking/index-runs.js';

export interface OpenOptions {
  readonly root: string;
  readonly author: Author;
  readonly access: Access;
  readonly version: string;
  readonly pageFolder: string;
  /** The folder of the built worker threads. */
  readonly workers: URL;
  readonly link: () => string | undefined;
  readonly report: (error: unknown) => void;
  /** Shared by workspaces that are opened one after another, so that those who listen hear the next one too. */
  readonly events?: Events;
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
  const store = await openStore({ root, author, report, now: Date.now });
  try {
    const history = await openHistory(store, [indexSnapshots, indexRuns]);
    const operating = openOperatingState(store.places);
    const pool = createPool({ folder: options.workers });
    const app = createApp({
      ...options,
      pool,
      history,
      operating,
      events: options.events ?? createEvents(),
    });
    const close = async (): Promise<void> => {
      pool.close();
      await store.close();
    };
    return { app, history, operating, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Access for a server that answers for these hosts; the cookie carries the port, since browsers share cookies between ports. */
export function openAccess(
  secrets: Secrets,
  hosts: () => readonly string[],
  port: () => number,
): Access {
  return createAccess(secrets, { hosts, cookieName: () => `cellar_${port()}`, now: Date.now });
}
