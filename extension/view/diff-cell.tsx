import { memo, type JSX } from 'react';

import type { CellChange } from '../../contract/diff.js';
import { shownAspects, type DiffSwitches } from '../model/compare-items.js';
import { quietOutput, type CellNoise } from '../model/compare-noise.js';
import { noiseWords } from '../model/noise-words.js';
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
  /** Of a cell in which noise is shown: what it is without. */
  readonly noise: CellNoise | undefined;
}

/** One cell that differs: a rule, a sign and a word say how; below them what differs. */
export const CellView = memo(function CellView(props: CellProps): JSX.Element {
  const { change, switches, language, context, baseCells, noise } = props;
  const whole = noise !== undefined && noise.quiet === undefined;
  const look = whole ? `${change.kind} cellar-mod-noise` : change.kind;
  return (
    <article className={`cellar-Cell cellar-mod-${look}`} aria-label={describeCell(change)}>
      <header className="cellar-Cell-head">
        <span className="cellar-Cell-sign" aria-hidden>
          {CHANGE_SIGNS[change.kind]}
        </span>
        <span className="cellar-Cell-word">{describeChange(change)}</span>
        <span className="cellar-quiet">{cellName(change)}</span>
        <span className="cellar-quiet cellar-Cell-aspects">
          {aspectWords(change, shownAspects(change, switches))}
        </span>
        {noise === undefined || Object.keys(noise.kinds).length === 0 ? null : (
          <span className="cellar-NoiseWord">{`noise: ${noiseWords(noise.kinds)}`}</span>
        )}
      </header>
      <CellSource
        change={change}
        language={change.cellType === 'code' ? language : ''}
        context={context}
        baseText={findBaseText(change, baseCells)}
        noise={noise}
      />
      {switches.outputs
        ? change.outputs
            .filter(({ kind }) => kind !== 'same')
            .map((output, at) => (
              <OutputView
                key={at}
                output={output}
                context={context}
                beside={noise === undefined ? undefined : { quiet: quietOutput(noise, output) }}
              />
            ))
        : null}
      {switches.metadata && change.metadata.length > 0 ? (
        <section className="cellar-Output" aria-label="Metadata">
          <p className="cellar-Output-word">metadata</p>
          <Leaves
            leaves={change.metadata}
            label="Metadata"
            signal={
              noise && new Set(noise.quiet === undefined ? [] : noise.quiet.metadata.map(pathOf))
            }
          />
        </section>
      ) : null}
    </article>
  );
});

function CellSource(props: {
  readonly change: CellChange;
  readonly language: string;
  readonly context: PartContext;
  readonly baseText: string | undefined;
  readonly noise: CellNoise | undefined;
}): JSX.Element {
  const { change, language, context, baseText, noise } = props;
  if (change.source === undefined) return <QuietSource text={baseText} language={language} />;
  const shared = {
    diff: change.source,
    layout: context.layout,
    baseText,
    beside: noise && { quiet: noise.quiet?.source },
  };
  return change.cellType === 'markdown' ? (
    <MarkdownSource {...shared} blocks={change.blocks} />
  ) : (
    <TextDiffView {...shared} label="Source" language={language} />
  );
}

function findBaseText(
  { base }: CellChange,
  cells: readonly PlainCell[] | undefined,
): string | undefined {
  const [first] = base;
  return base.length === 1 && first !== undefined ? cells?.[first]?.source : undefined;
}

function pathOf({ path }: { readonly path: string }): string {
  return path;
}
