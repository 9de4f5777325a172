import type {
  ExternalEntry,
  ExternalRegistry,
  ExternalVersion,
  Known,
  Link,
  LinkRequest,
  NamedRegistry,
} from '../../contract/external.js';
import { CellarError } from '../errors.js';
import { completeBackLinks } from './back-links.js';
import type { RegistryState } from '../store/operating.js';
import type { FindSecret } from './credentials.js';
import { BRIEF } from './http.js';
import { isSameKnown } from './known.js';
import { askKnown, learn } from './learn.js';
import {
  addLink,
  changeLink,
  isSameOwn,
  listLinks,
  restoreLink,
  type KeptLink,
  type LinkStart,
} from './links.js';
import { findOwnFiles, runOf, toLinked, toOwn } from './own.js';
import { Registrar, type RegistrarParts, type TellSent } from './registrar.js';
import type { EntrySearch, SignedMessage } from './registry.js';

export interface ExternalParts extends RegistrarParts {
  readonly findSecret: FindSecret;
}

/** How a person follows what goes on. */
export interface Following {
  /** Told of bytes as they are sent. Undefined: nobody follows, and the answer comes soon. */
  readonly tell?: TellSent | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What of ours is linked to registries elsewhere, and what is known of it there. */
export class External {
  /** When each registry was looked at last, by a clock that only goes on. */
  readonly #looked = new Map<string, number>();
  readonly #registrar: Registrar;

  constructor(private readonly parts: ExternalParts) {
    this.#registrar = new Registrar(parts);
  }

  async list(): Promise<readonly ExternalRegistry[]> {
    const { registries, history } = this.parts;
    const links = await listLinks(history.store);
    const stateOf = await registries.states();
    return (await registries.list()).map((each) => toTold(each, stateOf(each.name), links));
  }

  async setUp(registry: NamedRegistry): Promise<ExternalRegistry> {
    await this.parts.registries.put(registry);
    this.#looked.delete(registry.name);
    this.parts.changed();
    return this.#tell(registry);
  }

  /** Its links stay, with what was known last. Throws not_found. */
  async forget(name: string): Promise<void> {
    await this.parts.registries.remove(name);
    this.parts.changed();
  }

  /** Throws not_found, registry_away, registry_refused. */
  async search(
    name: string,
    search: EntrySearch,
  ): Promise<{ readonly entries: readonly ExternalEntry[]; readonly next: string | null }> {
    const { registries } = this.parts;
    const registry = await registries.get(name);
    return registries.reach(registry, BRIEF, (opened) => opened.list(search));
  }

  /** The versions of what a registry has under a name. Throws as search. */
  async versions(
    name: string,
    { entry, signal }: { readonly entry: string; readonly signal?: AbortSignal },
  ): Promise<readonly ExternalVersion[]> {
    const { registries } = this.parts;
    const registry = await registries.get(name);
    const found = await registries.reach(registry, BRIEF, (opened) =>
      opened.versions(entry, signal),
    );
    return found.map(({ version, description, updated, stage }) => ({
      ...{ version, description, updated, stage },
    }));
  }

  /** Links, oldest first: all, or those of what `of` names, as linksQuerySchema has it. */
  async links(of?: string): Promise<readonly Link[]> {
    const kept = await listLinks(this.parts.history.store);
    const links = await this.#toLinks(kept);
    if (of === undefined) return links;
    const isMeant = toFilter(of);
    return links.filter((link, at) => {
      const own = kept[at]?.of;
      return own !== undefined && isMeant(link, own);
    });
  }

  /** Takes a link away; where it is being registered, that ends. Throws not_found. */
  async unlink(id: string): Promise<void> {
    const { history, turns } = this.parts;
    await changeLink(history, turns, id, () => ({ deleted: true }));
    this.#registrar.cancel(id);
    this.parts.changed();
  }

  /** Puts a link back that was taken away; where it was made anew meanwhile, that one is given. Throws not_found. */
  async relink(id: string): Promise<Link> {
    const { history, turns } = this.parts;
    const link = await restoreLink(history, turns, id);
    const same = await this.#findSame((each) => each.id !== id && isSameLink(each, link));
    if (same !== undefined) await changeLink(history, turns, id, () => ({ deleted: true }));
    this.parts.changed();
    return this.#toLink(same ?? link);
  }

  /** Where the pages of entries are, for people. */
  async pages(): Promise<(registry: string, entry: string, version: string | null) => string> {
    const { registries } = this.parts;
    const byName = new Map((await registries.list()).map((each) => [each.name, each]));
    return (name, entry, version) => {
      const registry = byName.get(name);
      return registry === undefined ? '' : registries.page(registry, entry, version);
    };
  }

