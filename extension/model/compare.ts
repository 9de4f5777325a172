import type { Comparison } from '../../contract/compare.js';
import type { Client, Pair } from '../client/client.js';
import { isAbort } from '../client/errors.js';
import { countChanges, toDiffItems, type DiffItem } from './compare-items.js';
import type { Memory } from './memory.js';
import { readCells, type PlainCell } from './notebook-text.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

/** What is compared: two snapshots, or a snapshot with the notebook as it stands (`content`: what the editor holds; else the file is read). */
export type CompareTarget =
  | { readonly kind: 'pair'; readonly base: string; readonly head: string }
  | {
      readonly kind: 'now';
      readonly base: string;
      readonly path: string;
      readonly content?: () => string | undefined;
    };

/** How the person reads diffs; remembered. */
export interface DiffChoices {
  readonly layout: 'split' | 'unified';
  readonly outputs: boolean;
  readonly metadata: boolean;
}

export interface CompareState {
  readonly target: CompareTarget;
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly problem: Problem | undefined;
  readonly comparison: Comparison | undefined;
  readonly choices: DiffChoices;
  readonly items: readonly DiffItem[];
  readonly changes: number;
  /** The key of the block that the keys move from; undefined before the first move. */
  readonly current: string | undefined;
  readonly allOpen: boolean;
  /** The base side's cells, for what did not change; undefined until they are loaded. */
  readonly baseCells: readonly PlainCell[] | undefined;
  readonly busy: boolean;
}

/** What the model is given: the server, what to compare, and where choices are remembered. */
export interface CompareParts {
  readonly client: Client;
  readonly target: CompareTarget;
  readonly memory: Memory;
}

const MEMORY_KEY = 'diff';
/** Above this size in bytes a notebook is loaded only when someone opens what did not change. */
const EAGER_BYTES = 4 * 1024 * 1024;

/** Two states of a notebook side by side, as blocks that can be walked through. */
export class CompareModel extends Store<CompareState> {
  readonly #client: Client;
  readonly #memory: Memory;
  #open: ReadonlySet<string> = new Set();
  #request: AbortController | undefined;
  #cells: Promise<void> | undefined;

  constructor({ client, target, memory }: CompareParts) {
    super({
      target,
      phase: 'loading',
      problem: undefined,
      comparison: undefined,
      choices: readChoices(memory.get(MEMORY_KEY)),
      items: [],
      changes: 0,
      current: undefined,
      allOpen: false,
      baseCells: undefined,
      busy: false,
    });
    this.#client = client;
    this.#memory = memory;
  }

