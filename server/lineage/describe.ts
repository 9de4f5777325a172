import type { LineageKind, LineageNode } from '../../contract/lineage.js';
import { findPurged } from '../history/purged-files.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { endOf } from '../tracking/run-fields.js';
import { filesOfVersion, type KnownFile } from './files.js';
import { parseCell, toNodeId, type NodeName } from './ids.js';
import type { Links } from './links.js';
import { rankMetric } from '../../contract/main-metric.js';

const MOST_METRICS = 10;
const MOST_NAMES = 10;
const MOST_FILES = 20;

/** Where the page of an entry of a registry is; empty for one that is not set up any more. */
export type FindPage = (registry: string, entry: string, version: string | null) => string;

type Of<Kind extends LineageKind> = Extract<LineageNode, { kind: Kind }>;

/** Nodes as views show them, in the same order. */
export async function describeNodes(
  store: Store,
  links: Links,
  { names, findPage }: { readonly names: readonly NodeName[]; readonly findPage: FindPage },
): Promise<LineageNode[]> {
  const describer = new Describer(store, links, {
    findPage,
    shown: new Set(names.map(({ kind, own }) => toNodeId(kind, own))),
    purged: await findGone(store, names),
  });
  const nodes: LineageNode[] = [];
  for (const name of names) nodes.push(await describer.describe(name));
  return nodes;
}

async function findGone(store: Store, names: readonly NodeName[]): Promise<ReadonlySet<string>> {
  const hashes = names.filter(({ kind }) => kind === 'artifact').map(({ own }) => own);
  return findPurged(store, hashes);
}

class Describer {
  private readonly before = new Map<string, ReadonlyMap<string, string>>();

  constructor(
    private readonly store: Store,
    private readonly links: Links,
    private readonly among: {
      readonly shown: ReadonlySet<string>;
      readonly purged: ReadonlySet<string>;
      readonly findPage: FindPage;
    },
  ) {}

  describe({ kind, own }: NodeName): Promise<LineageNode> | LineageNode {
    switch (kind) {
      case 'dataset':
        return this.dataset(own);
      case 'notebook':
        return this.notebook(own);
      case 'snapshot':
        return this.snapshot(own);
      case 'cell':
        return this.cell(own);
      case 'run':
        return this.run(own);
      case 'artifact':
        return this.artifact(own);
      case 'model':
        return this.model(own);
      case 'version':
        return this.version(own);
      case 'entry':
        return this.entry(own);
    }
  }

  private dataset(own: string): Of<'dataset'> {
    const found = this.links.dataset(own);
    const id = toNodeId('dataset', own);
    if (found === undefined)
      return {
        ...{ id, kind: 'dataset', gone: 'missing', name: '', digest: '', sourceType: '' },
        origin: '',
      };
    const { name, digest, sourceType, origin, rows, columns } = found;
    return {
      ...{ id, kind: 'dataset', name, digest, sourceType, origin },
      ...(rows === undefined ? {} : { rows }),
      ...(columns === undefined ? {} : { columns }),
    };
  }

  private async notebook(own: string): Promise<Of<'notebook'>> {
    const { catalog, files } = this.store;
    const row = await catalog.findNotebook(own);
    const history = await catalog.history(own);
    const isHere =
      row !== undefined &&
      (await catalog.findNotebookAt(row.path))?.id === own &&
      (await files.exists(row.path));
    return {
      ...{ id: toNodeId('notebook', own), kind: 'notebook', notebook: own },
      ...{ path: row?.path ?? '', snapshots: history.length },
      ...(isHere ? {} : { gone: row === undefined ? 'missing' : 'deleted' }),
    };
  }

  private async snapshot(own: string): Promise<Of<'snapshot'>> {
    const id = toNodeId('snapshot', own);
    const row = await this.store.catalog.findSnapshot(own);
    if (row === undefined) {
      const place = await this.expired(own);
      return {
        ...{ id, kind: 'snapshot', snapshot: own, ...place },
        ...{ before: null, message: null, clean: null },
      };
    }
    const { notebook, path, time, message, trigger, clean } = row;
    const before = await this.findBefore(row);
    return {
      ...{ id, kind: 'snapshot', snapshot: own, notebook, before },
      ...{ path, time, message, trigger, clean },
    };
  }

  private async cell(own: string): Promise<Of<'cell'>> {
    const { snapshot, cell } = parseCell(own);
    const base = { id: toNodeId('cell', own), kind: 'cell', snapshot, cell } as const;
    const row = await this.store.catalog.findSnapshot(snapshot);
    if (row === undefined)
      return { ...base, ...(await this.expired(snapshot)), index: null, count: null };
    const ran = unpackExecutions(row.executions).findLast((each) => each.cell === cell);
    const index = ran === undefined || ran.index < 0 ? null : ran.index;
    const { notebook, path, time } = row;
    return { ...base, notebook, path, time, index, count: ran?.count ?? null };
  }

  /** What is known of a version that is not here. */
  private async expired(
    snapshot: string,
  ): Promise<Pick<Of<'snapshot'>, 'gone' | 'notebook' | 'path' | 'time'>> {
    const row = await this.store.catalog.findExpired(snapshot);
    if (row === undefined) return { gone: 'missing', notebook: '', path: '', time: '' };
    return { gone: 'expired', notebook: row.notebook, path: row.path, time: row.time };
  }

