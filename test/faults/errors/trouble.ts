import { expect } from 'vitest';

import { CellarError, isErrno, toStorageError } from '../../../server/errors.js';
import { Chance } from '../../fuzz/mutate.js';
import { ACTS } from '../acts.js';
import { FaultyDisk, type Plan } from '../faulty-disk.js';
import type { ImportSource } from '../import-source.js';
import { longActs } from '../long-acts.js';
import { SEED } from '../options.js';
import { restoreAfterCut } from '../power-cut.js';
import { inFolder, proveSound } from '../proof.js';
import { Recorder } from '../recording-disk.js';
import { openSession, type Fact, type Session } from '../session.js';
import type { Act } from '../stage.js';

/** A kind of trouble with a disk, and the codes that a failure of its may have. */
export interface Trouble extends Omit<Plan, 'at' | 'again'> {
  readonly name: string;
  readonly codes: readonly string[];
}

/** When it comes: see Plan. */
export type Moment = Pick<Plan, 'at' | 'again'>;

/** The order in which each life does everything: long work comes while there is little in the store, so that it makes few calls. */
export function actsOfLife(sources: readonly ImportSource[]): readonly Act[] {
  const acts = [...ACTS, ...longActs({ sources, git: false })];
  const first = ['take', 'back up', 'save', 'pack', 'import'];
  const rank = ({ name }: Act): number => (first.indexOf(name) + first.length) % first.length;
  const isFirst = ({ name }: Act): boolean => first.includes(name);
  return [
    ...acts.filter(isFirst).sort((a, b) => rank(a) - rank(b)),
    ...acts.filter((act) => !isFirst(act)),
  ];
}

/** How many calls of a whole life a trouble could befall. */
export async function countCalls(trouble: Trouble, acts: readonly Act[]): Promise<number> {
  return inFolder(async (root) => {
    const life = new Life(root, trouble, { at: Infinity }, acts);
    await life.live();
    return life.faulty.seen;
  });
}

/**
 * Does everything, with trouble at some moment, until it is over, then goes on without until everything has been done once more. What
 * failed must say why; afterwards all that was acknowledged is there, also when the power goes then. Returns how often trouble came.
 */
export async function liveThrough(
  trouble: Trouble,
  moment: Moment,
  acts: readonly Act[],
): Promise<number> {
  return inFolder(async (root) => {
    const life = new Life(root, trouble, moment, acts);
    const facts = await life.live();
    const label = life.label();
    await proveSound(root, facts, { label });
    if (life.faulty.struck === 0) return 0;
    // What had been synced in vain must not have been taken for safe: the power goes as soon as all is acknowledged.
    await inFolder(async (folder) => {
      const { recorder } = life;
      await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(SEED), folder);
      await proveSound(folder, facts, { label: `${label}, then a cut` });
    });
    return life.faulty.struck;
  });
}

/** One process's time with a store on a disk that gives trouble. */
class Life {
  readonly faulty: FaultyDisk;
  readonly recorder: Recorder;
  private readonly facts: Fact[] = [];
  private turn = 0;

  constructor(
    private readonly root: string,
    private readonly trouble: Trouble,
    private readonly moment: Moment,
    private readonly acts: readonly Act[],
  ) {
    this.faulty = new FaultyDisk({ ...trouble, ...moment });
    this.recorder = new Recorder(root, this.faulty.disk);
  }

  label(): string {
    const { at, again } = this.moment;
    const when = again === undefined ? `call ${at}` : `call ${at} and each ${again}th after it`;
    return `seed ${SEED}, ${this.trouble.name}: at ${when} that it could befall (${this.faulty.last})`;
  }

  /** Returns what was acknowledged. */
  async live(): Promise<readonly Fact[]> {
    const { faulty } = this;
    let session: Session | undefined;
    let struckIn = -1;
    do {
      session = await this.attempt(() => this.open());
      // A disk that was full is tried again, as the server does.
      if (session?.history.store.readOnly !== true || this.trouble.lasting) continue;
      await session.close();
      session = undefined;
    } while (session === undefined && !this.trouble.lasting);
    if (session !== undefined)
      for (const [index, act] of this.acts.entries()) {
        const before = faulty.struck;
        await this.attempt(() => this.play(act, session as Session));
        if (faulty.struck > before) struckIn = index;
      }
    faulty.plan = undefined;
    if (session?.history.store.readOnly === true) {
      await session.close();
      session = undefined;
    }
    session ??= await this.open();
    // What came after the trouble was without it already.
    const rest = this.trouble.lasting ? this.acts : this.acts.slice(0, struckIn + 1);
    for (const act of rest)
      await this.play(act, session).catch((error: unknown) => {
        expect.fail(`${this.label()}: later ${String((error as Error).stack)}`);
      });
    await session.close();
    return this.facts;
  }

  private open(): Promise<Session> {
    return openSession(this.root, { disk: this.recorder.disk });
  }

  private play(act: Act, session: Session): Promise<void> {
    this.turn += 1;
    const { turn, facts } = this;
    return act.play({ session, turn, facts, note: (fact) => void facts.push(fact) });
  }

  /** Undefined when the trouble has made it fail, in words that say so. */
  private async attempt<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    const before = this.faulty.struck;
    try {
      return await work();
    } catch (thrown) {
      // As the failure handler of the routes does.
      const error = toStorageError(thrown, this.root);
      // Nothing fails that nothing has befallen.
      if (this.faulty.struck === before && !this.trouble.lasting) throw error;
      expect(this.isExpected(error) ? [] : [error], this.label()).toEqual([]);
      return undefined;
    }
  }

  private isExpected(error: unknown): boolean {
    const { codes } = this.trouble;
    const code = error instanceof CellarError ? error.code : (error as { code?: string }).code;
    return (
      codes.includes(code ?? '') ||
      codes.some((each) => isErrno((error as { cause?: unknown }).cause, each))
    );
  }
}