  /** Compares (again); what was shown stays until the answer is there. */
  async load(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.update({ busy: true });
    try {
      const comparison = await this.#compare(request.signal);
      if (this.#request !== request) return;
      this.update({ comparison, phase: 'ready', problem: undefined });
      this.#layOut();
      if (baseSize(comparison) <= EAGER_BYTES) void this.loadCells();
    } catch (error) {
      if (this.#request !== request || isAbort(error)) return;
      const phase = this.state.comparison === undefined ? 'failed' : 'ready';
      this.update({ problem: toProblem(error), phase });
    } finally {
      if (this.#request === request) {
        this.#request = undefined;
        this.update({ busy: false });
      }
    }
  }

  /** Compares something else in the same place. */
  async show(target: CompareTarget): Promise<void> {
    const sameBase = target.base === this.state.target.base;
    this.#open = new Set();
    if (!sameBase) this.#cells = undefined;
    this.update({
      target,
      current: undefined,
      allOpen: false,
      ...(sameBase ? {} : { baseCells: undefined }),
    });
    await this.load();
  }

  /** Whether base and head can change places: what is not kept yet cannot be a base. */
  get canSwap(): boolean {
    return this.state.target.kind === 'pair';
  }

  /** Reads the comparison the other way round. */
  async swap(): Promise<void> {
    const { target } = this.state;
    if (target.kind === 'pair')
      await this.show({ kind: 'pair', base: target.head, head: target.base });
  }

  /** Changes how diffs are shown, and remembers it. */
  choose(patch: Partial<DiffChoices>): void {
    const choices = { ...this.state.choices, ...patch };
    this.#memory.set(MEMORY_KEY, choices);
    this.update({ choices });
    this.#layOut();
  }

  /** Opens or closes one fold. */
  toggleFold(key: string): void {
    const open = new Set(this.#open);
    if (!open.delete(key)) open.add(key);
    this.#open = open;
    void this.loadCells();
    this.#layOut();
  }

  /** Opens every fold, or closes all. */
  toggleAll(): void {
    this.#open = new Set();
    this.update({ allOpen: !this.state.allOpen });
    if (this.state.allOpen) void this.loadCells();
    this.#layOut();
  }

  /** Goes to the next (1) or previous (−1) change, or with `every` to the next block of any kind. */
  move(step: 1 | -1, every = false): void {
    const { items, current } = this.state;
    const from = items.findIndex(({ key }) => key === current);
    const start = from < 0 && step < 0 ? items.length : from;
    for (let at = start + step; at >= 0 && at < items.length; at += step) {
      const item = items[at];
      if (item !== undefined && (every || item.kind !== 'fold')) {
        this.update({ current: item.key });
        return;
      }
    }
  }

  /** Makes a block the one that the keys move from. */
  goTo(key: string): void {
    if (this.state.items.some((item) => item.key === key)) this.update({ current: key });
  }

  /** The place of the current change, counted from 1; 0 before the first. */
  get place(): number {
    const { items, current } = this.state;
    const at = items.findIndex(({ key }) => key === current);
    return countChanges(items.slice(0, at + 1));
  }

  /** A value that the diff names by hash only. */
  value(hash: string, signal?: AbortSignal): Promise<string> {
    const { target } = this.state;
    const pair: Pair =
      target.kind === 'pair' ? { base: target.base, head: target.head } : { base: target.base };
    return this.#client.value(hash, pair, signal);
  }

  /** Loads the base notebook, by which equal lines and cells are shown; a failure leaves them folded. */
  async loadCells(): Promise<void> {
    const { base } = this.state.target;
    this.#cells ??= this.#client.notebookText(base).then(
      (text) => {
        if (this.state.target.base === base) this.update({ baseCells: readCells(text) });
      },
      (error: unknown) => {
        this.#cells = undefined;
        this.update({ problem: toProblem(error) });
      },
    );
    await this.#cells;
  }

  /** Ends a request under way. */
  dispose(): void {
    this.#request?.abort();
    this.#request = undefined;
  }

  #compare(signal: AbortSignal): Promise<Comparison> {
    const { target } = this.state;
    if (target.kind === 'pair') return this.#client.compare(target.base, target.head, signal);
    const content = target.content?.();
    return this.#client.compareNow(
      { base: target.base, path: target.path, ...(content === undefined ? {} : { content }) },
      signal,
    );
  }

  #layOut(): void {
    const { comparison, choices, allOpen } = this.state;
    if (comparison === undefined) return;
    const isOpen = (key: string): boolean => allOpen !== this.#open.has(key);
    const items = toDiffItems(comparison.diff, choices, isOpen);
    const current = items.some(({ key }) => key === this.state.current)
      ? this.state.current
      : undefined;
    this.update({ items, changes: countChanges(items), current });
  }
}

function baseSize({ base }: Comparison): number {
  return base.kind === 'snapshot' ? base.snapshot.size : 0;
}

function readChoices(value: unknown): DiffChoices {
  const read = typeof value === 'object' && value !== null ? value : {};
  return {
    layout: 'layout' in read && read.layout === 'unified' ? 'unified' : 'split',
    outputs: !('outputs' in read && read.outputs === false),
    metadata: 'metadata' in read && read.metadata === true,
  };
}
