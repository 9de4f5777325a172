import fc from 'fast-check';
import { expect, test } from 'vitest';

import { inFolder } from '../../faults/proof.js';
import { Workspace } from './model.js';

const RUNS = process.env['CELLAR_TEST_FULL'] === '1' ? 300 : 40;
/** A step makes about so many changes of the disk. */
const MOST_CHANGES = 150;

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

test('a process that dies anywhere inside a step leaves what was acknowledged, and of that step all or nothing', async () => {
  let deaths = 0;
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.array(fc.tuple(fc.nat(24), fc.nat(MOST_CHANGES)), { minLength: 1, maxLength: 4 }),
      (all, ends) =>
        inFolder(async (root) => {
          const endOf = new Map(ends);
          const workspace = await Workspace.open(root);
          for (const [at, step] of all.entries()) {
            const n = endOf.get(at);
            const isWhole = n === undefined || step.kind === 'crash' || step.kind === 'reopen';
            if (isWhole) await workspace.play(step);
            else if (await workspace.dieIn(step, n)) deaths += 1;
          }
          await workspace.close();
        }),
    ),
    { numRuns: RUNS },
  );
  expect(deaths).toBeGreaterThan(0);
}, 1_200_000);
