import { NoJsonError } from './json-bytes.js';
import { redact } from './redact.js';
import type { Finding } from './scan.js';
import { listTexts, type TextSpan } from './texts.js';

/** A notebook's bytes with the secrets that were found in it. */
export interface Redactable {
  readonly bytes: Uint8Array;
  readonly findings: readonly Finding[];
}

/**
 * `target`, a notebook that secrets were taken out of, with those back that `present` still has: at a place of the same cell whose
 * text, redacted, is what the target has there, the present text stands. `places` counts these.
 */
export function reinstate(
  target: Uint8Array,
  present: Redactable,
): { readonly bytes: Uint8Array; readonly places: number } {
  const there = present.findings.length === 0 ? undefined : findTexts(present.bytes);
  const here = there === undefined ? undefined : findTexts(target);
  if (there === undefined || here === undefined) return { bytes: target, places: 0 };
  const parts: Uint8Array[] = [];
  let at = 0;
  let places = 0;
  for (const [key, span] of here) {
    const own = there.get(key);
    if (own === undefined) continue;
    const found = present.findings.filter(({ bytes }) => bytes.some((part) => isIn(part, own)));
    if (found.length === 0 || !isRedactedFrom(target, span, { ...present, findings: found }, own))
      continue;
    parts.push(target.subarray(at, span.start), present.bytes.subarray(own.start, own.end));
    at = span.end;
    places += found.length;
  }
  return { bytes: Buffer.concat([...parts, target.subarray(at)]), places };
}

function isRedactedFrom(
  target: Uint8Array,
  span: TextSpan,
  present: Redactable,
  own: TextSpan,
): boolean {
  const text = present.bytes.subarray(own.start, own.end);
  const findings = present.findings.map((finding) => ({
    ...finding,
    bytes: finding.bytes
      .filter((part) => isIn(part, own))
      .map(({ start, end }) => ({ start: start - own.start, end: end - own.start })),
  }));
  return Buffer.from(redact(text, findings)).equals(target.subarray(span.start, span.end));
}

function isIn(
  part: { readonly start: number; readonly end: number },
  { start, end }: TextSpan,
): boolean {
  return part.start >= start && part.end <= end;
}

/** A notebook's texts by where they stand: cells by their id, else by their index. Undefined where the bytes are no JSON. */
function findTexts(bytes: Uint8Array): ReadonlyMap<string, TextSpan> | undefined {
  try {
    const texts = new Map<string, TextSpan>();
    for (const text of listTexts(bytes)) {
      const cell = text.cell === undefined || text.cell === '' ? `#${text.index}` : text.cell;
      const place = JSON.stringify([cell, text.place, text.output]);
      let nth = 0;
      while (texts.has(`${place}${nth}`)) nth += 1;
      texts.set(`${place}${nth}`, text);
    }
    return texts;
  } catch (error) {
    if (error instanceof NoJsonError) return undefined;
    throw error;
  }
}
