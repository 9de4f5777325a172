import type { Registration } from '../../contract/models.js';
import type { Artifact } from '../../contract/snapshot.js';
import type { ModelsClient } from '../client/models.js';
import type { EventSource } from './loaded.js';
import { Store } from './store.js';

export interface RegistrationsState {
  /** Newest versions first. */
  readonly registrations: readonly Registration[];
}

const PAUSE = 100;

/** What is registered, for lists of versions and files; it follows the server. A server that is away leaves what was known. */
export class RegistrationsModel extends Store<RegistrationsState> {
  readonly #models: Pick<ModelsClient, 'registrations'>;
  readonly #events: { dispose(): void };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: EventSource, models: Pick<ModelsClient, 'registrations'>) {
    super({ registrations: [] });
    this.#models = models;
    this.#events = source.events(({ kind }) => {
      if (!['registry', 'workspace', 'purged'].includes(kind)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.load(), PAUSE);
    });
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
    clearTimeout(this.#timer);
    this.#events.dispose();
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
