import type { ExternalEntry, ExternalVersion } from '../../contract/external.js';
import type { ExternalClient } from '../client/external.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

export interface EntriesState {
  /** What was found last. */
  readonly entries: readonly ExternalEntry[];
  /** Of the entry whose name is given in full; newest first. */
  readonly versions: readonly ExternalVersion[];
  /** The registry has answered to what was asked last. */
  readonly known: boolean;
  readonly problem: Problem | undefined;
}

const PAUSE = 200;
const NOTHING: EntriesState = { entries: [], versions: [], known: false, problem: undefined };

/** What a registry has, while a person types a name. */
export class EntriesModel extends Store<EntriesState> {
  #asked = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #registry = '';

  constructor(private readonly client: Pick<ExternalClient, 'entries' | 'versions'>) {
    super(NOTHING);
  }

  /** Looks for a part of a name, soon; what was found for another registry goes at once. */
  ask(registry: string, text: string): void {
    this.#asked.abort();
    clearTimeout(this.#timer);
    if (registry !== this.#registry) this.update(NOTHING);
    else this.update({ known: false });
    const isFirst = registry !== this.#registry;
    this.#registry = registry;
    const asked = new AbortController();
    this.#asked = asked;
    this.#timer = setTimeout(
      () => void this.#look(registry, text.trim(), asked.signal),
      isFirst ? 0 : PAUSE,
    );
  }

  dispose(): void {
    this.#asked.abort();
    clearTimeout(this.#timer);
  }

  async #look(registry: string, text: string, signal: AbortSignal): Promise<void> {
    try {
      const entries = await this.client.entries(registry, text, signal);
      const isOne = entries.some(({ name }) => name === text);
      const versions = isOne ? await this.client.versions(registry, text, signal) : [];
      if (!signal.aborted) this.update({ entries, versions, known: true, problem: undefined });
    } catch (error) {
      if (!signal.aborted) this.update({ ...NOTHING, problem: toProblem(error) });
    }
  }
}

/** A version as a person chooses it: "v7 @champion · Production". */
export function versionWords(
  { version, stage }: ExternalVersion,
  { aliases }: Pick<ExternalEntry, 'aliases'>,
): string {
  const own = aliases.filter((alias) => alias.version === version).map(({ name }) => `@${name}`);
  const named = [/^\d/.test(version) ? `v${version}` : version, ...own].join(' ');
  return stage === '' || stage === 'None' ? named : `${named} · ${stage}`;
}
