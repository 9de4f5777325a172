/** A stretch of HTML or XML: a tag, a remark (comment, declaration, instruction), text, or text in which no tag counts. */
interface Piece {
  readonly kind: 'tag' | 'remark' | 'text' | 'raw';
  readonly text: string;
  /** Of a tag: its name in lower case, with "/" before it where it closes. */
  readonly name: string;
}

/** Elements whose text is no markup, and is kept as it is. */
const RAW_ELEMENTS: ReadonlySet<string> = new Set(['script', 'style', 'textarea', 'pre']);

/** The offset behind the ">" that ends a tag, quotes respected; -1 where nothing ends it. */
function tagEnd(markup: string, from: number): number {
  let quote = 0;
  for (let at = from; at < markup.length; at++) {
    const code = markup.charCodeAt(at);
    if (quote !== 0) quote = code === quote ? 0 : quote;
    else if (code === 0x22 || code === 0x27) quote = code;
    else if (code === 0x3e) return at + 1;
  }
  return -1;
}

function endOf(markup: string, from: number): number {
  const close = (word: string) => {
    const at = markup.indexOf(word, from + 4);
    return at < 0 ? -1 : at + word.length;
  };
  if (markup.startsWith('<!--', from)) return close('-->');
  if (markup.startsWith('<![CDATA[', from)) return close(']]>');
  return tagEnd(markup, from);
}

/** The pieces of any markup, in order, in time linear to it; what nothing ends is text to the end. */
export function* piecesOf(markup: string): Generator<Piece> {
  let at = 0;
  while (at < markup.length) {
    const open = markup.indexOf('<', at);
    const stop = open < 0 ? markup.length : open;
    if (stop > at) yield { kind: 'text', text: markup.slice(at, stop), name: '' };
    if (open < 0) return;
    if (!/[A-Za-z/!?]/.test(markup[open + 1] ?? '')) {
      yield { kind: 'text', text: '<', name: '' };
      at = open + 1;
      continue;
    }
    const end = endOf(markup, open);
    if (end < 0) {
      yield { kind: 'text', text: markup.slice(open), name: '' };
      return;
    }
    const text = markup.slice(open, end);
    at = end;
    if (text.startsWith('<![CDATA[')) yield { kind: 'raw', text: text.slice(9, -3), name: '' };
    else if (/^<[!?]/.test(text)) yield { kind: 'remark', text, name: '' };
    else {
      const name = /^<(\/?[^\s/>]*)/.exec(text)?.[1]?.toLowerCase() ?? '';
      yield { kind: 'tag', text, name };
      if (!RAW_ELEMENTS.has(name) || text.endsWith('/>')) continue;
      const closing = new RegExp(`</${name}`, 'gi');
      closing.lastIndex = at;
      const close = closing.exec(markup)?.index ?? markup.length;
      if (close > at) yield { kind: 'raw', text: markup.slice(at, close), name: '' };
      at = close;
    }
  }
}

const ATTRIBUTE = /([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

/** Runs of blanks as one space each; a long path has millions of them, most of them so already. */
function joinBlanks(text: string): string {
  return /[^\S ]| {2}/.test(text) ? text.replace(/\s+/g, ' ') : text;
}

/** A tag with its attributes by name and blanks joined, so that two ways to write it are one. */
function plainTag(tag: string, name: string): string {
  const inner = tag.slice(1 + name.length, -1);
  if (inner.trim() === '') return `<${name}>`;
  const attributes = Array.from(inner.matchAll(ATTRIBUTE), ([, key = '', double, single, bare]) => {
    const value = double ?? single ?? bare;
    const quoted = value === undefined ? value : joinBlanks(value).trim().replace(/"/g, '&quot;');
    return quoted === undefined ? key : `${key}="${quoted}"`;
  });
  const end = tag.endsWith('/>') ? '/>' : '>';
  return `<${[name, ...attributes.sort()].join(' ')}${end}`;
}

/** Elements of SVG that say when and by what it was drawn. */
const UNDRAWN = 'metadata';

/**
 * Markup as lines, one element or text each, in one way of writing: attributes by name, blanks joined, without remarks and (of SVG)
 * metadata. Equal for two markups that show the same.
 */
export function plainLines(markup: string): string[] {
  const lines: string[] = [];
  let hidden = false;
  for (const { kind, text, name } of piecesOf(markup)) {
    if (name === UNDRAWN) hidden = !text.endsWith('/>');
    if (kind === 'tag' && !hidden && name !== `/${UNDRAWN}`) lines.push(plainTag(text, name));
    if (name === `/${UNDRAWN}`) hidden = false;
    // A document type that defines entities says something.
    if (hidden || (kind === 'remark' && !text.includes('['))) continue;
    if (kind === 'text' || kind === 'remark') {
      const joined = joinBlanks(text);
      if (joined !== ' ' && joined !== '') lines.push(joined);
    } else if (kind === 'raw')
      for (const line of text.split('\n')) if (line.trim() !== '') lines.push(line.trimEnd());
  }
  return lines;
}

/** Markup as it is, a line for each tag that follows another. */
export function rawLines(markup: string): string {
  return markup.replace(/>[ \t]*(?=<)/g, '>\n');
}

/** Elements within a line of text. */
const INLINE: ReadonlySet<string> = new Set(
  'a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strong sub sup time tt u var'.split(
    ' ',
  ),
);

/** What a reader sees of HTML, as lines of markup-free but still encoded text: one for each block. */
export function textBlocks(html: string): string[] {
  const blocks: string[] = [];
  let block = '';
  let unshown = false;
  const close = () => {
    if (block.trim() !== '') blocks.push(block.trim());
    block = '';
  };
  for (const { kind, text, name } of piecesOf(html)) {
    if (kind === 'tag') {
      unshown = name === 'script' || name === 'style';
      if (!INLINE.has(name.replace('/', ''))) close();
    } else if (kind === 'text') block += text;
    else if (kind === 'raw' && !unshown)
      for (const line of text.split('\n')) {
        block += line;
        close();
      }
  }
  close();
  return blocks;
}
