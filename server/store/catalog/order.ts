/** Compares texts by their UTF-16 units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Numbered {
  readonly id: string;
  readonly number: number;
}

/** Compares rows by their number; of equal ones, which only another hand makes, by their id. */
export function compareNumbers(a: Numbered, b: Numbered): number {
  return a.number - b.number || compareText(a.id, b.id);
}

/**
 * Compares the versions of one notebook as a history has them: those that were brought in from git come before those that were kept
 * here, whenever that was; else by number.
 */
export function compareVersions(
  a: Numbered & { readonly trigger: string },
  b: Numbered & { readonly trigger: string },
): number {
  const isOwn = (row: { readonly trigger: string }): number => Number(row.trigger !== 'import');
  return isOwn(a) - isOwn(b) || compareNumbers(a, b);
}

/** The first place in a sorted list whose element is not less than `value`; the list's length when there is none. */
export function insertionPoint<Item, Value>(
  list: readonly Item[],
  value: Value,
  compare: (item: Item, value: Value) => number,
): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && compare(item, value) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
