import { bundleSchema, type Bundle } from '../../contract/bundle.js';
import { findCarried } from '../../contract/carried.js';

/** A display that a cell made, with the parts of nbformat's outputs that are read here. */
export interface Shown {
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The bundles among a cell's outputs, in order. One that does not keep to the format is left to its own display, which says so. */
export function findBundles(outputs: readonly Shown[]): Bundle[] {
  const found: Bundle[] = [];
  for (const { data } of outputs) {
    const value = findCarried((mime) => data?.[mime]);
    if (value === undefined) continue;
    const parsed = bundleSchema.safeParse(value);
    if (parsed.success) found.push(parsed.data);
  }
  return found;
}
