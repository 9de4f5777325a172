import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Damage, Verified } from '../../contract/upkeep.js';
import { CellarError } from '../../server/errors.js';
import { repairStore } from '../../server/history/repair/repair.js';
import { verifyStore } from '../../server/history/verify.js';
import { Chance } from '../fuzz/mutate.js';
import { ACTS } from './acts.js';
import { FLIPS, SEED } from './options.js';
import { fsck, inFolder } from './proof.js';
import { findLost, openSession, type Fact, type Session } from './session.js';

/** Makes a store in which everything was done, part of it still in the journal. */
async function makeStore(root: string): Promise<readonly Fact[]> {
  const session = await openSession(root);
  const facts: Fact[] = [];
  const note = (fact: Fact): void => void facts.push(fact);
  let turn = 0;
  // What comes in parts is nothing kept until it is complete, which a damaged store lets nobody do.
  const all = ACTS.filter(({ name }) => name !== 'send in parts');
  for (const act of [...all, ...all, ...all.filter(({ name }) => name === 'points')]) {
    turn += 1;
    await act.play({ session, turn, facts, note });
  }
  await session.close();
  return facts;
}

/** The same store, all of whose objects and refs git has packed. */
function packStore(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  const git = (...args: readonly string[]): unknown =>
    execFileSync('git', ['--git-dir', join(to, '.cellar/store.git'), ...args], { stdio: 'pipe' });
  git('repack', '-a', '-d', '-q');
  git('pack-refs', '--all');
}

