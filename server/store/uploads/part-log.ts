import * as z from 'zod';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { writeAll } from '../disk/write-all.js';

const partSchema = z.object({
  number: z.int().positive(),
  /** Of its bytes. */
  sha256: z.string(),
  /** In bytes. */
  size: z.int().nonnegative(),
  /** Where it is: from a byte of the common file on, or in a file of its own. */
  place: z.union([z.object({ at: z.int().nonnegative() }), z.object({ file: z.string() })]),
});

/** A part that has come and is on the disk. */
export type KeptPart = z.infer<typeof partSchema>;
export type PartPlace = KeptPart['place'];

/**
 * The parts of an upload in the order in which they came, a line of JSON each. Each line begins with its end of line, so that one that
 * a kill has torn spoils no other.
 */
export class PartLog {
  private tail: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly disk: Disk,
    private end: number,
  ) {}

  /** The log at `path` and, by number, what it says came last. A file that is not there is an empty one. */
  static async open(
    path: string,
    disk: Disk,
  ): Promise<{ readonly log: PartLog; readonly parts: Map<number, KeptPart> }> {
    const bytes = await disk.readFile(path).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return Buffer.alloc(0);
      throw error;
    });
    const parts = new Map<number, KeptPart>();
    for (const line of bytes.toString('utf8').split('\n')) {
      const part = parse(line);
      if (part !== undefined) parts.set(part.number, part);
    }
    return { log: new PartLog(path, disk, bytes.length), parts };
  }

  /** Durable when it resolves. One whose sync fails may still be read later: what it names is on the disk by then. */
  append(part: KeptPart): Promise<void> {
    const result = this.tail.then(() => this.write(Buffer.from(`\n${JSON.stringify(part)}`)));
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async write(line: Buffer): Promise<void> {
    const at = this.end;
    // Whatever becomes of this one, the next line begins behind it.
    this.end += line.length;
    const handle = await this.disk.open(this.path, 'r+');
    try {
      await writeAll(handle, line, at);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }
}

function parse(line: string): KeptPart | undefined {
  try {
    return partSchema.parse(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
