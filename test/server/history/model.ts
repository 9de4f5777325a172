import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'vitest';

import { expireDay } from '../../../server/history/expire.js';
import { newestOf, readNotebook } from '../../../server/history/history.js';
import { renamePath } from '../../../server/history/move.js';
import { setPin } from '../../../server/history/pin.js';
import { reindex } from '../../../server/history/reindex.js';
import { restoreSnapshot } from '../../../server/history/restore.js';
import { verifyStore } from '../../../server/history/verify.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { isChange } from '../../faults/interpose.js';
import { endBoot } from '../../faults/power-cut.js';
import { fsck } from '../../faults/proof.js';
import { openSession, toSha256, type Session } from '../../faults/session.js';
import { notebookText, readHistories, writeInto } from '../scratch.js';
import { keep } from './kept.js';

/** What a step does; numbers choose among what there is then, by their remainder. */
export type Step =
  | { readonly kind: 'take'; readonly path: number; readonly text: number; readonly auto: boolean }
  | { readonly kind: 'restore' | 'pin' | 'unpin' | 'expire'; readonly which: number }
  | { readonly kind: 'rename' | 'delete'; readonly path: number }
  | { readonly kind: 'reindex' | 'pack' | 'collect' | 'crash' | 'reopen' };

interface Kept {
  readonly id: string;
  readonly notebook: string;
  readonly sha256: string;
  isGone: boolean;
}

/** What a step that nobody acknowledged may have done all the same. */
interface Foreseen {
  /** The SHA-256 of snapshots that it may have taken, in order. */
  readonly taken?: readonly string[];
  /** The path of their notebook, where the step itself binds it. */
  readonly path?: string;
  /** Whose pin may be as it was or not. */
  readonly pin?: string;
  /** What may have expired. */
  readonly gone?: Kept;
  /** Where a notebook may be now. */
  readonly moved?: { readonly notebook: string; readonly from: string; readonly to: string };
}

/** A workspace beside the simplest that could stand for it: a list of what was acknowledged. */
export class Workspace {
  private readonly kept: Kept[] = [];
  private readonly pinned = new Set<string>();
  private readonly paths = new Map<string, string>();
  /** Counts the notebooks that came to each path: a later one there has cells of its own. */
  private readonly comings = new Map<string, number>();
  private moves = 0;
  private processes = 0;

  private constructor(
    private readonly folder: string,
    private session: Session,
    private faulty: FaultyDisk,
  ) {}

  /** In a folder of its own, which is empty. */
  static async open(folder: string): Promise<Workspace> {
    const root = join(folder, '0');
    await mkdir(root);
    const faulty = new FaultyDisk(undefined);
    return new Workspace(folder, await openSession(root, { disk: faulty.disk }), faulty);
  }

  async play(step: Step): Promise<void> {
    const { history } = this.session;
    switch (step.kind) {
      case 'take':
        return this.take(step);
      case 'rename':
        return this.rename(`n${step.path}.ipynb`);
      case 'delete':
        return rm(join(this.root, `n${step.path}.ipynb`), { force: true });
      case 'reindex':
        await reindex(history);
        return this.check();
      case 'pack':
        return history.store.repository.pack(new AbortController().signal);
      case 'collect':
        return this.collect();
      case 'crash':
      case 'reopen':
        return this.reopen(step.kind === 'crash');
      default: {
        const target = this.kept[step.which % Math.max(1, this.kept.length)];
        if (target !== undefined) await this.playOn(step.kind, target);
      }
    }
  }

  /**
   * Begins a step and ends the process at the n-th change that it makes; true when it came to that. What was not acknowledged may have
   * happened or not: the list takes what the store says, as far as the step explains it.
   */
  async dieIn(step: Step, n: number): Promise<boolean> {
    const foreseen = await this.foresee(step);
    const { faulty } = this;
    const plan = { fault: { kind: 'die' }, matches: isChange, lasting: true } as const;
    faulty.plan = { ...plan, at: faulty.seen + n };
    const end = await Promise.race([
      this.play(step).then(() => 'acknowledged' as const),
      faulty.death.then(() => 'died' as const),
    ]);
    await this.succeed();
    if (end === 'died') await this.adopt(foreseen);
    await this.check();
    return end === 'died';
  }