/** Files of a store whose bytes mean something, by what they are. */
const KINDS: readonly { readonly name: string; readonly place: RegExp; readonly packed?: true }[] =
  [
    { name: 'object', place: /^store\.git\/objects\/[0-9a-f]{2}\// },
    { name: 'ref', place: /^store\.git\/refs\// },
    { name: 'catalog', place: /^catalog\// },
    { name: 'journal', place: /^journal\/.*ndjson$/ },
    { name: 'artifact', place: /^artifacts\/sha256\// },
    { name: 'pack', place: /^store\.git\/objects\/pack\/.*\.pack$/, packed: true },
    { name: 'index', place: /^store\.git\/objects\/pack\/.*\.idx$/, packed: true },
    { name: 'packed refs', place: /^store\.git\/packed-refs$/, packed: true },
  ];

const ALL = { bigint: true, throwIfNoEntry: false } as const;

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
  chmodSync(path, 0o644);
  writeFileSync(path, changed);
  return changed;
}

function isFilled(path: string): boolean {
  const stat = statSync(path);
  return stat.isFile() && stat.size > 0;
}

/** A store with one damaged file. */
interface Blown {
  readonly root: string;
  /** Below .cellar. */
  readonly file: string;
  readonly kind: string;
  readonly damaged: Buffer;
  readonly facts: readonly Fact[];
  /** The same store, undamaged. */
  readonly whole: string;
  readonly label: string;
}

describe(`damaged files (seed ${SEED})`, () => {
  test(`${FLIPS} of them are named or made good, all else reads, nothing is written over, and a repair mends the store`, async () => {
    const chance = new Chance(SEED);
    const failures: string[] = [];
    const counts = { whole: 0, named: 0, mended: 0, lost: 0, hopeless: 0 };
    await inFolder(async (folder) => {
      const [loose, packed] = [join(folder, 'loose'), join(folder, 'packed')];
      const facts = await makeStore(loose);
      packStore(loose, packed);
      for (let flip = 0; flip < FLIPS; flip += 1)
        await inFolder(async (root) => {
          const kind = KINDS[flip % KINDS.length] ?? KINDS[0]!;
          cpSync(kind.packed ? packed : loose, root, { recursive: true, verbatimSymlinks: true });
          const cellar = join(root, '.cellar');
          // In the order in which they came to be: names of objects are others each time.
          const files = readdirSync(cellar, { recursive: true, encoding: 'utf8' })
            .filter((each) => kind.place.test(each) && isFilled(join(cellar, each)))
            .map((each) => ({
              each,
              at: statSync(join(loose, '.cellar', each), ALL)?.mtimeNs ?? 0n,
            }))
            .sort((a, b) => (a.at < b.at ? -1 : 1));
          const file = chance.pick(files).each;
          const blow = chance.pick<Blow>(['flip', 'flip', 'flip', 'cut', 'empty', 'zeros']);
          const before = readFileSync(join(cellar, file));
          const damaged = damage(join(cellar, file), blow, chance);
          // A cut at the end of zeros, or zeros over zeros, are no damage.
          if (before.equals(damaged)) return;
          const label = `seed ${SEED}, ${blow} ${flip} of ${file}`;
          const blown = { root, file, kind: kind.name, damaged, facts, whole: loose, label };
          try {
            counts[await look(blown)] += 1;
            counts[await mend(blown)] += 1;
          } catch (error) {
            failures.push(
              `${label}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
            );
          }
        });
    });
    expect(failures).toEqual([]);
    console.log(
      `damage: ${counts.whole} made good, ${counts.named} named; ${counts.mended} mended whole, ${counts.lost} with something lost that was named, ${counts.hopeless} only out of a copy, seed ${SEED}`,
    );
    expect(counts.mended).toBeGreaterThan(counts.lost);
  });
});

/** What becomes of a damaged store as long as nobody mends it; fails where something is lost that nobody says. */
async function look(blown: Blown): Promise<'whole' | 'named'> {
  const { root, file, kind, damaged, facts, label } = blown;
  const opened = await openSession(root);
  try {
    const lost = await findLost(opened, facts);
    const found = await verifyStore(opened.history);
    expectNamed(lost, found.damages, label);
    // The catalog holds nothing of its own.
    if (kind === 'catalog') expect(lost, label).toEqual([]);
    if (found.damages.length === 0) return 'whole';
    expect(isRightFile(found, blown), `${label}: ${JSON.stringify(found.damages)}`).toBe(true);
    return 'named';
  } finally {
    await opened.close();
    // The catalog and the journal are mended as they are opened; an object of no bytes says nothing, and is swept.
    const path = join(root, '.cellar', file);
    if (kind !== 'catalog' && kind !== 'journal' && !(kind === 'object' && damaged.length === 0))
      expect(readFileSync(path).equals(damaged), `${label} was written over`).toBe(true);
  }
}

/** Mends it; afterwards all is there but for what is said to be lost, and work goes on. */
async function mend(blown: Blown): Promise<'mended' | 'lost' | 'hopeless'> {
  const { root, facts, label } = blown;
  const opened = await openSession(root);
  let done: Verified;
  try {
    done = await repairStore(opened.history);
  } catch (error) {
    // Where no folder of main is left, the workspace cannot bring them back: a copy of the store can.
    if (!isHopeless(error, blown)) throw error;
    await opened.close();
    await mendFromCopy(blown);
    return 'hopeless';
  }
  try {
    expect(done.damages, label).toEqual([]);
    expectNamed(await findLost(opened, facts), done.lost, label);
    await goOn(opened, facts, done, label);
  } finally {
    await opened.close();
  }
  expectKept(blown);
  const again = await openSession(root);
  try {
    const later = await verifyStore(again.history);
    expect(later.damages, label).toEqual([]);
    expectNamed(await findLost(again, facts), later.lost, label);
  } finally {
    await again.close();
  }
  if (done.lost.length > 0) return 'lost';
  fsck(root, label);
  return 'mended';
}

function isHopeless(error: unknown, { kind }: Blown): boolean {
  return (
    kind === 'pack' &&
    error instanceof CellarError &&
    error.code === 'store_damaged' &&
    error.message.includes('--from')
  );
}

async function mendFromCopy({ root, whole, facts, label }: Blown): Promise<void> {
  const opened = await openSession(root);
  try {
    const done = await repairStore(opened.history, { from: [whole] });
    expect(done, label).toMatchObject({ status: 'ok', damages: [], lost: [] });
    expect(await findLost(opened, facts), label).toEqual([]);
    await goOn(opened, facts, done, label);
  } finally {
    await opened.close();
  }
  fsck(root, label);
}

async function goOn(
  session: Session,
  facts: readonly Fact[],
  { lost }: Verified,
  label: string,
): Promise<void> {
  const more: Fact[] = [...facts];
  for (const act of ACTS)
    if (act.name === 'take' || act.name === 'save' || act.name === 'points')
      await act.play({
        session,
        turn: 1_000_000,
        facts: more,
        note: (fact) => void more.push(fact),
      });
  expectNamed(await findLost(session, more), lost, label);
}

/** Whatever does not hold any more is what one of the damages says. */
function expectNamed(lost: readonly string[], damages: readonly Damage[], label: string): void {
  const versions = new Set(
    damages.flatMap(({ snapshots }) => snapshots.listed.map(({ id }) => id)),
  );
  const runs = new Set(damages.flatMap((damage) => damage.runs));
  const objects = new Set(damages.flatMap(({ object }) => object ?? []));
  const hasLostRecord = damages.some(({ kind }) => kind === 'journal');
  const unnamed = lost.filter((words) => {
    const fact = toFact(words);
    if (fact === undefined) return versions.size === 0;
    switch (fact.kind) {
      case 'snapshot':
        return !versions.has(fact.id);
      case 'file':
        return !objects.has(fact.sha256);
      case 'points':
        return !runs.has(fact.run) && !hasLostRecord;
      case 'pin':
      case 'gone':
        return !versions.has(fact.snapshot) && !hasLostRecord;
      default:
        return true;
    }
  });
  expect(unnamed, `${label}: ${JSON.stringify(damages)}`).toEqual([]);
}

/** The fact that findLost speaks of; undefined where it speaks of the order of several. */
function toFact(words: string): Fact | undefined {
  const end = words.indexOf('}: ');
  return end < 0 ? undefined : (JSON.parse(words.slice(0, end + 1)) as Fact);
}

/** A damage names the file; a record's, the journal. */
function isRightFile({ damages }: Verified, { file, kind, damaged }: Blown): boolean {
  if (kind === 'journal') return damages.some((each) => each.kind === 'journal');
  // Of an object of no bytes nothing is left: it is named as missing.
  if (kind === 'object' && damaged.length === 0)
    return damages.some((each) => each.kind === 'object' || each.kind === 'ref');
  // A ref that stands in it no more is in no file.
  if (kind === 'packed refs' && damages.some((each) => each.kind === 'ref' && !each.file))
    return true;
  return damages.some(
    (each) => each.file === file || each.what === file.replace(/^store\.git\//, ''),
  );
}

/** Nothing that was there is gone: it is where it was, or has been put aside. */
function expectKept({ root, file, kind, damaged, label }: Blown): void {
  if (kind === 'catalog' || damaged.length === 0) return;
  const cellar = join(root, '.cellar');
  const aside = join(cellar, 'damaged');
  const all = existsSync(aside) ? readdirSync(aside, { recursive: true, encoding: 'utf8' }) : [];
  const places = [
    join(cellar, file),
    ...all.map((each) => join(aside, each)),
    ...readdirSync(cellar).flatMap((each) =>
      each === 'journal'
        ? readdirSync(join(cellar, each)).map((name) => join(cellar, each, name))
        : [],
    ),
  ];
  const isThere = places.some(
    (path) => existsSync(path) && statSync(path).isFile() && readFileSync(path).equals(damaged),
  );
  // A journal that was cut or whose records are all in git by now is gone with them.
  if (kind !== 'journal') expect(isThere, `${label} is kept nowhere`).toBe(true);
}
