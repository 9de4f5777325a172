import type { CellarError } from '../errors.js';
import { parseNotebook } from '../notebook/read.js';
import type { Progress } from '../../contract/progress.js';
import type { Commit } from '../store/git/commit.js';
import { toObject, type GitObject } from '../store/git/object.js';
import type { Repository } from '../store/git/repository.js';
import { FOLDER_MODE, formatTree, type Tree, type TreeEntry } from '../store/git/tree.js';
import { toKeptCells } from './history.js';
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
export async function cleanBlobs(
  { repository, remover, blobs, failed, report, signal }: Rewriting,
  walked: Walked,
  sink?: Sink,
): Promise<void> {
  const asked = [...walked.blobs.keys()].filter((oid) => !blobs.has(oid));
  let done = 0;
  for await (const read of repository.readMany(asked)) {
    signal.throwIfAborted();
    if (read.kind === 'failed') failed(read.oid, read.error);
    else {
      const { oid, content } = read.object;
      const isNotebook = walked.blobs.get(oid) === true;
      const clean = isNotebook ? await remover.notebook(content) : remover.plain(content);
      const made = clean === undefined ? undefined : toObject('blob', clean);
      if (made !== undefined) await sink?.add(made);
      blobs.set(oid, made?.oid ?? oid);
    }
    done += 1;
    report({ what: 'files', done, total: asked.length });
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
  for (const commit of walked.commits) {
    signal.throwIfAborted();
    await reviseState(rewriting, commit, sink);
  }
  const trees = new Map<string, string>();
  const commits = new Map<string, string>();
  const asked = walked.commits.map(({ oid }) => oid);
  let done = 0;
  for await (const read of repository.readMany(asked)) {
    signal.throwIfAborted();
    if (read.kind === 'failed') throw read.error;
    const { oid, content } = read.object;
    const end = content.indexOf('\n\n');
    const header: string[] = [];
    for (const line of content.toString('latin1', 0, end).split('\n'))
      header.push(await reviseLine(line, (tree) => rewriteTree(rewriting, { tree, trees, sink })));
    const moved = header.map((line) =>
      line.startsWith('parent ') ? `parent ${commits.get(line.slice(7)) ?? line.slice(7)}` : line,
    );
    const whole = Buffer.concat([Buffer.from(moved.join('\n'), 'latin1'), content.subarray(end)]);
    const made = toObject('commit', remover.plain(whole) ?? whole);
    commits.set(oid, made.oid === oid ? oid : await sink.add(made));
    done += 1;
    report({ what: 'commits', done, total: asked.length });
  }
  await sink.flush();
  return commits;
}

async function reviseLine(
  line: string,
  toTree: (tree: string) => Promise<string>,
): Promise<string> {
  return line.startsWith('tree ') ? `tree ${await toTree(line.slice(5))}` : line;
}

/** What is known of a version's notebook says how long it is and what its cells hash to: as it is now. */
async function reviseState(
  { repository, remover, blobs }: Rewriting,
  { tree, trailers }: Commit,
  sink: Sink,
): Promise<void> {
  const notebook = trailers.get(TRAILERS.notebook);
  const snapshot = trailers.get(TRAILERS.snapshot);
  if (notebook === undefined || snapshot === undefined) return;
  const kept = keptPaths(notebook, snapshot);
  const beside = await repository.findEntry(tree, kept.state);
  const oid = beside ?? (await repository.findEntry(tree, notebookStatePath(notebook)));
  if (oid === undefined) return;
  const text = await repository.readBlob(oid);
  const { path } = notebookStateSchema.parse(JSON.parse(text.toString('utf8')));
  const old = await repository.findEntry(tree, beside === undefined ? path : kept.bytes);
  const fresh = old === undefined ? undefined : blobs.get(old);
  if (fresh === undefined || fresh === old) return;
  const clean = (remover.plain(text) ?? text).toString('utf8');
  const state = notebookStateSchema.parse(JSON.parse(clean));
  if (state.snapshot === undefined) return;
  const bytes = await repository.readBlob(fresh);
  const cells = state.snapshot.cells.length === 0 ? [] : toKeptCells(parseNotebook(bytes));
  const revised = { ...state, snapshot: { ...state.snapshot, size: bytes.length, cells } };
  blobs.set(oid, await sink.add(toObject('blob', formatStored(revised))));
}

async function rewriteTree(
  rewriting: Rewriting,
  at: { readonly tree: string; readonly trees: Map<string, string>; readonly sink: Sink },
): Promise<string> {
  const { tree, trees, sink } = at;
  const known = trees.get(tree);
  if (known !== undefined) return known;
  const entries = new Map<string, TreeEntry>();
  const old: Tree = await rewriting.repository.readTree(tree);
  let isChanged = false;
  for (const entry of old.values()) {
    const oid =
      entry.mode === FOLDER_MODE
        ? await rewriteTree(rewriting, { ...at, tree: entry.oid })
        : (rewriting.blobs.get(entry.oid) ?? entry.oid);
    const clean = rewriting.remover.plain(Buffer.from(entry.name))?.toString('utf8');
    const name = clean === undefined ? entry.name : toFreeName(clean, old, entries);
    isChanged ||= oid !== entry.oid || name !== entry.name;
    entries.set(name, { ...entry, name, oid });
  }
  const made = isChanged ? await sink.add(toObject('tree', formatTree(entries))) : tree;
  trees.set(tree, made);
  return made;
}

/** Two names that differ in what was purged only must not become one. */
function toFreeName(name: string, old: Tree, entries: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let count = 2; old.has(free) || entries.has(free); count += 1) free = `${name} ${count}`;
  return free;
}
