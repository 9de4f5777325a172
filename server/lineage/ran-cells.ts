import { MAX_OUTPUTS_LENGTH, type RanCell } from '../../contract/run.js';
import type { Execution } from '../../contract/snapshot.js';
import { readNotebook } from '../history/history.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { readCells } from '../work/cells.js';
import type { Pool } from '../work/pool.js';
import type { Claim, Claims } from './claims.js';

/** The cells that ran in the bursts that made a run, in their order, and the language of the notebook. */
export interface RanCells {
  readonly cells: readonly RanCell[];
  readonly language: string | null;
}

interface Parts {
  readonly store: Store;
  readonly pool: Pool;
  readonly claims: Claims;
}

/** Of each version that claimed the run, the cells that ran for it. */
export async function readRanCells(parts: Parts, run: RunRow): Promise<RanCells> {
  const claims = await parts.claims.of(run);
  const ids = [...new Set(claims.map(({ snapshot }) => snapshot))];
  const rows = await parts.store.catalog.snapshotsById(ids);
  const cells: RanCell[] = [];
  let language: string | null = null;
  let room = MAX_OUTPUTS_LENGTH;
  for (const row of [...rows.values()].sort((a, b) => a.number - b.number)) {
    const own = claims.filter(({ snapshot }) => snapshot === row.id);
    const read = await readRan(parts, row, { claims: own, room });
    cells.push(...read.cells);
    language ??= read.language === '' ? null : read.language;
    for (const { outputs } of read.cells) for (const { text = '' } of outputs) room -= text.length;
  }
  return { cells, language };
}

async function readRan(
  { store, pool }: Parts,
  row: SnapshotRow,
  { claims, room }: { readonly claims: readonly Claim[]; readonly room: number },
): Promise<{ readonly cells: readonly RanCell[]; readonly language: string }> {
  const makers = new Set(claims.flatMap(({ cell }) => cell ?? []));
  const executions = toRan(row, makers);
  const source = {
    path: row.path,
    size: row.size,
    read: async () => new Uint8Array(await readNotebook(store, row)),
  };
  const { cells: shown, language } = await readCells(pool, source, {
    cells: executions.map(({ cell, index }) => ({ cell, index })),
    most: Math.max(0, room),
  });
  const last = new Map(executions.map(({ cell }, at) => [cell, at]));
  const cells = executions.map((execution, at): RanCell => {
    const found = shown[at];
    return {
      ...execution,
      index: found?.index ?? -1,
      made: makers.has(execution.cell),
      snapshot: row.id,
      ...(found === undefined ? {} : { source: found.source }),
      outputs: last.get(execution.cell) === at ? [...(found?.outputs ?? [])] : [],
    };
  });
  return { cells, language };
}

/** What ran for a version; cells that made the run although nobody told of their execution come last. */
function toRan(
  { executions }: SnapshotRow,
  makers: ReadonlySet<string>,
): readonly (Omit<Execution, 'status'> & Pick<RanCell, 'status'>)[] {
  const ran = unpackExecutions(executions).filter(({ status }) => status !== 'skipped');
  const told = new Set(ran.map(({ cell }) => cell));
  const untold = [...makers].filter((cell) => !told.has(cell));
  return [...ran, ...untold.map((cell) => ({ cell, index: -1, count: null }))];
}
