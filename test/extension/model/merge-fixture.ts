import type {
  Decision,
  MergeCell,
  MergeChunk,
  MergeSideCell,
  MergeView,
  Resolved,
  ResolveRequest,
} from '../../../contract/merge.js';
import { ClientError } from '../../../extension/client/errors.js';
import type { MergeClient } from '../../../extension/client/merge.js';

/** One cell of a merge with its decisions. */
export interface Made {
  readonly cell: MergeCell;
  readonly decisions: readonly Decision[];
}

/**
 * A source's stretches in one text, a line each: "a" is the same on all sides, "a < b" changed by local, "a > b" by remote,
 * "a & b" by both alike, "a | b | c" a conflict of base, local and remote.
 */
export function chunks(notation: string): readonly MergeChunk[] {
  const line = (text: string | undefined): string =>
    text === undefined || text === '' ? '' : `${text}\n`;
  const rows = notation.split('\n').map((row): MergeChunk => {
    const [, base = row, sign = '', one = '', two] =
      /^(.*?) ([<>&|]) (.*?)(?: \| (.*))?$/.exec(row) ?? [];
    const [from, to] = [line(base), line(one)];
    if (sign === '<') return { kind: 'local', base: from, local: to, remote: from };
    if (sign === '>') return { kind: 'remote', base: from, local: from, remote: to };
    if (sign === '&') return { kind: 'agreed', base: from, local: to, remote: to };
    if (sign === '|') return { kind: 'conflict', base: from, local: to, remote: line(two) };
    return { kind: 'same', base: from, local: from, remote: from };
  });
  return rows.reduce<readonly MergeChunk[]>((joined, chunk) => {
    const last = joined.at(-1);
    if (last?.kind !== 'same' || chunk.kind !== 'same') return [...joined, chunk];
    const text = last.base + chunk.base;
    return [...joined.slice(0, -1), { kind: 'same', base: text, local: text, remote: text }];
  }, []);
}

/** A cell of these stretches; each that differs has a decision `key.at`. Further decisions are named `key.about`. */
export function made(
  key: string,
  notation: string,
  further: readonly Partial<Decision>[] = [],
): Made {
  const parts = chunks(notation);
  const sources = parts.flatMap((chunk, at): Decision[] => {
    if (chunk.kind === 'same') return [];
    const conflict = chunk.kind === 'conflict';
    const reason = conflict
      ? 'both_edited'
      : chunk.kind === 'agreed'
        ? 'same_on_both'
        : 'merged_by_line';
    const take = chunk.kind === 'remote' ? 'remote' : 'local';
    return [
      { id: `${key}.${String(at)}`, about: 'source', conflict, reason, take, cell: key, chunk: at },
    ];
  });
  const others = further.map((patch): Decision => {
    const about = patch.about ?? 'outputs';
    return {
      id: `${key}.${about}`,
      about,
      conflict: true,
      reason: 'both_ran',
      take: 'local',
      cell: key,
      ...patch,
    };
  });
  const decisions = [...sources, ...others];
  const conflict = decisions.some((decision) => decision.conflict);
  const kinds = new Set(parts.map(({ kind }) => kind).filter((kind) => kind !== 'same'));
  const [only] = kinds;
  return {
    decisions,
    cell: {
      key,
      state: conflict ? 'conflict' : only === undefined ? 'same' : kinds.size > 1 ? 'merged' : only,
      base: side(parts, 'base'),
      local: side(parts, 'local'),
      remote: side(parts, 'remote'),
      chunks: parts.map((chunk, at) =>
        chunk.kind === 'conflict' ? { ...chunk, decision: `${key}.${String(at)}` } : chunk,
      ),
      decisions: decisions.map(({ id }) => id),
    },
  };
}

/** The cell with something about it changed, e.g. a side that has it not. */
export function but({ cell, decisions }: Made, patch: Partial<MergeCell>): Made {
  return { decisions, cell: { ...cell, ...patch } };
}

/** A merge of these cells, with further decisions of the notebook's own. */
export function mergeOf(
  cells: readonly Made[],
  patch: Partial<MergeView> = {},
  own: readonly Decision[] = [],
): MergeView {
  const decisions = [...own, ...cells.flatMap((each) => each.decisions)];
  const conflicts = decisions.filter(({ conflict }) => conflict).length;
  return {
    status: conflicts > 0 ? 'conflict' : 'ok',
    format: 1,
    conflicts,
    decisions,
    path: 'train.ipynb',
    language: 'python',
    labels: { base: 'base', local: 'main', remote: 'trees' },
    origin: 'markers',
    fingerprint: 'one',
    metadata: [],
    cells: cells.map(({ cell }, index) => numbered(cell, index)),
    ...patch,
  };
}

/** A server of the merge alone: it gives `views` one after the other, the last one on and on, and refuses what is not its last. */
export function mergeClientOf(...views: readonly MergeView[]): MergeClient & {
  readonly sent: ResolveRequest[];
  readonly left: string[];
  answer: ((request: ResolveRequest) => Resolved) | undefined;
} {
  let at = 0;
  const last = views.at(-1);
  const client = {
    sent: [] as ResolveRequest[],
    left: [] as string[],
    answer: undefined as ((request: ResolveRequest) => Resolved) | undefined,
    find: () => Promise.resolve(views[Math.min(at++, views.length - 1)]),
    resolve: (request: ResolveRequest): Promise<Resolved> => {
      client.sent.push(request);
      if (client.answer !== undefined) return Promise.resolve(client.answer(request));
      return request.fingerprint === last?.fingerprint
        ? Promise.resolve({ path: request.path, unresolved: 0 })
        : Promise.reject(new ClientError('conflict', 'The file changed.'));
    },
    value: (hash: string) => Promise.resolve(`value of ${hash}`),
    leaveTool: () => {
      client.left.push('left');
      return Promise.resolve();
    },
  };
  return client;
}

function side(parts: readonly MergeChunk[], name: 'base' | 'local' | 'remote'): MergeSideCell {
  const source = parts.map((part) => part[name]).join('');
  return { index: 0, cellType: 'code', source, execution: null, outputs: [] };
}

function numbered(cell: MergeCell, index: number): MergeCell {
  const at = (side: MergeSideCell | null): MergeSideCell | null =>
    side === null ? null : { ...side, index: side.index === 0 ? index : side.index };
  return { ...cell, base: at(cell.base), local: at(cell.local), remote: at(cell.remote) };
}
