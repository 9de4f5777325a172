import type { Execution } from '../../../contract/snapshot.js';

type Packed = readonly [
  cell: string,
  index: number,
  count: number | null,
  status: Execution['status'],
  started?: number | null,
  finished?: number | null,
];

/** Executions as one short text, a third of what the objects take in memory; "" for none. */
export function packExecutions(executions: readonly Execution[]): string {
  if (executions.length === 0) return '';
  return JSON.stringify(
    executions.map(({ cell, index, count, status, started, finished }): Packed => {
      if (finished !== undefined) return [cell, index, count, status, started ?? null, finished];
      return started === undefined
        ? [cell, index, count, status]
        : [cell, index, count, status, started];
    }),
  );
}

/** The inverse of packExecutions. */
export function unpackExecutions(packed: string): Execution[] {
  if (packed === '') return [];
  return (JSON.parse(packed) as Packed[]).map(
    ([cell, index, count, status, started = null, finished = null]) => ({
      cell,
      index,
      count,
      ...(started === null ? {} : { started }),
      ...(finished === null ? {} : { finished }),
      status,
    }),
  );
}
