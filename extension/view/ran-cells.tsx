import { useEffect, useMemo, useRef, type JSX } from 'react';

import type { RanCell, RunPage } from '../../contract/run.js';
import { splitLines } from '../model/lines.js';
import { LineText } from './diff-line.js';
import { highlightLines } from './highlight.js';
import { ShownOutputView } from './shown-output.js';

/** The cells that ran, in their order, as they were then; those that logged to the run are marked. */
export function RanCells(props: {
  readonly run: RunPage;
  /** The cell to go to. */
  readonly cell: string | undefined;
}): JSX.Element | null {
  const { run, cell } = props;
  const { cells, language } = run;
  if (cells.length === 0) return null;
  return (
    <section className="cellar-RanCells" aria-label="Cells that ran">
      <h2>Cells that ran, in order</h2>
      <ol>
        {cells.map((each, at) => (
          <RanCellView key={at} ran={each} language={language ?? ''} chosen={each.cell === cell} />
        ))}
      </ol>
    </section>
  );
}

function RanCellView(props: {
  readonly ran: RanCell;
  readonly language: string;
  readonly chosen: boolean;
}): JSX.Element {
  const { ran, language, chosen } = props;
  const { index, count, status, made, source, outputs } = ran;
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!chosen) return;
    place.current?.scrollIntoView({ block: 'start' });
    place.current?.focus({ preventScroll: true });
  }, [chosen]);
  const name = index < 0 ? 'a cell' : `cell ${String(index + 1)}`;
  const words = [name, made ? 'made this run' : '', status === 'error' ? 'failed' : '']
    .filter(Boolean)
    .join(', ');
  return (
    <li
      ref={place}
      className={`cellar-RanCell${made ? ' cellar-mod-made' : ''}`}
      aria-label={words}
      aria-current={chosen ? 'true' : undefined}
      tabIndex={-1}
    >
      <p className="cellar-RanCell-head">
        <span className="cellar-number">{count === null ? '[ ]' : `[${String(count)}]`}</span>
        <b>{name}</b>
        {made ? <span className="cellar-RanCell-made">made this run</span> : null}
        {status === undefined || status === 'ok' ? null : (
          <span className={status === 'error' ? 'cellar-RanCell-failed' : undefined}>
            {status === 'error' ? 'failed' : status}
          </span>
        )}
      </p>
      {source === undefined ? (
        <p className="cellar-Note">It is not in the version any more.</p>
      ) : (
        <Source text={source} language={language} />
      )}
      {outputs.map((output, at) => (
        <ShownOutputView key={at} output={output} />
      ))}
    </li>
  );
}

function Source(props: { readonly text: string; readonly language: string }): JSX.Element {
  const { text, language } = props;
  const lines = useMemo(() => splitLines(text), [text]);
  const looks = useMemo(() => highlightLines(lines, language), [lines, language]);
  return (
    <pre className="cellar-RanCell-source">
      {lines.map((line, at) => (
        <span key={at}>
          <LineText line={{ op: ' ', text: line }} looks={looks[at] ?? []} />
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
