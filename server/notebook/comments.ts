import type { TextDiff } from '../../contract/diff.js';
import type { Syntax } from './syntaxes.js';
import { syntaxOf } from './syntaxes.js';

/** Longer sources are not looked through. */
const MAX_SOURCE = 1_000_000;
const WORD = /[\p{L}\p{N}_]+/uy;
const BLANK = /[^\S\n]+/y;
const NEWLINE = '\n';

/** What a source says: its tokens without blank space that means nothing, with and without its comments. */
interface Meaning {
  readonly all: readonly string[];
  readonly code: readonly string[];
}

/**
 * What alone differs between two sources of a language (a kernel's name for it, or "markdown"): blank space that means nothing there, or
 * comments beside it. Undefined where more differs, and for unknown languages, where nobody knows what means something.
 */
export function onlyDifference(base: string, head: string, language: string): TextDiff['only'] {
  if (base.length + head.length > MAX_SOURCE) return undefined;
  if (!mayBeAlike(base, head, syntaxOf(language))) return undefined;
  const [a, b] = [meaningOf(base, language), meaningOf(head, language)];
  if (a === undefined || b === undefined) return undefined;
  if (isEqual(a.all, b.all)) return 'whitespace';
  return isEqual(a.code, b.code) ? 'comments' : undefined;
}

/** False for most edits, at a glance: without a sign of a comment in either text something else than blank space differs. */
function mayBeAlike(base: string, head: string, syntax: Syntax | undefined): boolean {
  const isMagic = (source: string) => /^\s*%%/.test(source);
  if (isMagic(base) || isMagic(head)) return true;
  if (syntax === undefined) return false;
  const signs = [...syntax.line, ...(syntax.block ?? []).map(([open]) => open)];
  if (signs.some((sign) => base.includes(sign) || head.includes(sign))) return true;
  return base.replace(/\s+/g, '') === head.replace(/\s+/g, '');
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((token, i) => token === b[i]);
}

/** Magics whose cell is of the notebook's own language. */
const OWN = new Set(['time', 'timeit', 'capture', 'prun', 'memit', 'mprun', 'debug', 'px']);

function meaningOf(source: string, language: string): Meaning | undefined {
  const magic = /^\s*%%(\w+)[^\n]*/.exec(source);
  if (magic === null) return scan(source, syntaxOf(language));
  const [first, name = ''] = magic;
  const rest = source.slice(first.length);
  const body = scan(rest, syntaxOf(OWN.has(name) ? language : name.toLowerCase()));
  // A file's text, say: every character of it counts.
  const { all, code } = body ?? { all: [rest], code: [rest] };
  const words = first.trim();
  return { all: [words, ...all], code: [words, ...code] };
}

