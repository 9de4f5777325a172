import type { ExportFile, ExportPlan } from '../../contract/export.js';
import type { Artifact, Snapshot } from '../../contract/snapshot.js';
import { getNotebook, getSnapshot } from '../history/history.js';
import type { NotebookRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { ExportNames, README_NAME } from './export-names.js';
import { README, toHistoryCsv, toHistoryJson, type ExportedVersion } from './export-texts.js';
import { toSnapshots } from './snapshots.js';

export interface ExportRequest {
  readonly snapshot?: string | undefined;
  readonly notebook?: string | undefined;
  readonly artifacts: boolean;
}

/**
 * The files of an export: each notebook in a folder of its own, with its versions, what is known of them, and the files of its runs
 * where they are asked for. Throws not_found, ambiguous_id.
 */
export async function planExport(store: Store, request: ExportRequest): Promise<ExportPlan> {
  const time = new Date(store.now()).toISOString();
  const plan: { files: ExportFile[]; missing: string[] } = {
    files: [{ path: README_NAME, time, source: { kind: 'text', text: README } }],
    missing: [],
  };
  const names = new ExportNames();
  for (const { notebook, first, rows } of await chooseRows(store, request)) {
    const folder = names.folder(notebook.path);
    const snapshots = await toSnapshots(store, rows);
    const kept = request.artifacts
      ? await planArtifacts(store, snapshots, { folder, names })
      : undefined;
    const versions = snapshots.map((snapshot, at): ExportedVersion => {
      const number = first + at;
      const { id, time, size } = snapshot;
      const path = names.file(folder, toVersionName(snapshot, number));
      plan.files.push({ path, time, source: { kind: 'snapshot', id, size } });
      return {
        number,
        snapshot,
        file: path.slice(folder.length + 1),
        artifacts: toFiles(snapshot, kept),
      };
    });
    plan.files.push(...(kept?.files ?? []));
    plan.missing.push(...(kept?.missing ?? []));
    for (const [name, text] of [
      ['history.json', toHistoryJson(notebook, versions)],
      ['history.csv', toHistoryCsv(versions)],
    ] as const)
      plan.files.push({ path: names.file(folder, name), time, source: { kind: 'text', text } });
  }
  return plan;
}

interface Chosen {
  readonly notebook: NotebookRow;
  /** The number in its history of the first of the rows: they are a stretch of it, oldest first. */
  readonly first: number;
  readonly rows: readonly SnapshotRow[];
}

async function chooseRows(
  store: Store,
  { snapshot, notebook }: ExportRequest,
): Promise<readonly Chosen[]> {
  const { catalog } = store;
  if (snapshot !== undefined) {
    const row = await getSnapshot(store, snapshot);
    const history = await catalog.history(row.notebook);
    const first = history.findIndex(({ id }) => id === row.id) + 1;
    return [{ notebook: await getNotebook(store, row.notebook), first, rows: [row] }];
  }
  const chosen =
    notebook === undefined ? await catalog.notebooks() : [await getNotebook(store, notebook)];
  const sorted = [...chosen].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.number - b.number,
  );
  const all: Chosen[] = [];
  for (const each of sorted)
    all.push({ notebook: each, first: 1, rows: await catalog.history(each.id) });
  return all.filter(({ rows }) => rows.length > 0);
}

/** "0012 2026-11-23 14.32 01kcd…": in the order of the history also where a system sorts by name; times in UTC. */
function toVersionName({ time, id }: Snapshot, number: number): string {
  const [day = '', clock = ''] = time.split('T');
  return `${String(number).padStart(4, '0')} ${day} ${clock.slice(0, 5).replace(':', '.')} ${id.slice(0, 16)}.ipynb`;
}

interface KeptFiles {
  readonly files: readonly ExportFile[];
  readonly missing: readonly string[];
  /** The path within the notebook's folder of each file, by its name and SHA-256. */
  readonly places: ReadonlyMap<string, string>;
}

const keyOf = ({ name, sha256 }: Artifact): string => `${sha256} ${name}`;

/** Each file once, however many versions made it. */
async function planArtifacts(
  store: Store,
  snapshots: readonly Snapshot[],
  { folder, names }: { readonly folder: string; readonly names: ExportNames },
): Promise<KeptFiles> {
  const files: ExportFile[] = [];
  const missing: string[] = [];
  const places = new Map<string, string>();
  const seen = new Set<string>();
  for (const { time, artifacts } of snapshots)
    for (const artifact of artifacts) {
      const key = keyOf(artifact);
      if (seen.has(key)) continue;
      seen.add(key);
      const { name, sha256 } = artifact;
      const size = await store.artifacts.findSize(sha256);
      if (size === undefined) {
        const why = artifact.purged === true ? ', purged' : '';
        missing.push(`${name} (SHA-256 ${sha256}${why})`);
        continue;
      }
      const path = names.file(`${folder}/artifacts/${sha256.slice(0, 12)}`, name);
      places.set(key, path.slice(folder.length + 1));
      files.push({ path, time, source: { kind: 'artifact', sha256, size } });
    }
  return { files, missing, places };
}

function toFiles(snapshot: Snapshot, kept: KeptFiles | undefined): ExportedVersion['artifacts'] {
  return snapshot.artifacts.map((artifact) => ({
    name: artifact.name,
    sha256: artifact.sha256,
    size: artifact.size,
    file: kept?.places.get(keyOf(artifact)) ?? null,
  }));
}
