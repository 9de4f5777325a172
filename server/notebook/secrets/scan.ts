import { isUtf8 } from 'node:buffer';

import { assemble, toBytes } from './assembled.js';
import type { Found, Seeker } from './find.js';
import { ByteOffsets, NoJsonError } from './json-bytes.js';
import type { Stretch } from './places.js';
import { listTexts, type TextPlace, type TextSpan } from './texts.js';

/** A secret of a notebook. `start` and `end` count UTF-16 code units in the text of its place. */
export interface Finding extends TextPlace, Stretch {
  readonly rule: string;
  /** Of the rule, as a person calls it. */
  readonly name: string;
  /** Its beginning, as far as that says no more than what kind it is. */
  readonly preview: string;
  readonly secret: string;
  /** Where it stands in the file's bytes, a stretch for each string that holds some of it. */
  readonly bytes: readonly Stretch[];
}

export interface Scan {
  readonly findings: readonly Finding[];
  /** False where there was so much that looked like secrets that the rest was left. */
  readonly isComplete: boolean;
}

/** Patterns are tried on this many code units of a file at most. */
const BUDGET = 4 * 1024 * 1024;
/** Others get a turn after this much text, in bytes. */
const TURN = 1024 * 1024;
const LONGEST_PREVIEW = 12;

/** Looks for secrets in a notebook's file, in one go. Bytes that are no notebook are looked at as one text. */
export function scanNotebook(bytes: Uint8Array, seeker: Seeker): Scan {
  const steps = scanInSteps(bytes, seeker);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, with pauses between pieces of work of some milliseconds each. */
export function* scanInSteps(bytes: Uint8Array, seeker: Seeker): Generator<undefined, Scan> {
  const budget = { left: BUDGET };
  const groups = groupTexts(bytes);
  const findings: Finding[] = [];
  const offsets = new ByteOffsets(bytes);
  let passed = 0;
  for (const group of groups) {
    const [first] = group;
    passed += (group[group.length - 1]?.end ?? 0) - (first?.start ?? 0);
    if (passed > TURN) {
      passed = 0;
      yield;
    }
    if (!group.some((span) => isCut(bytes, span, group) || seeker.isWorthIt(bytes, span))) continue;
    const assembled = assemble(bytes, group);
    for (const found of yield* seeker.find(assembled.text, budget)) {
      const { span, stretches } = toBytes(offsets, assembled, found);
      if (span === undefined || stretches.every(({ start, end }) => start === end)) continue;
      findings.push(toFinding(assembled.text, found, span, stretches));
    }
  }
  return { findings, isComplete: budget.left > 0 };
}

function toFinding(
  text: string,
  { rule, start, end }: Found,
  { cell, index, place, output }: TextPlace,
  bytes: readonly Stretch[],
): Finding {
  const secret = text.slice(start, end);
  const known = rule.keywords.find((keyword) => secret.toLowerCase().startsWith(keyword));
  const preview = `${secret.slice(0, Math.min(known?.length ?? 0, LONGEST_PREVIEW))}…`;
  const where = { cell, index, place, output, start, end };
  return { ...where, rule: rule.id, name: rule.name, preview, secret, bytes };
}

/** The texts of a notebook; neighbouring outputs of one stream are one. Bytes that are no JSON are one text, if they are text at all. */
function groupTexts(bytes: Uint8Array): readonly (readonly TextSpan[])[] {
  try {
    const groups: TextSpan[][] = [];
    for (const text of listTexts(bytes)) {
      const group = groups[groups.length - 1];
      const last = group?.[group.length - 1];
      if (group !== undefined && last !== undefined && isSameStream(last, text)) group.push(text);
      else groups.push([text]);
    }
    return groups;
  } catch (error) {
    if (!(error instanceof NoJsonError)) throw error;
    return isUtf8(bytes) ? [[toFileText(bytes)]] : [];
  }
}

function toFileText(bytes: Uint8Array): TextSpan {
  const all = { start: 0, end: bytes.length };
  const place = { cell: undefined, index: -1, place: 'file', output: undefined } as const;
  return {
    ...place,
    ...all,
    kind: 'lines',
    strings: [{ ...all, isEscaped: false }],
    stream: undefined,
  };
}

function isSameStream(a: TextSpan, b: TextSpan): boolean {
  const isStream = a.stream !== undefined && a.kind === 'lines' && b.kind === 'lines';
  return isStream && a.stream === b.stream && a.index === b.index && a.place === b.place;
}

/** Whether a string of a text ends within a line, so that a word may go on in the next. */
function isCut(
  bytes: Uint8Array,
  { strings, kind }: TextSpan,
  group: readonly TextSpan[],
): boolean {
  if (kind !== 'lines') return false;
  return strings.some(({ end }, index) => {
    if (index === strings.length - 1 && group.length === 1) return false;
    return bytes[end - 1] !== 0x6e || bytes[end - 2] !== 0x5c;
  });
}
