/** Makes an object of its base and a delta (gitformat-pack, "Deltified representation"). Throws RangeError for one that does not fit. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const reader = new DeltaReader(delta);
  const baseLength = reader.length();
  const length = reader.length();
  if (baseLength !== base.length) throw new RangeError('the delta is of another base');
  const start = reader.at;
  // Measured before anything is made: a damaged length could ask for any amount of memory.
  let total = 0;
  for (let step = reader.next(); step !== undefined; step = reader.next()) total += step.length;
  if (total !== length) throw new RangeError('the delta does not make what it says');
  const result = Buffer.allocUnsafe(length);
  reader.at = start;
  let at = 0;
  for (let step = reader.next(); step !== undefined; step = reader.next()) {
    const source = step.copies ? base : delta;
    if (step.from + step.length > source.length) throw new RangeError('the delta leaves its base');
    source.copy(result, at, step.from, step.from + step.length);
    at += step.length;
  }
  return result;
}

interface Step {
  /** From the base; else from the delta itself. */
  readonly copies: boolean;
  readonly from: number;
  readonly length: number;
}

class DeltaReader {
  at = 0;

  constructor(private readonly delta: Buffer) {}

  /** A number of seven bits a byte, the lowest first. */
  length(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  next(): Step | undefined {
    if (this.at >= this.delta.length) return undefined;
    const code = this.byte();
    if (code === 0) throw new RangeError('the delta holds a reserved step');
    if (code < 0x80) {
      const from = this.at;
      this.at += code;
      return { copies: false, from, length: code };
    }
    const from = this.sparse(code, 4);
    const length = this.sparse(code >> 4, 3);
    return { copies: true, from, length: length === 0 ? 0x10000 : length };
  }

  /** A number of which only the bytes that are not zero are there, as the bits of `which` say. */
  private sparse(which: number, most: number): number {
    let value = 0;
    for (let bit = 0; bit < most; bit += 1)
      if ((which & (1 << bit)) !== 0) value += this.byte() * 2 ** (8 * bit);
    return value;
  }

  private byte(): number {
    const byte = this.delta[this.at];
    if (byte === undefined) throw new RangeError('the delta ends early');
    this.at += 1;
    return byte;
  }
}
