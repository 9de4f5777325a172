import { describe, expect, test } from 'vitest';

import { CellarError, isErrno, toStorageError } from '../../server/errors.js';
import { Chance } from '../fuzz/mutate.js';
import { ACTS } from './acts.js';
import { FaultyDisk, isSyncing, opens, takesRoom, type Plan } from './faulty-disk.js';
import { isChange } from './interpose.js';
import { SEED, STRIDE } from './options.js';
import { restoreAfterCut } from './power-cut.js';
import { inFolder, proveSound } from './proof.js';
import { Recorder } from './recording-disk.js';
import { openSession, type Fact, type Session } from './session.js';

interface Trouble extends Omit<Plan, 'at'> {
  readonly name: string;
  /** The codes that a failure may have. */
  readonly codes: readonly string[];
  /** Of rare calls so many times more are tried. */
  readonly share?: number;
}

const refuse = (code: string) => ({ kind: 'refuse', code }) as const;

const TROUBLES: readonly Trouble[] = [
  {
    ...{ name: 'a disk that is full from then on', fault: refuse('ENOSPC'), matches: takesRoom },
    ...{ lasting: true, codes: ['disk_full'] },
  },
  {
    ...{ name: 'a disk that is full once', fault: refuse('ENOSPC'), matches: takesRoom },
    ...{ lasting: false, codes: ['disk_full'] },
  },
  {
    ...{ name: 'a disk that turns read-only', fault: refuse('EROFS'), matches: isChange },
    ...{ lasting: true, codes: ['store_read_only'] },
  },
  {
    ...{ name: 'a call that fails', fault: refuse('EIO'), matches: () => true },
    ...{ lasting: false, codes: ['EIO'] },
  },
  {
    ...{ name: 'no file to be opened', fault: refuse('EMFILE'), matches: opens },
    ...{ lasting: false, codes: ['EMFILE'] },
  },
  {
    ...{ name: 'a short write', fault: { kind: 'short' }, lasting: false, codes: [], share: 25 },
    matches: (call) => call.kind === 'file.write',
  },
  {
    ...{ name: 'a rename or a link that fails', fault: refuse('EIO'), codes: ['EIO'], share: 4 },
    ...{ lasting: false, matches: ({ kind }) => ['rename', 'link', 'symlink'].includes(kind) },
  },
  {
    ...{ name: 'a sync that fails once', fault: refuse('EIO'), matches: isSyncing },
    ...{ lasting: false, codes: ['EIO'], share: 4 },
  },
];

/** Plays every act, with trouble at one call; then once more with none. Returns whether there was such a call. */
async function playWith(trouble: Trouble, at: number): Promise<boolean> {
  return inFolder(async (root) => {
    const faulty = new FaultyDisk({ ...trouble, at });
    const recorder = new Recorder(root, faulty.disk);
    const facts: Fact[] = [];
    const note = (fact: Fact): void => void facts.push(fact);
    const label = (): string =>
      `seed ${SEED}, ${trouble.name}: at call ${at} that it could befall (${faulty.last})`;
    let turn = 0;
    const attempt = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
      const before = faulty.struck;
      try {
        return await work();
      } catch (thrown) {
        // As the failure handler of the routes does.
        const error = toStorageError(thrown, root);
        const code = error instanceof CellarError ? error.code : (error as { code?: string }).code;
        const isExpected =
          trouble.codes.includes(code ?? '') ||
          trouble.codes.some((each) => isErrno((error as Error).cause, each));
        // What failed must say why; and nothing fails that nothing has befallen.
        if (faulty.struck === before && !trouble.lasting) throw error;
        expect(isExpected ? [] : [error], label()).toEqual([]);
        return undefined;
      }
    };
    const playAll = async (
      session: Session,
      play: (work: () => Promise<void>) => Promise<unknown>,
    ): Promise<void> => {
      for (const act of ACTS) {
        turn += 1;
        const stage = { session, turn, facts, note };
        await play(() => act.play(stage));
      }
    };

    let session = await attempt(() => openSession(root, { disk: recorder.disk }));
    if (session !== undefined) await playAll(session, attempt);
    faulty.plan = undefined;
    if (session?.history.store.readOnly === true) {
      await session.close();
      session = undefined;
    }
    session ??= await openSession(root, { disk: recorder.disk });
    await playAll(session, async (work) => {
      await work().catch((error: unknown) => {
        expect.fail(`${label()}: later ${String((error as Error).stack)}`);
      });
    });
    await session.close();
    await proveSound(root, facts, { label: label() });
    if (faulty.struck === 0) return false;
    // What had been synced in vain must not have been taken for safe: the power goes as soon as all is acknowledged.
    await inFolder(async (folder) => {
      await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(SEED), folder);
      await proveSound(folder, facts, { label: `${label()}, then a cut` });
    });
    return true;
  });
}

describe(`trouble with the disk (seed ${SEED}, every ${STRIDE}th call)`, () => {
  for (const trouble of TROUBLES)
    test(`${trouble.name} loses nothing acknowledged, and work goes on after it`, async () => {
      const start = performance.now();
      let tried = 0;
      const stride = Math.ceil(STRIDE / (trouble.share ?? 1));
      for (let at = new Chance(SEED).below(stride); ; at += stride) {
        if (!(await playWith(trouble, at))) break;
        tried += 1;
      }
      console.log(
        `${trouble.name}: ${tried} moments, ${Math.round((performance.now() - start) / 1000)} s`,
      );
      expect(tried).toBeGreaterThan(0);
    });
});
