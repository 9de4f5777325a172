import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { pathTo } from '../../contract/routes.js';
import { createMergeToolApp } from '../app.js';
import type { MergeToolOptions } from '../cli/command.js';
import { createPool } from '../work/pool.js';
import { openInBrowser } from './browser.js';
import { listenTcp } from './listen.js';
import { openAccess } from './open.js';
import { createPresence } from './presence.js';

const HOST = '127.0.0.1';
/** A page that is loaded again is gone for a moment. */
const PATIENCE_MS = 10_000;

export interface MergeToolSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
  readonly report: (error: unknown) => void;
}

/**
 * Serves one merge to the browser of this person, until it is saved, given up, its page closed for good, or a signal comes. Gives how
 * many conflicts were left open; undefined without a result.
 */
export async function serveMergeTool(
  { find, write, openBrowser }: MergeToolOptions,
  { environment, say, report }: MergeToolSurroundings,
): Promise<number | undefined> {
  let port = 0;
  const token = randomBytes(24).toString('base64url');
  const access = openAccess(
    { token, kernelToken: undefined, proxySecret: undefined },
    () => [`${HOST}:${port}`],
    () => port,
  );
  const pool = createPool({ folder: new URL('.', import.meta.url), size: 1 });
  let end: (unresolved: number | undefined) => void = () => undefined;
  const ended = new Promise<number | undefined>((resolve) => {
    end = resolve;
  });
  const leave = (): void => end(undefined);
  const presence = createPresence(PATIENCE_MS, leave);
  const app = createMergeToolApp({
    access,
    pool,
    report,
    pageFolder: fileURLToPath(new URL('page', import.meta.url)),
    leave,
    enter: () => presence.enter(),
    place: {
      find,
      write: async (_, bytes, unresolved) => {
        await write(bytes);
        end(unresolved);
      },
    },
  });
  const listening = await listenTcp(app, HOST, 0);
  port = listening.port;
  const stopListening = onSignal(leave);
  const key = access.sessions.createKey({ grant: 'owner' });
  const url = `http://${HOST}:${port}/${pathTo('login')}?token=${key}#/merge`;
  say(`Merge in the browser: ${url}`);
  if (openBrowser) openInBrowser(url, environment);
  try {
    return await ended;
  } finally {
    stopListening();
    presence.stop();
    await listening.close();
    pool.close();
  }
}

function onSignal(leave: () => void): () => void {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, leave);
  return () => {
    for (const signal of signals) process.off(signal, leave);
  };
}
