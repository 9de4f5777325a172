import type { Decision, Take } from '../../../contract/merge.js';
import type { Json, JsonObject } from '../json-value.js';
import { isObject } from '../json-value.js';
import { equalJson } from '../json.js';
import { plainSource } from '../likeness.js';
import { isCellNoise } from '../metadata.js';
import { saysTheSame } from './edited.js';
import type { CellContent, Decided, Run, SourceChunk, SourcePlan, Versions } from './plan.js';
import { versionOf } from './plan.js';
import type { SideCell } from './side.js';
import { mergeLines, toLines } from './source.js';
import type { ValueRules } from './values.js';
import { equalValues, mergeValues } from './values.js';

/** A decision without what its maker adds: the id and where the cell stands. */
export type Verdict = Pick<Decision, 'about' | 'conflict' | 'reason' | 'take'> &
  Partial<Pick<Decision, 'chunk' | 'path' | 'values' | 'base' | 'local' | 'remote'>>;

/** Takes note of a decision; gives its id. */
export type Decide = (verdict: Verdict) => string;

/** A cell that both sides have; base may not have it. */
export interface SharedCell {
  readonly base: SideCell | undefined;
  readonly local: SideCell;
  readonly remote: SideCell;
}

const APART: ReadonlySet<string> = new Set([
  'cell_type',
  'source',
  'outputs',
  'execution_count',
  'metadata',
  'attachments',
]);

/** Everything that is decided within one cell. */
export function mergeContent(cells: SharedCell, decide: Decide): CellContent {
  const type = mergeType(cells, decide);
  const source = mergeSource(cells, decide);
  const run = mergeRun(cells, { type, source }, decide);
  return {
    type,
    source,
    run,
    metadata: mergeValues(at(cells, 'metadata'), {
      ...rulesOf('metadata', decide),
      isNoise: (path) => isCellNoise(path.split('/')[1] ?? ''),
      isSet: (path) => path === '/tags',
    }),
    attachments: mergeValues(at(cells, 'attachments'), {
      ...rulesOf('attachments', decide),
      // One file is one value: its MIME types are the same picture.
      isWhole: (path) => path !== '',
    }),
    rest: mergeValues(mapVersions(cells, rest), {
      ...rulesOf(undefined, decide),
      isNoise: () => true,
    }),
  };
}

function rulesOf(about: 'metadata' | 'attachments' | undefined, decide: Decide): ValueRules {
  return {
    isNoise: () => false,
    isWhole: () => false,
    isSet: () => false,
    decide: (decision) => (about === undefined ? undefined : decide({ about, ...decision })),
  };
}

function mapVersions<T>(cells: SharedCell, of: (cell: SideCell) => T): Versions<T | undefined> {
  const { base, local, remote } = cells;
  return { base: base && of(base), local: of(local), remote: of(remote) };
}

function at(cells: SharedCell, name: string): Versions<Json | undefined> {
  return mapVersions(cells, ({ raw }) => {
    const value = raw.get(name);
    return isObject(value) ? value : undefined;
  });
}

function rest({ raw }: SideCell): JsonObject {
  return new Map([...raw].filter(([name]) => !APART.has(name)));
}

function mergeType(cells: SharedCell, decide: Decide): Decided<Json | undefined> {
  const versions = mapVersions(cells, ({ raw }) => raw.get('cell_type'));
  const { base, local, remote } = versions;
  const [byLocal, byRemote] = [local !== base, remote !== base];
  if (!byLocal && !byRemote) return { decision: undefined, take: 'local', versions };
  if (cells.base === undefined && local === remote)
    return { decision: undefined, take: 'local', versions };
  const verdict = { about: 'type', conflict: false } as const;
  const take = byLocal ? 'local' : 'remote';
  const decision = !(byLocal && byRemote)
    ? decide({ ...verdict, reason: 'one_side', take })
    : local === remote
      ? decide({ ...verdict, reason: 'same_on_both', take })
      : decide({ ...verdict, reason: 'both_edited', take, conflict: true });
  return { decision, take, versions };
}

