import type { RedactedText } from '../../contract/secrets.js';
import { createSeeker } from '../notebook/secrets/find.js';
import { hashedTexts } from '../notebook/secrets/known-texts.js';
import type { Stretch } from '../notebook/secrets/places.js';
import { redact, redactionMark } from '../notebook/secrets/redact.js';
import { PURGED_RULE } from '../notebook/secrets/rules.js';
import { scanInSteps } from '../notebook/secrets/scan.js';
import type { Store } from '../store/store.js';
import { digestWith, readPurged, readSecretKey } from './secret-key.js';
import { inTurns } from './secrets.js';

/** Others get a turn after this many code units. */
const PIECE = 512 * 1024;

/** A text without what was purged from a store: of a notebook also where it is cut into several strings, of all else as it stands. */
export async function removePurged(store: Store, content: string): Promise<RedactedText> {
  const purged = await readPurged(store);
  if (purged.length === 0) return { content, redactions: 0 };
  const texts = hashedTexts(purged, digestWith(await readSecretKey(store)));
  const bytes = Buffer.from(content);
  const seeker = createSeeker({ listed: [], known: { texts, rule: PURGED_RULE } });
  const { findings } = await inTurns(scanInSteps(bytes, seeker));
  const clean = Buffer.from(redact(bytes, findings)).toString('utf8');
  // What that scan leaves out, such as a payload of no text or what is beside a notebook, must not keep it either.
  const longest = Math.max(...purged.map(({ length }) => length));
  const left = await inTurns(findEverywhere(clean, (piece) => texts.find(piece), longest));
  return { content: putMarks(clean, left), redactions: findings.length + left.length };
}

function* findEverywhere(
  text: string,
  find: (piece: string) => readonly Stretch[],
  longest: number,
): Generator<undefined, readonly Stretch[]> {
  const found: Stretch[] = [];
  for (let at = 0; at < text.length; at += PIECE) {
    const from = Math.max(0, at - longest);
    for (const { start, end } of find(text.slice(from, at + PIECE)))
      found.push({ start: from + start, end: from + end });
    yield;
  }
  // A text may be a part of another, and stand in two pieces: the one that begins first, and of those the longest.
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const chosen: Stretch[] = [];
  for (const each of found) if (each.start >= (chosen.at(-1)?.end ?? 0)) chosen.push(each);
  return chosen;
}

function putMarks(text: string, stretches: readonly Stretch[]): string {
  let marked = '';
  let at = 0;
  for (const { start, end } of stretches) {
    marked += text.slice(at, start) + redactionMark(PURGED_RULE.id);
    at = end;
  }
  return marked + text.slice(at);
}
