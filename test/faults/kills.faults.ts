import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { Chance } from '../fuzz/mutate.js';
import { ACTS } from './acts.js';
import { buildChild, live } from './children.js';
import { makeSources } from './import-source.js';
import { longActs } from './long-acts.js';
import { KILLS, SEED, STRIDE } from './options.js';
import { inFolder, proveSound } from './proof.js';
import type { Fact } from './session.js';
import { expectQuick, type Start } from './starts.js';

/** After so many kills everything is read, not only at the end: so a failure is near its cause. */
const BETWEEN = 50;
const LONGEST_MS = 400;
/** Repositories that are imported, and the states of a notebook in each. */
const SOURCES = 8;
const STATES = 6;

describe(`a process that is killed (seed ${SEED})`, () => {
  test(`at ${KILLS} random moments, one after the other on one store, loses nothing acknowledged`, async () => {
    const chance = new Chance(SEED);
    await inFolder(async (folder) => {
      const program = await buildChild('child.ts', join(folder, 'program'));
      const root = join(folder, 'workspace');
      const facts: Fact[] = [];
      const sources = makeSources(join(folder, 'sources'), SOURCES, STATES);
      const starts: Start[] = [];
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const errand = {
          ...{ root, sources, acts: 1_000 },
          turn: kill * 1_000,
          seed: chance.below(1e9),
        };
        const life = await live(program, errand, chance.below(LONGEST_MS));
        expect(life.end, `seed ${SEED}, kill ${kill}`).toBe('killed');
        facts.push(...toTotals(life.facts, facts));
        if (life.opened !== undefined) starts.push({ ms: life.opened, at: `kill ${kill}` });
        if (kill % BETWEEN === 0 || kill === KILLS)
          await proveSound(root, facts, { label: `seed ${SEED}, after kill ${kill}` });
      }
      console.log(`kills: ${KILLS} kills, ${facts.length} facts, seed ${SEED}`);
      expect(facts.length).toBeGreaterThan(KILLS);
      expectQuick(`kills, seed ${SEED}`, starts);
    });
  });

  test('at each named step loses nothing acknowledged', async () => {
    await inFolder(async (folder) => {
      const program = await buildChild('child.ts', join(folder, 'program'));
      const sources = makeSources(join(folder, 'sources'), 2, STATES);
      const acts = ACTS.length + longActs({ sources, git: true }).length;
      const all = { sources, turn: 1, acts: 2 * acts };
      const { steps, end } = await live(program, { root: join(folder, 'whole'), ...all });
      expect(end).toBe('done');
      expect(steps.length).toBeGreaterThan(50);
      // In the short form one in a few, others each time.
      const stride = Math.max(1, Math.floor(STRIDE / 8));
      const first = new Chance(SEED).below(stride);
      const starts: Start[] = [];
      let killed = 0;
      for (const [index, step] of steps.entries()) {
        if (index % stride !== first) continue;
        await inFolder(async (root) => {
          const life = await live(program, { root, ...all, end: step });
          const label = `seed ${SEED}, killed at "${step}"`;
          if (life.end === 'killed') killed += 1;
          // Which calls are made differs a little with the machine's pace.
          else expect(life.end, label).toBe('done');
          starts.push({ ms: await proveSound(root, life.facts, { label }), at: `"${step}"` });
        });
      }
      console.log(`steps: ${killed} of ${steps.length} steps, seed ${SEED}`);
      expect(killed).toBeGreaterThan(steps.length / stride / 2);
      expectQuick(`steps, seed ${SEED}`, starts);
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