  private run(own: string): Of<'run'> {
    const id = toNodeId('run', own);
    const row = this.links.run(own);
    if (row === undefined)
      return {
        ...{ id, kind: 'run', run: own, gone: 'missing', name: '', status: 'finished' },
        ...{ start: 0, end: null, user: '', metrics: {} },
      };
    const { name, status, start, user } = row;
    return {
      ...{ id, kind: 'run', run: own, name, status, start, user },
      ...{ end: endOf(row) ?? null, metrics: firstMetrics(row) },
      ...(row.deleted ? { gone: 'deleted' } : {}),
    };
  }

  private artifact(own: string): Of<'artifact'> {
    const isShown = ({ id }: RunRow): number => Number(this.among.shown.has(toNodeId('run', id)));
    // What it is called by those that are seen beside it.
    const runs = [...this.links.runsThatMade(own)].sort((a, b) => isShown(b) - isShown(a));
    const inRuns = runs.flatMap(({ artifacts }) =>
      artifacts.filter(({ sha256 }) => sha256 === own),
    );
    const inModels = this.links
      .modelsWith(own)
      .flatMap((model) => this.links.model(model)?.artifacts ?? [])
      .filter(({ sha256 }) => sha256 === own);
    const files = [...inRuns, ...inModels];
    return {
      ...{ id: toNodeId('artifact', own), kind: 'artifact', sha256: own },
      names: [...new Set(files.map(({ name }) => name))].slice(0, MOST_NAMES),
      size: files[0]?.size ?? 0,
      ...(files.length === 0 ? { gone: 'missing' } : {}),
      ...(this.among.purged.has(own) ? { gone: 'purged' } : {}),
    };
  }

  private model(own: string): Of<'model'> {
    const id = toNodeId('model', own);
    const found = this.links.model(own);
    if (found === undefined)
      return {
        ...{ id, kind: 'model', model: own, gone: 'missing', name: '', modelType: '' },
        ...{ status: 'failed', created: 0, files: [] },
      };
    const { name, modelType, status, created, artifacts, deleted } = found;
    return {
      ...{ id, kind: 'model', model: own, name, modelType, status, created },
      files: toFiles(artifacts),
      ...(deleted ? { gone: 'deleted' } : {}),
    };
  }

  private version(own: string): Of<'version'> {
    const id = toNodeId('version', own);
    const linked = this.links.version(own);
    if (linked === undefined)
      return {
        ...{ id, kind: 'version', gone: 'missing', name: '', version: 0 },
        ...{ aliases: [], stage: '', created: 0, files: [] },
      };
    const { version, registered } = linked;
    const aliases = (registered?.aliases ?? []).filter((each) => each.version === version.version);
    const isGone = version.deleted || registered?.deleted !== false;
    return {
      ...{ id, kind: 'version', name: registered?.name ?? '', version: version.version },
      ...{ aliases: aliases.map(({ name }) => name), stage: version.stage },
      ...{ created: version.created, files: toFiles(filesOfVersion(this.links, linked)) },
      ...(isGone ? { gone: 'deleted' } : {}),
    };
  }

  /** As the link says it that was learnt of last. */
  private entry(own: string): Of<'entry'> {
    const id = toNodeId('entry', own);
    const [link] = this.links
      .linksTo(own)
      .toSorted((a, b) => (b.known?.at ?? 0) - (a.known?.at ?? 0));
    if (link === undefined)
      return {
        ...{ id, kind: 'entry', gone: 'missing', registry: '', name: '', version: '' },
        ...{ aliases: [], stage: '', page: '' },
      };
    const { registry, entry: name, version, address, known } = link;
    return {
      ...{ id, kind: 'entry', registry: registry ?? '', name, version: version ?? '' },
      aliases: version === null ? [] : (known?.aliases ?? []).map((alias) => alias.name),
      stage: known?.stage ?? '',
      page: registry === null ? address : this.among.findPage(registry, name, version),
      ...(known?.exists === false ? { gone: 'deleted' } : {}),
    };
  }

  /** The version before one in its history. */
  private async findBefore({ id, notebook }: SnapshotRow): Promise<string | null> {
    let before = this.before.get(notebook);
    if (before === undefined) {
      const history = await this.store.catalog.history(notebook);
      const pairs = history.slice(1).map((row, at) => [row.id, history[at]?.id ?? ''] as const);
      before = new Map(pairs);
      this.before.set(notebook, before);
    }
    return before.get(id) ?? null;
  }
}

function toFiles(files: readonly KnownFile[]): { name: string; sha256: string; size: number }[] {
  return files.slice(0, MOST_FILES).map(({ name, sha256, size }) => ({ name, sha256, size }));
}

/** Those that matter most first. */
function firstMetrics({ metrics }: RunRow): Of<'run'>['metrics'] {
  const values = Object.entries(metrics).map(([name, { value }]) => [name, value] as const);
  values.sort(([a], [b]) => rankMetric(a) - rankMetric(b) || (a < b ? -1 : 1));
  return Object.fromEntries(values.slice(0, MOST_METRICS));
}
