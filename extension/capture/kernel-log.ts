import type { Stale } from '../../contract/provenance.js';

/** More are no help to whoever reads of them. */
const MOST_STALE = 200;

/** A code cell as it stands in the notebook; empty ones are never sent to a kernel. */
export interface CodeCell {
  readonly id: string;
  readonly source: string;
}

/** One execution that the kernel counted. */
export interface Counted extends CodeCell {
  readonly count: number | null;
  readonly ok: boolean;
}

/**
 * What this notebook ran on its kernel since the kernel started, to tell whether the outputs are those of a clean run.
 *
 * The kernel's own counter is the witness: it starts at 1 and rises with every execution, whoever sent it, so a console, a second
 * notebook, or anything that ran before this page was loaded leaves a gap. Code that a kernel runs without counting is not seen.
 */
export class KernelLog {
  #ran: Counted[] = [];
  #isWhole = true;

  /** The kernel was started, restarted or changed. */
  restarted(): void {
    this.#ran = [];
    this.#isWhole = true;
  }

  /** An execution ended, in the order in which the kernel ran them. */
  ran(execution: Counted): void {
    if (execution.count === 1) this.restarted();
    const expected = (this.#ran.at(-1)?.count ?? 0) + 1;
    if (execution.count !== expected) this.#isWhole = false;
    this.#ran.push(execution);
  }

  /** An execution was cut off before the kernel answered. */
  broken(): void {
    this.#isWhole = false;
  }

  /** True when exactly these cells, non-empty ones only, ran once each, top to bottom, without error, as they read now. */
  isClean(cells: readonly CodeCell[]): boolean {
    const code = cells.filter((cell) => cell.source.trim() !== '');
    return (
      this.#isWhole &&
      code.length > 0 &&
      code.length === this.#ran.length &&
      code.every((cell, at) => {
        const ran = this.#ran[at];
        return ran?.id === cell.id && ran.ok && ran.source === cell.source;
      })
    );
  }

  /**
   * The cells whose outputs may not be what their code gives, in the notebook's order. That a cell never ran, or that something else
   * did, is known of a kernel that was followed from its start.
   */
  findStale(cells: readonly CodeCell[]): readonly Stale[] {
    const last = new Map(this.#ran.map((ran, at) => [ran.id, { ...ran, at }]));
    const ran = cells.flatMap(({ id }) => last.get(id) ?? []);
    // A cell below that ran before one that stands above it has used what was there then.
    let earliest = Infinity;
    const late = new Set<string>();
    for (const each of ran.toReversed()) {
      if (each.at > earliest) late.add(each.id);
      earliest = Math.min(earliest, each.at);
    }
    const stale = cells.flatMap((cell): Stale[] => {
      const before = last.get(cell.id);
      if (before === undefined)
        return this.#isWhole && cell.source.trim() !== '' ? [{ cell: cell.id, kind: 'never' }] : [];
      if (before.source !== cell.source) return [{ cell: cell.id, kind: 'edited' }];
      return late.has(cell.id) ? [{ cell: cell.id, kind: 'order' }] : [];
    });
    const present = new Set(cells.map(({ id }) => id));
    const isAlone = this.#isWhole && this.#ran.every(({ id }) => present.has(id));
    const other: Stale[] = isAlone ? [] : [{ cell: '', kind: 'other' }];
    return [...stale.slice(0, MOST_STALE), ...other];
  }
}
