import { StreamLanguage } from '@codemirror/language';
import { julia } from '@codemirror/legacy-modes/mode/julia';
import { r } from '@codemirror/legacy-modes/mode/r';
import type { Parser } from '@lezer/common';
import { highlightTree, tagHighlighter, tags } from '@lezer/highlight';
import { parser as pythonParser } from '@lezer/python';

/** A stretch of a line drawn in one class; offsets are UTF-16, the end excluded. */
export interface Token {
  readonly from: number;
  readonly to: number;
  readonly className: string;
}

/** Sources longer than this are drawn plain, so that no diff waits for its colours. */
const LONGEST = 200_000;

const highlighter = tagHighlighter([
  { tag: [tags.keyword, tags.modifier, tags.self], class: 'keyword' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], class: 'comment' },
  { tag: [tags.string, tags.special(tags.string), tags.docString], class: 'string' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: 'number' },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.className], class: 'definition' },
  { tag: [tags.standard(tags.variableName), tags.standard(tags.name)], class: 'builtin' },
  { tag: [tags.operator, tags.definitionOperator], class: 'operator' },
  { tag: tags.meta, class: 'meta' },
]);

const makers: Readonly<Record<string, () => Parser>> = {
  python: () => pythonParser,
  julia: () => StreamLanguage.define(julia).parser,
  r: () => StreamLanguage.define(r).parser,
};
const parsers = new Map<string, Parser>();

/** The tokens of each line of a source in a kernel's language; all lines are plain when the language is not known here. */
export function highlightLines(
  lines: readonly string[],
  language: string,
): readonly (readonly Token[])[] {
  const tokens: Token[][] = lines.map(() => []);
  const parser = findParser(language);
  const text = lines.join('\n');
  if (parser === undefined || text.length > LONGEST) return tokens;
  const starts = lineStarts(lines);
  let line = 0;
  highlightTree(parser.parse(text), highlighter, (from, to, className) => {
    while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= from) line++;
    // A token such as a docstring runs over several lines.
    for (let at = line; at < lines.length && (starts[at] ?? 0) < to; at++) {
      const start = starts[at] ?? 0;
      const end = Math.min(to - start, lines[at]?.length ?? 0);
      const begin = Math.max(0, from - start);
      if (end > begin)
        tokens[at]?.push({ from: begin, to: end, className: `cellar-tok-${className}` });
    }
  });
  return tokens;
}

function findParser(language: string): Parser | undefined {
  const name = language.toLowerCase().replace(/^i?python\d*$/, 'python');
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (make === undefined) return undefined;
  const parser = parsers.get(name) ?? make();
  parsers.set(name, parser);
  return parser;
}

function lineStarts(lines: readonly string[]): readonly number[] {
  let start = 0;
  return lines.map((line) => {
    const at = start;
    start += line.length + 1;
    return at;
  });
}
