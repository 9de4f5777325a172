import type { AskedSide, CompareSides, Comparison } from '../../contract/compare.js';
import type { NotebookDiff } from '../../contract/diff.js';
import type { Client } from '../client/client.js';
import { isAbort } from '../client/errors.js';
import type { Subscription } from '../client/events.js';
import { readChoices, type DiffChoices } from './compare-choices.js';
import { countChanges, findStep, placeOf, toDiffItems } from './compare-items.js';
import { ALL_NOISE, findNoise, listNoise, toggleKind, turnKinds } from './compare-noise.js';
import {
  askOf,
  fetchBaseCells,
  fetchComparison,
  isSameSide,
  type Compared,
  type EditorText,
} from './compare-source.js';
import { NOTHING, type CompareState } from './compare-state.js';
import type { Memory } from './memory.js';
import { toProblem } from './problem.js';
import { Store } from './store.js';

/** What the model is given: the server, what to compare, where choices are remembered, and the open notebooks. */
export interface CompareParts {
  readonly client: Client;
  readonly asked: CompareSides;
  readonly memory: Memory;
  readonly editorText?: EditorText;
}

const MEMORY_KEY = 'diff';
/** Above this size in bytes a notebook is loaded only when someone opens what did not change. */
const EAGER_BYTES = 4 * 1024 * 1024;

/** Two states of a notebook, or two notebooks, side by side, as blocks that can be walked through. */
export class CompareModel extends Store<CompareState> {
  readonly #client: Client;
  readonly #memory: Memory;
  readonly #editorText: EditorText | undefined;
  #open: ReadonlySet<string> = new Set();
  #request: AbortController | undefined;
  #compared: Compared | undefined;
  /** The same comparison with no noise shown, when some is. */
  #quiet: NotebookDiff | undefined;
  #cells: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  #events: Subscription | undefined;

  constructor({ client, asked, memory, editorText }: CompareParts) {
    super({
      ...NOTHING,
      asked,
      choices: readChoices(memory.get(MEMORY_KEY)),
      allOpen: false,
      whole: false,
      busy: false,
    });
    this.#client = client;
    this.#memory = memory;
    this.#editorText = editorText;
  }

