import type { Imported, ImportOffer } from '../../contract/import.js';
import type { Progress } from '../../contract/progress.js';
import type { Client } from '../client/client.js';
import { isAbort, isClientError } from '../client/errors.js';
import type { Memory } from './memory.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

const DECLINED = 'import-declined';

/** What the panel says about the history that git has of the notebooks here. */
export type ImportStep =
  | { readonly kind: 'none' }
  /** `problem`: why the last try ended early; what it had brought in by then is kept. */
  | { readonly kind: 'offered'; readonly offer: ImportOffer; readonly problem?: Problem }
  | { readonly kind: 'running'; readonly offer: ImportOffer; readonly progress?: Progress }
  | { readonly kind: 'done'; readonly imported: Imported };

export interface ImportState {
  readonly step: ImportStep;
}

/** Offers the git history around the workspace, until it was brought in or the person said "Not now" in this browser. */
export class ImportModel extends Store<ImportState> {
  readonly #client: Pick<Client, 'importOffer' | 'importHistory'>;
  readonly #memory: Memory;
  #running: AbortController | undefined;

  constructor(client: Pick<Client, 'importOffer' | 'importHistory'>, memory: Memory) {
    super({ step: { kind: 'none' } });
    this.#client = client;
    this.#memory = memory;
  }

  /** Asks once what there is to offer; a server that is away or refuses offers nothing. */
  async load(): Promise<void> {
    if (this.state.step.kind !== 'none' || this.#memory.get(DECLINED) === true) return;
    await this.#offer();
  }

  /** Brings the offered history in; does nothing while that goes on. */
  async start(): Promise<void> {
    const { step } = this.state;
    if (step.kind !== 'offered') return;
    const { offer } = step;
    const running = new AbortController();
    this.#running = running;
    this.update({ step: { kind: 'running', offer } });
    try {
      const imported = await this.#client.importHistory((progress) => {
        if (!running.signal.aborted) this.update({ step: { kind: 'running', offer, progress } });
      }, running.signal);
      this.update({ step: { kind: 'done', imported } });
    } catch (error) {
      if (running.signal.aborted || isAbort(error)) await this.#offer(offer);
      else this.update({ step: { kind: 'offered', offer, problem: toProblem(error) } });
    } finally {
      this.#running = undefined;
    }
  }

  /** Ends a running import; what it has brought in stays, the rest is offered again. */
  cancel(): void {
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

  async #offer(otherwise?: ImportOffer): Promise<void> {
    try {
      const offer = await this.#client.importOffer();
      this.update({ step: offer.commits > 0 ? { kind: 'offered', offer } : { kind: 'none' } });
    } catch (error) {
      if (!isClientError(error)) throw error;
      if (otherwise !== undefined) this.update({ step: { kind: 'offered', offer: otherwise } });
    }
  }
}
