import { CellarError } from '../../errors.js';
import { MAIN } from '../../store/create.js';
import type {
  CatalogChange,
  Collection,
  RunRow,
  SnapshotRow,
  StoredCatalog,
} from '../../store/catalog/rows.js';
import type { CommitParts, FileEdit } from '../../store/git/repository.js';
import { toFinding, type Finding } from '../finding.js';
import type { History } from '../history.js';
import { readCells, toState } from '../mend-snapshots.js';
import { formatStored, keptPaths, notebookStatePath, TRAILERS } from '../state.js';
import { toSubject } from '../subject.js';
import type { CatalogFound, Difference } from '../verify-catalog.js';
import { toConcerned } from '../verify-concerned.js';
import { listAhead } from '../verify-findings.js';
import type { Mending } from './mending.js';

/** Kept in memory at once. */
const AT_ONCE = 200;

/** What only the catalog knows any more. */
export interface Rescue {
  /** Versions whose bytes can be read. */
  readonly versions: readonly SnapshotRow[];
  /** Rows for main to say again. */
  readonly rows: CatalogChange;
  /** Notebooks whose newest path or version main does not know. */
  readonly notebooks: readonly string[];
  /** Versions that nothing can be read of. */
  readonly lost: readonly Finding[];
}

/**
 * Finds what the catalog knows and neither git nor the journal does. It is believed where they have lost something: where git is
 * damaged, and of records that come after all that was put into git.
 */
export function planRescue(
  { live, differences, fresh }: CatalogFound,
  { sound }: Mending,
  { isGitDamaged, sealed }: { readonly isGitDamaged: boolean; readonly sealed: number },
): Rescue {
  const ahead = listAhead({ live, fresh });
  const isAhead = new Set(ahead.map(({ id }) => id));
  const believed = differences.filter(
    ({ collection, id, kind, number }) =>
      kind !== 'missing' &&
      (isGitDamaged || number > sealed || (collection === 'runs' && isAhead.has(id))),
  );
  const expired = new Set(fresh.expired.map(({ id }) => id));
  const snapshots = pick(live, 'snapshots', believed).filter(
    (row) => !expired.has(row.id) && isNews(fresh, row, believed),
  );
  const runs = pick(live, 'runs', believed);
  const known = new Set(fresh.runs.map(({ id }) => id));
  const unlogged = runs.filter(
    ({ id, number }) => isAhead.has(id) || (!known.has(id) && number > sealed),
  );
  const numbers = new Map(fresh.notebooks.map(({ id, number }) => [id, number]));
  return {
    versions: snapshots.filter(({ blob }) => sound.has(blob)),
    rows: {
      runs: runs.filter(({ id }) => isAhead.has(id) || !known.has(id)),
      pins: pick(live, 'pins', believed),
      expired: pick(live, 'expired', believed),
      entries: pick(live, 'entries', believed),
    },
    notebooks: pick(live, 'notebooks', believed)
      .filter(({ id, number }) => number > (numbers.get(id) ?? -1))
      .map(({ id }) => id),
    lost: [
      ...snapshots.filter(({ blob }) => !sound.has(blob)).map(toLoss),
      ...unlogged.map(toLostPoints),
    ],
  };
}

/** One that git does not know, or as an automatic one only. */
function isNews(fresh: StoredCatalog, row: SnapshotRow, believed: readonly Difference[]): boolean {
  const kind = believed.find(
    ({ collection, id }) => collection === 'snapshots' && id === row.id,
  )?.kind;
  if (kind === 'extra') return true;
  return row.line === 'main' && fresh.snapshots.find(({ id }) => id === row.id)?.line === 'auto';
}

function pick<Name extends Collection>(
  live: StoredCatalog,
  name: Name,
  differences: readonly Difference[],
): StoredCatalog[Name][number][] {
  const ids = new Set(
    differences.flatMap(({ collection, id }) => (collection === name ? [id] : [])),
  );
  const rows: readonly StoredCatalog[Name][number][] = live[name];
  return rows.filter(({ id }) => ids.has(id));
}

function toLoss(row: SnapshotRow): Finding {
  return toFinding({
    what: `version ${row.id} of ${row.path}`,
    reason: 'neither its notebook nor its commit can be read any more',
    kind: 'object',
    objects: [row.blob],
    concerned: [toConcerned(row, false)],
  });
}

