import type { Lineage, LineageEdge, LineageNode } from '../../../contract/lineage.js';
import type { RunPage } from '../../../contract/run.js';

const EMPTY = {
  ...{ path: null, time: null, metric: null, clean: null },
  ...{ cells: [], unsure: false, data: [] },
};

export function runNode(id: string, name = id): LineageNode {
  return {
    ...{ id: `run:${id}`, kind: 'run', run: id, name, status: 'finished' },
    ...{ start: 0, end: 1, user: '', metrics: { accuracy: 0.97222 } },
  };
}

export const data: LineageNode = {
  ...{ id: 'dataset:d', kind: 'dataset', name: 'wine.csv', digest: '', sourceType: '', origin: '' },
  rows: 178,
};

export const cell: LineageNode = {
  ...{ id: 'cell:s/c', kind: 'cell', snapshot: 's', notebook: 'n', path: 'a.ipynb', cell: 'c' },
  ...{ time: '2026-11-23T14:00:00.000Z', index: 4, count: 5 },
};

export const snapshot: LineageNode = {
  ...{ id: 'snapshot:s', kind: 'snapshot', snapshot: 's', notebook: 'n', before: 'r' },
  ...{ path: 'a.ipynb', time: '2026-11-23T14:00:00.000Z', message: null, clean: true },
};

export const file: LineageNode = {
  ...{ id: 'artifact:f', kind: 'artifact', sha256: 'f', names: ['out/wine.joblib'], size: 54_000 },
};

export const version: LineageNode = {
  ...{ id: 'version:m-3', kind: 'version', name: 'wine', version: 3, aliases: ['champion'] },
  ...{ stage: 'None', created: 0, files: [] },
};

/** All that is known of a run, which is not much. */
export function runPage(id: string, patch: Partial<RunPage> = {}): RunPage {
  return {
    ...{ id, name: 'train', status: 'finished', params: {}, snapshot: null, notebook: null },
    ...{ start: 0, end: 1, metrics: {}, traces: [], doubts: [], tags: {}, inputs: [] },
    ...{ environment: null, artifacts: [], origin: { subject: 'Run train', ...EMPTY } },
    ...{ words: 'Run train.', warnings: [], experiment: { id: '0', name: 'Default' }, user: '' },
    ...{ deleted: false, data: [], models: [], versions: [], version: null, kernel: null },
    ...{ ranOn: null, packages: [], cells: [], language: null },
    ...patch,
  };
}

export function graphOf(
  focus: LineageNode,
  nodes: readonly LineageNode[],
  edges: readonly LineageEdge[],
  more: Partial<Lineage> = {},
): Lineage {
  return {
    focus: focus.id,
    origin: { subject: 'It', ...EMPTY },
    ...{ words: 'It.', totals: {}, left: 0, deeper: false },
    ...{ nodes: [focus, ...nodes], edges: [...edges] },
    ...more,
  };
}

export function edge(
  from: LineageNode,
  to: LineageNode,
  kind: LineageEdge['kind'] = 'made',
): LineageEdge {
  return { from: from.id, to: to.id, kind };
}
