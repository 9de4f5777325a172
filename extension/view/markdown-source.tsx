import { useState, type JSX } from 'react';

import type { TextDiff } from '../../contract/diff.js';
import { sideLines, toStretches } from '../model/lines.js';
import { TextButton } from './button.js';
import { TextDiffView } from './diff-text.js';
import { SafeOutput } from './safe-output.js';

/** A Markdown cell's source compared by line, with a switch to how both sides look. */
export function MarkdownSource(props: {
  readonly diff: TextDiff;
  readonly layout: 'split' | 'unified';
  readonly baseText: string | undefined;
}): JSX.Element {
  const { diff, layout, baseText } = props;
  const [rendered, setRendered] = useState(false);
  const base = sideText(diff, 'base', baseText);
  const head = sideText(diff, 'head', baseText);
  const both = base !== undefined && head !== undefined;
  return (
    <>
      {rendered ? (
        <div className={`cellar-Sides cellar-Rendered${both ? ' cellar-mod-both' : ''}`}>
          {base === undefined ? null : (
            <SafeOutput mime="text/markdown" text={base} label="Text before" />
          )}
          {head === undefined ? null : (
            <SafeOutput mime="text/markdown" text={head} label="Text after" />
          )}
        </div>
      ) : (
        <TextDiffView diff={diff} layout={layout} label="Text" language="" baseText={baseText} />
      )}
      {base === undefined && head === undefined ? null : (
        <TextButton
          look="plain"
          onClick={() => {
            setRendered(!rendered);
          }}
        >
          {rendered ? 'Show the source' : 'Show as it looks'}
        </TextButton>
      )}
    </>
  );
}

/** One side's whole text; undefined when it is empty or a part of it is not known. */
function sideText(
  diff: TextDiff,
  side: 'base' | 'head',
  baseText: string | undefined,
): string | undefined {
  const total = side === 'base' ? diff.baseLines : diff.headLines;
  const lines = sideLines(toStretches(diff, baseText), side);
  if (total === 0 || lines.length !== total) return undefined;
  if (lines.some(({ cuts }) => cuts !== undefined)) return undefined;
  return lines.map(({ text }) => text).join('\n');
}
