import { useState, type JSX } from 'react';

import type { MarkdownBlock, TextDiff } from '../../contract/diff.js';
import { toBlockRuns } from '../model/blocks.js';
import { sideLines, toStretches } from '../model/lines.js';
import { TextButton } from './button.js';
import type { Beside } from './diff-parts.js';
import { TextDiffView } from './diff-text.js';
import { MarkdownBlocks } from './markdown-blocks.js';
import { SafeOutput } from './safe-output.js';
import { Segments } from './segments.js';

/** A Markdown cell's text compared as it looks, with a switch to its source. */
export function MarkdownSource(props: {
  readonly diff: TextDiff;
  readonly blocks: readonly MarkdownBlock[] | undefined;
  readonly layout: 'split' | 'unified';
  readonly baseText: string | undefined;
  readonly beside: Beside<TextDiff> | undefined;
}): JSX.Element {
  const { diff, blocks, layout, baseText, beside } = props;
  const [asked, setAsked] = useState<'rendered' | 'source'>();
  const [whole, setWhole] = useState(false);
  const single = blocks === undefined ? singleText(diff) : undefined;
  const canRender = blocks !== undefined || single !== undefined;
  const form = canRender && diff.only === undefined ? (asked ?? 'rendered') : (asked ?? 'source');
  return (
    <>
      {canRender ? (
        <div className="cellar-Output-tools cellar-mod-end">
          <Segments
            label="Show text as"
            segments={[
              { value: 'rendered', label: 'rendered' },
              { value: 'source', label: 'source' },
            ]}
            chosen={form}
            onChoose={setAsked}
          />
        </div>
      ) : null}
      {form === 'source' || !canRender ? (
        <TextDiffView
          diff={diff}
          layout={layout}
          label="Text"
          language=""
          baseText={baseText}
          beside={beside}
        />
      ) : blocks === undefined ? (
        <SafeOutput mime="text/markdown" text={single ?? ''} label="Text" />
      ) : (
        <>
          <MarkdownBlocks blocks={blocks} layout={layout} whole={whole} />
          {toBlockRuns(blocks, false).some(({ kind }) => kind === 'left') ? (
            <TextButton
              look="plain"
              onClick={() => {
                setWhole(!whole);
              }}
            >
              {whole ? 'Fold unchanged blocks' : 'Show the whole text'}
            </TextButton>
          ) : null}
        </>
      )}
    </>
  );
}

/** The text of a cell that is on one side only; undefined for two sides, or where a part of it is not known. */
function singleText(diff: TextDiff): string | undefined {
  const side = diff.baseLines === 0 ? 'head' : diff.headLines === 0 ? 'base' : undefined;
  if (side === undefined) return undefined;
  const lines = sideLines(toStretches(diff), side);
  if (lines.length !== diff.baseLines + diff.headLines) return undefined;
  if (lines.some(({ cuts }) => cuts !== undefined)) return undefined;
  return lines.map(({ text }) => text).join('\n');
}