  /** Compares (again); what was shown stays until the answer is there. */
  async load(): Promise<void> {
    this.#events ??= this.#client.events(({ kind }) => {
      if (kind === 'purged') this.#forget();
    });
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.update({ busy: true });
    try {
      const compared = await this.#fetch(request.signal);
      if (this.#request !== request) return;
      this.#take(compared);
      await this.#tellNoise(compared, request.signal);
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
  async show(asked: CompareSides): Promise<void> {
    this.#open = new Set();
    this.update({ asked, current: undefined, allOpen: false, whole: false });
    await this.load();
  }

  /** Compares another version in the place of one. */
  async showInstead(id: string, other: string): Promise<void> {
    const { asked } = this.state;
    const instead = (side: AskedSide): AskedSide =>
      side.kind === 'snapshot' && id.startsWith(side.id.toLowerCase())
        ? { ...side, id: other }
        : side;
    await this.show({ ...asked, base: instead(asked.base), head: instead(asked.head) });
  }

  /** Reads the comparison the other way round. */
  async swap(): Promise<void> {
    const { base, head } = this.state.asked;
    await this.show({ ...this.state.asked, base: head, head: base });
  }

  /** Shows one kind of noise, or no more. */
  async showNoise(kind: string, on: boolean): Promise<void> {
    await this.showKinds(toggleKind(this.state.noise, kind, on));
  }

  /** Shows every kind of noise, or none. */
  async showAllNoise(on: boolean): Promise<void> {
    await this.showKinds(on ? [ALL_NOISE] : []);
  }

  /** Shows exactly these kinds of noise; undefined leaves that to the settings. */
  async showKinds(kinds: readonly string[] | undefined): Promise<void> {
    const { base, head } = this.state.asked;
    // The switch turns at once, what it asks for comes when it comes.
    if (kinds !== undefined) this.update({ noise: turnKinds(this.state.noise, kinds) });
    this.update({ asked: { base, head, ...(kinds === undefined ? {} : { show: [...kinds] }) } });
    await this.load();
  }

  /** Turns the noise on, or off when some is shown. */
  async toggleNoise(): Promise<void> {
    await this.showAllNoise(!this.state.noise.some(({ shown }) => shown));
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

  /** Draws every block, or only those in sight. */
  drawAll(whole: boolean): void {
    this.update({ whole });
  }

  /** Goes to the next (1) or previous (−1) change, or with `every` to the next block of any kind. */
  move(step: 1 | -1, every = false): void {
    const key = findStep(this.state.items, this.state.current, { step, every });
    if (key !== undefined) this.update({ current: key });
  }

  /** Makes a block the one that the keys move from. */
  goTo(key: string): void {
    if (this.state.items.some((item) => item.key === key)) this.update({ current: key });
  }

  /** The place of the current change, counted from 1; 0 before the first. */
  get place(): number {
    return placeOf(this.state.items, this.state.current);
  }

  /** A value that the diff names by hash only. */
  async value(hash: string, signal?: AbortSignal): Promise<string> {
    const compared = this.#compared;
    if (compared === undefined) throw new RangeError('there is no comparison yet');
    return askOf(
      compared,
      (place) => this.#client.value(hash, place, signal),
      () => this.#renew(compared),
    );
  }

  /** Loads the base notebook, by which equal lines and cells are shown; a failure leaves them folded. */
  async loadCells(): Promise<void> {
    const compared = this.#compared;
    if (compared === undefined) return;
    this.#cells ??= fetchBaseCells(this.#client, compared).then(
      (baseCells) => {
        if (this.#compared === compared) this.update({ baseCells });
      },
      (error: unknown) => {
        if (this.#compared !== compared) return;
        this.#cells = undefined;
        this.update({ problem: toProblem(error) });
      },
    );
    await this.#cells;
  }

  /** Ends a request under way, and listens no more. */
  dispose(): void {
    this.#request?.abort();
    this.#request = undefined;
    this.#events?.dispose();
    this.#events = undefined;
  }

  /** What was loaded may hold what is purged: it goes at once, and is compared anew. */
  #forget(): void {
    this.#compared = undefined;
    this.#quiet = undefined;
    this.#cells = undefined;
    this.update(NOTHING);
    void this.load();
  }

  #fetch(signal: AbortSignal, show = this.state.asked.show): Promise<Compared> {
    const asked = { ...this.state.asked, ...(show === undefined ? {} : { show }) };
    return fetchComparison(this.#client, asked, { editorText: this.#editorText, signal });
  }

  #take(compared: Compared): void {
    const { comparison, asked } = compared;
    const before = this.#compared?.asked;
    this.#compared = compared;
    if (!isSameSide(before?.base, asked.base)) {
      this.#cells = undefined;
      this.update({ baseCells: undefined });
    }
    if (isQuiet(comparison.diff)) this.#quiet = comparison.diff;
    else if (!isSameSide(before?.base, asked.base) || !isSameSide(before?.head, asked.head))
      this.#quiet = undefined;
    this.update({ comparison, phase: 'ready', problem: undefined });
    this.#layOut();
    if (baseSize(comparison) <= EAGER_BYTES) void this.loadCells();
  }

  /** Asks for the comparison without the noise that is shown, which tells the one from the other. */
  async #tellNoise({ comparison }: Compared, signal: AbortSignal): Promise<void> {
    if (isQuiet(comparison.diff)) return;
    this.#quiet = (await this.#fetch(signal, [])).comparison.diff;
    this.#layOut();
  }

  async #renew(compared: Compared): Promise<Compared | undefined> {
    // Many values may miss at once: the first compares again, the others find that it did.
    if (this.#compared === compared) await (this.#renewing ??= this.load());
    this.#renewing = undefined;
    return this.#compared;
  }

  #layOut(): void {
    const { comparison, choices, allOpen } = this.state;
    if (comparison === undefined) return;
    const { diff } = comparison;
    const quiet = isQuiet(diff) ? undefined : this.#quiet;
    const isOpen = (key: string): boolean => allOpen !== this.#open.has(key);
    const items = toDiffItems(diff, choices, { open: isOpen, quiet });
    const current = items.some(({ key }) => key === this.state.current)
      ? this.state.current
      : undefined;
    this.update({
      items,
      changes: countChanges(items),
      current,
      noise: listNoise(diff, quiet),
      noisy: findNoise(diff, quiet),
    });
  }
}

function isQuiet({ shown = [] }: NotebookDiff): boolean {
  return shown.length === 0;
}

function baseSize({ base }: Comparison): number {
  return base.kind === 'snapshot' ? base.snapshot.size : (base.size ?? 0);
}
