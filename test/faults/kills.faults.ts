import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { Chance } from '../fuzz/mutate.js';
import { ACTS } from './acts.js';
import { buildChild, live } from './children.js';
import { KILLS, SEED, STRIDE } from './options.js';
import { inFolder, proveSound } from './proof.js';
import type { Fact } from './session.js';

/** After so many kills everything is read, not only at the end: so a failure is near its cause. */
const BETWEEN = 50;
const LONGEST_MS = 400;

describe(`a process that is killed (seed ${SEED})`, () => {
  test(`at ${KILLS} random moments, one after the other on one store, loses nothing acknowledged`, async () => {
    const chance = new Chance(SEED);
    await inFolder(async (folder) => {
      const program = await buildChild(join(folder, 'program'));
      const root = join(folder, 'workspace');
      const facts: Fact[] = [];
      let slowest = 0;
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const errand = { root, turn: kill * 1_000, acts: 1_000, seed: chance.below(1e9) };
        const life = await live(program, errand, chance.below(LONGEST_MS));
        expect(life.end, `seed ${SEED}, kill ${kill}`).toBe('killed');
        facts.push(...toTotals(life.facts, facts));
        slowest = Math.max(slowest, life.opened ?? 0);
        if (kill % BETWEEN === 0 || kill === KILLS)
          await proveSound(root, facts, { label: `seed ${SEED}, after kill ${kill}` });
      }
      console.log(
        `kills: ${KILLS} kills, ${facts.length} facts, slowest start ${slowest} ms, seed ${SEED}`,
      );
      expect(facts.length).toBeGreaterThan(KILLS);
      expect(slowest).toBeLessThan(10_000);
    });
  });

  test('at each named step loses nothing acknowledged', async () => {
    await inFolder(async (folder) => {
      const program = await buildChild(join(folder, 'program'));
      const all = { turn: 1, acts: 2 * ACTS.length };
      const { steps, end } = await live(program, { root: join(folder, 'whole'), ...all });
      expect(end).toBe('done');
      expect(steps.length).toBeGreaterThan(50);
      // In the short form one in a few, others each time.
      const stride = Math.max(1, Math.floor(STRIDE / 8));
      const first = new Chance(SEED).below(stride);
      let killed = 0;
      for (const [index, step] of steps.entries()) {
        if (index % stride !== first) continue;
        await inFolder(async (root) => {
          const life = await live(program, { root, ...all, end: step });
          const label = `seed ${SEED}, killed at "${step}"`;
          if (life.end === 'killed') killed += 1;
          // Which calls are made differs a little with the machine's pace.
          else expect(life.end, label).toBe('done');
          await proveSound(root, life.facts, { label });
        });
      }
      console.log(`steps: ${killed} of ${steps.length} steps, seed ${SEED}`);
      expect(killed).toBeGreaterThan(steps.length / stride / 2);
    });
  });
});

/** Each child counts the points that it has logged itself; those of its forerunners are there too. */
function toTotals(fresh: readonly Fact[], earlier: readonly Fact[]): readonly Fact[] {
  const last = earlier.findLast((fact) => fact.kind === 'points');
  const before = last?.kind === 'points' ? last.total : 0;
  return fresh.map((fact) =>
    fact.kind === 'points' ? { ...fact, total: fact.total + before } : fact,
  );
}