  /**
   * Links something of ours. One that is there already is given as it is. What is to be registered is kept before the registry is
   * asked, and waits where that is away. Throws not_found, bad_request, registry_refused.
   */
  async link(request: LinkRequest, following: Following = {}): Promise<Link> {
    const { history, registries } = this.parts;
    const of = await toOwn(history.store, request.of);
    switch (request.kind) {
      case 'address':
        return this.#add({
          ...{ of, registry: null, address: request.url, entry: request.title },
          ...{ version: null, state: 'linked', description: '' },
        });
      case 'entry':
        return this.#linkEntry(of, request, following.signal);
      case 'register': {
        const registry = await registries.get(request.registry);
        // Who wants to register what is not here learns it at once.
        await findOwnFiles(history.store, of);
        const before = await this.#findSame(
          (each) =>
            each.registry === registry.name &&
            each.entry === request.entry &&
            isSameOwn(each.of, of),
        );
        if (before?.state === 'linked') return this.#toLink(before);
        const link =
          before ??
          (await addLink(history, {
            ...{ of, registry: registry.name, address: '', entry: request.entry, version: null },
            ...{ state: 'waiting', description: request.description },
          }));
        // Whoever looks on sees that it goes on.
        this.parts.changed();
        return this.#toLink(await this.#registrar.registerSoon(registry, link, following.tell));
      }
    }
  }

  /** Asks a registry what has changed, and registers there what waits, and what it refused before. Throws not_found and as search. */
  async follow(
    name: string,
    following: Following = {},
  ): Promise<{ readonly registry: ExternalRegistry; readonly changed: readonly Link[] }> {
    const { registries, history } = this.parts;
    const registry = await registries.get(name);
    // So the background need not for a while.
    this.#looked.set(name, performance.now());
    const changed = await this.#look(registry, following.signal);
    for (const link of await listLinks(history.store))
      if (link.registry === name && link.state !== 'linked') {
        const after = await this.#registrar.registerSoon(registry, link, following.tell);
        if (after.state === 'linked') changed.push(after);
      }
    return { registry: await this.#tell(registry), changed: await this.#toLinks(changed) };
  }

  /** Follows the registries whose time has come; for the background. One that is away is so noted, and the others are followed. */
  async lookDue(signal: AbortSignal): Promise<void> {
    const { registries, history, report } = this.parts;
    for (const registry of await registries.list()) {
      signal.throwIfAborted();
      const last = this.#looked.get(registry.name) ?? -Infinity;
      if (performance.now() - last < registry.every * 1000) continue;
      this.#looked.set(registry.name, performance.now());
      const links = (await listLinks(history.store)).filter(
        (each) => each.registry === registry.name,
      );
      if (links.length === 0) continue;
      try {
        await this.#look(registry, signal);
        for (const link of links)
          if (link.state === 'waiting') await this.#registrar.register(registry, link);
      } catch (error) {
        signal.throwIfAborted();
        // That it is away, or says no, is told where it is listed.
        if (!(error instanceof CellarError)) report(error);
      }
    }
  }

  /** Takes what a registry tells by itself: it is asked soon, and nothing of the message is believed. Throws not_found, unauthenticated. */
  async hear(name: string, message: SignedMessage): Promise<void> {
    const { registries, findSecret, ending, report } = this.parts;
    const registry = await registries.get(name);
    const { webhook } = registry;
    if (webhook === undefined)
      throw new CellarError(
        'not_found',
        `No secret is set for the webhooks of ${name}. "cellar registry add" takes it as --webhook.`,
      );
    const secret = await findSecret(webhook);
    registries.check(registry, message, secret);
    this.#looked.delete(name);
    void this.lookDue(ending).catch((error: unknown) => {
      if (!ending.aborted) report(error);
    });
  }

  async #linkEntry(
    of: LinkStart['of'],
    { registry: name, entry, version }: Extract<LinkRequest, { kind: 'entry' }>,
    signal: AbortSignal | undefined,
  ): Promise<Link> {
    const { registries, history, turns } = this.parts;
    const registry = await registries.get(name);
    const known = await registries
      .reach(registry, BRIEF, (opened) => askKnown(history, opened, { entry, version, signal }))
      .catch((error: unknown) => {
        // Where nobody can be asked the person is believed.
        if (error instanceof CellarError && error.code === 'registry_away') return null;
        throw error;
      });
    if (known?.exists === false)
      throw new CellarError(
        'not_found',
        `${name} has no ${JSON.stringify(entry)}${version === null ? '' : `, version ${version}`}. "cellar registry search ${name}" lists what it has.`,
      );
    const link = await this.#add({
      ...{ of, registry: name, address: '', entry, version },
      ...{ state: 'linked', description: '' },
    });
    return known === null ? link : this.#toLink(await learn(history, turns, link.id, known));
  }

  /** A link as it is to be, or the same one that is there. */
  async #add(start: LinkStart): Promise<Link> {
    const same = await this.#findSame((each) => isSameLink(each, start));
    const link = same ?? (await addLink(this.parts.history, start));
    this.parts.changed();
    return this.#toLink(link);
  }

  async #findSame(isSame: (link: KeptLink) => boolean): Promise<KeptLink | undefined> {
    return (await listLinks(this.parts.history.store)).find(isSame);
  }

  /** What links of a registry are now; gives those that are other than was known. */
  async #look(registry: NamedRegistry, signal: AbortSignal | undefined): Promise<KeptLink[]> {
    const { history, turns, registries } = this.parts;
    const base = await this.parts.base();
    const links = (await listLinks(history.store)).filter(
      (each) => each.registry === registry.name && each.state === 'linked',
    );
    const changed: KeptLink[] = [];
    await registries.reach(registry, BRIEF, async (opened) => {
      // Whether it is there is asked also where nothing is linked.
      if (links.length === 0) await opened.list({ text: '', page: undefined });
      const entries = new Map<string, ExternalEntry | undefined>();
      for (const link of links) {
        const { id, entry, version } = link;
        if (!entries.has(entry)) entries.set(entry, await opened.findEntry(entry, signal));
        const ask = (): Promise<Known> =>
          askKnown(history, opened, { entry, version, signal }, entries.get(entry));
        const known = await ask();
        const isCompleted = await completeBackLinks(history, opened, link, { known, base });
        const now = isCompleted ? await ask() : known;
        if (!isSameKnown(link.known, now)) changed.push(await learn(history, turns, id, now));
      }
    });
    if (changed.length > 0) this.parts.changed();
    return changed;
  }

  async #tell(registry: NamedRegistry): Promise<ExternalRegistry> {
    const stateOf = await this.parts.registries.states();
    return toTold(registry, stateOf(registry.name), await listLinks(this.parts.history.store));
  }

  async #toLink(link: KeptLink): Promise<Link> {
    const [told] = await this.#toLinks([link]);
    if (told === undefined) throw new RangeError(`no link of ${link.id}`);
    return told;
  }

  async #toLinks(links: readonly KeptLink[]): Promise<Link[]> {
    const { registries, history } = this.parts;
    const byName = new Map((await registries.list()).map((each) => [each.name, each]));
    const stateOf = await registries.states();
    return Promise.all(
      links.map(async ({ address, description: _, deleted: __, ...link }) => {
        const registry = link.registry === null ? undefined : byName.get(link.registry);
        const state = link.registry === null ? undefined : stateOf(link.registry);
        const { entry, version } = link;
        return {
          ...link,
          of: await toLinked(history.store, link.of),
          run: await runOf(history.store, link.of),
          page: registry === undefined ? address : registries.page(registry, entry, version),
          seen: toTime(state?.seen ?? null),
          away: (state?.away ?? null) !== null,
          since: toTime(state?.away ?? null),
        };
      }),
    );
  }
}

