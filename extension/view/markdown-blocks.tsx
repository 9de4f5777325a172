import { useMemo, type JSX } from 'react';

import type { MarkdownBlock } from '../../contract/diff.js';
import { toBlockRuns, type BlockRun } from '../model/blocks.js';
import { formatCount } from '../model/words.js';
import { SafeFrame } from './safe-output.js';
import { renderMarkdown } from './sanitize.js';

/** A Markdown text as it looks, block by block: what was kept, what went, what came. */
export function MarkdownBlocks(props: {
  readonly blocks: readonly MarkdownBlock[];
  readonly layout: 'split' | 'unified';
  readonly whole: boolean;
}): JSX.Element {
  const { blocks, layout, whole } = props;
  const safeHtml = useMemo(
    () =>
      toBlockRuns(blocks, whole)
        .map((run) => toHtml(run, layout))
        .join(''),
    [blocks, layout, whole],
  );
  return <SafeFrame safeHtml={safeHtml} label="Text, compared as it looks" />;
}

/** All blocks stand in one frame: a frame for each would be slow, and no text could be marked over two of them. */
function toHtml(run: BlockRun, layout: 'split' | 'unified'): string {
  if (run.kind === 'left')
    return `<div class="cellar-left">${formatCount(run.count, 'unchanged block')}</div>`;
  const { op, base, head } = run.block;
  if (op === ' ') {
    const kept = toBlock('kept', head ?? base ?? '');
    return layout === 'unified' ? kept : `<div class="cellar-pair">${kept}${kept}</div>`;
  }
  const before = base === undefined ? '' : toBlock('deleted', base);
  const after = head === undefined ? '' : toBlock('added', head);
  if (layout === 'unified') return before + after;
  const blank = '<div></div>';
  return `<div class="cellar-pair">${before || blank}${after || blank}</div>`;
}

const WORDS = { kept: '', deleted: 'deleted: ', added: 'added: ' } as const;

function toBlock(look: keyof typeof WORDS, text: string): string {
  const word = WORDS[look] === '' ? '' : `<span class="cellar-word">${WORDS[look]}</span>`;
  return `<div class="cellar-block cellar-${look}">${word}${renderMarkdown(text)}</div>`;
}
