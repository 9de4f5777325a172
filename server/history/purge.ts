import { join } from 'node:path';

import type { Progress } from '../../contract/progress.js';
import { MAX_PURGE_LISTED, type Purged } from '../../contract/purge.js';
import { CellarError, isErrno } from '../errors.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import { catchUp } from './catch-up.js';
import { generationFile, readGeneration } from './generation.js';
import type { History } from './history.js';
import { findArtifacts } from './purge-artifacts.js';
import { finishPurge, resumePurge, writeMarker } from './purge-marker.js';
import { cleanBlobs, createSink, rewriteCommits, type Rewriting } from './purge-rewrite.js';
import { checkPurgeable, createRemover, type Remover } from './purge-texts.js';
import { walk, type Walked } from './purge-walk.js';
import { commitToMain } from './seal.js';
import { addPurged } from './secret-key.js';
import { TRAILERS } from './state.js';

export interface PurgeOptions {
  readonly texts: readonly string[];
  /** Only says what would be done. */
  readonly dryRun: boolean;
  readonly report?: ((progress: Progress) => void) | undefined;
  /** Ends it until it begins to move refs: then it is done. */
  readonly signal: AbortSignal;
}

/**
 * Removes texts from all history: every commit that holds one, and all that follow, are written anew with a mark in its place. Ids,
 * times and authors stay. Nothing is changed until all that is new is durable; from then on a kill only delays it, and the next
 * opening goes on. Throws bad_request for a text that cannot be purged.
 */
export async function purge(history: History, options: PurgeOptions): Promise<Purged> {
  const { store } = history;
  const remover = createRemover(options.texts);
  await checkPurgeable(store, options.texts);
  const unread = new Set<string>();
  const rewriting: Rewriting = {
    repository: store.repository,
    remover,
    blobs: new Map(),
    failed: (oid) => unread.add(oid),
    report: options.report ?? (() => undefined),
    signal: options.signal,
  };
  // What takes long is done while others write; what comes in meanwhile is looked through at the end.
  const walked = await walk(store.repository, options.signal);
  await cleanBlobs(rewriting, walked);
  const plan = {
    ...(await describe(history, rewriting, walked)),
    artifacts: [...(await findArtifacts(store, remover, options.signal))],
    unread: unread.size,
    outOfReach: await listOutOfReach(history),
  };
  const generation = await readGeneration(store);
  if (options.dryRun) return { status: 'ok', dryRun: true, ...plan, generation };
  const raised = await store.exclusively(() => rewriteAll(history, rewriting));
  return { status: 'ok', dryRun: false, ...plan, generation: raised };
}

/** Call it within `exclusively`; gives the new generation. */
async function rewriteAll(history: History, rewriting: Rewriting): Promise<number> {
  const { store } = history;
  const { remover, repository, signal } = rewriting;
  // First of all, so that what comes from now on is without it.
  await addPurged(store, remover.forms);
  history.secrets.refresh();
  const generation = (await readGeneration(store)) + 1;
  await commitToMain(
    history,
    {
      edits: [generationFile(generation)],
      facts: {
        author: store.author,
        time: store.now(),
        subject: 'Purge a text from all history',
        trailers: new Map<string, string>(),
      },
    },
    () => ({}),
  );
  if (countRecords(history, remover) > 0)
    throw new CellarError(
      'store_damaged',
      `Records in ${store.places.journal} hold the text and cannot be put into git, so nothing was purged. Run "cellar verify" to see why.`,
      { path: store.places.journal },
    );
  const walked = await walk(repository, signal);
  const sink = createSink(repository);
  // The first look wrote nothing: what holds a text is made once more.
  for (const [old, made] of rewriting.blobs) if (old !== made) rewriting.blobs.delete(old);
  await cleanBlobs(rewriting, walked, sink);
  const commits = await rewriteCommits(rewriting, walked, sink);
  const refs = [...walked.refs]
    .map(([ref, from]) => ({ ref, from, to: commits.get(from) ?? from }))
    .filter(({ from, to }) => from !== to);
  await writeMarker(store, { format: 1, generation, refs });
  try {
    await resumePurge(store);
    await catchUp(history, { fresh: true });
    await store.catalog.flush();
    await finishPurge(store);
  } finally {
    // Whatever of it could not be done: what is in memory holds the text.
    store.memory.forget();
  }
  return generation;
}

/** What holds the texts. */
async function describe(
  history: History,
  { remover, blobs, repository }: Rewriting,
  walked: Walked,
): Promise<Pick<Purged, 'snapshots' | 'files' | 'commits' | 'records'>> {
  const known = await history.store.catalog.snapshotsById(
    walked.commits.map(({ trailers }) => trailers.get(TRAILERS.snapshot) ?? ''),
  );
  const rows = new Map<string, SnapshotRow>();
  const dirty = new Set<string>();
  const trees = new Map<string, boolean>();
  const holds = async (tree: string): Promise<boolean> => {
    const known = trees.get(tree);
    if (known !== undefined) return known;
    let isHolding = false;
    for (const { oid, name, mode } of (await repository.readTree(tree)).values())
      isHolding ||=
        remover.plain(Buffer.from(name)) !== undefined ||
        (mode === '40000' ? await holds(oid) : (blobs.get(oid) ?? oid) !== oid);
    trees.set(tree, isHolding);
    return isHolding;
  };
  for (const { oid, tree, parents, message, trailers } of walked.commits) {
    const says = remover.plain(Buffer.from(message)) !== undefined;
    if (says || parents.some((parent) => dirty.has(parent)) || (await holds(tree))) dirty.add(oid);
    const row = known.get(trailers.get(TRAILERS.snapshot) ?? '');
    if (row === undefined) continue;
    const { commit: _, ...facts } = row;
    const isHeld = (blobs.get(row.blob) ?? row.blob) !== row.blob;
    if (says || isHeld || remover.plain(Buffer.from(JSON.stringify(facts))) !== undefined)
      rows.set(row.id, row);
  }
  const listed = [...rows.values()].sort((a, b) => a.number - b.number).slice(0, MAX_PURGE_LISTED);
  return {
    snapshots: { count: rows.size, rows: listed.map(({ id, path, time }) => ({ id, path, time })) },
    files: [...blobs].filter(([old, made]) => old !== made).length,
    commits: dirty.size,
    records: countRecords(history, remover),
  };
}

function countRecords({ store }: History, remover: Remover): number {
  return store.journal
    .pending(0)
    .filter(({ data }) => remover.plain(Buffer.from(JSON.stringify(data))) !== undefined).length;
}

/** Copies that no purge of this store can change, the known ones by name. */
async function listOutOfReach({ store }: History): Promise<string[]> {
  const known: string[] = [];
  try {
    const config = await store.disk.readFile(join(store.places.git, 'config'), 'utf8');
    for (const [, url = ''] of config.matchAll(/^\s*url\s*=\s*(.+)$/gm))
      known.push(`The repository at ${url.replace(/\/\/[^@/]*@/, '//').trim()}.`);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  return [
    ...known,
    'Clones and mirrors of the store: delete them and make them anew.',
    'Backups: begin a new folder with "cellar backup", and delete the old one.',
    `What an upgrade has put aside in ${join(store.places.cellar, 'backups')}, a repair in ${join(store.places.cellar, 'damaged')}, and damaged files of the journal.`,
    'The notebooks in the workspace, and the repository that they may be in.',
    'Exports, and pages that are open: reload them.',
  ];
}
