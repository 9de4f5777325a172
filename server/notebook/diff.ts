import type { CellChange, NotebookDiff } from '../../contract/diff.js';
import { diffCell, diffJoined, oneSidedCell } from './cells.js';
import { diffCoarsely } from './coarse.js';
import type { Match } from './match.js';
import { matchCells } from './match.js';
import { diffNotebookMetadata } from './metadata.js';
import type { Cell, Notebook } from './notebook.js';
import type { DiffOptions, Terms } from './options.js';
import { shownKinds, toScope, toTerms } from './options.js';
import { tallyChanges } from './tally.js';
import { makePatch } from './patch/make.js';

function cellAt(cells: readonly Cell[], index: number): Cell {
  const cell = cells[index];
  if (cell === undefined) throw new RangeError(`there is no cell ${index}`);
  return cell;
}

interface Sides {
  readonly base: Notebook;
  readonly head: Notebook;
}

function toChange(match: Match, { base, head }: Sides, terms: Terms): CellChange {
  const a = (index: number) => cellAt(base.cells, index);
  const b = (index: number) => cellAt(head.cells, index);
  switch (match.kind) {
    case 'pair': {
      const place = { base: [match.base], head: [match.head] };
      const movedBy = match.head - match.base;
      return diffCell(
        a(match.base),
        b(match.head),
        match.moved ? { ...place, movedBy } : place,
        terms,
      );
    }
    case 'added':
      return oneSidedCell(b(match.head), 'head', { index: match.head, terms });
    case 'deleted':
      return oneSidedCell(a(match.base), 'base', { index: match.base, terms });
    case 'split':
      return diffJoined(
        { kind: 'split', base: [a(match.base)], head: match.head.map(b) },
        { base: [match.base], head: match.head },
        terms,
      );
    case 'merged':
      return diffJoined(
        { kind: 'merged', base: match.base.map(a), head: [b(match.head)] },
        { base: match.base, head: [match.head] },
        terms,
      );
  }
}

function diffFormats(
  base: Notebook['format'],
  head: Notebook['format'],
): NonNullable<NotebookDiff['formats']> | undefined {
  if (base.major === head.major && base.minor === head.minor) return undefined;
  return { base: [base.major, base.minor], head: [head.major, head.minor] };
}

/**
 * Compares two notebooks: what a reader is shown. What a re-run changes by itself is counted in `noise` and not shown, but for the kinds
 * that `options` names. Never throws on notebooks that `parseNotebook` gave.
 */
export function diffNotebooks(
  base: Notebook,
  head: Notebook,
  options: DiffOptions = {},
): NotebookDiff {
  const terms = toTerms(options, { base, head });
  const changes =
    options.coarse === true
      ? diffCoarsely(base.cells, head.cells, terms)
      : matchCells(base.cells, head.cells).map((match) => toChange(match, { base, head }, terms));
  const { noise } = toScope(terms);
  for (const change of changes) noise.addAll(change.noise);
  const metadata = diffNotebookMetadata(base.metadata, head.metadata, noise);
  const formats = diffFormats(base.format, head.format);
  const showsFormats = formats !== undefined && !noise.hides('format');
  const shown = shownKinds(options);
  return {
    status: 'ok',
    format: 1,
    ...(options.coarse === true ? { coarse: true } : {}),
    ...(shown.length > 0 ? { shown } : {}),
    ...(showsFormats ? { formats } : {}),
    language: head.language || base.language,
    ...tallyChanges(changes),
    notebook_metadata_changed: metadata.length > 0 || showsFormats,
    noise: noise.toNoise(),
    notebook_metadata: metadata,
    changes,
    ...(options.patch === true ? { patch: makePatch(base, head) } : {}),
  };
}
