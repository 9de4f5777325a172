import { ulid } from 'ulid';

/** Makes ULIDs in lower case; later ones sort later, whatever the clock does. */
export function createIds(now: () => number): () => string {
  let last = '';
  return () => {
    last = nextId(last, now());
    return last;
  };
}

/** A ULID for `time` that sorts after `last`: when the clock stood still or went back, `last` plus one. */
function nextId(last: string, time: number): string {
  const fresh = ulid(time).toLowerCase();
  if (fresh > last) return fresh;
  const digits = '0123456789abcdefghjkmnpqrstvwxyz';
  const chars = Array.from(last);
  for (let at = chars.length - 1; at >= 0; at -= 1) {
    const digit = digits.indexOf(chars[at] ?? '');
    chars[at] = digits[(digit + 1) % digits.length] ?? '0';
    if (digit + 1 < digits.length) break;
  }
  return chars.join('');
}
