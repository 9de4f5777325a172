import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { chmod, cp } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { CellarError } from '../../server/errors.js';
import { verifyStore } from '../../server/history/verify.js';
import { Chance } from '../fuzz/mutate.js';
import { ACTS } from './acts.js';
import { FLIPS, SEED } from './options.js';
import { inFolder } from './proof.js';
import { findLost, openSession, type Fact } from './session.js';

/** Makes a store in which everything was done, part of it still in the journal. */
async function makeStore(root: string): Promise<readonly Fact[]> {
  const session = await openSession(root);
  const facts: Fact[] = [];
  const note = (fact: Fact): void => void facts.push(fact);
  let turn = 0;
  for (const act of [...ACTS, ...ACTS, ...ACTS.filter(({ name }) => name === 'points')]) {
    turn += 1;
    await act.play({ session, turn, facts, note });
  }
  await session.close();
  return facts;
}

/** Files of a store whose bytes mean something, by what they are. */
const KINDS: readonly { readonly name: string; readonly place: RegExp }[] = [
  { name: 'object', place: /^store\.git\/objects\/[0-9a-f]{2}\// },
  { name: 'ref', place: /^store\.git\/refs\// },
  { name: 'catalog', place: /^catalog\// },
  { name: 'journal', place: /^journal\/.*ndjson$/ },
  { name: 'artifact', place: /^artifacts\/sha256\// },
];

type Blow = 'flip' | 'cut' | 'empty' | 'zeros';

function damage(path: string, blow: Blow, chance: Chance): Buffer {
  const bytes = readFileSync(path);
  const at = chance.below(bytes.length);
  const changed = {
    flip: () => {
      bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8));
      return bytes;
    },
    cut: () => bytes.subarray(0, at),
    empty: () => Buffer.alloc(0),
    zeros: () => bytes.fill(0, at),
  }[blow]();
  writeFileSync(path, changed);
  return changed;
}

describe(`damaged files (seed ${SEED})`, () => {
  test(`${FLIPS} of them are rebuilt or named, the others read, and nothing is written over`, async () => {
    const chance = new Chance(SEED);
    const counts = { whole: 0, named: 0, refused: 0 };
    await inFolder(async (folder) => {
      const first = join(folder, 'first');
      const facts = await makeStore(first);
      for (let flip = 0; flip < FLIPS; flip += 1)
        await inFolder(async (root) => {
          await cp(first, root, { recursive: true, verbatimSymlinks: true });
          const kind = KINDS[flip % KINDS.length] ?? KINDS[0]!;
          const cellar = join(root, '.cellar');
          const files = readdirSync(cellar, { recursive: true, encoding: 'utf8' }).filter(
            (each) => kind.place.test(each) && statSync(join(cellar, each)).isFile(),
          );
          const file = chance.pick(files.filter((each) => statSync(join(cellar, each)).size > 0));
          const path = join(cellar, file);
          await chmod(path, 0o644);
          const blow = chance.pick<Blow>(['flip', 'flip', 'flip', 'cut', 'empty', 'zeros']);
          const before = readFileSync(path);
          const damaged = damage(path, blow, chance);
          const label = `seed ${SEED}, ${blow} ${flip} of ${file}`;
          // A cut at the end of zeros, or zeros over zeros, are no damage.
          if (before.equals(damaged)) return;
          const outcome = await look(root, facts, kind.name, label);
          counts[outcome] += 1;
          // An object of no bytes says nothing any more: it is swept at the start.
          const isSwept = kind.name === 'object' && damaged.length === 0;
          if (
            !isSwept &&
            (kind.name === 'object' || kind.name === 'artifact' || outcome === 'refused')
          )
            expect(readFileSync(path).equals(damaged), `${label} was written over`).toBe(true);
        });
    });
    console.log(
      `damage: ${counts.whole} made good, ${counts.named} named, ${counts.refused} refused in words, seed ${SEED}`,
    );
    expect(counts.whole + counts.named).toBeGreaterThan(counts.refused);
  });
});

/** What becomes of a damaged store; fails where something is lost that nobody says. */
async function look(
  root: string,
  facts: readonly Fact[],
  kind: string,
  label: string,
): Promise<'whole' | 'named' | 'refused'> {
  const opened = await openSession(root).catch((error: unknown) => {
    // A reader of the words learns which file or object it is.
    expect(error, label).toBeInstanceOf(CellarError);
    expect((error as CellarError).code, label).toBe('store_damaged');
    return undefined;
  });
  if (opened === undefined) return 'refused';
  try {
    const lost = await findLost(opened, facts);
    const { damages } = await verifyStore(opened.history);
    if (lost.length === 0 && damages.length === 0) return 'whole';
    const isSaid = damages.length > 0 || opened.reports.length > 0;
    expect(isSaid ? [] : lost, label).toEqual([]);
    // One file holds one notebook, or the facts of one commit; the catalog holds nothing of its own.
    if (kind === 'catalog') expect(lost, label).toEqual([]);
    expect(lost.length, `${label}: ${lost.join('\n')}`).toBeLessThan(facts.length / 2);
    return 'named';
  } finally {
    await opened.close();
  }
}
