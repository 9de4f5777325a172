import type { Patch, PatchChange, PatchItem } from '../../../contract/patch.js';
import { alignItems, toBlocks } from '../align.js';
import type { Json, JsonObject } from '../json-value.js';
import { isArray, isObject } from '../json-value.js';
import { compactJson } from '../json.js';
import { matchCells } from '../match.js';
import type { Notebook } from '../notebook.js';
import { identicalJson } from './identical.js';
import { editText } from './text.js';
import { toPatchValue } from './value.js';

/** Deeper differences replace what holds them. */
const MAX_LEVEL = 100;
/** Longer lists of unlike length are not aligned item by item. */
const MAX_ALIGNED = 100_000;

/** Which item of base became which of head: base index by head index, -1 for a new one. No base index occurs twice. */
type Partners = ArrayLike<number>;

/** What makes head of base exactly, noise included. Long values stand by their hash; `applyPatch` says where they are looked for. */
export function makePatch(base: Notebook, head: Notebook): Patch {
  const change = diffNotebookJson(base, head);
  return change === undefined ? { format: 1 } : { format: 1, change };
}

function diffNotebookJson(base: Notebook, head: Notebook): PatchChange | undefined {
  const [a, b] = [base.raw.get('cells'), head.raw.get('cells')];
  if (!isArray(a) || !isArray(b)) return diffJson(base.raw, head.raw, 0);
  return diffObject(base.raw, head.raw, 0, (name, from, to, level) =>
    name === 'cells' ? diffList(a, b, level, cellPartners(base, head)) : diffJson(from, to, level),
  );
}

/** Cells by what they are, wherever they stand; of a split or merge the parts are new. */
function cellPartners(base: Notebook, head: Notebook): Partners {
  const partners = new Int32Array(head.cells.length).fill(-1);
  for (const match of matchCells(base.cells, head.cells))
    if (match.kind === 'pair') partners[match.head] = match.base;
  return partners;
}

function diffJson(base: Json, head: Json, level: number): PatchChange | undefined {
  if (base === head) return undefined;
  if (typeof base === 'string' && typeof head === 'string') {
    const edits = editText(base, head);
    return edits === undefined
      ? replace(base, head)
      : { op: 'text', baseLength: base.length, edits };
  }
  if (level < MAX_LEVEL) {
    if (isObject(base) && isObject(head))
      return diffObject(base, head, level, (_, ...sides) => diffJson(...sides));
    if (isArray(base) && isArray(head))
      return identicalJson(base, head)
        ? undefined
        : diffList(base, head, level, itemPartners(base, head));
  }
  return identicalJson(base, head) ? undefined : replace(base, head);
}

function replace(base: Json, head: Json): PatchChange {
  return { op: 'replace', base: toPatchValue(base), head: toPatchValue(head) };
}

type DiffMember = (name: string, base: Json, head: Json, level: number) => PatchChange | undefined;

function diffObject(
  base: JsonObject,
  head: JsonObject,
  level: number,
  diffMember: DiffMember,
): PatchChange | undefined {
  const change: PatchChange & { op: 'object' } = {
    op: 'object',
    added: [],
    deleted: [],
    changed: [],
  };
  for (const [name, value] of base) {
    const other = head.get(name);
    if (other === undefined) change.deleted.push([name, toPatchValue(value)]);
    else {
      const inner = diffMember(name, value, other, level + 1);
      if (inner !== undefined) change.changed.push([name, inner]);
    }
  }
  for (const [name, value] of head)
    if (!base.has(name)) change.added.push([name, toPatchValue(value)]);
  return change.added.length + change.deleted.length + change.changed.length > 0
    ? change
    : undefined;
}

/** Items at one place where the lists are equally long; else equal items in order, and between them those that face each other. */
function itemPartners(base: readonly Json[], head: readonly Json[]): Partners {
  const partners = new Int32Array(head.length).fill(-1);
  if (base.length === head.length) return partners.map((_, j) => j);
  if (base.length + head.length > MAX_ALIGNED) {
    for (let j = 0; j < Math.min(base.length, head.length); j++) partners[j] = j;
    return partners;
  }
  const alignment = alignItems(base.map(compactJson), head.map(compactJson));
  for (const { base: own, head: their } of toBlocks(alignment, head.length))
    for (let n = 0; n < Math.min(own[1] - own[0], their[1] - their[0]); n++)
      partners[their[0] + n] = own[0] + n;
  return partners;
}

function diffList(
  base: readonly Json[],
  head: readonly Json[],
  level: number,
  partners: Partners,
): PatchChange | undefined {
  const items: PatchItem[] = [];
  const kept = new Uint8Array(base.length);
  let changed = base.length !== head.length;
  head.forEach((value, j) => {
    const from = partners[j] ?? -1;
    const own = from < 0 ? undefined : base[from];
    if (own === undefined) {
      changed = true;
      items.push({ add: toPatchValue(value) });
      return;
    }
    kept[from] = 1;
    if (from !== j) changed = true;
    const change = diffJson(own, value, level + 1);
    const last = items[items.length - 1];
    if (change !== undefined) {
      changed = true;
      items.push({ from, change });
    } else if (last !== undefined && 'count' in last && last.from + last.count === from)
      last.count++;
    else items.push({ from, count: 1 });
  });
  if (!changed) return undefined;
  const deleted = base.flatMap((value, i): [number, ReturnType<typeof toPatchValue>][] =>
    kept[i] === 1 ? [] : [[i, toPatchValue(value)]],
  );
  return { op: 'list', baseLength: base.length, items, deleted };
}
