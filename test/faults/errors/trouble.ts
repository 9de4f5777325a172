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
import { TROUBLES, type Trouble } from './troubles.js';

/** What is done in a life: short ones, so that trouble at each of their calls can be tried. */
export const LIVES = ['everyday', 'long work'] as const;

/** One try: a trouble by its name, what is done meanwhile, and at which calls it comes (see Plan). JSON. */
export interface Trial extends Pick<Plan, 'at' | 'again'> {
  readonly trouble: string;
  readonly life: (typeof LIVES)[number];
  /** To be imported. */
  readonly sources: readonly ImportSource[];
}

export interface Lived {
  /** How often trouble came. */
  readonly struck: number;
  /** How many calls it could have befallen. */
  readonly calls: number;
}

/** What comes again and again may befall every opening. */
const MOST_OPENINGS = 2;

/**
 * Does everything, with trouble at some moment, until it is over, then goes on without until what it befell is done as well. What
 * failed must say why; afterwards all that was acknowledged is there, also when the power goes then. Throws otherwise.
 */
export async function liveThrough(trial: Trial): Promise<Lived> {
  return inFolder(async (root) => {
    const life = new Life(root, trial);
    const facts = await life.live();
    const { recorder, label } = life;
    const { struck, seen } = life.faulty;
    if (struck === 0) return { struck, calls: seen };
    await proveSound(root, facts, { label: label() });
    // What had been synced in vain must not have been taken for safe: the power goes as soon as all is acknowledged.
    await inFolder(async (folder) => {
      await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(SEED), folder);
      await proveSound(folder, facts, { label: `${label()}, then a cut`, goOn: false });
    });
    return { struck, calls: seen };
  });
}

function actsOf({ life, sources }: Trial): readonly Act[] {
  if (life === 'everyday') return ACTS;
  const all = [...ACTS, ...longActs({ sources, git: false })];
  // Early, while little is in the store, they make few calls.
  const order = ['take', 'back up', 'pack', 'import', 'collect', 'restore'];
  return order.flatMap((each) => all.filter((act) => act.name === each));
}

function getTrouble(name: string): Trouble {
  const trouble = TROUBLES.find((each) => each.name === name);
  if (trouble === undefined) throw new RangeError(`there is no trouble "${name}"`);
  return trouble;
}

/** One process's time with a store on a disk that gives trouble. */
class Life {
  readonly faulty: FaultyDisk;
  readonly recorder: Recorder;
  private readonly facts: Fact[] = [];
  private readonly trouble: Trouble;
  private readonly acts: readonly Act[];
  private turn = 0;

  constructor(
    private readonly root: string,
    private readonly trial: Trial,
  ) {
    this.trouble = getTrouble(trial.trouble);
    this.acts = actsOf(trial);
    const { at, again } = trial;
    const plan = { ...this.trouble, at, ...(again === undefined ? {} : { again }) };
    this.faulty = new FaultyDisk(plan);
    this.recorder = new Recorder(root, this.faulty.disk);
  }

  readonly label = (): string => {
    const { trouble, life, at, again } = this.trial;
    const when = again === undefined ? `call ${at}` : `call ${at} and each ${again}th after it`;
    return `seed ${SEED}, ${trouble}, ${life}: at ${when} that it could befall (${this.faulty.last})`;
  };

  /** Returns what was acknowledged. */
  async live(): Promise<readonly Fact[]> {
    const { faulty } = this;
    let session: Session | undefined;
    let struckIn = -1;
    for (let tries = 0; session === undefined && tries < MOST_OPENINGS; tries += 1) {
      session = await this.attempt(() => this.open());
      if (this.trouble.lasting) break;
      // A disk that was full is tried again, as the server does.
      if (session?.history.store.readOnly !== true) continue;
      await session.close();
      session = undefined;
    }
    if (!this.trouble.lasting) session ??= await this.openWithout();
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
        throw new Error(`${this.label()}: ${act.name} fails later`, { cause: error });
      });
    await session.close();
    return this.facts;
  }

  private async openWithout(): Promise<Session> {
    const { plan } = this.faulty;
    this.faulty.plan = undefined;
    const session = await this.open();
    this.faulty.plan = plan;
    return session;
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
      if (this.faulty.struck === before && !this.trouble.lasting)
        throw new Error(`${this.label()}: what nothing has befallen fails`, { cause: error });
      if (this.isExpected(error)) return undefined;
      throw new Error(`${this.label()}: it fails in other words`, { cause: error });
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
