import { useMemo, type JSX } from 'react';

import type { ValueRef } from '../../contract/diff.js';
import type { Decision } from '../../contract/merge.js';
import type { MergedCell } from '../model/merge-result.js';
import { choicesFor, type MergeSide } from '../model/merge-takes.js';
import type { MergeModel } from '../model/merge.js';
import { formatSize } from '../model/size.js';
import { formatCount } from '../model/words.js';
import { readAnsi } from './ansi.js';
import { ColumnChoices } from './merge-choice.js';
import { Lines } from './merge-chunks.js';
import type { MergeLabels } from './merge-words.js';
import { SafeOutput, SafePicture } from './safe-output.js';
import { useStore } from './use-store.js';
import { Value } from './value.js';

/** Lines of a text output that are shown: enough to tell one run from another. */
const MOST_LINES = 40;

/** Whose outputs a cell takes: both sides' beside each other, and between them what is taken. */
export function MergeOutputs(props: {
  readonly model: MergeModel;
  readonly merged: MergedCell;
  readonly decision: Decision;
  readonly labels: MergeLabels;
}): JSX.Element {
  const { model, merged, decision, labels } = props;
  const { current } = useStore(model);
  const isOpen = merged.open.includes(decision);
  const isCurrent = current === decision.id;
  const offered = choicesFor(decision, merged.cell);
  return (
    <div
      className={`cellar-MergeRow cellar-mod-outputs ${isOpen ? 'cellar-mod-open' : 'cellar-mod-settled'}${isCurrent ? ' cellar-mod-current' : ''}`}
      role="group"
      aria-label={isOpen ? 'Outputs, open conflict' : 'Outputs'}
      aria-current={isCurrent}
      data-decision={decision.id}
    >
      {(['local', 'merged', 'remote'] as const).map((column) => {
        const side: MergeSide = column === 'merged' ? merged.outputs : column;
        const look = column === 'merged' ? (isOpen ? 'conflict' : side) : column;
        return (
          <div
            key={column}
            className={`cellar-MergeBox cellar-mod-at-${column} cellar-mod-${look === 'base' ? 'same' : look}`}
            role="group"
            aria-label={column === 'merged' ? 'merged' : labels[column]}
          >
            <div className="cellar-MergeBox-bar">
              {column === 'merged' ? (
                <span className="cellar-MergeBox-word">
                  {isOpen ? 'whose outputs?' : `outputs from ${labels[side]}`}
                </span>
              ) : null}
              <ColumnChoices {...{ model, decision, offered, column, labels }} />
            </div>
            {column === 'merged' && isOpen ? null : (
              <OutputValues
                model={model}
                values={merged.cell[side]?.outputs ?? []}
                label={labels[side]}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}

function OutputValues(props: {
  readonly model: MergeModel;
  readonly values: readonly ValueRef[];
  readonly label: string;
}): JSX.Element {
  const { model, values, label } = props;
  if (values.length === 0) return <p className="cellar-Note">no outputs</p>;
  return (
    <>
      {values.map((value, at) => (
        <Value key={at} value={value} load={model.value}>
          {(text) => <OutputValue value={value} text={text} label={`Output of ${label}`} />}
        </Value>
      ))}
    </>
  );
}

function OutputValue(props: {
  readonly value: ValueRef;
  readonly text: string;
  readonly label: string;
}): JSX.Element {
  const { value, text, label } = props;
  const { mime } = value;
  if (mime.startsWith('image/')) return <SafePicture mime={mime} data={text} label={label} />;
  if (mime === 'text/html' || mime === 'text/markdown')
    return <SafeOutput mime={mime} text={text} label={label} />;
  if (
    mime.startsWith('text/') ||
    mime.includes('json') ||
    mime.startsWith('application/vnd.jupyter')
  )
    return <TerminalText text={text} />;
  return <p className="cellar-Note">{`${mime}, ${formatSize(value.size)}`}</p>;
}

/** A text with a terminal's colours, its first lines. */
function TerminalText({ text }: { readonly text: string }): JSX.Element {
  const { lines, more } = useMemo(() => {
    const all = text.replace(/\r?\n$/, '').split(/\r?\n/);
    const shown = all.slice(0, MOST_LINES).map((line) => readAnsi({ op: ' ', text: line }));
    return { lines: shown, more: all.length - shown.length };
  }, [text]);
  return (
    <>
      <Lines lines={lines} />
      {more > 0 ? <p className="cellar-Note">{`and ${formatCount(more, 'more line')}`}</p> : null}
    </>
  );
}
