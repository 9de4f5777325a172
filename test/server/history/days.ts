import type { History } from '../../../server/history/history.js';
import type { StoreOptions } from '../../../server/store/store.js';
import { openTestHistory } from '../scratch.js';
import { keep } from './kept.js';

export const DAY = 24 * 60 * 60 * 1000;
/** Far ahead of the disk's own clock, so that to a collection all that was ever written is old. */
export const NOON = Date.UTC(2036, 9, 1, 12);

/** A clock that stands until it is set. */
export interface SetClock {
  now: number;
}

/** A workspace under a clock that the test sets. */
export function openOn(
  clock: SetClock,
  root?: string,
  options: Partial<StoreOptions> = {},
): Promise<History> {
  return openTestHistory(root, { now: () => clock.now, ...options });
}

/** Saves a notebook so many minutes after one another; gives the ids. */
export async function saveOften(
  history: History,
  clock: SetClock,
  how: { readonly path: string; readonly minutes: readonly number[]; readonly name?: string },
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const minutes of how.minutes) {
    clock.now += minutes * 60_000;
    const source = `${how.name ?? how.path} ${clock.now}`;
    const { row } = await keep(history, how.path, [source], { trigger: 'save' });
    ids.push(row.id);
  }
  return ids;
}

/** Every row of the catalog, to compare. */
export async function rowsOf({ store }: History): Promise<unknown> {
  const { position, ...rows } = await store.catalog.rows();
  return { ...rows, position: { ...position } };
}
