import type { ValueRef } from '../../contract/diff.js';
import type { Json } from './json-value.js';
import { toRef } from './values.js';

/** One MIME type of one or two outputs. */
export interface Sides {
  readonly mime: string;
  readonly base: Json | undefined;
  readonly head: Json | undefined;
}

/** What every part begins with: its MIME type and the values of the sides that have one. */
export function refs({ mime, base, head }: Sides): {
  mime: string;
  base?: ValueRef;
  head?: ValueRef;
} {
  return {
    mime,
    ...(base === undefined ? {} : { base: toRef(mime, base) }),
    ...(head === undefined ? {} : { head: toRef(mime, head) }),
  };
}
