import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { expireDay } from '../../../server/history/expire.js';
import { newestOf, readNotebook } from '../../../server/history/history.js';
import { renamePath } from '../../../server/history/move.js';
import { setPin } from '../../../server/history/pin.js';
import { reindex } from '../../../server/history/reindex.js';
import { restoreSnapshot } from '../../../server/history/restore.js';
import { verifyStore } from '../../../server/history/verify.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { endBoot } from '../../faults/power-cut.js';
import { fsck, inFolder } from '../../faults/proof.js';
import { openSession, toSha256, type Session } from '../../faults/session.js';
import { notebookText } from '../scratch.js';
import { keep } from './kept.js';

const RUNS = process.env['CELLAR_TEST_FULL'] === '1' ? 300 : 40;

/** What a step does; numbers choose among what there is then, by their remainder. */
type Step =
  | { readonly kind: 'take'; readonly path: number; readonly text: number; readonly auto: boolean }
  | { readonly kind: 'restore' | 'pin' | 'unpin' | 'expire'; readonly which: number }
  | { readonly kind: 'rename' | 'delete'; readonly path: number }
  | { readonly kind: 'reindex' | 'pack' | 'collect' | 'crash' | 'reopen' };

const number = fc.nat(1_000);
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('take' as const),
        path: fc.nat(2),
        text: fc.nat(3),
        auto: fc.boolean(),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'restore' as const,
          'pin' as const,
          'unpin' as const,
          'expire' as const,
        ),
        which: number,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('rename' as const, 'delete' as const),
        path: fc.nat(2),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'reindex' as const,
          'pack' as const,
          'collect' as const,
          'crash' as const,
          'reopen' as const,
        ),
      }),
    },
  ),
  { minLength: 5, maxLength: 25 },
);

interface Kept {
  readonly id: string;
  readonly notebook: string;
  readonly sha256: string;
  isGone: boolean;
}

/** A workspace beside the simplest that could stand for it: a list of what was acknowledged. */
class Workspace {
  private readonly kept: Kept[] = [];
  private readonly pinned = new Set<string>();
  private readonly paths = new Map<string, string>();
  /** Counts the notebooks that came to each path: a later one there has cells of its own. */
  private readonly comings = new Map<string, number>();
  private moves = 0;

  private constructor(
    private readonly root: string,
    private session: Session,
    private faulty: FaultyDisk,
  ) {}

  static async open(root: string): Promise<Workspace> {
    const faulty = new FaultyDisk(undefined);
    return new Workspace(root, await openSession(root, { disk: faulty.disk }), faulty);
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
    const coming = this.comings.get(path) ?? 0;
    const own = `${path} ${coming}`;
    const sources = [own, `text = ${step.text}`];
    const { row } = await keep(this.session.history, path, sources, {
      ids: [`${own} a`, `${own} b`],
      trigger: step.auto ? 'save' : 'manual',
    });
    const known = [...this.paths].find(([, at]) => at === path)?.[0];
    expect(row.notebook).toBe(known ?? row.notebook);
    this.paths.set(row.notebook, path);
    this.note(row, toSha256(notebookText(sources, [`${own} a`, `${own} b`])));
  }

  private async rename(path: string): Promise<void> {
    const notebook = [...this.paths].find(([, at]) => at === path)?.[0];
    if (notebook === undefined) return;
    this.moves += 1;
    const to = `moved/${this.moves}.ipynb`;
    await renamePath(this.session.history, path, to);
    await this.session.history.store.files.write(to, Buffer.from('{}'));
    await rename(join(this.root, path), join(this.root, to)).catch(() => undefined);
    this.paths.set(notebook, to);
    this.comings.set(path, (this.comings.get(path) ?? 0) + 1);
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
    if (isCrash) {
      // From here on nothing that the old owner may still do reaches the disk.
      const { seen } = this.faulty;
      this.faulty.plan = {
        ...{ fault: { kind: 'die' }, matches: () => true },
        ...{ at: seen, lasting: true },
      };
      await endBoot(this.root);
    } else await this.session.close();
    this.faulty = new FaultyDisk(undefined);
    this.session = await openSession(this.root, { disk: this.faulty.disk });
    await this.check();
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

test('takes, restores, renames, deletes, pins, expiries, reindexes, collections and crashes in any order answer as a plain list would', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (all) =>
      inFolder(async (root) => {
        const workspace = await Workspace.open(root);
        for (const step of all) await workspace.play(step);
        await workspace.close();
      }),
    ),
    { numRuns: RUNS },
  );
}, 1_200_000);
