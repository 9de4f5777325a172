import type { Workspace } from '../../contract/workspace.js';
import type { Memory } from './memory.js';
import { Store } from './store.js';

const MEMORY_KEY = 'introduced';

export interface Introduction {
  /** What is kept and where; undefined when there is nothing to say, or no more. */
  readonly words: string | undefined;
}

/** Says once in each browser what is kept of a workspace, and where. */
export class IntroductionModel extends Store<Introduction> {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    super({ words: undefined });
    this.#memory = memory;
  }

  /** The workspace is known; only the first time there is something to say. */
  tell({ root }: Pick<Workspace, 'root'>): void {
    if (this.#memory.get(MEMORY_KEY) === true) return;
    this.#memory.set(MEMORY_KEY, true);
    const place = root === null ? 'in the folder .cellar of this workspace' : `in ${root}/.cellar`;
    this.update({
      words: `Cellar keeps a version of each notebook that you run or save, ${place}.`,
    });
  }

  /** The person has read it. */
  close(): void {
    this.update({ words: undefined });
  }
}
