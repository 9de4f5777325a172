import { memo, type JSX } from 'react';

import type { CellChange } from '../../contract/diff.js';
import { shownAspects, type DiffSwitches } from '../model/compare-items.js';
import type { PlainCell } from '../model/notebook-text.js';
import { aspectWords, cellName, CHANGE_SIGNS, describeCell, describeChange } from './cell-words.js';
import { OutputView } from './diff-output.js';
import type { PartContext } from './diff-parts.js';
import { TextDiffView } from './diff-text.js';
import { Leaves } from './leaves.js';
import { MarkdownSource } from './markdown-source.js';
import { QuietSource } from './quiet-source.js';

/** What a cell's block is drawn from. */
export interface CellProps {
  readonly change: CellChange;
  readonly switches: DiffSwitches;
  readonly language: string;
  readonly context: PartContext;
  readonly baseCells: readonly PlainCell[] | undefined;
}

/** One cell that differs: a rule, a sign and a word say how; below them what differs. */
export const CellView = memo(function CellView(props: CellProps): JSX.Element {
  const { change, switches, language, context, baseCells } = props;
  const aspects = shownAspects(change, switches);
  const first = change.base[0];
  const baseText =
    change.base.length === 1 && first !== undefined ? baseCells?.[first]?.source : undefined;
  const code = change.cellType === 'code';
  return (
    <article className={`cellar-Cell cellar-mod-${change.kind}`} aria-label={describeCell(change)}>
      <header className="cellar-Cell-head">
        <span className="cellar-Cell-sign" aria-hidden>
          {CHANGE_SIGNS[change.kind]}
        </span>
        <span className="cellar-Cell-word">{describeChange(change)}</span>
        <span className="cellar-quiet">{cellName(change)}</span>
        <span className="cellar-quiet cellar-Cell-aspects">{aspectWords(change, aspects)}</span>
      </header>
      {change.source === undefined ? (
        <QuietSource text={baseText} language={code ? language : ''} />
      ) : change.cellType === 'markdown' ? (
        <MarkdownSource diff={change.source} layout={context.layout} baseText={baseText} />
      ) : (
        <TextDiffView
          diff={change.source}
          layout={context.layout}
          label="Source"
          language={code ? language : ''}
          baseText={baseText}
        />
      )}
      {switches.outputs
        ? change.outputs
            .filter(({ kind }) => kind !== 'same')
            .map((output, at) => <OutputView key={at} output={output} context={context} />)
        : null}
      {switches.metadata && change.metadata.length > 0 ? (
        <div className="cellar-Output">
          <p className="cellar-Output-word">metadata</p>
          <Leaves leaves={change.metadata} label="Metadata" />
        </div>
      ) : null}
    </article>
  );
});
