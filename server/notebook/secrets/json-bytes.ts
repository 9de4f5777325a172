/** A string of a JSON text by the offsets of its bytes, without its quotes. */
export interface StringSpan {
  readonly start: number;
  readonly end: number;
  /** It holds a backslash. */
  readonly isEscaped: boolean;
}

/** Thrown where bytes are no JSON: then they are one text to whoever looks for secrets. */
export class NoJsonError extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MARKS = new Uint8Array(256);
for (const mark of '{}[],:') MARKS[mark.charCodeAt(0)] = 1;

/** Walks over JSON as it stands in a file's bytes, without making values of it. */
export class JsonBytes {
  at = 0;

  constructor(readonly bytes: Uint8Array) {
    // A byte order mark.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
  }

  /** The byte that the next value begins with; undefined at the end. */
  peek(): number | undefined {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at += 1;
    }
  }

  is(letter: string): boolean {
    return this.peek() === letter.charCodeAt(0);
  }

  /** Calls `member` with each name; it must take the value. Anything but an object is passed over. */
  object(member: (name: string) => void): void {
    if (!this.is('{')) {
      this.skip();
      return;
    }
    this.take('{');
    while (!this.is('}')) {
      const name = decodeString(this.bytes, this.string());
      this.take(':');
      member(name);
      if (!this.is('}')) this.take(',');
    }
    this.take('}');
  }

  /** Calls `item` with each index; it must take the value. Anything but an array is passed over. */
  array(item: (index: number) => void): void {
    if (!this.is('[')) {
      this.skip();
      return;
    }
    this.take('[');
    for (let index = 0; !this.is(']'); index++) {
      item(index);
      if (!this.is(']')) this.take(',');
    }
    this.take(']');
  }

  string(): StringSpan {
    if (this.peek() !== QUOTE) throw new NoJsonError();
    const start = this.at + 1;
    const { bytes } = this;
    let isEscaped = false;
    for (let end = start; end < bytes.length; end++) {
      const byte = bytes[end];
      if (byte === QUOTE) {
        this.at = end + 1;
        return { start, end, isEscaped };
      }
      if (byte === BACKSLASH) {
        isEscaped = true;
        end += 1;
      }
    }
    throw new NoJsonError();
  }

  /** Passes over a value, however deep; calls `string` with each string and name in it. */
  skip(string?: (span: StringSpan) => void): void {
    const { bytes } = this;
    let depth = 0;
    do {
      const byte = this.peek();
      if (byte === undefined) throw new NoJsonError();
      if (byte === QUOTE) {
        const span = this.string();
        string?.(span);
      } else {
        if (byte === 0x7b || byte === 0x5b) depth += 1;
        else if (byte === 0x7d || byte === 0x5d) depth -= 1;
        this.at += 1;
        // A number or a word goes on up to the next mark or blank.
        if (MARKS[byte] === 0) while (isPlain(bytes[this.at])) this.at += 1;
      }
    } while (depth > 0);
    if (depth < 0) throw new NoJsonError();
  }

  private take(letter: string): void {
    if (!this.is(letter)) throw new NoJsonError();
    this.at += 1;
  }
}

/** What a string says. Throws NoJsonError where its escapes are wrong. */
export function decodeString(bytes: Uint8Array, { start, end, isEscaped }: StringSpan): string {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  if (!isEscaped) return body;
  try {
    const value: unknown = JSON.parse(`"${body}"`);
    return String(value);
  } catch {
    throw new NoJsonError();
  }
}

/** Tells where the characters of strings begin; asked for in rising order it walks over each string once. */
export class ByteOffsets {
  private string: StringSpan | undefined;
  private units = 0;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The offset of the byte at which the character at `index` (in UTF-16 code units) of a string's text begins. */
  find(string: StringSpan, index: number): number {
    if (this.string !== string || index < this.units) {
      this.string = string;
      this.units = 0;
      this.at = string.start;
    }
    const { bytes } = this;
    while (this.units < index && this.at < string.end) {
      const byte = bytes[this.at] ?? 0;
      if (string.isEscaped && byte === BACKSLASH) this.at += bytes[this.at + 1] === 0x75 ? 6 : 2;
      else this.at += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      this.units += byte >= 0xf0 ? 2 : 1;
    }
    return Math.min(this.at, string.end);
  }
}

function isPlain(byte: number | undefined): boolean {
  if (byte === undefined || byte <= 0x20 || byte === QUOTE) return false;
  return MARKS[byte] === 0;
}
