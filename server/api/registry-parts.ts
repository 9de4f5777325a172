import type { Request } from 'express';

import { createRegistry, toOwner, type Actor, type Registry } from '../registry/registry.js';
import type { Turns } from '../tracking/turns.js';
import { toApproach } from './operation.js';
import type { ApiParts } from './parts.js';

/** The registry, as both APIs work on it. */
export interface RegistryParts {
  readonly turns: Turns;
  readonly registry: Registry;
  /** Who asks, as the registry keeps it. */
  readonly actorOf: (request: Request) => Actor;
}

/** Made once for each application: changes of both APIs come one after another. */
export function createRegistryParts(parts: ApiParts): RegistryParts {
  const { access, events, history, link, turns } = parts;
  const owner = toOwner(history.store.author).person;
  return {
    turns,
    registry: createRegistry(history, turns, {
      pageOf: (version) => {
        const page = `#/models/${encodeURIComponent(version.name)}/${version.version}`;
        const base = link();
        return base === undefined ? `its page in JupyterLab (${page})` : `${base}${page}`;
      },
      changed: () => {
        events.emit({ kind: 'registry' });
      },
    }),
    actorOf: (request) => {
      const { grant, person } = access.identify(toApproach(request));
      // A kernel works for the person whose server this is.
      return { grant, person: person ?? (grant === 'viewer' ? '' : owner) };
    },
  };
}
