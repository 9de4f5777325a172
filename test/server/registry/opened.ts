import type { History } from '../../../server/history/history.js';
import { createRegistry, type Actor, type Registry } from '../../../server/registry/registry.js';
import type { VersionStart } from '../../../server/registry/model-versions.js';
import { createTurns } from '../../../server/tracking/turns.js';

export const ADA: Actor = { person: 'Ada <ada@example.org>', grant: 'owner' };

/** A version of files that are elsewhere. */
export const START: VersionStart = {
  ...{ description: '', origin: 's3://bucket/key', run: '', runLink: '', logged: '', tags: [] },
};

export function openTestRegistry(history: History): Registry {
  return createRegistry(history, createTurns(), {
    pageOf: ({ name, version }) => `page of ${name} ${version}`,
  });
}
