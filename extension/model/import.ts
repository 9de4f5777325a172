import type { Imported, ImportOffer } from '../../contract/import.js';
import type { Progress } from '../../contract/progress.js';
import type { Client } from '../client/client.js';
import { isAbort, isClientError } from '../client/errors.js';
import type { Memory } from './memory.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

const DECLINED = 'import-declined';

const FOLLOW_MS = 1_000;

/** What the panel says about the history that git has of the notebooks here. */
export type ImportStep =
  | { readonly kind: 'none' }
  /** `ended`: the last try was cancelled, or why it failed; what it had brought in by then is kept. */
  | {
      readonly kind: 'offered';
      readonly offer: ImportOffer;
      readonly ended?: 'cancelled' | Problem;
    }
  | { readonly kind: 'running'; readonly progress?: Progress }
  | { readonly kind: 'done'; readonly imported: Imported };

export interface ImportState {
  readonly step: ImportStep;
}

type ImportClient = Pick<Client, 'importOffer' | 'importHistory' | 'cancelImport'>;

/** Offers the git history around the workspace, until it was brought in or the person said "Not now" in this browser. */
export class ImportModel extends Store<ImportState> {
  readonly #client: ImportClient;
  readonly #memory: Memory;
  #running: AbortController | undefined;

  readonly #every: number;

  /** `every`: how often an import that goes on elsewhere is asked after, in milliseconds. */
  constructor(client: ImportClient, memory: Memory, every = FOLLOW_MS) {
    super({ step: { kind: 'none' } });
    this.#client = client;
    this.#memory = memory;
    this.#every = every;
  }

  /** Asks once what there is to offer, and follows what goes on; a server that is away or refuses offers nothing. */
  async load(): Promise<void> {
    if (this.state.step.kind !== 'none') return;
    const offer = await this.#ask();
    if (offer === undefined) return;
    if (offer.running !== null) await this.#follow(offer.running);
    else if (this.#memory.get(DECLINED) !== true) this.#show(offer);
  }

  /** Brings the offered history in; does nothing while that goes on. */
  async start(): Promise<void> {
    const { step } = this.state;
    if (step.kind !== 'offered') return;
    const { offer } = step;
    const running = new AbortController();
    this.#running = running;
    this.update({ step: { kind: 'running' } });
    try {
      const imported = await this.#client.importHistory((progress) => {
        if (!running.signal.aborted) this.update({ step: { kind: 'running', progress } });
      }, running.signal);
      this.update({ step: { kind: 'done', imported } });
    } catch (error) {
      const isCancelled = running.signal.aborted || isAbort(error);
      this.#show(
        (isCancelled ? await this.#ask() : undefined) ?? offer,
        isCancelled ? 'cancelled' : toProblem(error),
      );
    } finally {
      this.#running = undefined;
    }
  }

  /** Ends a running import; what it has brought in stays, the rest is offered again. */
  async cancel(): Promise<void> {
    // Also where a proxy keeps the request open, or another page began it.
    await this.#client.cancelImport().catch((error: unknown) => {
      if (!isClientError(error)) throw error;
    });
    this.#running?.abort();
  }

  /** "Not now": this browser offers it no more for this workspace. */
  decline(): void {
    this.#memory.set(DECLINED, true);
    this.close();
  }

  /** Takes away what is shown, until the panel is opened anew. */
  close(): void {
    this.update({ step: { kind: 'none' } });
  }

  /** Shows how far an import is that was not begun here, until it ends. */
  async #follow(first: Progress): Promise<void> {
    let progress: Progress | null = first;
    let offer: ImportOffer | undefined;
    while (progress !== null) {
      this.update({ step: { kind: 'running', progress } });
      await new Promise((resolve) => setTimeout(resolve, this.#every));
      offer = await this.#ask();
      progress = offer?.running ?? null;
    }
    if (offer === undefined) this.close();
    else this.#show(offer, 'cancelled');
  }

  #show(offer: ImportOffer, ended?: 'cancelled' | Problem): void {
    if (offer.commits === 0) this.close();
    else
      this.update({
        step: { kind: 'offered', offer, ...(ended === undefined ? {} : { ended }) },
      });
  }

  async #ask(): Promise<ImportOffer | undefined> {
    try {
      return await this.#client.importOffer();
    } catch (error) {
      if (!isClientError(error)) throw error;
      return undefined;
    }
  }
}
