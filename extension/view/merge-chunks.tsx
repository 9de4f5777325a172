import { useMemo, useState, type JSX } from 'react';

import type { MergedCell, MergedChunk } from '../model/merge-result.js';
import { choicesFor } from '../model/merge-takes.js';
import type { MergeModel } from '../model/merge.js';
import { formatCount } from '../model/words.js';
import { LineText } from './diff-line.js';
import { ColumnChoices } from './merge-choice.js';
import { columnLines, type MergeColumn, type MergeLine } from './merge-lines.js';
import type { MergeLabels } from './merge-words.js';
import { useStore } from './use-store.js';

/** Unchanged lines that stay at each end of a long stretch, and the length from which on the rest is folded. */
const CONTEXT = 2;
const LONG = 8;

/** A cell's source in three columns, stretch by stretch. */
export function MergeChunks(props: {
  readonly model: MergeModel;
  readonly merged: MergedCell;
  readonly labels: MergeLabels;
  readonly language: string;
}): JSX.Element {
  const { model, merged, labels, language } = props;
  const { chunks } = merged;
  const columns = useMemo(
    () => ({
      base: columnLines(chunks, 'base', language),
      local: columnLines(chunks, 'local', language),
      merged: columnLines(chunks, 'merged', language),
      remote: columnLines(chunks, 'remote', language),
    }),
    [chunks, language],
  );
  return (
    <div className="cellar-MergeSource" role="group" aria-label="Source">
      {chunks.map((chunk, at) => (
        <ChunkRow
          key={at}
          model={model}
          merged={merged}
          chunk={chunk}
          labels={labels}
          isLast={at === chunks.length - 1}
          lines={(column) => columns[column][at] ?? []}
        />
      ))}
    </div>
  );
}

interface ChunkProps {
  readonly model: MergeModel;
  readonly merged: MergedCell;
  readonly chunk: MergedChunk;
  readonly labels: MergeLabels;
  readonly isLast: boolean;
  readonly lines: (column: MergeColumn) => readonly MergeLine[];
}

function ChunkRow(props: ChunkProps): JSX.Element | null {
  const { chunk } = props;
  if (chunk.chunk.kind === 'same') return <SameRow {...props} />;
  return <ChangedRow {...props} />;
}

function SameRow({ merged, chunk, lines, isLast }: ChunkProps): JSX.Element | null {
  const [open, setOpen] = useState(false);
  const all = lines('merged');
  const first = chunk.at === 0 ? 0 : CONTEXT;
  const last = isLast ? 0 : CONTEXT;
  const hidden = all.length - first - last;
  const folds = !open && all.length > LONG && hidden > 0;
  const row = (shown: readonly MergeLine[]): JSX.Element | null =>
    shown.length === 0 ? null : (
      <div className="cellar-MergeRow cellar-mod-same">
        {(['local', 'merged', 'remote'] as const).map((column) => (
          <div
            key={column}
            className={`cellar-MergeBox cellar-mod-at-${column}`}
            aria-hidden={column !== 'merged'}
          >
            {column !== 'merged' && merged.cell[column] === null ? null : <Lines lines={shown} />}
          </div>
        ))}
      </div>
    );
  if (!folds) return row(all);
  return (
    <>
      {row(all.slice(0, first))}
      <button
        type="button"
        className="cellar-MergeGap"
        title="Show these lines"
        onClick={() => {
          setOpen(true);
        }}
      >
        {formatCount(hidden, 'unchanged line')}
      </button>
      {row(all.slice(all.length - last))}
    </>
  );
}

function ChangedRow({ model, merged, chunk, labels, lines }: ChunkProps): JSX.Element {
  const { current, showBase, choices } = useStore(model);
  const { decision, isOpen } = chunk;
  const { kind } = chunk.chunk;
  const chosen = decision === undefined ? undefined : choices.decisions[decision.id];
  const isConflict = kind === 'conflict';
  const isCurrent = decision !== undefined && decision.id === current;
  const classes = [
    'cellar-MergeRow',
    isConflict ? (isOpen ? 'cellar-mod-open' : 'cellar-mod-settled') : 'cellar-mod-automatic',
    isCurrent ? 'cellar-mod-current' : '',
  ];
  const offered = decision === undefined ? [] : choicesFor(decision, merged.cell);
  const from = chosen ?? (isConflict ? decision?.take : kind);
  return (
    <div
      className={classes.join(' ')}
      role="group"
      aria-label={isConflict ? (isOpen ? 'Open conflict' : 'Decided conflict') : 'Merged lines'}
      aria-current={isCurrent}
      data-decision={decision?.id}
    >
      {showBase ? (
        <div className="cellar-MergeBox cellar-mod-at-base">
          <p className="cellar-MergeBox-name">{labels.base}</p>
          <Lines lines={lines('base')} none="no lines" />
        </div>
      ) : null}
      {(['local', 'merged', 'remote'] as const).map((column) => (
        <div
          key={column}
          className={`cellar-MergeBox cellar-mod-at-${column} ${boxLook(column, kind, isOpen, merged.isPresent ? from : 'base')}`}
          role="group"
          aria-label={column === 'merged' ? 'merged' : labels[column]}
        >
          <div className="cellar-MergeBox-bar">
            {column === 'merged' ? (
              <span className="cellar-MergeBox-word">
                {merged.isPresent ? word(kind, isOpen, from, labels) : 'deleted'}
              </span>
            ) : null}
            {decision === undefined || !isConflict ? null : (
              <ColumnChoices {...{ model, decision, offered, column, labels }} />
            )}
          </div>
          {column === 'merged' && (isOpen || !merged.isPresent) ? null : column !== 'merged' &&
            merged.cell[column] === null ? (
            <p className="cellar-Note">{`no such cell in ${labels[column]}`}</p>
          ) : (
            <Lines lines={lines(column)} none="no lines" />
          )}
        </div>
      ))}
    </div>
  );
}

/** Lines of one side; without any, the words for that. */
export function Lines(props: {
  readonly lines: readonly MergeLine[];
  readonly none?: string;
}): JSX.Element {
  const { lines, none } = props;
  if (lines.length === 0 && none !== undefined) return <p className="cellar-Note">{none}</p>;
  return (
    <pre className="cellar-MergeLines">
      {lines.map(({ line, looks }, at) => (
        <span key={at} className="cellar-MergeLine">
          <LineText line={line} looks={looks} />
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

function boxLook(
  column: 'local' | 'merged' | 'remote',
  kind: MergedChunk['chunk']['kind'],
  isOpen: boolean,
  from: string | undefined,
): string {
  if (column === 'merged') {
    if (isOpen) return 'cellar-mod-conflict';
    if (from === 'local' || from === 'remote') return `cellar-mod-${from}`;
    return from === 'base' ? 'cellar-mod-same' : 'cellar-mod-both';
  }
  return kind === column || kind === 'conflict' || kind === 'agreed' ? `cellar-mod-${column}` : '';
}

function word(
  kind: MergedChunk['chunk']['kind'],
  isOpen: boolean,
  from: string | undefined,
  labels: MergeLabels,
): string {
  if (isOpen) return 'open conflict';
  if (from === 'local' || from === 'remote' || from === 'base') return `from ${labels[from]}`;
  return kind === 'agreed' ? 'the same in both' : 'both';
}
