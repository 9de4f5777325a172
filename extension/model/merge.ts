import type { Decision, MergeChoices, MergeView } from '../../contract/merge.js';
import { isAbort, isClientError } from '../client/errors.js';
import type { MergeClient } from '../client/merge.js';
import type { Memory } from './memory.js';
import { carryOver, readDraft, writeDraft } from './merge-drafts.js';
import { toMergeItems } from './merge-items.js';
import { toMerged, toSettled } from './merge-result.js';
import { FIRST_STATE, type MergeState } from './merge-state.js';
import { withCell, withDecision, withRest, withSource } from './merge-steps.js';
import { isEmpty, NO_CHOICES, type Choice } from './merge-takes.js';
import { Undo } from './merge-undo.js';
import { toProblem } from './problem.js';
import { Store } from './store.js';

/** What the model is given: the server, the notebook ("" in the merge tool), and where choices outlive a reload. */
export interface MergeParts {
  readonly client: MergeClient;
  readonly path: string;
  readonly memory: Memory;
}

/** A notebook's merge: its conflicts, a person's choices about them with undo, and saving. */
export class MergeModel extends Store<MergeState> {
  readonly #client: MergeClient;
  readonly #memory: Memory;
  readonly #path: string;
  readonly #undo = new Undo<MergeChoices>();
  #unfolded: ReadonlySet<string> = new Set();
  #request: AbortController | undefined;

  constructor({ client, path, memory }: MergeParts) {
    super(FIRST_STATE);
    this.#client = client;
    this.#path = path;
    this.#memory = memory;
  }

