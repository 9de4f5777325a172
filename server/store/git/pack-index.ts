import { CellarError } from '../../errors.js';
import type { RangeReader } from './range-reader.js';

const MAGIC = 0xff744f63;
const HEADER = 8;
const FAN = 256 * 4;
const NAME = 20;
/** From here on it is a position in a table of larger ones. */
const LARGE = 0x80000000;

/** Finds where an object is in a pack. Reads of an index only what a question needs (gitformat-pack, "version 2"). */
export class PackIndex {
  private opening: Promise<Buffer> | undefined;

  constructor(private readonly file: RangeReader) {}

  /** How many objects the pack has. */
  async count(): Promise<number> {
    return (await this.fan()).readUInt32BE(255 * 4);
  }

  /** The offset of an object in the pack; undefined when the pack has none of this name. */
  async find(oid: string): Promise<number | undefined> {
    const fan = await this.fan();
    const count = fan.readUInt32BE(255 * 4);
    const first = Number.parseInt(oid.slice(0, 2), 16);
    let low = first === 0 ? 0 : fan.readUInt32BE((first - 1) * 4);
    let high = fan.readUInt32BE(first * 4);
    if (low >= high) return undefined;
    const wanted = Buffer.from(oid, 'hex');
    const start = low;
    const names = await this.file.read(HEADER + FAN + low * NAME, (high - low) * NAME);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = (middle - start) * NAME;
      const order = wanted.compare(names, at, at + NAME);
      if (order === 0) return this.offset(middle, count);
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return undefined;
  }

  /** The names of all objects, in their order. */
  async names(): Promise<readonly string[]> {
    const bytes = await this.nameBytes();
    return Array.from({ length: bytes.length / NAME }, (_, at) =>
      bytes.toString('hex', at * NAME, (at + 1) * NAME),
    );
  }

  /** The same, 20 bytes each. Throws store_damaged when some are missing. */
  async nameBytes(): Promise<Buffer> {
    const length = (await this.count()) * NAME;
    const bytes = await this.file.read(HEADER + FAN, length);
    // Who takes a pack away relies on these being all.
    if (bytes.length < length) throw this.damaged();
    return bytes;
  }

  /** Where each object is in the pack, in the order of the names. */
  async offsets(): Promise<Float64Array> {
    const count = await this.count();
    const start = HEADER + FAN + count * (NAME + 4);
    const small = await this.file.read(start, count * 4);
    if (small.length < count * 4) throw this.damaged();
    const offsets = new Float64Array(count);
    for (let at = 0; at < count; at += 1) {
      const offset = small.readUInt32BE(at * 4);
      offsets[at] = offset < LARGE ? offset : await this.largeOffset(count, offset);
    }
    return offsets;
  }

  /** Lets go of the file. */
  close(): void {
    this.file.close();
  }

  private async offset(position: number, count: number): Promise<number> {
    const offsets = HEADER + FAN + count * (NAME + 4);
    const small = (await this.file.read(offsets + position * 4, 4)).readUInt32BE(0);
    return small < LARGE ? small : this.largeOffset(count, small);
  }

  private async largeOffset(count: number, small: number): Promise<number> {
    const table = HEADER + FAN + count * (NAME + 4 + 4);
    const large = await this.file.read(table + (small - LARGE) * 8, 8);
    return Number(large.readBigUInt64BE(0));
  }

  private fan(): Promise<Buffer> {
    this.opening ??= this.readFan();
    this.opening.catch(() => (this.opening = undefined));
    return this.opening;
  }

  private async readFan(): Promise<Buffer> {
    const head = await this.file.read(0, HEADER + FAN);
    if (head.length < HEADER + FAN || head.readUInt32BE(0) !== MAGIC || head.readUInt32BE(4) !== 2)
      throw this.damaged();
    // A copy: the page that it lies in may go.
    return Buffer.from(head.subarray(HEADER));
  }

  private damaged(): CellarError {
    return new CellarError(
      'store_damaged',
      `${this.file.path} is no index of a pack. Run "cellar verify --repair".`,
      { path: this.file.path },
    );
  }
}
