import { mainMetric } from '../../contract/main-metric.js';
import { originWords, trainedOn } from '../../contract/origin.js';
import type { ApprovalRule, TrailEntry, VersionPage } from '../../contract/models.js';
import { formatNumber } from './number.js';
import { formatMoment } from './time.js';

/** A search as people type it: words are looked for in the name, anything like a condition is the grammar of filters. */
export function toModelFilter(text: string): string {
  const words = text.trim();
  if (words === '' || /[=<>]|\b(LIKE|ILIKE|IN|IS)\b/i.test(words)) return words;
  return `name ILIKE '%${words.replaceAll("'", '')}%'`;
}

/** What a rule asks for: "champion: 2 of Anna, Ben". */
export function ruleWords({ aliases, needed, persons }: ApprovalRule): string {
  const who =
    persons.length === 1 ? (persons[0] ?? '') : `${String(needed)} of ${persons.join(', ')}`;
  return `Before ${aliases.map((alias) => `@${alias}`).join(', ')} moves: ${who}`;
}

/**
 * Where a version comes from: "wine v3, from train.ipynb as of 14:32 (cell 5), on wine.csv (178 rows), accuracy 0.9722, clean run."
 * What is not known is left out.
 */
export function versionWords(version: VersionPage, now: number): string {
  const { name, snapshot, data, metrics } = version;
  const cells = version.cells.flatMap(({ index }) => (index === null ? [] : [index + 1]));
  const words = originWords(
    {
      subject: `${name} v${String(version.version)}`,
      ...{ path: snapshot?.path ?? null, time: snapshot?.time ?? null, cells, unsure: false },
      data: trainedOn(data.map((each) => ({ ...each, role: each.context }))),
      metric: mainMetric(Object.entries(metrics)) ?? null,
      clean: snapshot?.clean ?? null,
    },
    { time: (time) => formatMoment(time, now), number: formatNumber },
  );
  return snapshot === null && data.length === 0 ? words.replace(/\.$/, '') : words;
}

/** "cell 5", "cells 2–4", "cells 2, 5". */
export function placeWords(places: readonly number[]): string {
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  const [first = 0] = sorted;
  const last = sorted[sorted.length - 1] ?? 0;
  if (sorted.length === 1) return `cell ${String(first)}`;
  if (last - first === sorted.length - 1) return `cells ${String(first)}–${String(last)}`;
  return `cells ${sorted.join(', ')}`;
}

/** One move in words, as what its person did: "moved @champion from v1 to v3". */
export function moveWords(move: TrailEntry): string {
  const { kind, from, to, version } = move;
  const what = move.what ?? '';
  const one = version === null ? 'it' : `v${String(version)}`;
  switch (kind) {
    case 'alias set':
      return from === null
        ? `set @${what} to v${to ?? ''}`
        : `moved @${what} from v${from} to v${to ?? ''}`;
    case 'alias removed':
      return `took @${what} off v${from ?? ''}`;
    case 'stage set':
      return `moved ${one} from ${from ?? ''} to ${to ?? ''}`;
    case 'tagged':
    case 'version tagged':
      return `tagged ${one} ${what} = ${to ?? ''}`;
    case 'untagged':
    case 'version untagged':
      return `took the tag ${what} off ${one}`;
    case 'renamed':
      return `renamed it from ${from ?? ''} to ${to ?? ''}`;
    case 'rules set':
      return (to ?? '') === '' ? 'asks for no approval any more' : `asks for approval: ${to ?? ''}`;
    case 'registered':
      return `registered ${move.name}`;
    case 'version made':
      return `registered ${one}`;
    case 'deleted':
    case 'version deleted':
      return `deleted ${one}`;
    case 'described':
    case 'version described':
      return `described ${one}`;
    case 'approved':
      return `approved ${one}`;
    case 'approval withdrawn':
      return `took the approval of ${one} back`;
  }
}

/** A person without the address: "Ada" of "Ada <ada@example.org>"; "somebody" for nobody in particular. */
export function personName(person: string): string {
  return person === '' ? 'somebody' : person.replace(/\s*<[^>]*>$/, '');
}
