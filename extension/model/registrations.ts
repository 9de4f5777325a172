import type { Registration } from '../../contract/models.js';
import type { Artifact } from '../../contract/snapshot.js';
import type { ModelsClient } from '../client/models.js';
import type { EventSource } from './following.js';
import { KnownList } from './known-list.js';

export interface RegistrationsState {
  /** Newest versions first. */
  readonly registrations: readonly Registration[];
}

/** What is registered, for lists of versions and files; it follows the server. A server that is away leaves what was known. */
export class RegistrationsModel extends KnownList<RegistrationsState> {
  constructor(source: EventSource, models: Pick<ModelsClient, 'registrations'>) {
    super(source, ['registry', 'workspace', 'purged'], {
      none: { registrations: [] },
      ask: () => models.registrations(),
    });
  }
}

/** The versions that a file of a run was registered in. */
export function findRegistered(
  registrations: readonly Registration[],
  { run, sha256 }: Pick<Artifact, 'run' | 'sha256'>,
): readonly Registration[] {
  return registrations.filter((each) => each.run === run && each.files.includes(sha256));
}

/** The versions that came of these runs and of none of these files: models that the runs have logged. */
export function findOthers(
  registrations: readonly Registration[],
  {
    runs,
    artifacts,
  }: {
    readonly runs: readonly { readonly id: string }[];
    readonly artifacts: readonly Pick<Artifact, 'run' | 'sha256'>[];
  },
): readonly Registration[] {
  const shown = new Set(artifacts.flatMap((artifact) => findRegistered(registrations, artifact)));
  const ids = new Set(runs.map(({ id }) => id));
  return registrations.filter((each) => ids.has(each.run) && !shown.has(each));
}