/** The catalog has the last of each metric only. */
function toLostPoints({ id }: RunRow): Finding {
  return toFinding({
    what: `points of run ${id}`,
    reason: 'records of the journal are gone; the last value of each metric is known still',
    kind: 'journal',
    runs: [id],
  });
}

/** Commits the versions to main beside the newest ones, each with its id, time and author; what is not known of one any more is empty. */
export async function keepVersions(
  mending: Mending,
  versions: readonly SnapshotRow[],
): Promise<void> {
  const { repository, history } = mending;
  const sorted = [...versions].sort((a, b) => a.number - b.number);
  for (let at = 0; at < sorted.length; at += AT_ONCE) {
    const commits: CommitParts[] = [];
    for (const row of sorted.slice(at, at + AT_ONCE)) commits.push(await toCommit(mending, row));
    for (const { commit } of await repository.commitMany({ ref: MAIN, commits }))
      mending.sound.add(commit.oid);
  }
  for (const { id, path } of sorted)
    mending.note(`version ${id} of ${path}`, 'it was put into git again as the catalog knows it');
  if (sorted.length > 0) history.store.passNumber(sorted.at(-1)?.number ?? 0);
}

async function toCommit({ history }: Mending, row: SnapshotRow): Promise<CommitParts> {
  const { store } = history;
  const notebook = (await store.catalog.findNotebook(row.notebook)) ?? {
    ...{ id: row.notebook, path: row.path, number: row.number },
    ...{ formerPaths: [], origin: null },
  };
  const kept = keptPaths(row.notebook, row.id);
  const state = toState(notebook, row, (await readCells(store, row)) ?? []);
  const { path, message, trigger, author } = row;
  return {
    edits: [
      { path: kept.bytes, content: { oid: row.blob } },
      { path: kept.state, content: formatStored(state) },
    ],
    facts: {
      author,
      time: Date.parse(row.time),
      subject: toSubject({ path, message, trigger, restored: row.restored !== null, metrics: [] }),
      trailers: new Map([
        [TRAILERS.snapshot, row.id],
        [TRAILERS.notebook, row.notebook],
        ...(row.parent === null ? [] : [[TRAILERS.parent, row.parent] as const]),
        [TRAILERS.trigger, trigger],
      ]),
    },
  };
}

/** Lets main say by a commit each where notebooks are, of which the commits that said so are lost. */
export async function restateNotebooks(
  mending: Mending,
  notebooks: readonly string[],
): Promise<void> {
  const { history, repository } = mending;
  const { store } = history;
  const read = await openMain(mending);
  const commits: CommitParts[] = [];
  for (const id of notebooks) {
    const path = notebookStatePath(id);
    const content = (await read(path)) ?? (await guess(history, path));
    if (content === undefined) continue;
    commits.push({
      edits: [{ path, content }],
      facts: {
        author: store.author,
        time: store.now(),
        subject: 'Say again where a notebook is',
        trailers: new Map([[TRAILERS.notebook, id]]),
      },
    });
  }
  for (let at = 0; at < commits.length; at += AT_ONCE) {
    const some = commits.slice(at, at + AT_ONCE);
    for (const { commit } of await repository.commitMany({ ref: MAIN, commits: some }))
      mending.sound.add(commit.oid);
  }
}

async function guess({ store, menders }: History, path: string): Promise<Buffer | undefined> {
  for (const mender of menders)
    for await (const content of mender.guess(store, path)) return content;
  return undefined;
}

/** The files that say on main what the rows do. */
export async function restateRows(
  mending: Mending,
  { rows }: Rescue,
): Promise<readonly FileEdit[]> {
  const { store, menders } = mending.history;
  const read = await openMain(mending);
  const edits: FileEdit[] = [];
  for (const mender of menders) edits.push(...(await mender.restate(store, rows, read)));
  return edits;
}

/** Reads files of main as it is now; undefined for what is not there, or cannot be read. */
async function openMain({
  repository,
}: Mending): Promise<(path: string) => Promise<Buffer | undefined>> {
  const head = await repository.findRef(MAIN);
  const tree = head === undefined ? undefined : (await repository.readCommit(head)).tree;
  return async (path) => {
    try {
      const oid = tree === undefined ? undefined : await repository.findEntry(tree, path);
      return oid === undefined ? undefined : await repository.readBlob(oid);
    } catch (error) {
      if (error instanceof CellarError && error.code === 'store_damaged') return undefined;
      throw error;
    }
  };
}
