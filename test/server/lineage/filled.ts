import { randomBytes } from 'node:crypto';

import { burstSchema } from '../../../contract/capture.js';
import type { LineageNode } from '../../../contract/lineage.js';
import { lineageQuerySchema, type Lineage, type LineageQuery } from '../../../contract/lineage.js';
import { keepBurst, type CaptureParts } from '../../../server/capture/keep.js';
import type { History } from '../../../server/history/history.js';
import { createLineage, type LineageFinder } from '../../../server/lineage/lineage.js';
import { setAlias } from '../../../server/registry/aliases.js';
import { register } from '../../../server/registry/change-models.js';
import { addVersion } from '../../../server/registry/change-versions.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { keepDataset } from '../../../server/tracking/datasets.js';
import { logToRun, startRun } from '../../../server/tracking/log-run.js';
import { changeModel, startModel } from '../../../server/tracking/models.js';
import { addRunFile } from '../../../server/tracking/run-files.js';
import { createTurns } from '../../../server/tracking/turns.js';
import { ADA, openTestRegistry } from '../registry/opened.js';
import { makeFolder, notebookText, openTestHistory } from '../scratch.js';

export const turns = createTurns();
export const SOURCES = ['import wine', 'data = wine.load()', 'split(data)', 'fit()', 'score()'];

/** A workspace in which a notebook trained on data, whose model is registered twice: as it was logged, and as a file. */
export interface Filled {
  readonly root: string;
  readonly history: History;
  readonly lineage: LineageFinder;
  readonly data: string;
  readonly features: string;
  readonly snapshot: string;
  readonly notebook: string;
  readonly run: string;
  readonly child: string;
  readonly model: string;
  /** Of wine.joblib, and of the model's own file. */
  readonly file: string;
  readonly weights: string;
}

export async function fill(root?: string): Promise<Filled> {
  const folder = root ?? (await makeFolder());
  const history = await openTestHistory(folder);
  const data = await keepData(history, 'wine.csv', 178);
  const features = await deriveData(history, data);
  const run = await beginRun(history, 'train');
  await logToRun(history, turns, run, {
    inputs: [
      { kind: 'dataset', id: data, tags: [{ name: 'mlflow.data.context', value: 'training' }] },
    ],
    points: [{ name: 'accuracy', value: 0.97222, step: 0, time: 5 }],
    params: [['trees', '60']],
  });
  const child = await beginRun(history, 'fold', [['mlflow.parentRunId', run]]);
  const file = await addFile(history, run, 'wine.joblib', 'forest in a file');
  const { model, weights } = await logModel(history, run, 'forest');
  const kept = await burst(
    { history, operating: openOperatingState(history.store.places) },
    { run, cell: 'c4', time: 1000 },
  );
  const registry = openTestRegistry(history);
  await register(registry, ADA, { name: 'wine', description: '', tags: [] });
  const more = { runLink: '', description: '', tags: [], run };
  await addVersion(registry, ADA, 'wine', { ...more, origin: `models:/${model}`, logged: model });
  await addVersion(registry, ADA, 'wine', {
    ...more,
    ...{ origin: `runs:/${run}/wine.joblib`, logged: '' },
  });
  await setAlias(registry, ADA, { name: 'wine', version: 2 }, 'champion');
  const lineage = createLineage(history.store, () => Promise.resolve(toPage));
  const ids = { data, features, run, child, model, file, weights, ...kept };
  return { root: folder, history, lineage, ...ids };
}

export async function beginRun(
  history: History,
  name: string,
  tags: readonly (readonly [string, string])[] = [],
): Promise<string> {
  const start = { experiment: '0', name, user: 'ada', time: 1, tags };
  return (await startRun(history, start)).id;
}

