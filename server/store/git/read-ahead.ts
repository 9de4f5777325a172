import { CellarError } from '../../errors.js';
import type { GitObject } from './object.js';
import type { Read } from './repository.js';

/** About how many bytes are read before they are taken; at least one object, at most MOST of them. */
const AHEAD_BYTES = 8 * 1024 * 1024;
const MOST = 64;

/** Reads objects in order, some ahead of who takes them: as many as are likely to have AHEAD_BYTES, by the size of those before. */
export async function* readAhead(
  oids: readonly string[],
  find: (oid: string) => Promise<GitObject | undefined>,
  missing: (oid: string) => CellarError,
): AsyncGenerator<Read> {
  const reading: Promise<Read>[] = [];
  let next = 0;
  let usual = AHEAD_BYTES / 8;
  const read = async (oid: string): Promise<Read> => {
    try {
      const object = await find(oid);
      if (object !== undefined) return { kind: 'object', object };
      return { kind: 'failed', oid, error: missing(oid) };
    } catch (error) {
      if (error instanceof CellarError) return { kind: 'failed', oid, error };
      throw error;
    }
  };
  for (let taken = 0; taken < oids.length; taken += 1) {
    const ahead = Math.min(MOST, Math.max(1, Math.floor(AHEAD_BYTES / usual)));
    for (; next < oids.length && next - taken < ahead; next += 1) {
      const started = read(oids[next] ?? '');
      // It is awaited when its turn comes; until then its failure is nobody's.
      started.catch(() => undefined);
      reading.push(started);
    }
    const first = await reading.shift();
    if (first === undefined) return;
    if (first.kind === 'object')
      usual = Math.max(usual * 0.9, first.object.content.length, AHEAD_BYTES / MOST);
    yield first;
  }
}
