const RESET = '\u001b[0m';

const CODES = {
  '~': '\u001b[33m',
  '+': '\u001b[32m',
  '-': '\u001b[31m',
  '↕': '\u001b[34m',
  '⑂': '\u001b[35m',
  '⑃': '\u001b[35m',
  ' ': '',
  dim: '\u001b[2m',
  bold: '\u001b[1m',
} as const;

export type Ink = keyof typeof CODES;

/** Writes in colour, or not. */
export interface Pen {
  /** The text in a colour; it must be safe for a terminal already. */
  paint(ink: Ink, text: string): string;
  /** What stands around a changed token. */
  readonly marks: readonly [string, string];
}

const PLAIN: Pen = { paint: (_, text) => text, marks: ['', ''] };
const COLORED: Pen = {
  paint: (ink, text) => (text === '' || CODES[ink] === '' ? text : `${CODES[ink]}${text}${RESET}`),
  marks: ['\u001b[7m', '\u001b[27m'],
};

export function toPen(color: boolean): Pen {
  return color ? COLORED : PLAIN;
}
