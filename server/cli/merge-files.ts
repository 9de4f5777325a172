import { chmod, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { findConflict, type Conflict } from '../checkout/conflict.js';
import { CellarError, isErrno } from '../errors.js';
import { equalJson } from '../notebook/json.js';
import type { JsonObject } from '../notebook/json-value.js';
import { applyMerge, formatMerged, planMerge } from '../notebook/merge/merge.js';
import type { MergePlan, Versions } from '../notebook/merge/plan.js';
import { repairSides, type RepairedSides } from '../notebook/merge/repair.js';
import { toEmptyBase, toSharedBase } from '../notebook/merge/shared-base.js';
import { identicalJson } from '../notebook/patch/identical.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import { writeDurable } from '../store/disk/durable.js';
import { withSide } from './diff-side.js';
import { getFile } from './read-file.js';

/** A merge that was carried out: what was decided, and the merged notebook with its bytes. */
export interface MergedFile {
  readonly plan: MergePlan;
  readonly notebook: JsonObject;
  /** Those of the side that says the same, where one does; else as nbformat writes them. */
  readonly bytes: Uint8Array;
}

/**
 * Merges three notebook files (of git's merge driver: %O, %A, %B). An empty base is a notebook without cells: both sides added the
 * file. `name` is what errors call the notebook (%P). Throws CellarError with the side that is at fault.
 */
export async function mergeFiles(paths: Versions<string>, name?: string): Promise<MergedFile> {
  const read = async (side: 'base' | 'local' | 'remote') => {
    const facts = { side, path: name ?? paths[side] };
    const bytes = await withSide(side, () => getFile(paths[side], facts.path));
    const isEmpty =
      side === 'base' && new TextDecoder().decode(bytes.subarray(0, 64)).trim() === '';
    return { bytes, notebook: isEmpty ? undefined : parseNotebook(bytes, facts) };
  };
  const base = await read('base');
  const local = await read('local');
  const remote = await read('remote');
  if (local.notebook === undefined || remote.notebook === undefined)
    throw new RangeError('only base may be empty');
  const sides = { local: local.notebook, remote: remote.notebook };
  const plan = planMerge(base.notebook ?? toEmptyBase(sides.local), sides.local, sides.remote);
  const { notebook } = applyMerge(plan);
  const isSame = equalJson(plan.base.raw, plan.local.raw);
  const same = (isSame ? [remote, local] : [local, remote]).find(
    (side) => side.notebook !== undefined && identicalJson(side.notebook.raw, notebook),
  );
  return { plan, notebook, bytes: same?.bytes ?? formatMerged(notebook) };
}

/** A file with git's conflict markers, its sides rebuilt and merged. */
export interface RepairedFile extends MergedFile {
  readonly labels: Versions<string>;
  /** Whether the markers or git told it; else base is what both sides share. */
  readonly hasBase: boolean;
}

/**
 * Merges the two sides of a file in which git left its markers. Where git's index still has the sides, they and their base are those;
 * if the file was edited since, its sides are rebuilt from the markers, and only base is git's. Throws CellarError as `repairSides` does.
 */
export async function repairFile(path: string, name = path): Promise<RepairedFile> {
  const bytes = await getFile(path, name);
  const conflict = await findConflict(dirname(path), basename(path));
  const { base, local, remote, labels } =
    conflict === undefined
      ? repairSides(bytes, { path: name })
      : repairOverIndex(bytes, conflict, name);
  const plan = planMerge(base ?? toSharedBase(local, remote), local, remote);
  const { notebook } = applyMerge(plan);
  return { plan, notebook, bytes: formatMerged(notebook), labels, hasBase: base !== undefined };
}

/** Stages of the index that are no notebooks are passed over: then the markers have to do. */
function repairOverIndex(bytes: Uint8Array, conflict: Conflict, name: string): RepairedSides {
  const stages = [conflict.base, conflict.local, conflict.remote];
  const [base, local, remote] = stages.map(findNotebook);
  const isWhole = base !== undefined || conflict.base === undefined;
  if (local === undefined || remote === undefined || !isWhole)
    return repairSides(bytes, { path: name });
  const known = base ?? toEmptyBase(local);
  const own = { base: "of git's index", local: 'local', remote: 'remote' };
  const isUntouched = isAsGitLeftIt(bytes, stages);
  try {
    const { labels, ...sides } = repairSides(bytes, { path: name });
    const found = isUntouched ? { local, remote } : sides;
    return { ...found, base: known, labels: { ...labels, base: own.base } };
  } catch (error) {
    // A file without markers is no matter of repair; one that git cut into no notebook is, while the index has its sides.
    if (!(error instanceof CellarError) || error.code === 'bad_request' || !isUntouched)
      throw error;
    return { base: known, local, remote, labels: own };
  }
}

function findNotebook(bytes: Buffer | undefined): Notebook | undefined {
  if (bytes === undefined) return undefined;
  try {
    return parseNotebook(bytes);
  } catch (error) {
    if (error instanceof CellarError) return undefined;
    throw error;
  }
}

/** Every line but the markers is one of a side's: what a person wrote into the file since must not go. */
function isAsGitLeftIt(bytes: Uint8Array, stages: readonly (Buffer | undefined)[]): boolean {
  const linesIn = (text: string) => text.split('\n').map((line) => line.trimEnd());
  const known = new Set(stages.flatMap((stage) => linesIn(stage?.toString('utf8') ?? '')));
  return linesIn(new TextDecoder().decode(bytes)).every(
    (line) => known.has(line) || /^(<{7,}|\|{7,}|={7,}|>{7,})/.test(line),
  );
}

/** Puts a merged notebook at `path` in one step: the file has the old bytes or the new. Its mode stays, and a link is followed. */
export async function writeMerged(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const target = await realpath(path);
    const { mode } = await stat(target);
    await writeDurable(target, bytes, mode & 0o777);
    // The umask took from what the old file had.
    await chmod(target, mode & 0o7777);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw toReadable(error, path);
    try {
      await writeDurable(path, bytes, 0o666);
    } catch (failure) {
      throw toReadable(failure, path);
    }
  }
}

function toReadable(error: unknown, path: string): unknown {
  const facts = { path };
  if (isErrno(error, 'EACCES', 'EPERM', 'EROFS'))
    return new CellarError('forbidden', `${path}: permission denied.`, facts, { cause: error });
  if (isErrno(error, 'ENOSPC', 'EDQUOT'))
    return new CellarError('disk_full', `No space is left to write ${path}.`, facts, {
      cause: error,
    });
  if (isErrno(error, 'ENOENT', 'ENOTDIR'))
    return new CellarError('not_found', `There is no folder for ${path}.`, facts, { cause: error });
  return error;
}