  private async foresee(step: Step): Promise<Foreseen> {
    switch (step.kind) {
      case 'take':
        return { taken: [toSha256(this.contentOf(step).text)], path: `n${step.path}.ipynb` };
      case 'rename': {
        const from = `n${step.path}.ipynb`;
        const notebook = this.findAt(from);
        return notebook === undefined ? {} : { moved: { notebook, from, to: this.nextPlace() } };
      }
      case 'restore':
      case 'pin':
      case 'unpin':
      case 'expire': {
        const target = this.kept[step.which % Math.max(1, this.kept.length)];
        if (target === undefined) return {};
        if (step.kind === 'expire') return { gone: target };
        if (step.kind !== 'restore') return { pin: target.id };
        const path = this.paths.get(target.notebook) ?? '';
        const before = await readFile(join(this.root, path)).catch(() => undefined);
        return { taken: [...(before === undefined ? [] : [toSha256(before)]), target.sha256] };
      }
      default:
        return {};
    }
  }

  private async adopt({ taken = [], path, pin, gone, moved }: Foreseen): Promise<void> {
    const { store } = this.session.history;
    const known = new Set(this.kept.map(({ id }) => id));
    const rows = (await readHistories(store)).flat().filter(({ id }) => !known.has(id));
    const left = [...taken];
    for (const row of rows.sort((a, b) => a.number - b.number)) {
      const sha256 = toSha256(await readNotebook(store, row));
      expect(left, `the snapshot ${row.id} that nobody took`).toContain(sha256);
      left.splice(0, left.indexOf(sha256) + 1);
      this.note(row, sha256);
      if (path !== undefined) this.paths.set(row.notebook, path);
    }
    if (pin !== undefined && (await store.catalog.findPin(pin)) !== undefined) this.pinned.add(pin);
    else if (pin !== undefined) this.pinned.delete(pin);
    if (gone !== undefined && (await store.catalog.findSnapshot(gone.id)) === undefined)
      gone.isGone = true;
    if (
      moved !== undefined &&
      (await store.catalog.findNotebook(moved.notebook))?.path === moved.to
    )
      await this.move(moved);
  }

  private async playOn(kind: 'restore' | 'pin' | 'unpin' | 'expire', kept: Kept): Promise<void> {
    const { history } = this.session;
    if (kind === 'expire') {
      const row = await history.store.catalog.findSnapshot(kept.id);
      // The newest of a notebook never goes: see findThinnedIn.
      const isNewest = (await newestOf(history.store, kept.notebook))?.id === kept.id;
      if (row?.line !== 'auto' || isNewest || this.pinned.has(kept.id)) return;
      await expireDay(history, [row]);
      kept.isGone = true;
      return;
    }
    const asked =
      kind === 'restore'
        ? restoreSnapshot(history, { id: kept.id, write: true })
        : setPin(history, kept.id, kind === 'pin');
    if (kept.isGone) return expect(asked).rejects.toMatchObject({ code: 'expired' });
    const answer = await asked;
    if (kind === 'pin') this.pinned.add(kept.id);
    if (kind === 'unpin') this.pinned.delete(kept.id);
    if (typeof answer === 'string') return;
    expect(toSha256(answer.bytes)).toBe(kept.sha256);
    if (answer.before !== undefined)
      this.note(answer.before, toSha256(await readNotebook(history.store, answer.before)));
    this.note(answer.row, kept.sha256);
  }

  private async take(step: Step & { kind: 'take' }): Promise<void> {
    const path = `n${step.path}.ipynb`;
    const { sources, ids, text } = this.contentOf(step);
    const { row } = await keep(this.session.history, path, sources, {
      ids,
      trigger: step.auto ? 'save' : 'manual',
    });
    expect(row.notebook).toBe(this.findAt(path) ?? row.notebook);
    this.paths.set(row.notebook, path);
    this.note(row, toSha256(text));
  }

