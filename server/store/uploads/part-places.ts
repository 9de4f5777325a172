import { randomBytes } from 'node:crypto';

import type { KeptPart, PartPlace } from './part-log.js';

/** Beyond this the body would be larger than file systems take; its parts are then files of their own. */
const MOST_BODY_BYTES = 8 * 2 ** 40;

/**
 * Where the parts of one upload go. Clients cut a file into parts of one size but for the last, so each has a place in one common file,
 * the body. A part of another size, one that is sent again, and a last one that comes before its place is known, are files of their own.
 * A place once taken is never written over by a part on its way: what was acknowledged stays whole.
 */
export class PartPlaces {
  private size: number | undefined;
  /** The numbers of the parts that are being written to their places in the body. */
  private readonly writing = new Set<number>();
  /** The numbers of the parts of which nobody knows whether the log has them in the body. */
  private readonly spoiled = new Set<number>();

  /** `kept`: by number, as it is at any moment. */
  constructor(
    private readonly count: number,
    private readonly kept: ReadonlyMap<number, KeptPart>,
  ) {
    for (const { number, size, place } of kept.values())
      if ('at' in place)
        this.size ??= number < count || number === 1 ? size : place.at / (number - 1);
  }

  /** The size of all parts but the last, once one has come or is coming. */
  get step(): number | undefined {
    return this.size;
  }

  /** Nobody writes to the body. */
  get isBodyFree(): boolean {
    return this.writing.size === 0;
  }

  /** For a part of so many bytes, where that is known; one in the body is taken until it is released. */
  take(number: number, size: number | undefined): PartPlace {
    const isLast = number === this.count;
    const canStep = size !== undefined && size * this.count <= MOST_BODY_BYTES;
    if (canStep && (!isLast || number === 1)) this.size ??= size;
    const at = this.isFree(number) ? this.findPlace(isLast, number, size) : undefined;
    if (at === undefined) return { file: `${number}-${randomBytes(8).toString('hex')}` };
    this.writing.add(number);
    return { at };
  }

  release(number: number, place: PartPlace): void {
    if ('at' in place) this.writing.delete(number);
  }

  /** The log may have the part nevertheless: what that names has to stay as it is. */
  spoil(number: number): void {
    this.spoiled.add(number);
  }

  private isFree(number: number): boolean {
    const kept = this.kept.get(number);
    const isKept = kept !== undefined && 'at' in kept.place;
    return !isKept && !this.writing.has(number) && !this.spoiled.has(number);
  }

  private findPlace(isLast: boolean, number: number, size: number | undefined): number | undefined {
    const { size: step } = this;
    if (step === undefined || size === undefined) return undefined;
    return (isLast ? size <= step : size === step) ? (number - 1) * step : undefined;
  }
}
