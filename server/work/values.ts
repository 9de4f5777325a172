import type { ValueRef } from '../../contract/diff.js';

/** The most bytes of values that travel with a result; what does not fit is looked up when it is asked for. */
const MAX_PACK_BYTES = 32 * 1024 * 1024;

/** Long values of notebooks by their hash, in one buffer. */
export interface ValuePack {
  readonly bytes: Uint8Array;
  /** Hash, start and end (excluded) in `bytes`. */
  readonly places: readonly (readonly [string, number, number])[];
}

/** Packs the values that the refs name and do not hold themselves, in their order, as far as they fit. */
export function packValues(
  refs: Iterable<ValueRef | undefined>,
  find: (hash: string) => { readonly text: string } | undefined,
  limit = MAX_PACK_BYTES,
): ValuePack {
  const hashes = new Set<string>();
  for (const ref of refs) if (ref !== undefined && ref.text === undefined) hashes.add(ref.hash);
  const texts: Buffer[] = [];
  const places: [string, number, number][] = [];
  let used = 0;
  for (const hash of hashes) {
    const text = find(hash)?.text;
    // A code unit takes at least one byte.
    if (text === undefined || used + text.length > limit) continue;
    const bytes = Buffer.from(text);
    if (used + bytes.length > limit) continue;
    texts.push(bytes);
    places.push([hash, used, used + bytes.length]);
    used += bytes.length;
  }
  const bytes = new Uint8Array(used);
  for (const [at, [, from]] of places.entries()) bytes.set(texts[at] ?? [], from);
  return { bytes, places };
}

/** A value's UTF-8 text; undefined when the pack does not hold it. */
export function findPacked({ bytes, places }: ValuePack, hash: string): Uint8Array | undefined {
  const place = places.find(([each]) => each === hash);
  return place && bytes.subarray(place[1], place[2]);
}
