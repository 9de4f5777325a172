import { CellarError } from '../../errors.js';

const MAGIC = 0xff744f63;
const HEADER = 8;
const FAN = 256 * 4;
const NAME = 20;
/** From here on an offset is a position in a table of larger ones. */
const LARGE = 0x80000000;

/** The bytes of an index. */
export interface IndexBytes {
  readonly path: string;
  /** In bytes. */
  size(): Promise<number>;
  /** Up to `length` bytes from `offset`: fewer at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): void;
}

/** Finds where an object is in a pack. Reads of an index only what a question needs (gitformat-pack, "version 2"). */
export class PackIndex {
  private opening: Promise<Buffer> | undefined;

  constructor(private readonly file: IndexBytes) {}

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
    const count = await this.count();
    const bytes = await this.file.read(HEADER + FAN, count * NAME);
    return Array.from({ length: count }, (_, at) =>
      bytes.toString('hex', at * NAME, (at + 1) * NAME),
    );
  }

  /** Every object with its offset, in the order in which the pack has them: so each is read soon after its base. */
  async *byOffset(): AsyncGenerator<{ readonly oid: string; readonly offset: number }> {
    const { names, offsets } = await this.all();
    const order = new Uint32Array(offsets.length).map((_, at) => at);
    order.sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0));
    for (const at of order)
      yield { oid: names.toString('hex', at * NAME, (at + 1) * NAME), offset: offsets[at] ?? 0 };
  }

  /** Lets go of the file. */
  close(): void {
    this.file.close();
  }

  /** The names of all objects in their order, 20 bytes each, and where in the pack each is. Throws store_damaged when some are missing. */
  async all(): Promise<{ readonly names: Buffer; readonly offsets: Float64Array }> {
    const count = await this.count();
    const bytes = await this.file.read(HEADER + FAN, count * (NAME + 4 + 4));
    // Who takes a pack away relies on these being all.
    if (bytes.length < count * (NAME + 4 + 4))
      throw new CellarError('store_damaged', `${this.file.path} ends early. Run "cellar verify".`, {
        path: this.file.path,
      });
    const offsets = new Float64Array(count);
    for (let at = 0; at < count; at += 1) {
      const small = bytes.readUInt32BE(count * (NAME + 4) + at * 4);
      offsets[at] = small < LARGE ? small : await this.largeOffset(small, count);
    }
    return { names: bytes.subarray(0, count * NAME), offsets };
  }

  private async offset(position: number, count: number): Promise<number> {
    const offsets = HEADER + FAN + count * (NAME + 4);
    const small = (await this.file.read(offsets + position * 4, 4)).readUInt32BE(0);
    return small < LARGE ? small : this.largeOffset(small, count);
  }

  private async largeOffset(small: number, count: number): Promise<number> {
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
    if (!isHead(head) || !isWhole(head, await this.file.size()))
      throw new CellarError(
        'store_damaged',
        `${this.file.path} is no index of a pack. Run "cellar verify" to see what else is damaged.`,
        { path: this.file.path },
      );
    // A copy: the page that it lies in may go.
    return Buffer.from(head.subarray(HEADER));
  }
}

function isHead(head: Buffer): boolean {
  return (
    head.length === HEADER + FAN && head.readUInt32BE(0) === MAGIC && head.readUInt32BE(4) === 2
  );
}

/** What it says of itself fits its length: a damaged count could ask for any amount of memory. */
function isWhole(head: Buffer, size: number): boolean {
  let upTo = 0;
  for (let at = HEADER; at < HEADER + FAN; at += 4) {
    const next = head.readUInt32BE(at);
    if (next < upTo) return false;
    upTo = next;
  }
  return size >= HEADER + FAN + upTo * (NAME + 4 + 4) + 2 * NAME;
}
