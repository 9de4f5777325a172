import type { Known } from './find.js';
import type { Stretch } from './places.js';

/** A text that is known by what it hashes to: `rolling` finds where it may stand, `digest` proves it. */
export interface HashedText {
  /** In UTF-16 code units. */
  readonly length: number;
  readonly rolling: number;
  readonly digest: string;
}

/** Odd, so that no letter's weight vanishes; what is found is proved by the digest. */
const BASE = 0x01000193;

/** Finds texts that are given, also as JSON within a text escapes them. */
export function plainTexts(secrets: readonly string[]): Known {
  const forms = new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]));
  return {
    find: (text) =>
      [...forms].flatMap((form) => {
        const stretches: Stretch[] = [];
        if (form === '') return stretches;
        for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length))
          stretches.push({ start: at, end: at + form.length });
        return stretches;
      }),
  };
}

/** Finds texts by their hashes, in one pass for each length that occurs (Karp and Rabin 1987). `digest` is a keyed hash. */
export function hashedTexts(
  hashes: readonly HashedText[],
  digest: (text: string) => string,
): Known {
  const lengths = [...new Set(hashes.map(({ length }) => length))];
  const sorted = lengths.map((length) => hashes.filter((each) => each.length === length));
  return { find: (text) => sorted.flatMap((same) => findSame(text, same, digest)) };
}

/** What hashedTexts needs to know of a text. */
export function hashText(text: string, digest: (text: string) => string): HashedText {
  let rolling = 0;
  for (let at = 0; at < text.length; at++) rolling = step(rolling, text.charCodeAt(at));
  return { length: text.length, rolling, digest: digest(text) };
}

function findSame(
  text: string,
  hashes: readonly HashedText[],
  digest: (text: string) => string,
): readonly Stretch[] {
  const length = hashes[0]?.length ?? 0;
  if (length === 0 || text.length < length) return [];
  const wanted = new Map(hashes.map((each) => [each.rolling, each.digest]));
  let leaving = 1;
  for (let i = 0; i < length; i++) leaving = Math.imul(leaving, BASE);
  const stretches: Stretch[] = [];
  let rolling = 0;
  for (let end = 1; end <= text.length; end++) {
    rolling = step(rolling, text.charCodeAt(end - 1));
    const start = end - length;
    if (start > 0) rolling = (rolling - Math.imul(text.charCodeAt(start - 1), leaving)) | 0;
    if (start < 0) continue;
    const proof = wanted.get(rolling);
    if (proof !== undefined && digest(text.slice(start, end)) === proof)
      stretches.push({ start, end });
  }
  return stretches;
}

function step(rolling: number, code: number): number {
  return (Math.imul(rolling, BASE) + code) | 0;
}
