import type { DiffLine, TextDiff } from '../../../contract/diff.js';
import { escapeSpans, visible } from '../words.js';

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML text or a quoted attribute; control and invisible characters spelled. */
export function escape(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => NAMED[character] ?? character);
}

/** The lines of a text diff. */
export function textHtml(diff: TextDiff): string {
  const hunks = diff.hunks.map(
    (hunk, n) =>
      (n > 0 || hunk.base > 0 || hunk.head > 0
        ? `<span class="dim">⋯ line ${hunk.head + 1}</span>`
        : '') + hunk.lines.map(lineHtml).join(''),
  );
  const note = (words: string) => `<span class="dim">${words}</span>`;
  const notes = [
    ...(diff.leftOut === undefined ? [] : [note(`${diff.leftOut} more changed lines`)]),
    ...(diff.only === undefined
      ? []
      : [note(diff.only === 'comments' ? 'only comments differ' : 'only white space differs')]),
    ...(diff.coarse === true ? [note('compared roughly')] : []),
  ];
  return `<pre>${hunks.join('')}${notes.join('')}</pre>`;
}

function lineHtml({ op, text, marks = [], cuts = [] }: DiffLine): string {
  const edges: [number, string][] = [];
  const spans = escapeSpans(text);
  const settle = (at: number) => spans.find(([from, to]) => from < at && at < to)?.[1] ?? at;
  for (const [from, to] of marks) edges.push([settle(from), '<mark>'], [settle(to), '</mark>']);
  for (const { at, length } of cuts) edges.push([at, `<i>…(${length} more)…</i>`]);
  edges.sort(([a], [b]) => a - b);
  let out = '';
  let at = 0;
  for (const [edge, html] of edges) {
    out += escape(text.slice(at, edge)) + html;
    at = edge;
  }
  out += escape(text.slice(at));
  const kind = op === '+' ? ' class="add"' : op === '-' ? ' class="del"' : '';
  return `<span${kind}>${op} ${out}</span>`;
}
