import { join } from 'node:path';

import { CellarError, isErrno } from '../errors.js';
import type { Catalog } from './catalog/catalog.js';
import { MAIN } from './create.js';
import type { Disk } from './disk/disk.js';
import { readFormat, readFormatAt, type Format } from './format.js';
import type { Repository } from './git/repository.js';
import type { Places } from './places.js';

/** So far back one looks for a commit that can be read, before the versions themselves are asked. */
const MOST_BACK = 1_000;

/** Whether a store can be written: not while the way to what main holds is damaged. */
export type Condition =
  | { readonly kind: 'sound'; readonly format: Format }
  | {
      readonly kind: 'damaged';
      readonly format: Format;
      /** What is damaged and what to do, in words. */
      readonly reason: CellarError;
      /** The newest commit of main that can be read, which stands for main meanwhile. */
      readonly standIn: string;
    };

/**
 * Finds out whether main can be built on; where it cannot, what is shown in its place. Throws store_newer, and store_damaged where
 * nothing can be shown.
 */
export async function judge(repository: Repository, catalog: Catalog): Promise<Condition> {
  try {
    return { kind: 'sound', format: await readFormat(repository, MAIN) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const found = await findStandIn(repository, catalog);
    if (found === undefined) throw error;
    return { kind: 'damaged', ...found, reason: toReason(repository, error.message) };
  }
}

/** As judge, at the opening: a store whose repair was ended in the midst waits for it to be gone on with. */
export async function judgeOpening(
  repository: Repository,
  catalog: Catalog,
  { places, disk }: { readonly places: Places; readonly disk: Disk },
): Promise<Condition> {
  const condition = await judge(repository, catalog);
  if (condition.kind === 'damaged' || !(await isRepairing(places, disk))) return condition;
  const standIn = await repository.findRef(MAIN);
  if (standIn === undefined) return condition;
  const reason = toReason(repository, 'A repair of it was begun and not finished.');
  return { ...condition, kind: 'damaged', standIn, reason };
}

/** Is there from when a repair begins to replace what it found until it has written down what is lost. */
export function repairMarkerPath(places: Places): string {
  return join(places.state, 'repair.json');
}

async function isRepairing(places: Places, disk: Disk): Promise<boolean> {
  try {
    await disk.stat(repairMarkerPath(places));
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false;
    throw error;
  }
}

function toReason({ gitdir }: Repository, words: string): CellarError {
  const what = words.replace(/ *(Run "cellar verify|Restore the store from).*$/, '');
  return new CellarError(
    'store_damaged',
    `The store is damaged: ${what} What can be read is shown, and nothing is written to it. Run "cellar verify --repair".`,
    { path: gitdir },
  );
}

interface StandIn {
  readonly standIn: string;
  readonly format: Format;
}

async function findStandIn(repository: Repository, catalog: Catalog): Promise<StandIn | undefined> {
  const heads = [
    await repository.findRef(MAIN).catch(() => undefined),
    (await catalog.position())[MAIN],
  ];
  for (const head of heads) {
    const found = head === undefined ? undefined : await findReadable(repository, head, MOST_BACK);
    if (found !== undefined) return found;
  }
  const rows = (await catalog.rows()).snapshots.filter(({ line }) => line === 'main');
  for (const { commit } of [...rows].sort((a, b) => b.number - a.number)) {
    const found = await findReadable(repository, commit, 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The newest of so many commits, back from `head`, whose format can be read. */
async function findReadable(
  repository: Repository,
  head: string,
  most: number,
): Promise<StandIn | undefined> {
  let at: string | undefined = head;
  for (let looked = 0; at !== undefined && looked < most; looked += 1) {
    try {
      return { standIn: at, format: await readFormatAt(repository, at) };
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    at = await repository.readCommit(at).then(
      ({ parents }) => parents[0],
      () => undefined,
    );
  }
  return undefined;
}

function isDamage(error: unknown): error is CellarError {
  return error instanceof CellarError && error.code === 'store_damaged';
}
