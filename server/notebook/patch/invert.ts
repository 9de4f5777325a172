import type { Patch, PatchChange, PatchItem } from '../../../contract/patch.js';

/** The patch the other way round: what makes base of head. */
export function invertPatch({ format, change }: Patch): Patch {
  return change === undefined ? { format } : { format, change: invert(change) };
}

function invert(change: PatchChange): PatchChange {
  switch (change.op) {
    case 'replace':
      return { op: 'replace', base: change.head, head: change.base };
    case 'text': {
      // Offsets count in the other text, which earlier edits have moved.
      let shift = 0;
      const edits = change.edits.map(({ at, removed, added }) => {
        const edit = { at: at + shift, removed: added, added: removed };
        shift += added.length - removed.length;
        return edit;
      });
      return { op: 'text', baseLength: change.baseLength + shift, edits };
    }
    case 'list':
      return invertList(change);
    case 'object':
      return {
        op: 'object',
        added: change.deleted,
        deleted: change.added,
        changed: change.changed.map(([name, inner]) => [name, invert(inner)]),
      };
  }
}

function invertList({
  baseLength,
  items,
  deleted,
}: PatchChange & { op: 'list' }): PatchChange & { op: 'list' } {
  const own: (PatchItem | undefined)[] = Array.from({ length: baseLength }, () => undefined);
  for (const [i, value] of deleted) own[i] = { add: value };
  const gone: (PatchChange & { op: 'list' })['deleted'] = [];
  let j = 0;
  for (const item of items) {
    if ('add' in item) gone.push([j, item.add]);
    else if ('change' in item) own[item.from] = { from: j, change: invert(item.change) };
    else {
      for (let n = 0; n < item.count; n++) own[item.from + n] = { from: j + n, count: 1 };
      j += item.count - 1;
    }
    j++;
  }
  return { op: 'list', baseLength: j, items: joinRuns(own), deleted: gone };
}

/** Neighbouring runs as one. */
function joinRuns(items: readonly (PatchItem | undefined)[]): PatchItem[] {
  const joined: PatchItem[] = [];
  for (const item of items) {
    if (item === undefined) continue;
    const last = joined[joined.length - 1];
    if (
      last !== undefined &&
      'count' in last &&
      'count' in item &&
      last.from + last.count === item.from
    )
      last.count += item.count;
    else joined.push('count' in item ? { ...item } : item);
  }
  return joined;
}
