import type { Progress } from '../../contract/progress.js';
import { MAX_PURGE_LISTED, type Purged } from '../../contract/purge.js';
import { CellarError } from '../errors.js';
import type { StoredFile } from '../store/artifacts/artifacts.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import { MAIN } from '../store/create.js';
import { checkRewritable } from '../store/git/leftovers.js';
import { FOLDER_MODE } from '../store/git/tree.js';
import { generationFile, readGeneration } from './generation.js';
import type { History } from './history.js';
import { describeFiles, findArtifacts } from './purge-artifacts.js';
import { checkRewritten } from './purge-check.js';
import { holdsInCommit } from './purge-commit.js';
import { completePurge, toUnfinished } from './purge-finish.js';
import { hasMarker, writeMarker } from './purge-marker.js';
import { createNames } from './purge-names.js';
import {
  addCommit,
  cleanBlobs,
  cleanNameIn,
  createSink,
  rewriteCommits,
  type Rewriting,
} from './purge-rewrite.js';
import { zoneBelow, type Zone } from './purge-roles.js';
import { checkPurgeable, cleanName, createRemover, type Remover } from './purge-texts.js';
import { walk, type Walked } from './purge-walk.js';
import { cleanState } from './purge-state.js';
import { listOutOfReach } from './purge-reach.js';
import { findLeft } from './purge-scan.js';
import { purgedFilesFile, readPurgedFiles } from './purged-files.js';
import { sealNow } from './seal.js';
import { hashPurged } from './secret-key.js';
import { TRAILERS } from './state.js';

/** So often records are put into git that come in behind those that were. */
const MOST_SEALS = 4;

export interface PurgeOptions {
  readonly texts: readonly string[];
  /** Only says what would be done. */
  readonly dryRun: boolean;
  /** Also deletes the files of runs that hold a text. */
  readonly files?: boolean;
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
  await checkRewritable(store.places.git, store.disk);
  const unread = new Set<string>();
  // What takes long is done while others write; what comes in meanwhile is looked through at the end.
  const walked = await walk(store.repository, options.signal);
  const rewriting: Rewriting = {
    repository: store.repository,
    remover,
    names: createNames((name) => cleanName(remover, name), walked.names),
    blobs: new Map(),
    failed: (oid) => unread.add(oid),
    report: options.report ?? (() => undefined),
    signal: options.signal,
  };
  await cleanBlobs(rewriting, walked);
  const known = new Set<string>();
  const artifacts = await findArtifacts(store, remover, { known, signal: options.signal });
  const { names } = rewriting;
  const goes = options.files === true;
  const plan = {
    ...(await describe(history, rewriting, walked)),
    artifacts: await describeFiles(store, artifacts, { names, goes }),
    settings: (await cleanState(store, remover, names)).length,
    unread: unread.size,
    outOfReach: await listOutOfReach(store),
  };
  const generation = await readGeneration(store);
  if (options.dryRun) return { status: 'ok', dryRun: true, ...plan, left: [], generation };
  const raised = await store.exclusively(() =>
    history.secrets.whileTaking(
      (text) => remover.text(text) !== undefined,
      () => rewriteAll(history, rewriting, goes ? artifacts : []),
    ),
  );
  // From here on nothing ends it: whoever asked must be told what is left.
  const { signal } = new AbortController();
  const left = [...(await findLeft(store, remover, signal))];
  for (const { sha256 } of await findArtifacts(store, remover, { known, signal }))
    left.push(`file sha256:${sha256}, which came in meanwhile`);
  return { status: 'ok', dryRun: false, ...plan, left, generation: raised };
}

