import type { Burst } from '../../contract/capture.js';

/** Something for the server that must reach it once, and after everything that was put before it. */
export type Parcel =
  | { readonly kind: 'burst'; readonly burst: Burst }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string };

/** A parcel in its place; `size` is roughly its bytes in memory. Numbers rise and are never used again. */
export interface Waiting {
  readonly number: number;
  readonly size: number;
  readonly parcel: Parcel;
}

/** A parcel without its content. `spare`: an automatic version without results, which a later one of its notebook replaces. */
export interface Slip {
  readonly number: number;
  readonly size: number;
  readonly path: string;
  readonly spare: boolean;
}

/** Where parcels wait: the browser's database, or memory where there is none. All tabs of one workspace share one. */
export interface OutboxStore {
  /** Adds at the end and gives the number; rejects when the disk is full. */
  put(parcel: Parcel): Promise<number>;
  first(): Promise<Waiting | undefined>;
  /** All of them in order. */
  slips(): Promise<readonly Slip[]>;
  /** Undefined when it is gone already. */
  read(number: number): Promise<Parcel | undefined>;
  /** Puts a parcel in the place of one; does nothing when that is gone already. */
  replace(number: number, parcel: Parcel): Promise<void>;
  /** Does nothing when it is gone already. */
  remove(number: number): Promise<void>;
  /** Runs `work` while no other tab does; undefined when the page goes away first. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Roughly the bytes that a parcel takes. */
export function sizeOf(parcel: Parcel): number {
  return 512 + (parcel.kind === 'burst' ? 2 * (parcel.burst.content?.length ?? 0) : 0);
}

/** What the list of what waits says of a parcel. */
export function toSlip(number: number, parcel: Parcel): Slip {
  const size = sizeOf(parcel);
  if (parcel.kind !== 'burst') return { number, size, path: parcel.to, spare: false };
  const { path, trigger, bundles = [], message } = parcel.burst;
  const isAutomatic = trigger === 'save' || trigger === 'burst' || trigger === 'run-all';
  return {
    number,
    size,
    path,
    spare: isAutomatic && bundles.length === 0 && message === undefined,
  };
}
