import type { JSX } from 'react';

import type { ComparedValue, Comparison } from '../../contract/compare.js';
import type { NotebookDiff } from '../../contract/diff.js';
import { formatDelta, formatNumber } from '../model/number.js';
import { formatCount } from '../model/words.js';
import { Icon } from './icons.js';

/** What differs, in one line: cells by kind, outputs, then metrics and params that changed. */
export function DiffSummary({ comparison }: { readonly comparison: Comparison }): JSX.Element {
  const { diff, metrics, params } = comparison;
  return (
    <div className="cellar-Summary">
      {summaryWords(diff).map(({ look, text }) => (
        <span key={text} className={`cellar-Summary-count cellar-mod-${look}`}>
          {text}
        </span>
      ))}
      {diff.coarse === true ? (
        <span title="A bound of time or size was met. What is shown is right, but more may be marked than has changed.">
          compared coarsely
        </span>
      ) : null}
      {metrics.filter(differs).map((metric) => (
        <MetricValues key={`metric ${metric.name}`} metric={metric} />
      ))}
      {params.filter(differs).map(({ name, base, head }) => (
        <span key={`param ${name}`} className="cellar-Summary-value">
          <span className="cellar-quiet">{name}</span> {base ?? '–'} → {head ?? '–'}
        </span>
      ))}
    </div>
  );
}

/** The counts of a diff as words, each with the look of its kind; "no changes" when there are none. */
export function summaryWords(
  diff: NotebookDiff,
): readonly { readonly look: string; readonly text: string }[] {
  const { cells, outputs_changed, outputs_removed, notebook_metadata_changed } = diff;
  const outputs = outputs_changed.length + outputs_removed.length;
  const words: { look: string; text: string }[] = (
    ['modified', 'added', 'deleted', 'moved', 'split', 'merged'] as const
  )
    .filter((kind) => cells[kind] > 0)
    .map((kind) => ({ look: kind, text: `${String(cells[kind])} ${kind}` }));
  if (outputs > 0) words.push({ look: 'same', text: formatCount(outputs, 'output') });
  if (notebook_metadata_changed) words.push({ look: 'same', text: 'notebook metadata' });
  return words.length > 0 ? words : [{ look: 'same', text: 'no changes' }];
}

function differs({ base, head }: ComparedValue): boolean {
  return base !== head;
}

function MetricValues({ metric }: { readonly metric: ComparedValue }): JSX.Element {
  const { name, base, head, delta, better } = metric;
  return (
    <span className="cellar-Summary-value" title={delta === null ? undefined : formatDelta(delta)}>
      <span className="cellar-quiet">{name}</span> {readNumber(base)} → {readNumber(head)}
      {better === null ? null : (
        <span className={`cellar-Delta cellar-mod-${better ? 'better' : 'worse'}`}>
          <Icon name={better ? 'better' : 'worse'} title={better ? 'better' : 'worse'} />
        </span>
      )}
    </span>
  );
}

/** A metric's text as a number, where it is one. */
function readNumber(text: string | null): string {
  if (text === null) return '–';
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : formatNumber(value);
}
