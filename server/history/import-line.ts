import type { LoggedCommit, NotebookChange } from '../checkout/notebook-log.js';

/** A notebook as git's history tells of it, followed through its renames. */
export interface Tracked {
  /** Where it is after what was read so far, from the top of the repository; or was last. */
  path: string;
  /** The object that it is then. */
  oid: string;
  gone: boolean;
  /** What it was copied from. */
  readonly origin: Tracked | undefined;
  readonly steps: Step[];
}

/** One state of a notebook, or its end, in the order in which they are kept. */
export type Step =
  | {
      readonly kind: 'state';
      readonly tracked: Tracked;
      readonly commit: LoggedCommit;
      readonly path: string;
      readonly oid: string;
      /** What it was called at the state before, when that was another name. */
      readonly from: string | undefined;
      /** Set where it was there before, and stands here once more to be the newest: the last commit of another branch before it. */
      readonly again: string | undefined;
    }
  | {
      readonly kind: 'end';
      readonly tracked: Tracked;
      readonly commit: LoggedCommit | undefined;
      readonly path: string;
    };

/** Every notebook of a history, and their states in one line. */
export interface Line {
  readonly steps: readonly Step[];
  readonly notebooks: readonly Tracked[];
  /** Files whose names are not UTF-8. */
  readonly unnameable: readonly string[];
}

/** The notebook that has or had a change's path, and the one that it came from. */
interface Found {
  readonly there: Tracked | undefined;
  readonly from: Tracked | undefined;
}

/**
 * Puts a history with its branches into one line per notebook: commits come parents first, and whatever the branches did, each line
 * ends as `head` has the notebook (its objects by path; undefined: as the last commit has it).
 */
export class LineBuilder {
  readonly #steps: Step[] = [];
  readonly #notebooks: Tracked[] = [];
  readonly #unnameable = new Set<string>();
  /** By every path that a notebook has or had; the latest one of a path. */
  readonly #byPath = new Map<string, Tracked>();

  add(commit: LoggedCommit): void {
    // Against each parent a merge names the same file once more; what it holds of it is the same.
    const changes = new Map<string, NotebookChange>();
    for (const change of commit.changes)
      if (!changes.has(change.path)) changes.set(change.path, change);
    // All are looked up before the first is moved: names can be exchanged in one commit.
    const looked = [...changes.values()].map((change) => ({ change, found: this.#look(change) }));
    const left = new Set(looked.flatMap(({ change }) => ('from' in change ? change.from : [])));
    for (const { change, found } of looked) {
      const moves = change.kind === 'renamed' && left.has(change.path) && !commit.merge;
      this.#change(commit, change, moves ? { ...found, there: undefined } : found);
    }
  }

  #look(change: NotebookChange): Found {
    const there = this.#byPath.get(change.path);
    return { there, from: 'from' in change ? this.#byPath.get(change.from) : undefined };
  }

  finish(head: ReadonlyMap<string, string> | undefined): Line {
    if (head !== undefined) {
      for (const tracked of this.#notebooks)
        if (!tracked.gone && !head.has(tracked.path)) this.#end(tracked, undefined);
      for (const [path, oid] of head) this.#finishAt(path, oid);
    }
    return {
      steps: this.#steps,
      notebooks: this.#notebooks,
      unnameable: [...this.#unnameable],
    };
  }

  #finishAt(path: string, oid: string): void {
    const tracked = this.#byPath.get(path);
    if (tracked === undefined) return;
    if (!tracked.gone && tracked.path === path && tracked.oid === oid) return;
    const before = tracked.steps.findLast((step) => step.kind === 'state' && step.oid === oid);
    if (before?.commit === undefined) return;
    const again = tracked.steps.findLast(({ commit }) => commit !== undefined)?.commit?.commit;
    this.#put(tracked, before.commit, { path, oid, again });
  }

  #change(commit: LoggedCommit, change: NotebookChange, found: Found): void {
    if (change.kind === 'unnameable') {
      this.#unnameable.add(change.path);
      return;
    }
    const { there } = found;
    if (change.kind === 'deleted') {
      if (there !== undefined && !there.gone && there.path === change.path)
        this.#end(there, commit);
      return;
    }
    const { path, oid } = change;
    const tracked = this.#find(change, found);
    const same = !tracked.gone && tracked.path === path && tracked.oid === oid;
    // A change of the file's mode alone, or a merge that takes a side.
    if (same && tracked.steps.length > 0) return;
    this.#put(tracked, commit, { path, oid, again: undefined });
  }

  #find(
    change: Exclude<NotebookChange, { kind: 'deleted' | 'unnameable' }>,
    { there, from }: Found,
  ): Tracked {
    const stands = there !== undefined && there.path === change.path;
    // Git's guess at what came from where does not hold against a notebook that stands there.
    if (stands && !there.gone) return there;
    if (change.kind === 'renamed' && from !== undefined) return from;
    // One that comes back; or it was renamed on one branch, and edited on another under the name it had.
    if (there !== undefined && (stands || change.kind === 'modified')) return there;
    const tracked: Tracked = {
      path: change.path,
      oid: '',
      gone: false,
      origin: change.kind === 'copied' ? from : undefined,
      steps: [],
    };
    this.#notebooks.push(tracked);
    return tracked;
  }

  #put(
    tracked: Tracked,
    commit: LoggedCommit,
    to: { readonly path: string; readonly oid: string; readonly again: string | undefined },
  ): void {
    const from = tracked.steps.length > 0 && tracked.path !== to.path ? tracked.path : undefined;
    const step: Step = { kind: 'state', tracked, commit, from, ...to };
    this.#steps.push(step);
    tracked.steps.push(step);
    tracked.path = to.path;
    tracked.oid = to.oid;
    tracked.gone = false;
    this.#byPath.set(to.path, tracked);
  }

  #end(tracked: Tracked, commit: LoggedCommit | undefined): void {
    const step: Step = { kind: 'end', tracked, commit, path: tracked.path };
    this.#steps.push(step);
    tracked.steps.push(step);
    tracked.gone = true;
  }
}
