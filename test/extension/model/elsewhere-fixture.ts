import type { ExternalEntry, ExternalRegistry, Link } from '../../../contract/external.js';
import type { ExternalClient } from '../../../extension/client/external.js';

export const RUN = 'a'.repeat(32);

/** A link of a run's model.pkl to version 7 of "wine" in "prod", its champion. */
export function linkOf(more: Partial<Link> = {}): Link {
  return {
    ...{ id: '01', of: { kind: 'run', run: RUN, path: 'model.pkl' }, run: RUN },
    ...{ registry: 'prod', entry: 'wine', version: '7', page: 'https://prod.example/wine/7' },
    ...{ state: 'linked', failure: '', seen: '2026-11-23T14:20:00.000Z', away: false },
    ...{ since: null, created: 1 },
    known: {
      ...{ at: 1, exists: true, description: 'deep', tags: [], updated: 1, newest: '7' },
      ...{ aliases: [{ name: 'champion', version: '7' }], stage: 'None', stands: 'READY' },
    },
    ...more,
  };
}

export const prod: ExternalRegistry = {
  ...{ name: 'prod', kind: 'mlflow', url: 'https://prod.example', every: 60, state: 'there' },
  ...{ since: null, seen: null, failure: null, waiting: 0 },
};

export const wine: ExternalEntry = {
  ...{ name: 'wine', description: '', updated: 1, newest: '7', tags: [], page: '' },
  aliases: [{ name: 'champion', version: '7' }],
};

/** A server in which nothing is linked, and one registry is set up; a test gives what it wants otherwise. */
export function clientOf(more: Partial<ExternalClient> = {}): ExternalClient {
  return {
    links: () => Promise.resolve({ links: [], mayChange: true }),
    registries: () => Promise.resolve([prod]),
    entries: () => Promise.resolve([wine]),
    versions: () =>
      Promise.resolve([{ version: '7', description: '', updated: 1, stage: 'Production' }]),
    link: () => Promise.resolve(linkOf()),
    unlink: () => Promise.resolve(),
    relink: () => Promise.resolve(linkOf()),
    follow: () => Promise.resolve(),
    ...more,
  };
}

export const quiet = { events: () => ({ dispose: () => undefined }) };
