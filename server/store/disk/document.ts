import { createHash } from 'node:crypto';

import type { Adapter } from 'lowdb';

import { isErrno } from '../../errors.js';
import type { Disk } from './disk.js';
import { placeFile } from './durable.js';

const START = '{"sum":"';
const MIDDLE = '","content":';
const END = '}\n';

/**
 * A JSON file as lowdb's adapter: put whole and synced (lowdb's own writes in place under one fixed temporary name), with the SHA-256
 * of its content in it, so that one changed bit is noticed. `place` gives the path for a sum. The folder is the caller's to sync.
 */
export class SummedFile<Value> implements Adapter<Value> {
  /** `sum`: of the content to be read; undefined: whatever is there. Afterwards of what was read or written last. */
  constructor(
    private readonly place: (sum: string) => string,
    public sum: string | undefined,
    private readonly disk: Disk,
  ) {}

  /** Null when there is no such file. Throws a SyntaxError for one that is not what was written. */
  async read(): Promise<Value | null> {
    const path = this.place(this.sum ?? '');
    let bytes: Buffer;
    try {
      bytes = await this.disk.readFile(path);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
    const from = START.length + 64 + MIDDLE.length;
    const content = bytes.subarray(from, bytes.length - END.length);
    const found = hashOf(content);
    const frame = Buffer.from(`${START}${found}${MIDDLE}`);
    const isWhole =
      bytes.length >= from + END.length &&
      bytes.subarray(0, from).equals(frame) &&
      bytes.subarray(-END.length).equals(Buffer.from(END)) &&
      (this.sum ?? found) === found;
    if (!isWhole) throw new SyntaxError(`${path} is not what Cellar wrote`);
    this.sum = found;
    return JSON.parse(content.toString('utf8')) as Value;
  }

  async write(value: Value): Promise<void> {
    const content = Buffer.from(JSON.stringify(value));
    const sum = hashOf(content);
    const bytes = Buffer.concat([
      Buffer.from(`${START}${sum}${MIDDLE}`),
      content,
      Buffer.from(END),
    ]);
    await placeFile(this.place(sum), bytes, 0o600, this.disk);
    this.sum = sum;
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
