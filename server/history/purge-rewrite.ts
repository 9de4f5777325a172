import { CellarError } from '../errors.js';
import { parseNotebook } from '../notebook/read.js';
import type { Progress } from '../../contract/progress.js';
import type { Author } from '../../contract/snapshot.js';
import { formatCommit, type Commit } from '../store/git/commit.js';
import { toObject, type GitObject } from '../store/git/object.js';
import type { Repository } from '../store/git/repository.js';
import { editTree, FOLDER_MODE, formatTree, type Tree, type TreeEntry } from '../store/git/tree.js';
import { toKeptCells } from './history.js';
import { rewriteCommit } from './purge-commit.js';
import type { Names } from './purge-names.js';
import { isNameFree, zoneBelow, type Role, type Zone } from './purge-roles.js';
import type { Remover } from './purge-texts.js';
import type { Walked } from './purge-walk.js';
import {
  formatStored,
  keptPaths,
  notebookStatePath,
  notebookStateSchema,
  TRAILERS,
} from './state.js';

/** Written at once, in bytes. */
const PORTION = 16 * 1024 * 1024;

export interface Rewriting {
  readonly repository: Repository;
  readonly remover: Remover;
  readonly names: Names;
  /** What became of each blob that was looked at; one that holds nothing is itself. Asked before a blob is looked at again. */
  readonly blobs: Map<string, string>;
  /** Told of each that could not be read. */
  readonly failed: (oid: string, error: CellarError) => void;
  readonly report: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** Keeps objects in portions; durable after `flush`. */
export interface Sink {
  add(object: GitObject): Promise<string>;
  flush(): Promise<void>;
}

export function createSink(repository: Repository): Sink {
  let waiting: GitObject[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const portion = waiting;
    waiting = [];
    bytes = 0;
    await repository.addObjects(portion);
  };
  return {
    flush,
    add: async (object) => {
      waiting.push(object);
      bytes += object.content.length;
      if (bytes > PORTION) await flush();
      return object.oid;
    },
  };
}

/** Looks through every blob that was not looked at yet; those that hold something are put into `sink`, where one is given. */
export async function cleanBlobs(rewriting: Rewriting, walked: Walked, sink?: Sink): Promise<void> {
  const { repository, blobs, failed, report, signal } = rewriting;
  const asked = [...walked.blobs.keys()].filter((oid) => !blobs.has(oid));
  let done = 0;
  for await (const read of repository.readMany(asked)) {
    signal.throwIfAborted();
    if (read.kind === 'failed') failed(read.oid, read.error);
    else {
      const { oid, content } = read.object;
      const clean = await cleanBlob(rewriting, walked.blobs.get(oid) ?? 'file', content);
      const made = clean === undefined ? undefined : toObject('blob', clean);
      if (made !== undefined) await sink?.add(made);
      blobs.set(oid, made?.oid ?? oid);
    }
    done += 1;
    report({ what: 'files', done, total: asked.length });
  }
}

/** A file of the history without the texts; undefined where it holds none that may go. */
export async function cleanBlob(
  { remover, names }: Pick<Rewriting, 'remover' | 'names'>,
  role: Role,
  content: Buffer,
): Promise<Buffer | undefined> {
  switch (role) {
    case 'notebook':
      return remover.notebook(content);
    case 'stored':
      return remover.stored(content, names);
    case 'points':
      return remover.lines(content, names);
    case 'file':
      return remover.plain(content);
    case 'ours':
      return undefined;
  }
}

/** Writes every commit anew that holds something, or follows one that does; gives the new commit of each. Durable when it returns. */
export async function rewriteCommits(
  rewriting: Rewriting,
  walked: Walked,
  sink: Sink,
): Promise<ReadonlyMap<string, string>> {
  const { repository, remover, report, signal } = rewriting;
  await sink.flush();
  const revised = new Set<string>();
  for (const commit of walked.commits) {
    signal.throwIfAborted();
    await reviseState(rewriting, commit, { sink, revised });
  }
  const at = { trees: new Map<string, string>(), sink };
  const commits = new Map<string, string>();
  const known = new Map(walked.commits.map((commit) => [commit.oid, commit]));
  let done = 0;
  for await (const read of repository.readMany([...known.keys()])) {
    signal.throwIfAborted();
    if (read.kind === 'failed') throw read.error;
    const { oid, content } = read.object;
    const { tree, parents } = known.get(oid) ?? (await repository.readCommit(oid));
    const parts = {
      tree: await rewriteTree(rewriting, tree, { ...at, zone: 'root' }),
      parents: parents.map((parent) => commits.get(parent) ?? parent),
    };
    const made = toObject(
      'commit',
      rewriteCommit(content, parts, (bytes) => remover.plain(bytes)),
    );
    commits.set(oid, made.oid === oid ? oid : await sink.add(made));
    done += 1;
    report({ what: 'commits', done, total: known.size });
  }
  await sink.flush();
  return commits;
}

/** What is known of a version's notebook says how long it is and what its cells hash to: as it is now. */
async function reviseState(
  { repository, blobs }: Rewriting,
  { tree, trailers }: Commit,
  { sink, revised }: { readonly sink: Sink; readonly revised: Set<string> },
): Promise<void> {
  const notebook = trailers.get(TRAILERS.notebook);
  const snapshot = trailers.get(TRAILERS.snapshot);
  if (notebook === undefined || snapshot === undefined) return;
  const kept = keptPaths(notebook, snapshot);
  const beside = await repository.findEntry(tree, kept.state);
  const oid = beside ?? (await repository.findEntry(tree, notebookStatePath(notebook)));
  // One that came to main from its day has one state in both.
  if (oid === undefined || revised.has(oid)) return;
  revised.add(oid);
  const text = await repository.readBlob(oid);
  const { path } = notebookStateSchema.parse(JSON.parse(text.toString('utf8')));
  const old = await repository.findEntry(tree, beside === undefined ? path : kept.bytes);
  const fresh = old === undefined ? undefined : blobs.get(old);
  if (fresh === undefined || fresh === old) return;
  const clean = await repository.readBlob(blobs.get(oid) ?? oid);
  const state = notebookStateSchema.parse(JSON.parse(clean.toString('utf8')));
  if (state.snapshot === undefined) return;
  const bytes = await repository.readBlob(fresh);
  const cells = state.snapshot.cells.length === 0 ? [] : toKeptCells(parseNotebook(bytes));
  const now = { ...state, snapshot: { ...state.snapshot, size: bytes.length, cells } };
  blobs.set(oid, await sink.add(toObject('blob', formatStored(now))));
}

interface At {
  readonly zone: Zone;
  readonly trees: Map<string, string>;
  readonly sink: Sink;
}

async function rewriteTree(rewriting: Rewriting, tree: string, at: At): Promise<string> {
  const { zone, trees, sink } = at;
  const key = `${zone} ${tree}`;
  const known = trees.get(key);
  if (known !== undefined) return known;
  const entries = new Map<string, TreeEntry>();
  const old: Tree = await rewriting.repository.readTree(tree);
  let isChanged = false;
  for (const entry of old.values()) {
    const below = { ...at, zone: zoneBelow(zone, entry.name) };
    const oid =
      entry.mode === FOLDER_MODE
        ? await rewriteTree(rewriting, entry.oid, below)
        : (rewriting.blobs.get(entry.oid) ?? entry.oid);
    const name = cleanNameIn(zone, entry.name, rewriting.names);
    isChanged ||= oid !== entry.oid || name !== entry.name;
    entries.set(name, { ...entry, name, oid });
  }
  if (isChanged && toObject('tree', formatTree(old)).oid !== tree)
    throw new CellarError(
      'store_damaged',
      `Tree ${tree} in ${rewriting.repository.gitdir} has names that are not valid UTF-8 or not in git's order, so it cannot be written anew, and nothing was purged.`,
      { path: rewriting.repository.gitdir },
    );
  const made = isChanged ? await sink.add(toObject('tree', formatTree(entries))) : tree;
  trees.set(key, made);
  return made;
}

/** A name of a tree as it is after the purge. */
export function cleanNameIn(zone: Zone, name: string, names: Names): string {
  if (!isNameFree(zone, name)) return name;
  return zone === 'pointers' ? names.encoded(name) : names.name(name);
}

/** Adds the commit to main that says how often the store was purged, and of which files: it counts once main is moved to it. */
export async function addCommit(
  repository: Repository,
  sink: Sink,
  {
    head,
    files,
    facts,
  }: {
    readonly head: string;
    readonly files: readonly { readonly path: string; readonly content: Buffer }[];
    readonly facts: { readonly author: Author; readonly time: number };
  },
): Promise<string> {
  const added: GitObject[] = [];
  const add = (object: GitObject): string => {
    added.push(object);
    return object.oid;
  };
  const store = {
    readTree: (oid: string) => repository.readTree(oid),
    addTree: (entries: Tree) => add(toObject('tree', formatTree(entries))),
  };
  const edits = files.map(({ path, content }) => ({
    path: path.split('/'),
    oid: add(toObject('blob', content)),
  }));
  const tree = (await editTree(store, (await repository.readCommit(head)).tree, edits)) ?? '';
  const subject = 'Purge a text from all history';
  const commit = formatCommit({ ...facts, tree, parents: [head], subject, trailers: new Map() });
  const oid = add(toObject('commit', commit));
  for (const object of added) await sink.add(object);
  await sink.flush();
  return oid;
}
