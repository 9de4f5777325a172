import { ulid } from 'ulid';

/** Makes ULIDs in lower case; later ones sort later, whatever the clock does, and differ in their first 16 characters. */
export function createIds(now: () => number): () => string {
  let last = '';
  return () => {
    last = nextId(last, now());
    return last;
  };
}

/** How much of an id is shown: the start in which all that one process makes differ. */
const SHOWN = 16;
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
/** The most that the start rises by within a millisecond; a million ids have room in one. */
const MOST_STEP = 512;

/**
 * A ULID for `time` that sorts after `last`: when the clock stood still or went back, its start is that of `last` and a little more,
 * and the rest as random as ever, so that a person needs no more than the start to name it.
 */
function nextId(last: string, time: number): string {
  const fresh = ulid(time).toLowerCase();
  if (fresh.slice(0, SHOWN) > last.slice(0, SHOWN)) return fresh;
  const chars = Array.from(last.slice(0, SHOWN));
  let carry = 1 + Math.floor(MOST_STEP * Math.random());
  for (let at = SHOWN - 1; at >= 0 && carry > 0; at -= 1) {
    const sum = DIGITS.indexOf(chars[at] ?? '') + carry;
    chars[at] = DIGITS[sum % DIGITS.length] ?? '0';
    carry = Math.floor(sum / DIGITS.length);
  }
  return chars.join('') + fresh.slice(SHOWN);
}