function mergeSource(cells: SharedCell, decide: Decide): SourcePlan {
  const lines = mapVersions(cells, ({ cell }) => toLines(cell.source));
  const chunks = mergeLines(lines.base ?? [], lines.local ?? [], lines.remote ?? []);
  if (chunks.some(({ kind }) => kind === 'conflict')) {
    const decided = chunks.map((chunk, n): SourceChunk => {
      if (chunk.kind !== 'conflict') return chunk;
      const conflict = { about: 'source', conflict: true, reason: 'both_edited' } as const;
      return { ...chunk, decision: decide({ ...conflict, take: 'both', chunk: n }) };
    });
    return { chunks: decided, decision: undefined };
  }
  const [byLocal, byRemote, both] = (['local', 'remote', 'agreed'] as const).map((kind) =>
    chunks.some((chunk) => chunk.kind === kind),
  );
  if (!byLocal && !byRemote && (!both || cells.base === undefined))
    return { chunks, decision: undefined };
  const verdict = { about: 'source', conflict: false } as const;
  const decision =
    byLocal && byRemote
      ? decide({ ...verdict, reason: 'merged_by_line', take: 'merged' })
      : byLocal || byRemote
        ? decide({
            ...verdict,
            reason: both ? 'merged_by_line' : 'one_side',
            take: byLocal ? 'local' : 'remote',
          })
        : decide({ ...verdict, reason: 'same_on_both', take: 'local' });
  return { chunks, decision };
}

/** The source that the chunks make without any choice; undefined where there is a conflict. */
function plainResult({ chunks }: SourcePlan): string | undefined {
  if (chunks.some(({ kind }) => kind === 'conflict')) return undefined;
  return chunks
    .flatMap(({ kind, local, remote }) => (kind === 'remote' ? remote : local))
    .join('\n')
    .replace(/\r/g, '');
}

function mergeRun(
  cells: SharedCell,
  { type, source }: Pick<CellContent, 'type' | 'source'>,
  decide: Decide,
): Decided<Run> {
  const versions = mapVersions(cells, ({ raw }): Run => ({
    outputs: raw.get('outputs'),
    count: raw.get('execution_count'),
  }));
  const none: Run = { outputs: undefined, count: undefined };
  const runs = {
    base: versions.base ?? none,
    local: versions.local ?? none,
    remote: versions.remote ?? none,
  };
  const decided = (take: Take, decision?: string) => ({ decision, take, versions: runs });
  const { base, local, remote } = cells;
  // A text has no outputs; they come back with the type, if somebody chooses that.
  if (versionOf(type, type.take) !== 'code')
    return decided(local.cell.type === 'code' ? 'local' : 'remote');
  if (sameRun(runs.local, runs.remote)) {
    const changed = base !== undefined && !sameRun(runs.base, runs.local);
    return decided(
      'local',
      changed ? decide({ ...SETTLED, reason: 'same_on_both', take: 'local' }) : undefined,
    );
  }
  const changed = {
    local: base === undefined || !sameRun(runs.base, runs.local),
    remote: base === undefined || !sameRun(runs.base, runs.remote),
  };
  if (!changed.local || !changed.remote) {
    const take = changed.local ? 'local' : 'remote';
    const noise = base !== undefined && saysTheSame(base, cells[take]);
    return decided(take, decide({ ...SETTLED, reason: noise ? 'noise' : 'one_side', take }));
  }
  if (saysTheSame(local, remote))
    return decided('local', decide({ ...SETTLED, reason: 'same_on_both', take: 'local' }));
  const result = plainResult(source);
  const fits = {
    local: result === plainSource(local.cell),
    remote: result === plainSource(remote.cell),
  };
  if (fits.local !== fits.remote) {
    const take = fits.local ? 'local' : 'remote';
    return decided(take, decide({ ...SETTLED, reason: 'fits_source', take }));
  }
  // Of a re-run that brought nothing new and one that did, the latter tells more.
  const news = {
    local: base === undefined ? local.cell.outputs.length > 0 : !saysTheSame(base, local),
    remote: base === undefined ? remote.cell.outputs.length > 0 : !saysTheSame(base, remote),
  };
  if (news.local !== news.remote) {
    const take = news.local ? 'local' : 'remote';
    return decided(take, decide({ ...SETTLED, reason: 'one_side', take }));
  }
  return decided(
    'local',
    decide({ ...SETTLED, reason: 'both_ran', take: 'local', conflict: true }),
  );
}

const SETTLED = { about: 'outputs', conflict: false } as const;

function sameRun(a: Run, b: Run): boolean {
  const same = (x: Json | undefined, y: Json | undefined) =>
    equalValues(x ?? null, y ?? null) || (isEmpty(x) && isEmpty(y));
  return same(a.outputs, b.outputs) && equalJson(a.count ?? null, b.count ?? null);
}

function isEmpty(outputs: Json | undefined): boolean {
  return outputs === undefined || (Array.isArray(outputs) && outputs.length === 0);
}