function scan(source: string, syntax: Syntax | undefined): Meaning | undefined {
  if (syntax === undefined) return undefined;
  if (syntax.hereDocuments === true && /<<[-~]?["'\w]/.test(source)) return undefined;
  return new Scanner(source, syntax).scan();
}

const OPENERS = '([{';
const CLOSERS = ')]}';

class Scanner {
  private readonly all: string[] = [];
  private readonly code: string[] = [];
  private at = 0;
  /** Open brackets: within them neither lines nor their depth mean anything. */
  private depth = 0;
  private readonly indents: number[] = [0];
  private continued = false;
  /** The end of the line where the scan stands, once asked for. */
  private nextEnd = -1;
  /** What begins a string, the longest first. */
  private readonly quotes: readonly string[];
  /** Quotes that are not closed before this place. */
  private readonly open = new Map<string, number>();

  constructor(
    private readonly source: string,
    private readonly syntax: Syntax,
  ) {
    this.quotes = [...(syntax.longQuotes ?? []), ...syntax.quotes];
  }

  scan(): Meaning {
    while (this.at < this.source.length) {
      if (this.isLineStart()) {
        this.startLine();
        if (this.at >= this.source.length) break;
      }
      this.step();
    }
    return { all: withoutEnds(this.all), code: withoutEnds(this.code) };
  }

  private isLineStart(): boolean {
    return this.at === 0 || this.source[this.at - 1] === NEWLINE;
  }

  private push(token: string): void {
    this.all.push(token);
    this.code.push(token);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    return pattern.exec(this.source)?.[0] ?? '';
  }

  private lineEnd(): number {
    if (this.nextEnd < this.at) {
      const end = this.source.indexOf(NEWLINE, this.at);
      this.nextEnd = end < 0 ? this.source.length : end;
    }
    return this.nextEnd;
  }

  private take(end: number): string {
    const text = this.source.slice(this.at, end);
    this.at = end;
    return text;
  }

  /** How deep a line begins, and whether it is a magic or a call of the shell, which Python does not read. */
  private startLine(): void {
    const blank = this.match(BLANK);
    const first = this.source[this.at + blank.length];
    if (first === undefined || first === NEWLINE || this.depth > 0 || this.continued) return;
    if (this.syntax.indents === true) {
      if (this.comment(this.at + blank.length) === undefined) this.indent(blank.length);
      if (first === '%' || first === '!') this.push(this.take(this.lineEnd()).trim());
    }
  }

  private indent(width: number): void {
    const { indents } = this;
    if (width > (indents[indents.length - 1] ?? 0)) {
      indents.push(width);
      this.push('\u0000in');
    }
    while (width < (indents[indents.length - 1] ?? 0)) {
      indents.pop();
      this.push('\u0000out');
    }
  }

  private step(): void {
    const { source } = this;
    const character = source[this.at] ?? '';
    if (character === NEWLINE) this.endLine();
    else if (/\s/.test(character)) this.at++;
    else {
      const comment = this.comment(this.at);
      const quote = this.quotes.find((each) => source.startsWith(each, this.at));
      if (comment !== undefined) this.all.push(this.take(comment).trim().replace(/\s+/g, ' '));
      else if (quote !== undefined) this.push(this.take(this.stringEnd(quote)));
      else this.pushToken(character);
    }
  }

  private pushToken(character: string): void {
    if (OPENERS.includes(character)) this.depth++;
    else if (CLOSERS.includes(character)) this.depth = Math.max(0, this.depth - 1);
    this.push(this.take(this.at + (this.match(WORD).length || 1)));
  }

  private endLine(): void {
    this.at++;
    this.continued = this.source[this.at - 2] === '\\';
    if (this.syntax.freeLines === true || this.depth > 0) return;
    for (const tokens of [this.all, this.code])
      if (tokens[tokens.length - 1] !== NEWLINE) tokens.push(NEWLINE);
  }

  /** Where a comment that begins here ends; undefined where none begins. */
  private comment(at: number): number | undefined {
    const { source, syntax } = this;
    for (const [open, close] of syntax.block ?? [])
      if (source.startsWith(open, at)) {
        const end = source.indexOf(close, at + open.length);
        return end < 0 ? source.length : end + close.length;
      }
    if (!syntax.line.some((each) => source.startsWith(each, at))) return undefined;
    const before = at > 0 ? (source[at - 1] ?? '') : NEWLINE;
    return syntax.atWords === true && !/[\s;&|()]/.test(before) ? undefined : this.lineEnd();
  }

  /** Where the string that begins here ends; a quote that is not closed on its line is a mere character. */
  private stringEnd(quote: string): number {
    const { source } = this;
    const isLong = this.syntax.longQuotes?.includes(quote) === true;
    const most = isLong ? source.length : this.lineEnd();
    if ((this.open.get(quote) ?? 0) >= most) return this.at + quote.length;
    for (let at = this.at + quote.length; at < most; at++) {
      if (source[at] === '\\') at++;
      else if (source.startsWith(quote, at)) return at + quote.length;
    }
    this.open.set(quote, most);
    return isLong ? source.length : this.at + quote.length;
  }
}

/** Blank lines at either end and ends of depth there mean nothing. */
function withoutEnds(tokens: readonly string[]): readonly string[] {
  const isEdge = (token: string | undefined) => token === NEWLINE || token === '\u0000out';
  let [start, end] = [0, tokens.length];
  while (start < end && isEdge(tokens[start])) start++;
  while (end > start && isEdge(tokens[end - 1])) end--;
  return tokens.slice(start, end);
}
