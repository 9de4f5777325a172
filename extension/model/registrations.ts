import type { Registration } from '../../contract/models.js';
import type { Artifact } from '../../contract/snapshot.js';
import type { ModelsClient } from '../client/models.js';
import { follow, type EventSource, type Following } from './following.js';
import { Store } from './store.js';

export interface RegistrationsState {
  /** Newest versions first. */
  readonly registrations: readonly Registration[];
}

const FOLLOWED: readonly string[] = ['registry', 'workspace', 'purged'];

/** What is registered, for lists of versions and files; it follows the server. A server that is away leaves what was known. */
export class RegistrationsModel extends Store<RegistrationsState> {
  readonly #models: Pick<ModelsClient, 'registrations'>;
  readonly #following: Following;

  constructor(source: EventSource, models: Pick<ModelsClient, 'registrations'>) {
    super({ registrations: [] });
    this.#models = models;
    this.#following = follow(
      source,
      (kind) => FOLLOWED.includes(kind),
      () => void this.load(),
    );
  }

  async load(): Promise<void> {
    try {
      const { registrations } = await this.#models.registrations();
      this.update({ registrations });
    } catch {
      // Whoever looks at the list is told by the list that the server is away.
    }
  }

  dispose(): void {
    this.#following.dispose();
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
