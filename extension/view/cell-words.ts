import type { Aspect, CellChange } from '../../contract/diff.js';

/** The sign beside a change's colour and word. */
export const CHANGE_SIGNS: Readonly<Record<CellChange['kind'], string>> = {
  same: '',
  modified: '~',
  added: '+',
  deleted: '\u2212',
  moved: '\u2195',
  split: '\u2443',
  merged: '\u2442',
};

/** The word for a change, with how far a cell moved: "modified", "moved up by 2". */
export function describeChange({ kind, movedBy, aspects }: CellChange): string {
  if (kind === 'moved' && movedBy !== undefined && movedBy !== 0) {
    const way = `moved ${movedBy < 0 ? 'up' : 'down'} by ${String(Math.abs(movedBy))}`;
    return aspects.length > 0 ? `${way} and modified` : way;
  }
  if (kind === 'split') return 'split in two';
  if (kind === 'merged') return 'merged from two';
  return kind;
}

/** A cell and its change in one phrase, for labels. */
export function describeCell(change: CellChange): string {
  return `${cellName(change)}, ${describeChange(change)}`;
}

/** A cell by its kind and its place counted from 1, on head where it is there. */
export function cellName({ cellType, base, head }: CellChange): string {
  const places = (head.length > 0 ? head : base).map((place) => String(place + 1)).join(' and ');
  return `${cellType} cell ${places}`;
}

/** What of a cell differs beside its source, in words; nothing for a cell that is new or gone. */
export function aspectWords(change: CellChange, aspects: readonly Aspect[]): string {
  if (change.kind === 'added' || change.kind === 'deleted') return '';
  return aspects
    .map((aspect) => aspectWord(change, aspect))
    .filter(Boolean)
    .join(', ');
}

function aspectWord(change: CellChange, aspect: Aspect): string {
  switch (aspect) {
    case 'source':
      return change.source?.only === undefined ? '' : ONLY_WORDS[change.source.only];
    case 'outputs':
      return 'outputs';
    case 'metadata':
      return 'metadata';
    case 'attachments':
      return 'attachments differ';
    case 'type':
      return change.baseType === undefined ? '' : `was ${change.baseType}`;
    case 'execution':
      return `ran as ${formatPrompt(change.baseExecution)} \u2192 ${formatPrompt(change.headExecution)}`;
    case 'id':
      return `id ${change.baseId ?? 'none'} \u2192 ${change.id ?? 'none'}`;
  }
}

const ONLY_WORDS = {
  whitespace: 'only white space differs',
  comments: 'only comments differ',
} as const;

function formatPrompt(count: number | null | undefined): string {
  return `[${count === null || count === undefined ? ' ' : String(count)}]`;
}