/** Call it within `exclusively`; gives the new generation. Until the marker is written nothing has changed. */
async function rewriteAll(
  history: History,
  rewriting: Rewriting,
  going: readonly StoredFile[],
): Promise<number> {
  const { store } = history;
  const { remover, repository, signal } = rewriting;
  await checkRewritable(store.places.git, store.disk);
  // As it would be at any time. A record that was on its way when the purge began may come in behind it.
  await sealNow(history);
  for (let tries = 0; tries < MOST_SEALS && countRecords(history, remover) > 0; tries += 1)
    await sealNow(history);
  checkSealed(history, remover);
  const generation = (await readGeneration(store)) + 1;
  const walked = await walk(repository, signal);
  const sink = createSink(repository);
  // The first look wrote nothing: what holds a text is made once more.
  for (const [old, made] of rewriting.blobs) if (old !== made) rewriting.blobs.delete(old);
  await cleanBlobs(rewriting, walked, sink);
  const commits = await rewriteCommits(rewriting, walked, sink);
  await checkRewritten(rewriting, walked, { commits, indexers: history.indexers });
  const main = walked.refs.get(MAIN) ?? '';
  const facts = { author: store.author, time: store.now() };
  const head = commits.get(main) ?? main;
  const files = [generationFile(generation)];
  if (going.length > 0) files.push(purgedFilesFile(await readPurgedFiles(store), going));
  const raised = await addCommit(repository, sink, { head, files, facts });
  const refs = [...walked.refs]
    .map(([ref, from]) => ({ ref, from, to: ref === MAIN ? raised : (commits.get(from) ?? from) }))
    .filter(({ from, to }) => from !== to);
  const texts = [...(await hashPurged(store, remover.forms))];
  const state = [...(await cleanState(store, remover, rewriting.names))];
  // What holds the text waits; see the intake's whileTaking. One that was on its way for as long is not to be lost.
  checkSealed(history, remover);
  try {
    const hashes = going.map(({ sha256 }) => sha256);
    await writeMarker(store, { format: 1, generation, refs, texts, files: hashes, state });
  } catch (error) {
    // It may be there all the same, when only its folder could not be synced.
    if (!(await hasMarker(store).catch(() => true))) throw error;
  }
  await completePurge(history).catch((error: unknown) => {
    throw toUnfinished(error, store.places.cellar);
  });
  return generation;
}

function checkSealed(history: History, remover: Remover): void {
  const { journal } = history.store.places;
  if (countRecords(history, remover) > 0)
    throw new CellarError(
      'store_busy',
      `Records in ${journal} hold the text and are not in git, so nothing was purged. Try again; if it stays so, run "cellar verify" to see why.`,
      { path: journal },
    );
}

/** What holds the texts. */
async function describe(
  history: History,
  { remover, blobs, names, repository }: Rewriting,
  walked: Walked,
): Promise<Pick<Purged, 'snapshots' | 'files' | 'commits' | 'records'>> {
  const known = await history.store.catalog.snapshotsById(
    walked.commits.map(({ trailers }) => trailers.get(TRAILERS.snapshot) ?? ''),
  );
  const rows = new Map<string, SnapshotRow>();
  const dirty = new Set<string>();
  const trees = new Map<string, boolean>();
  const holds = async (tree: string, zone: Zone): Promise<boolean> => {
    const key = `${zone} ${tree}`;
    const known = trees.get(key);
    if (known !== undefined) return known;
    let isHolding = false;
    for (const { oid, name, mode } of (await repository.readTree(tree)).values())
      isHolding ||=
        cleanNameIn(zone, name, names) !== name ||
        (mode === FOLDER_MODE
          ? await holds(oid, zoneBelow(zone, name))
          : (blobs.get(oid) ?? oid) !== oid);
    trees.set(key, isHolding);
    return isHolding;
  };
  for (const commit of walked.commits) {
    const { oid, tree, parents, trailers } = commit;
    const says = holdsInCommit(commit, (bytes) => remover.plain(bytes));
    if (says || parents.some((parent) => dirty.has(parent)) || (await holds(tree, 'root')))
      dirty.add(oid);
    const row = known.get(trailers.get(TRAILERS.snapshot) ?? '');
    if (row === undefined) continue;
    const isHeld = (blobs.get(row.blob) ?? row.blob) !== row.blob;
    if (says || isHeld || remover.isIn(row)) rows.set(row.id, row);
  }
  const listed = [...rows.values()].sort((a, b) => a.number - b.number).slice(0, MAX_PURGE_LISTED);
  return {
    snapshots: {
      count: rows.size,
      // As they are called afterwards: what is shown must not show the text.
      rows: listed.map(({ id, path, time }) => ({ id, path: names.path(path), time })),
    },
    files: [...blobs].filter(([old, made]) => old !== made).length,
    commits: dirty.size,
    records: countRecords(history, remover),
  };
}

function countRecords({ store }: History, remover: Remover): number {
  return store.journal.pending(0).filter(({ data }) => remover.isIn(data)).length;
}
