const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?[0-9][0-9.eE+-]*/g;

/** What is taken out of JSON, and what stands there then. */
export interface Cleaning {
  /** Without what is to go; undefined where there is none of it. */
  readonly text: (text: string) => string | undefined;
  /** True for bytes that hold something of it as it stands. */
  readonly holds: (bytes: Buffer) => boolean;
  /** True for a number, as it is written, that is itself what is to go: one that only holds it is another number. */
  readonly isNumber: (lexeme: string) => boolean;
  readonly mark: string;
}

/**
 * JSON without what is to go in its strings, names of fields and numbers; every other byte is as it was. Escapes are read as what
 * they mean, so that none is cut. Undefined where nothing was found. The text must be JSON.
 */
export function cleanJson(bytes: Buffer, cleaning: Cleaning): Buffer | undefined {
  const parts: Buffer[] = [];
  const names = new Map<string, string>();
  let kept = 0;
  let field = '';
  const put = (start: number, end: number, instead: string): void => {
    parts.push(bytes.subarray(kept, start), Buffer.from(instead));
    kept = end;
  };
  for (let at = 0; at < bytes.length;) {
    const open = bytes.indexOf(QUOTE, at);
    const before = open < 0 ? bytes.length : open;
    for (const { start, end } of findNumbers(bytes, at, before, cleaning))
      // A count of executions is a number or nothing.
      put(start, end, field === 'execution_count' ? 'null' : JSON.stringify(cleaning.mark));
    if (open < 0) break;
    const end = findEnd(bytes, open);
    const isField = isFieldName(bytes, end);
    if (isField) field = bytes.toString('utf8', open + 1, Math.min(end - 1, open + 64));
    const clean = cleanString(bytes.subarray(open, end), cleaning);
    if (clean !== undefined)
      put(open, end, JSON.stringify(isField ? toOwnName(clean, names) : clean.now));
    at = end;
  }
  return parts.length === 0 ? undefined : Buffer.concat([...parts, bytes.subarray(kept)]);
}

interface Cleaned {
  readonly before: string;
  readonly now: string;
}

function cleanString(token: Buffer, { text, holds }: Cleaning): Cleaned | undefined {
  if (!token.includes(BACKSLASH) && !holds(token)) return undefined;
  const before = JSON.parse(token.toString('utf8')) as string;
  const now = text(before);
  return now === undefined ? undefined : { before, now };
}

/** Two fields that differ in what went only must not become one. */
function toOwnName({ before, now }: Cleaned, names: Map<string, string>): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? now : `${now} ${count}`;
    const first = names.get(name) ?? before;
    if (first !== before) continue;
    names.set(name, before);
    return name;
  }
}

/** The end of the string that begins at a quotation mark, behind its last one. */
function findEnd(bytes: Buffer, open: number): number {
  for (let at = bytes.indexOf(QUOTE, open + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return bytes.length;
}

function isFieldName(bytes: Buffer, end: number): boolean {
  let at = end;
  while ([0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) at += 1;
  return bytes[at] === 0x3a;
}

function findNumbers(
  bytes: Buffer,
  start: number,
  end: number,
  { isNumber, holds }: Cleaning,
): readonly { readonly start: number; readonly end: number }[] {
  const between = bytes.subarray(start, end);
  if (!holds(between)) return [];
  return [...between.toString('latin1').matchAll(NUMBER)]
    .filter(([lexeme]) => isNumber(lexeme))
    .map(({ 0: lexeme, index }) => ({ start: start + index, end: start + index + lexeme.length }));
}