/** A table of so many rows, as MLflow's client describes it. */
export function keepData(history: History, name: string, rows: number): Promise<string> {
  const profile = JSON.stringify({ num_rows: rows, num_elements: rows * 14 });
  const schema = JSON.stringify({ mlflow_colspec: [{ name: 'alcohol' }, { name: 'target' }] });
  const place = { sourceType: 'local', origin: `{"uri":"${name}"}`, digest: 'd1' };
  return keepDataset(history, { name, ...place, schema, profile });
}

function deriveData(history: History, parent: string): Promise<string> {
  return keepDataset(history, {
    ...{ name: 'features', digest: 'd2', sourceType: 'code', origin: '', schema: '', profile: '' },
    described: {
      ...{ sha256: null, rows: 89, columnCount: 2, target: null, parent, values: true },
      columns: [{ name: 'alcohol', type: 'number', dtype: 'float64' }],
    },
  });
}

export async function addFile(
  history: History,
  run: string,
  name: string,
  text: string,
): Promise<string> {
  const file = await history.store.artifacts.add(bytes(text));
  await addRunFile(history, run, { name, ...file });
  return file.sha256;
}

export async function logModel(
  history: History,
  run: string,
  name: string,
): Promise<{ readonly model: string; readonly weights: string }> {
  const start = { name, experiment: '0', run, modelType: 'classifier', params: [], tags: [] };
  const { id } = await startModel(history, start);
  const weights = await history.store.artifacts.add(bytes(`weights of ${id}`));
  const files = [{ name: 'model.pkl', ...weights }];
  await changeModel(history, turns, id, () => ({ status: 'ready', artifacts: files }));
  await logToRun(history, turns, run, { outputs: [{ model: id, step: 0 }] });
  return { model: id, weights: weights.sha256 };
}

export interface Ended {
  readonly run: string;
  /** The cell that logged to it. */
  readonly cell: string;
  readonly time: number;
  readonly path?: string;
  /** All cells where none are named. */
  readonly ran?: readonly string[];
}

/** The end of a burst, of which one cell logged to a run. */
export async function burst(
  parts: CaptureParts,
  { run, cell, time, path = 'train.ipynb', ran = SOURCES.map((_, at) => `c${at}`) }: Ended,
): Promise<{ readonly snapshot: string; readonly notebook: string }> {
  const executions = ran.map((each, index) => ({
    ...{ cell: each, index: Number(each.slice(1)), count: index + 1, status: 'ok' as const },
    ...{ started: time + index, finished: time + index + 1 },
  }));
  const { row } = await keepBurst(
    parts,
    burstSchema.parse({
      ...{ key: randomBytes(8).toString('hex'), path, trigger: 'run-all', clean: true, executions },
      content: notebookText([...SOURCES, `# ${time}`]),
      bundles: [{ cell, bundle: { run: { id: run } } }],
    }),
  );
  return { snapshot: row.id, notebook: row.notebook };
}

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
}

/** Where the pages of registries elsewhere are. */
export function toPage(registry: string, entry: string, version: string | null): string {
  return `https://${registry}.example/${entry}/${version ?? ''}`;
}

/** The graph around a node, with the query's defaults. */
export function ask(lineage: LineageFinder, query: LineageQuery): Promise<Lineage> {
  const { node, ...options } = lineageQuerySchema.parse(query);
  return lineage.around(node, options);
}

/** Edges as "from → to", nodes by what people call them. */
export function draw({ nodes, edges }: Lineage): readonly string[] {
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  return edges.map(({ from, to, kind }) => `${names.get(from)} ${kind} ${names.get(to)}`).sort();
}

export function nameOf(node: LineageNode): string {
  switch (node.kind) {
    case 'dataset':
    case 'run':
    case 'model':
      return node.name;
    case 'notebook':
      return node.path;
    case 'snapshot':
      return `${node.path} then`;
    case 'cell':
      return node.cell;
    case 'artifact':
      return node.names[0] ?? '';
    case 'version':
      return `${node.name}/${node.version}`;
    case 'entry':
      return `${node.registry}:${node.name}/${node.version}`;
  }
}
