import type { LineageNode } from '../../contract/lineage.js';
import { mainMetric } from '../../contract/main-metric.js';
import { trainedOn, type Origin } from '../../contract/origin.js';
import type { KeptLink } from '../external/links.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import { findRunsOf, pickRuns } from '../tracking/snapshots.js';
import type { Links } from './links.js';
import { roleOf, type Surroundings } from './neighbours.js';
import { findOriginPlace } from './version-place.js';

/** Where a node comes from: what one sentence can say of it. */
export async function findOrigin(around: Surroundings, node: LineageNode): Promise<Origin> {
  switch (node.kind) {
    case 'run':
      return originOfRun(around, toSubject(node), around.links.run(node.run));
    case 'artifact':
    case 'model':
    case 'version':
    case 'entry':
      return originOfRun(around, toSubject(node), findMaker(around, node));
    case 'snapshot': {
      const row = await around.store.catalog.findSnapshot(node.snapshot);
      const last =
        row === undefined ? undefined : pickRuns(await findRunsOf(around.store, [row]), row).at(-1);
      return {
        ...nothingKnown(toSubject(node)),
        time: node.time === '' ? null : node.time,
        ...(last === undefined ? {} : resultsOf(around, last)),
        clean: node.clean,
      };
    }
    case 'cell':
      return { ...nothingKnown(toSubject(node)), time: node.time === '' ? null : node.time };
    case 'dataset':
    case 'notebook':
      return nothingKnown(toSubject(node));
  }
}

/** Where a run comes from; `subject` is what it is told of. */
export async function originOfRun(
  around: Surroundings,
  subject: string,
  run: RunRow | undefined,
): Promise<Origin> {
  if (run === undefined) return nothingKnown(subject);
  const claims = await around.claims.of(run);
  const row = await findVersion(around, run);
  const own = new Set(
    claims.flatMap(({ snapshot, cell }) => (snapshot === row?.id ? (cell ?? []) : [])),
  );
  return {
    ...nothingKnown(subject),
    path: row?.path ?? null,
    time: row?.time ?? null,
    cells: row === undefined ? [] : placesOf(row, own),
    unsure: claims.some(({ certainty }) => certainty === 'unsure'),
    ...resultsOf(around, run),
    clean: row?.clean ?? null,
  };
}

/** The version that claimed a run, while it is here. */
async function findVersion(
  { store }: Surroundings,
  { snapshot }: RunRow,
): Promise<SnapshotRow | undefined> {
  return snapshot === null ? undefined : store.catalog.findSnapshot(snapshot);
}

/** The places of cells that ran, from 1. */
function placesOf({ executions }: SnapshotRow, cells: ReadonlySet<string>): number[] {
  return unpackExecutions(executions)
    .filter(({ cell, index }) => index >= 0 && cells.has(cell))
    .map(({ index }) => index + 1);
}

function resultsOf({ links }: Surroundings, run: RunRow): Pick<Origin, 'data' | 'metric'> {
  const data = run.inputs.flatMap(({ kind, id, tags }) => {
    const found = kind === 'dataset' ? links.dataset(id) : undefined;
    const role = roleOf({ tags }) ?? '';
    return found === undefined ? [] : [{ name: found.name, rows: found.rows ?? null, role }];
  });
  const metrics = Object.entries(run.metrics).map(([name, { value }]) => [name, value] as const);
  return { data: trainedOn(data), metric: mainMetric(metrics) ?? null };
}

function nothingKnown(subject: string): Origin {
  const unknown = { path: null, time: null, metric: null, clean: null };
  return { subject, ...unknown, cells: [], unsure: false, data: [] };
}

/** The run that made a file, or logged a model; of several the newest. */
function findMaker(
  { links }: Surroundings,
  node: Extract<LineageNode, { kind: 'artifact' | 'model' | 'version' | 'entry' }>,
): RunRow | undefined {
  switch (node.kind) {
    case 'artifact': {
      const [run] = links.runsThatMade(node.sha256);
      return run ?? links.run(links.model(links.modelsWith(node.sha256)[0] ?? '')?.run ?? '');
    }
    case 'model':
      return links.run(links.model(node.model)?.run ?? '');
    case 'entry': {
      const [link] = links.linksTo(node.id.slice('entry:'.length));
      return link === undefined ? undefined : links.run(runOfLink(links, link));
    }
    case 'version': {
      const version = links.version(node.id.slice('version:'.length))?.version;
      if (version === undefined) return undefined;
      const named = version.run === '' ? findOriginPlace(version)?.run : version.run;
      return links.run(named ?? links.model(version.logged)?.run ?? '');
    }
  }
}

function runOfLink(links: Links, { of }: KeptLink): string {
  if (of.kind === 'run') return of.run;
  if (of.kind === 'model') return links.model(of.model)?.run ?? '';
  const version = links.version(`${of.model}-${of.version}`)?.version;
  if (version === undefined) return '';
  return version.run === '' ? (links.model(version.logged)?.run ?? '') : version.run;
}

/** What a node is called in a sentence. */
function toSubject(node: LineageNode): string {
  switch (node.kind) {
    case 'dataset':
      return node.rows === undefined ? node.name : `${node.name} (${node.rows} rows)`;
    case 'notebook':
    case 'snapshot':
      return node.path;
    case 'cell':
      return node.index === null
        ? `A cell of ${node.path}`
        : `Cell ${node.index + 1} of ${node.path}`;
    case 'run':
      return node.name === '' ? `Run ${node.run.slice(0, 8)}` : `Run ${node.name}`;
    case 'artifact':
      return node.names[0] ?? `File ${node.sha256.slice(0, 12)}`;
    case 'model':
      return node.name === '' ? `Model ${node.model}` : `Model ${node.name}`;
    case 'version':
      return node.name === ''
        ? `A deleted model's version ${node.version}`
        : `${node.name} v${node.version}`;
    case 'entry': {
      const name = node.name === '' ? 'Something elsewhere' : node.name;
      const version = node.version === '' ? '' : ` v${node.version}`;
      return node.registry === '' ? name : `${name}${version} in ${node.registry}`;
    }
  }
}