  private contentOf(step: Step & { kind: 'take' }): {
    readonly sources: readonly string[];
    readonly ids: readonly string[];
    readonly text: string;
  } {
    const path = `n${step.path}.ipynb`;
    const own = `${path} ${this.comings.get(path) ?? 0}`;
    const sources = [own, `text = ${step.text}`];
    const ids = [`${own} a`, `${own} b`];
    return { sources, ids, text: notebookText(sources, ids) };
  }

  private findAt(path: string): string | undefined {
    return [...this.paths].find(([, at]) => at === path)?.[0];
  }

  private async rename(path: string): Promise<void> {
    const notebook = this.findAt(path);
    if (notebook === undefined) return;
    const to = this.nextPlace();
    await renamePath(this.session.history, path, to);
    await this.move({ notebook, from: path, to });
  }

  private nextPlace(): string {
    return `moved/${this.moves + 1}.ipynb`;
  }

  /** What JupyterLab does itself, and what the list makes of it. */
  private async move({ notebook, from, to }: NonNullable<Foreseen['moved']>): Promise<void> {
    this.moves += 1;
    await writeInto(this.root, to, '{}');
    await rename(join(this.root, from), join(this.root, to)).catch(() => undefined);
    this.paths.set(notebook, to);
    this.comings.set(from, (this.comings.get(from) ?? 0) + 1);
  }

  /** Without any grace, and asked of a fresh opening, which has nothing in memory. */
  private async collect(): Promise<void> {
    const { store } = this.session.history;
    await store.repository.collect({
      before: Infinity,
      exclusively: (work) => store.exclusively(work),
      signal: new AbortController().signal,
    });
    await this.reopen(false);
  }

  private async reopen(isCrash: boolean): Promise<void> {
    if (isCrash) await this.succeed();
    else {
      await this.session.close();
      await this.open();
    }
    await this.check();
  }

  private get root(): string {
    return join(this.folder, String(this.processes));
  }

  /** The next owner after one that was killed: nothing that the old one may still do reaches the disk. */
  private async succeed(): Promise<void> {
    const { seen } = this.faulty;
    this.faulty.plan = {
      ...{ fault: { kind: 'die' }, matches: () => true },
      ...{ at: seen, lasting: true },
    };
    await endBoot(this.root);
    // What the old one held in this process, which lives on, it held by its path.
    const before = this.root;
    this.processes += 1;
    await rename(before, this.root);
    await this.open();
  }

  private async open(): Promise<void> {
    this.faulty = new FaultyDisk(undefined);
    this.session = await openSession(this.root, { disk: this.faulty.disk });
  }

  /** Everything must be answered as the list has it: nothing is missing, and nothing else is there. */
  async check(): Promise<void> {
    const { store } = this.session.history;
    const there = this.kept.filter(({ isGone }) => !isGone);
    expect(await store.catalog.snapshotCount()).toBe(there.length);
    for (const [notebook, path] of this.paths) {
      const ids = there.filter((each) => each.notebook === notebook).map(({ id }) => id);
      expect((await store.catalog.history(notebook)).map(({ id }) => id)).toEqual(ids);
      expect((await store.catalog.findNotebook(notebook))?.path).toBe(path);
    }
    for (const { id, sha256 } of there) {
      const row = await store.catalog.findSnapshot(id);
      expect(row === undefined ? '' : toSha256(await readNotebook(store, row))).toBe(sha256);
      expect((await store.catalog.findPin(id)) !== undefined, `pin of ${id}`).toBe(
        this.pinned.has(id),
      );
    }
  }

  async close(): Promise<void> {
    await this.check();
    expect((await verifyStore(this.session.history)).damages).toEqual([]);
    await this.session.close();
    fsck(this.root);
  }

  private note(row: { readonly id: string; readonly notebook: string }, sha256: string): void {
    const { id, notebook } = row;
    if (this.kept.some((each) => each.id === id)) return;
    this.kept.push({ id, notebook, sha256, isGone: false });
  }
}
