const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Compares rows by their number. */
export function compareNumbers(
  a: { readonly number: number },
  b: { readonly number: number },
): number {
  return a.number - b.number;
}

/** The first place in a sorted list whose element is not less than `value`; the list's length when there is none. */
export function insertionPoint(list: readonly string[], value: string): number;
export function insertionPoint<Item>(
  list: readonly Item[],
  value: Item,
  compare: (a: Item, b: Item) => number,
): number;
export function insertionPoint<Item>(
  list: readonly Item[],
  value: Item,
  compare: (a: Item, b: Item) => number = (a, b) => compareText(String(a), String(b)),
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
