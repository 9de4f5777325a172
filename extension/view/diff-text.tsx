import { useMemo, useState, type JSX } from 'react';

import type { TextDiff } from '../../contract/diff.js';
import { markNoise } from '../model/compare-noise.js';
import { toPairs, type NumberedLine, type Stretch } from '../model/lines.js';
import { formatCount } from '../model/words.js';
import { LineCells, opClass } from './diff-line.js';
import type { Beside } from './diff-parts.js';
import type { Look } from './paint.js';
import { drawSource, drawTerminal } from './text-lines.js';

/** How the two sides stand: beside each other, mixed, or only one of them there. */
type Columns = 'split' | 'unified' | 'single';
type LooksOf = (line: NumberedLine) => readonly Look[];

const NO_LOOKS: readonly Look[] = [];
/** Gaps up to this many lines are shown at once: the line that would stand for them saves nothing. */
const SHORTEST_GAP = 2;

/** Two texts by line. `language` colours a source; without it the text is a terminal's, with its escape sequences. */
export function TextDiffView(props: {
  readonly diff: TextDiff;
  readonly layout: 'split' | 'unified';
  readonly label: string;
  readonly language?: string;
  /** The whole base side, by which lines left out can be shown. */
  readonly baseText?: string | undefined;
  /** Where noise is shown: the diff of the same texts without it. */
  readonly beside?: Beside<TextDiff> | undefined;
}): JSX.Element {
  const { diff, layout, label, language, baseText, beside } = props;
  const quiet = beside?.quiet;
  const noisy = beside !== undefined;
  const drawn = useMemo(() => {
    const marked = noisy ? markNoise(diff, quiet) : diff;
    return language === undefined ? drawTerminal(marked) : drawSource(marked, language, baseText);
  }, [diff, quiet, noisy, language, baseText]);
  const single = diff.baseLines === 0 || diff.headLines === 0;
  const columns = single ? 'single' : layout;
  const looksOf: LooksOf = (line) => drawn.looks.get(line) ?? NO_LOOKS;
  return (
    <>
      <table
        className={`cellar-Text cellar-mod-${columns}${language === undefined ? '' : ' cellar-mod-source'}`}
        aria-label={label}
      >
        <ColumnWidths columns={columns} />
        <tbody>
          {drawn.stretches.map((stretch, at) => (
            <StretchRows key={at} stretch={stretch} columns={columns} looksOf={looksOf} />
          ))}
        </tbody>
      </table>
      {diff.leftOut === undefined || diff.leftOut === 0 ? null : (
        <p className="cellar-Note">{`and ${formatCount(diff.leftOut, 'more changed line')}`}</p>
      )}
      {diff.coarse === true ? (
        <p className="cellar-Note">These texts are long: more may be marked than has changed.</p>
      ) : null}
    </>
  );
}

function ColumnWidths({ columns }: { readonly columns: Columns }): JSX.Element {
  const number = 'cellar-Text-number';
  const sign = 'cellar-Text-sign';
  const classes = {
    split: [number, sign, undefined, number, sign, undefined],
    unified: [number, number, sign, undefined],
    single: [number, sign, undefined],
  }[columns];
  return (
    <colgroup>
      {classes.map((className, at) => (
        <col key={at} className={className} />
      ))}
    </colgroup>
  );
}

function StretchRows(props: {
  readonly stretch: Stretch;
  readonly columns: Columns;
  readonly looksOf: LooksOf;
}): JSX.Element {
  const { stretch, columns, looksOf } = props;
  const [open, setOpen] = useState(false);
  if (
    stretch.kind === 'gap' &&
    (stretch.lines === undefined || stretch.count > SHORTEST_GAP) &&
    !open
  )
    return (
      <GapRow
        count={stretch.count}
        span={{ split: 6, unified: 4, single: 3 }[columns]}
        onOpen={
          stretch.lines === undefined
            ? undefined
            : () => {
                setOpen(true);
              }
        }
      />
    );
  const lines = stretch.lines ?? [];
  if (columns !== 'split')
    return (
      <>
        {lines.map((line, at) => (
          <MixedRow key={at} line={line} columns={columns} looks={looksOf(line)} />
        ))}
      </>
    );
  return (
    <>
      {toPairs(lines).map(({ base, head }, at) => (
        <tr key={at}>
          <LineCells line={base} side="base" looks={base ? looksOf(base) : NO_LOOKS} />
          <LineCells line={head} side="head" looks={head ? looksOf(head) : NO_LOOKS} />
        </tr>
      ))}
    </>
  );
}

/** A line of the one-column view, with its numbers on both sides where both are there. */
function MixedRow(props: {
  readonly line: NumberedLine;
  readonly columns: 'unified' | 'single';
  readonly looks: readonly Look[];
}): JSX.Element {
  const { line, columns, looks } = props;
  const side = columns === 'single' && line.head === undefined ? 'base' : 'head';
  return (
    <tr>
      {columns === 'single' ? null : (
        <td className={`cellar-Line-number ${opClass(line.op)}`}>{line.base}</td>
      )}
      <LineCells line={line} side={side} looks={looks} />
    </tr>
  );
}

function GapRow(props: {
  readonly count: number;
  readonly span: number;
  readonly onOpen: (() => void) | undefined;
}): JSX.Element {
  const { count, span, onOpen } = props;
  const label = formatCount(count, 'unchanged line');
  return (
    <tr className="cellar-Gap">
      <td colSpan={span}>
        {onOpen === undefined ? (
          label
        ) : (
          <button type="button" onClick={onOpen} title="Show these lines">
            {label}
          </button>
        )}
      </td>
    </tr>
  );
}
