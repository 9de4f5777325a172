/** A character that a reader does not see, or that moves others about; `from` and `to` are UTF-16 offsets, end excluded. */
export interface Invisible {
  readonly from: number;
  readonly to: number;
  /** As in "U+202E". */
  readonly code: string;
  /** As in "right-to-left override". */
  readonly name: string;
}

type Row = readonly [from: number, to: number, name: string];

/** What is made visible: code points, both ends included. The tab and the newline are layout, not secrets. */
export const INVISIBLES: readonly Row[] = [
  [0x00, 0x08, 'control character'],
  [0x0b, 0x0c, 'control character'],
  [0x0d, 0x0d, 'carriage return'],
  [0x0e, 0x1a, 'control character'],
  [0x1b, 0x1b, 'escape'],
  [0x1c, 0x1f, 'control character'],
  [0x7f, 0x9f, 'control character'],
  [0xa0, 0xa0, 'no-break space'],
  [0xad, 0xad, 'soft hyphen'],
  [0x34f, 0x34f, 'combining grapheme joiner'],
  [0x61c, 0x61c, 'arabic letter mark'],
  [0x115f, 0x1160, 'hangul filler'],
  [0x1680, 0x1680, 'ogham space mark'],
  [0x17b4, 0x17b5, 'khmer inherent vowel'],
  [0x180b, 0x180d, 'mongolian variation selector'],
  [0x180e, 0x180e, 'mongolian vowel separator'],
  [0x180f, 0x180f, 'mongolian variation selector'],
  [0x2000, 0x200a, 'space of another width'],
  [0x200b, 0x200b, 'zero width space'],
  [0x200c, 0x200c, 'zero width non-joiner'],
  [0x200d, 0x200d, 'zero width joiner'],
  [0x200e, 0x200e, 'left-to-right mark'],
  [0x200f, 0x200f, 'right-to-left mark'],
  [0x2028, 0x2028, 'line separator'],
  [0x2029, 0x2029, 'paragraph separator'],
  [0x202a, 0x202a, 'left-to-right embedding'],
  [0x202b, 0x202b, 'right-to-left embedding'],
  [0x202c, 0x202c, 'pop directional formatting'],
  [0x202d, 0x202d, 'left-to-right override'],
  [0x202e, 0x202e, 'right-to-left override'],
  [0x202f, 0x202f, 'narrow no-break space'],
  [0x205f, 0x205f, 'medium mathematical space'],
  [0x2060, 0x2060, 'word joiner'],
  [0x2061, 0x2064, 'invisible operator'],
  [0x2066, 0x2066, 'left-to-right isolate'],
  [0x2067, 0x2067, 'right-to-left isolate'],
  [0x2068, 0x2068, 'first strong isolate'],
  [0x2069, 0x2069, 'pop directional isolate'],
  [0x206a, 0x206f, 'deprecated format character'],
  [0x2800, 0x2800, 'blank braille pattern'],
  [0x3000, 0x3000, 'ideographic space'],
  [0x3164, 0x3164, 'hangul filler'],
  [0xd800, 0xdfff, 'half of a surrogate pair'],
  [0xfe00, 0xfe0f, 'variation selector'],
  [0xfeff, 0xfeff, 'byte order mark'],
  [0xffa0, 0xffa0, 'hangul filler'],
  [0xfff9, 0xfffb, 'interlinear annotation'],
  [0x1d173, 0x1d17a, 'musical format character'],
  [0xe0000, 0xe007f, 'tag'],
  [0xe0100, 0xe01ef, 'variation selector'],
];

function toClass(point: number): string {
  return `\\u{${point.toString(16)}}`;
}

const CANDIDATE = new RegExp(
  `[${INVISIBLES.map(([from, to]) => `${toClass(from)}-${toClass(to)}`).join('')}]`,
  'gu',
);

/** What may stand before and after a character that is a part of how people write. */
interface Place {
  readonly points: readonly [number, number];
  readonly before: RegExp;
  readonly after?: RegExp;
}

const EMOJI = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}`;
/** Scripts in which the joiners choose the form of a letter. */
const JOINED = ['Arabic', 'Syriac', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati']
  .concat(['Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar'])
  .map((script) => String.raw`\p{Script=${script}}`)
  .join('');
const CJK = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo']
  .map((script) => String.raw`\p{Script=${script}}`)
  .join('');

/** Where they are no secret: emoji, letters that join, ideographs and their forms, flags spelled by tags. */
const RIGHTFUL: readonly Place[] = [
  {
    points: [0x200d, 0x200d],
    before: new RegExp(String.raw`[${EMOJI}\u{fe0f}]$`, 'u'),
    after: /^\p{Extended_Pictographic}/u,
  },
  {
    points: [0x200c, 0x200d],
    before: new RegExp(String.raw`[${JOINED}\p{Mn}]$`, 'u'),
    after: new RegExp(`^[${JOINED}]`, 'u'),
  },
  { points: [0xfe0e, 0xfe0f], before: /[\p{Extended_Pictographic}\p{Emoji_Presentation}]$/u },
  { points: [0xfe0f, 0xfe0f], before: /[0-9#*]$/, after: /^\u20e3/ },
  { points: [0xfe00, 0xfe02], before: /\p{Script=Han}$/u },
  { points: [0xe0100, 0xe01ef], before: /\p{Script=Han}$/u },
  { points: [0x180b, 0x180f], before: /\p{Script=Mongolian}$/u },
  { points: [0xe0020, 0xe007f], before: /\u{1f3f4}[\u{e0020}-\u{e007e}]*$/u },
  { points: [0x3000, 0x3000], before: new RegExp(`[${CJK}\u3000-\u303f\uff00-\uffef]$`, 'u') },
];

/** How far a rule looks to either side: the longest is a flag of seven tags. */
const AROUND = 18;

function isRightful(text: string, at: number, point: number): boolean {
  const rules = RIGHTFUL.filter(({ points: [from, to] }) => point >= from && point <= to);
  if (rules.length === 0) return false;
  const before = text.slice(Math.max(0, at - AROUND), at);
  const after = text.slice(at + (point > 0xffff ? 2 : 1), at + AROUND);
  return rules.some((rule) => rule.before.test(before) && (rule.after?.test(after) ?? true));
}

/** The invisible and reordering characters of a text, in order. */
export function findInvisible(text: string): readonly Invisible[] {
  const found: Invisible[] = [];
  for (const { 0: character, index } of text.matchAll(CANDIDATE)) {
    const point = character.codePointAt(0) ?? 0;
    if (isRightful(text, index, point)) continue;
    const name = INVISIBLES.find(([from, to]) => point >= from && point <= to)?.[2] ?? '';
    const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
    found.push({ from: index, to: index + character.length, code, name });
  }
  return found;
}

/** The text with each invisible character spelled as "<U+202E>", so that nothing in it is hidden or reordered. */
export function revealInvisible(text: string): string {
  let out = '';
  let at = 0;
  for (const { from, to, code } of findInvisible(text)) {
    out += `${text.slice(at, from)}<${code}>`;
    at = to;
  }
  return at === 0 ? text : out + text.slice(at);
}
