import type { ExternalRegistry, Link, LinkRequest } from '../../contract/external.js';
import type { ExternalClient } from '../client/external.js';
import { linkWords } from './elsewhere-words.js';
import { follow, type EventSource, type Following } from './following.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

type Registering = Extract<LinkRequest, { kind: 'register' }>;

/** A registration that goes on. */
export interface Sending {
  /** What is asked for, or the link that is tried again. */
  readonly of: Registering | Link;
  readonly registry: string;
  /** Of the bytes that are sent; `total` is null until it is known. */
  readonly done: number;
  readonly total: number | null;
  readonly cancelling: boolean;
}

export interface ElsewhereState {
  /** Undefined until they were loaded; they stay while they are loaded anew. */
  readonly links: readonly Link[] | undefined;
  readonly mayChange: boolean;
  /** Those that are set up, for who may change links. */
  readonly registries: readonly ExternalRegistry[];
  /** Why links could not be loaded. */
  readonly problem: Problem | undefined;
  /** Why what a person did was not done. */
  readonly refused: Problem | undefined;
  /** The link that was taken away last, which can come back. */
  readonly removed: Link | undefined;
  readonly sending: Sending | undefined;
  /** What became of what a person did. */
  readonly said: string;
}

const FOLLOWED = ['links', 'registry', 'workspace', 'purged'];

/** What something of ours is linked to in registries elsewhere, and what people do about it. */
export class ElsewhereModel extends Store<ElsewhereState> {
  readonly #client: ExternalClient;
  readonly #of: string;
  readonly #following: Following;
  #asked = 0;
  #leave = new AbortController();

  /** `of` names it as links are asked for. */
  constructor(source: EventSource, client: ExternalClient, of: string) {
    super({
      ...{ links: undefined, mayChange: false, registries: [], said: '' },
      ...{ problem: undefined, refused: undefined, removed: undefined, sending: undefined },
    });
    this.#client = client;
    this.#of = of;
    this.#following = follow(
      source,
      (kind) => FOLLOWED.includes(kind),
      () => void this.load(),
    );
  }

  async load(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    try {
      const { links, mayChange } = await this.#client.links(this.#of);
      const registries = mayChange ? await this.#client.registries() : [];
      if (mine === this.#asked) this.update({ links, mayChange, registries, problem: undefined });
    } catch (error) {
      if (mine === this.#asked) this.update({ problem: toProblem(error) });
    }
  }

  /** Links to what is there already; true when it was done. */
  link(asked: Exclude<LinkRequest, Registering>): Promise<boolean> {
    this.#leave = new AbortController();
    const { signal } = this.#leave;
    return this.#act(async () => {
      const link = await this.#client.link(asked, { signal, report: () => undefined });
      return `Linked to ${linkWords(link)}.`;
    });
  }

  /** Registers there; true when it is there, or its link says why not. */
  register(asked: Registering): Promise<boolean> {
    return this.#send(asked.registry, asked, async (follow) => {
      const link = await this.#client.link(asked, follow);
      if (link.state === 'refused') return `Not registered: ${asked.registry} says no.`;
      if (link.state === 'waiting') return `Kept. It is registered once ${asked.registry} answers.`;
      return `Registered as ${linkWords(link)}.`;
    });
  }

  /** Registers what waits, or was refused. */
  retry(link: Link): Promise<boolean> {
    const registry = link.registry ?? '';
    return this.#send(registry, link, async (follow) => {
      await this.#client.follow(registry, follow);
      return '';
    });
  }

  /** Ends the registration that goes on: its link is taken away, and with that it ends at the server. */
  async cancel(): Promise<void> {
    const { sending } = this.state;
    if (sending === undefined) return;
    this.update({ sending: { ...sending, cancelling: true } });
    const leave = this.#leave;
    try {
      const { links } = await this.#client.links(this.#of);
      const link = links.find((each) => isSent(each, sending.of));
      // Where it is over, or not begun yet, there is nothing to end.
      if (link === undefined) {
        if (!leave.signal.aborted && this.state.sending !== undefined) this.update({ sending });
        return;
      }
      await this.#client.unlink(link.id);
      leave.abort();
      const said = `Cancelled: nothing was registered. What was sent by then stays in ${sending.registry}.`;
      this.update({ sending: undefined, said });
    } catch (error) {
      // It goes on.
      this.update({ sending, refused: toProblem(error) });
    }
    await this.load();
  }

  async unlink(link: Link): Promise<void> {
    const done = await this.#act(async () => {
      await this.#client.unlink(link.id);
      return '';
    });
    if (done) this.update({ removed: link });
  }

  async undo(): Promise<void> {
    const { removed } = this.state;
    if (removed === undefined) return;
    await this.#act(async () => {
      await this.#client.relink(removed.id);
      return `${linkWords(removed)} is linked again.`;
    });
  }

  dispose(): void {
    this.#asked += 1;
    this.#leave.abort();
    this.#following.dispose();
  }

  async #send(
    registry: string,
    of: Sending['of'],
    work: (follow: Parameters<ExternalClient['follow']>[1]) => Promise<string>,
  ): Promise<boolean> {
    const leave = new AbortController();
    this.#leave = leave;
    this.update({ sending: { of, registry, done: 0, total: null, cancelling: false } });
    const report = ({ done, total }: { readonly done: number; readonly total: number | null }) => {
      const { sending } = this.state;
      if (sending !== undefined && !leave.signal.aborted)
        this.update({ sending: { ...sending, done, total } });
    };
    const done = await this.#act(() => work({ report, signal: leave.signal }), leave.signal);
    if (!leave.signal.aborted) this.update({ sending: undefined });
    return done;
  }

  /** True when it was done; `leave` fires where nobody wants to hear of it any more. */
  async #act(work: () => Promise<string>, leave?: AbortSignal): Promise<boolean> {
    this.update({ refused: undefined, said: '', removed: undefined });
    try {
      const said = await work();
      if (leave?.aborted === true) return false;
      this.update({ said });
      await this.load();
      return true;
    } catch (error) {
      if (leave?.aborted === true) return false;
      this.update({ refused: toProblem(error) });
      await this.load();
      return false;
    }
  }
}

function isSent(link: Link, of: Sending['of']): boolean {
  if (link.state === 'linked') return false;
  if ('id' in of) return link.id === of.id;
  return (
    link.registry === of.registry &&
    link.entry === of.entry &&
    JSON.stringify(link.of) === JSON.stringify(of.of)
  );
}
