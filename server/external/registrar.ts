import type { NamedRegistry } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import type { History } from '../history/history.js';
import type { Turns } from '../tracking/turns.js';
import { BRIEF, LONG } from './http.js';
import { askKnown, learn } from './learn.js';
import { changeLink, getLink, type KeptLink } from './links.js';
import { findOwnFiles, findProvenance } from './own.js';
import type { Registries } from './registries.js';

/** Whoever does not follow a registration hears how it stands after so many milliseconds. */
const ANSWER_MS = 3_000;

export interface RegistrarParts {
  readonly history: History;
  readonly turns: Turns;
  readonly registries: Registries;
  /** Where others reach this server; undefined where they cannot. */
  readonly base: () => Promise<string | undefined>;
  /** Told when links are other than before. */
  readonly changed: () => void;
  readonly report: (error: unknown) => void;
  /** Ends what goes on in the background. */
  readonly ending: AbortSignal;
}

/** Told of bytes as they are sent. */
export type TellSent = (done: number, total: number) => void;

/** Registers elsewhere what links ask for; each once at a time. */
export class Registrar {
  readonly #running = new Map<string, Promise<KeptLink>>();
  readonly #watchers = new Map<string, Set<TellSent>>();
  readonly #endings = new Map<string, AbortController>();

  constructor(private readonly parts: RegistrarParts) {}

  /** Registers, and answers when that is done, or soon where nobody follows it: it then goes on. */
  async registerSoon(
    registry: NamedRegistry,
    link: KeptLink,
    tell: TellSent | undefined,
  ): Promise<KeptLink> {
    if (tell !== undefined) return this.register(registry, link, tell);
    let timer: NodeJS.Timeout | undefined;
    const soon = new Promise<KeptLink>((resolve, reject) => {
      timer = setTimeout(() => {
        getLink(this.parts.history.store, link.id).then(resolve, reject);
      }, ANSWER_MS);
    });
    try {
      return await Promise.race([this.register(registry, link), soon]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What becomes of it is kept with the link: only what nobody expected is thrown, and the end of the server. */
  register(registry: NamedRegistry, link: KeptLink, tell?: TellSent): Promise<KeptLink> {
    const { id } = link;
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers);
    if (tell !== undefined) watchers.add(tell);
    const running = this.#running.get(id);
    if (running !== undefined) return running;
    const ending = new AbortController();
    this.#endings.set(id, ending);
    const work = this.#registerNow(registry, link, ending.signal).finally(() => {
      this.#running.delete(id);
      this.#endings.delete(id);
      this.#watchers.delete(id);
      this.parts.changed();
    });
    this.#running.set(id, work);
    // Maybe nobody waits for it any more.
    work.catch(() => undefined);
    return work;
  }

  /** Ends the registration of a link that was taken away. What was sent by then stays there. */
  cancel(id: string): void {
    this.#endings
      .get(id)
      ?.abort(
        new CellarError(
          'cancelled',
          'The registration was cancelled: its link was taken away. Nothing is registered.',
        ),
      );
  }

  async #registerNow(
    registry: NamedRegistry,
    link: KeptLink,
    cancelled: AbortSignal,
  ): Promise<KeptLink> {
    const { history, turns, ending, report } = this.parts;
    const signal = AbortSignal.any([ending, cancelled]);
    try {
      const version = await this.#send(registry, link, signal);
      await changeLink(history, turns, link.id, () => ({ state: 'linked', version, failure: '' }));
      return await this.#learn(registry, { ...link, version });
    } catch (error) {
      if (ending.aborted) throw error;
      cancelled.throwIfAborted();
      const isKnown = error instanceof CellarError;
      if (!isKnown) report(error);
      const failure = isKnown
        ? error.message
        : "Something went wrong here; the server's log has it.";
      const state = isKnown && error.code !== 'registry_away' ? 'refused' : 'waiting';
      return changeLink(history, turns, link.id, (before) =>
        before.failure === failure && before.state === state ? undefined : { state, failure },
      );
    }
  }

  /** Gives the version that it became. */
  async #send(registry: NamedRegistry, link: KeptLink, signal: AbortSignal): Promise<string> {
    const { history, registries, base } = this.parts;
    const { files, run } = await findOwnFiles(history.store, link.of);
    const { tags, words } = await findProvenance(history.store, run, await base());
    const description = [link.description, words].filter((text) => text !== '').join('\n\n');
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    const sent = (bytes: number): void => {
      done += bytes;
      for (const tell of this.#watchers.get(link.id) ?? []) tell(done, total);
    };
    // Who follows it hears within seconds that the registry is away.
    await registries.reach(registry, BRIEF, (opened) => opened.findEntry(link.entry, signal));
    return registries.reach(registry, LONG, (opened) =>
      opened.addVersion(
        { entry: link.entry, key: link.id, tags, files, description },
        { signal, sent },
      ),
    );
  }

  /** It is registered also where this fails: what is there is then learnt when it is followed. */
  async #learn(
    registry: NamedRegistry,
    { id, entry, version }: Pick<KeptLink, 'id' | 'entry' | 'version'>,
  ): Promise<KeptLink> {
    const { history, turns, registries, ending: signal } = this.parts;
    const known = await registries
      .reach(registry, BRIEF, (opened) => askKnown(history, opened, { entry, version, signal }))
      .catch(() => undefined);
    if (known === undefined) return getLink(history.store, id);
    return learn(history, turns, id, known);
  }
}
