import type { NoisePattern } from '../../contract/workspace.js';
import { onSide } from '../errors.js';
import { COMPARE, type CompareInput, type CompareOutput } from './compare-task.js';
import { OutOfTimeError, type Pool } from './pool.js';
import { toMovable, type Parcel } from './task.js';

const TIME_BOX_MS = 20_000;
const COARSE_TIME_BOX_MS = 15_000;

/**
 * Sides up to this many bytes are compared without a thread. They take 20 to 40 ms where half of their cells differ, so others are
 * still answered in time; a thread takes 100 ms to start.
 */
const SMALL_BYTES = 64 * 1024;

/** A notebook that can be read when its turn comes. */
export interface NotebookSource {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Bytes that the caller may give away. */
  read(): Promise<Uint8Array>;
}

export interface CompareRequest {
  readonly base: NotebookSource;
  readonly head: NotebookSource;
  readonly show: readonly string[];
  readonly patterns: readonly NoisePattern[];
  readonly signal?: AbortSignal | undefined;
  /** For the fine comparison and for the coarse one, in milliseconds. */
  readonly timeBoxes?: readonly [number, number];
}

export interface Compared extends CompareOutput {
  /** The fine comparison took too long. */
  readonly coarse: boolean;
}

/**
 * Compares two notebooks on a thread; what takes too long is compared again the coarse way. Throws as parseNotebook does, with the
 * side; timed_out when the coarse comparison takes too long as well, too_large for more memory than there is.
 */
export async function compareNotebooks(pool: Pool, request: CompareRequest): Promise<Compared> {
  const [fine, coarse] = request.timeBoxes ?? [TIME_BOX_MS, COARSE_TIME_BOX_MS];
  if (request.base.size <= SMALL_BYTES && request.head.size <= SMALL_BYTES) {
    const { value } = await toParcel(request, false);
    // A small file may stand for a picture of many pixels.
    if (!holdsPicture(value.base.bytes) && !holdsPicture(value.head.bytes)) {
      const { run } = await import('./compare.task.js');
      return { ...(await run(value)).value, coarse: false };
    }
  }
  const attempt = (isCoarse: boolean, timeBox: number): Promise<CompareOutput> =>
    pool.run(COMPARE, {
      input: () => toParcel(request, isCoarse),
      timeBox,
      signal: request.signal,
    });
  try {
    return { ...(await attempt(false, fine)), coarse: false };
  } catch (error) {
    if (!(error instanceof OutOfTimeError)) throw error;
    return { ...(await attempt(true, coarse)), coarse: true };
  }
}

async function toParcel(request: CompareRequest, coarse: boolean): Promise<Parcel<CompareInput>> {
  const { base, head, show, patterns } = request;
  const [left, right] = await Promise.all([readSide(base, 'base'), readSide(head, 'head')]);
  return {
    value: {
      base: { bytes: left, path: base.path },
      head: { bytes: right, path: head.path },
      show,
      patterns,
      coarse,
    },
    transfer: [left.buffer, right.buffer],
  };
}

async function readSide(
  source: NotebookSource,
  side: 'base' | 'head',
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return toMovable(await source.read());
  } catch (error) {
    throw onSide(error, side);
  }
}

function holdsPicture(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('"image/');
}