  /** Loads the merge, or loads it again: choices made for what is still the same are kept. */
  async load(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.update({ busy: true });
    try {
      const view = await this.#client.find(this.#path, request.signal);
      if (this.#request !== request) return;
      if (view === undefined) this.update({ phase: 'absent', problem: undefined, isStale: false });
      else this.#show(view);
    } catch (error) {
      if (this.#request !== request || isAbort(error)) return;
      const phase = this.state.view === undefined ? 'failed' : this.state.phase;
      this.update({ problem: toProblem(error), phase });
    } finally {
      if (this.#request === request) {
        this.#request = undefined;
        this.update({ busy: false });
      }
    }
  }

  /** Decides by a decision's id; choosing what is chosen already takes it back. */
  choose(id: string, choice: Choice): void {
    this.#step((view, choices) => withDecision(view, choices, { id, choice }));
  }

  /** Decides what the keys act on: the current conflict. */
  chooseCurrent(choice: Choice): void {
    if (this.state.current !== undefined) this.choose(this.state.current, choice);
  }

  /** Takes a whole cell as one side has it. */
  chooseCell(key: string, choice: Choice): void {
    this.#step((view, choices) => withCell(view, choices, { key, choice }));
  }

  /** Gives every conflict that is still open to one side. */
  chooseRest(side: 'local' | 'remote'): void {
    this.#step((view, choices) => withRest(view, this.state.merged, choices, side));
  }

  /** Begins to write a cell's source by hand; without a key that of the current conflict's cell. */
  edit(key = this.#currentDecision()?.cell): void {
    const merged = this.state.merged.cells.find(({ cell }) => cell.key === key);
    if (merged?.isPresent === true) this.update({ editing: key });
  }

  /** Takes what was written as the cell's source; nothing changes when it is what stood there with nothing open. */
  finishEdit(text: string): void {
    const { editing, merged } = this.state;
    if (editing === undefined) return;
    const cell = merged.cells.find(({ cell: { key } }) => key === editing);
    const isAsBefore = cell?.source === text && !cell.open.some(({ about }) => about === 'source');
    this.update({ editing: undefined });
    if (!isAsBefore) this.#step((_, choices) => withSource(choices, editing, text));
  }

  /** Ends writing without a change. */
  cancelEdit(): void {
    this.update({ editing: undefined });
  }

  /** Gives up what was written by hand in a cell, so that the choices about its parts hold again. */
  dropSource(key: string): void {
    this.#step((_, choices) => withSource(choices, key, undefined));
  }

  /** Takes the last step back. */
  undo(): void {
    if (this.state.phase !== 'ready') return;
    const before = this.#undo.undo(this.state.choices);
    if (before !== undefined) this.#apply(before);
  }

  /** Does again what was taken back last. */
  redo(): void {
    if (this.state.phase !== 'ready') return;
    const next = this.#undo.redo(this.state.choices);
    if (next !== undefined) this.#apply(next);
  }

  /** Goes to the next (1) or previous (−1) conflict, decided or not. */
  move(step: 1 | -1): void {
    const { conflicts } = this.state.merged;
    const from = conflicts.findIndex(({ id }) => id === this.state.current);
    const at = from < 0 ? (step > 0 ? 0 : conflicts.length - 1) : from + step;
    const next = conflicts[at];
    if (next !== undefined) this.update({ current: next.id });
  }

  /** Makes a decision the one that the keys act on. */
  goTo(id: string): void {
    const decision = this.state.view?.decisions.find((each) => each.id === id);
    if (decision === undefined) return;
    this.#reveal(decision);
    this.update({ current: id });
  }

  /** Goes to the first conflict that is still open. */
  goToOpen(): void {
    this.dismiss();
    const [first] = this.state.merged.open;
    if (first !== undefined) this.update({ current: first.id });
  }

  /** The place of the current conflict, counted from 1; 0 before the first. */
  get place(): number {
    return this.state.merged.conflicts.findIndex(({ id }) => id === this.state.current) + 1;
  }

  /** Opens or closes one fold. */
  toggleFold(key: string): void {
    const unfolded = new Set(this.#unfolded);
    if (!unfolded.delete(key)) unfolded.add(key);
    this.#unfolded = unfolded;
    this.#layOut();
  }

  /** Changes what is shown beside the conflicts. */
  toggle(what: 'onlyConflicts' | 'showBase'): void {
    this.update({ [what]: !this.state[what] });
    this.#layOut();
  }

  /** Whether leaving would drop something that was not saved. */
  get isUnsaved(): boolean {
    return this.state.phase === 'ready' && !isEmpty(this.state.choices);
  }

  /** Writes the merged notebook; asks first while conflicts are open, unless that was answered. */
  async save(options: { readonly withOpen?: boolean } = {}): Promise<void> {
    const { view, merged, choices, phase, busy, isStale } = this.state;
    if (view === undefined || phase !== 'ready' || busy || isStale) return;
    if (merged.open.length > 0 && options.withOpen !== true) {
      this.update({ question: 'save' });
      return;
    }
    this.update({ busy: true, question: undefined, problem: undefined, editing: undefined });
    try {
      const { path, fingerprint } = view;
      const request = { path, fingerprint, choices: toSettled(merged, choices) };
      const { unresolved } = await this.#client.resolve(request);
      writeDraft(this.#memory, fingerprint, NO_CHOICES);
      this.update({ phase: 'saved', unresolved });
    } catch (error) {
      if (isClientError(error, 'conflict', 'changed_while_reading')) this.update({ isStale: true });
      else this.update({ problem: toProblem(error) });
    } finally {
      this.update({ busy: false });
    }
  }

  /** Ends the merge tool without a result; asks first when there are choices, unless that was answered. */
  async leave(options: { readonly withChoices?: boolean } = {}): Promise<void> {
    if (this.isUnsaved && options.withChoices !== true) {
      this.update({ question: 'leave' });
      return;
    }
    this.update({ question: undefined });
    try {
      await this.#client.leaveTool();
      const { view } = this.state;
      if (view !== undefined) writeDraft(this.#memory, view.fingerprint, NO_CHOICES);
      this.update({ phase: 'left', problem: undefined });
    } catch (error) {
      this.update({ problem: toProblem(error) });
    }
  }

  /** Answers a question with no. */
  dismiss(): void {
    this.update({ question: undefined });
  }

  /** A value that the merge names by hash only. */
  readonly value = (hash: string, signal?: AbortSignal): Promise<string> =>
    this.#client.value(hash, this.state.view?.path ?? this.#path, signal);

  /** Ends a request under way. */
  dispose(): void {
    this.#request?.abort();
    this.#request = undefined;
  }

  #show(view: MergeView): void {
    const before = this.state.view;
    const isSame = before?.fingerprint === view.fingerprint;
    const draft = readDraft(this.#memory, view.fingerprint);
    const choices =
      before !== undefined && !isSame && isEmpty(draft)
        ? carryOver(this.state.choices, before, view)
        : draft;
    if (!isSame) this.#undo.clear();
    writeDraft(this.#memory, view.fingerprint, choices);
    const { current } = this.state;
    const isKnown = view.decisions.some(({ id }) => id === current);
    this.update({
      view,
      phase: 'ready',
      problem: undefined,
      isStale: false,
      editing: undefined,
      question: undefined,
      current: isKnown ? current : undefined,
    });
    this.#apply(choices);
  }

  #step(change: (view: MergeView, choices: MergeChoices) => MergeChoices): void {
    const { view, choices, phase } = this.state;
    if (view === undefined || phase !== 'ready') return;
    const next = change(view, choices);
    if (JSON.stringify(next) === JSON.stringify(choices)) return;
    this.#undo.push(choices);
    this.#apply(next);
  }

  #apply(choices: MergeChoices): void {
    const { view } = this.state;
    if (view === undefined) return;
    writeDraft(this.#memory, view.fingerprint, choices);
    this.update({
      choices,
      merged: toMerged(view, choices),
      canUndo: this.#undo.canUndo,
      canRedo: this.#undo.canRedo,
    });
    this.#layOut();
  }

  #layOut(): void {
    const { view, merged, onlyConflicts } = this.state;
    if (view === undefined) return;
    const isOpen = (key: string): boolean => this.#unfolded.has(key);
    this.update({ items: toMergeItems(view, merged, { onlyConflicts, isOpen }) });
  }

  #currentDecision(): Decision | undefined {
    return this.state.view?.decisions.find(({ id }) => id === this.state.current);
  }

  /** Shows the cell that a decision is about, where a fold hides it. */
  #reveal({ cell }: Decision): void {
    const fold = this.state.items.find(
      (item) =>
        item.kind === 'fold' && !item.open && item.cells.some((each) => each.cell.key === cell),
    );
    if (fold !== undefined) this.toggleFold(fold.key);
  }
}