function toTold(
  registry: NamedRegistry,
  { seen, away, failure }: RegistryState,
  links: readonly KeptLink[],
): ExternalRegistry {
  const waiting = links.filter(
    (link) => link.registry === registry.name && link.state === 'waiting',
  );
  return {
    ...registry,
    state: away !== null ? 'away' : seen === null ? 'unknown' : 'there',
    since: toTime(away),
    seen: toTime(seen),
    failure: failure === '' ? null : failure,
    waiting: waiting.length,
  };
}

function toTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function isSameLink(a: LinkStart, b: LinkStart): boolean {
  return (
    a.registry === b.registry &&
    a.entry === b.entry &&
    a.address === b.address &&
    a.version === b.version &&
    isSameOwn(a.of, b.of)
  );
}

/** Whether a link is of what a text names: see linksQuerySchema. */
function toFilter(text: string): (link: Link, own: KeptLink['of']) => boolean {
  const [, run] = /^runs:\/+([0-9a-f]{32})$/.exec(text) ?? [];
  if (run !== undefined) return (link) => link.run === run;
  const [, version] = /^models:\/+(.+\/[1-9]\d*)$/.exec(text) ?? [];
  if (version !== undefined)
    return ({ of }) => of.kind === 'version' && `${of.name}/${of.version}` === version;
  const id = text.replace(/^models:\/+/, '');
  return (_, of) => (of.kind === 'run' ? of.run : of.model) === id;
}
