import { randomBytes } from 'node:crypto';
import { open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { ExportFile, ExportPlan } from '../../contract/export.js';
import type { Progress } from '../../contract/progress.js';
import { pathTo } from '../../contract/routes.js';
import { isErrno, toStorageError } from '../errors.js';
import { ensureFolder, syncFolder } from '../store/disk/durable.js';
import type { Connection } from './connection.js';
import { checkPlace, type Precious } from './export-place.js';

export interface ExportTarget {
  /** Absolute. */
  readonly path: string;
  /** Replaces a file, or an export, that is there. */
  readonly force: boolean;
  readonly precious: Precious;
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}

/** Writes an export as a folder: all of it or nothing. Throws conflict where something is there, and the signal's reason. */
export function writeExportFolder(
  owner: Connection,
  plan: ExportPlan,
  target: ExportTarget,
): Promise<void> {
  return writeBeside(target, async (beside) => {
    await ensureFolder(beside);
    const total = plan.files.reduce((sum, file) => sum + sizeOf(file), 0);
    let before = 0;
    for (const file of plan.files) {
      target.signal.throwIfAborted();
      const report = (done: number): void => {
        target.report({ what: 'bytes', done: before + done, total });
      };
      report(0);
      const path = join(beside, ...file.path.split('/'));
      await ensureFolder(dirname(path));
      await writeSource(owner, file.source, { path, signal: target.signal, report });
      before += sizeOf(file);
      const time = new Date(file.time);
      await utimes(path, time, time);
    }
  });
}

function sizeOf({ source }: ExportFile): number {
  return source.kind === 'text' ? Buffer.byteLength(source.text) : source.size;
}

/** The same as one zip file. */
export function writeExportZip(
  owner: Connection,
  query: Readonly<Record<string, string>>,
  target: ExportTarget,
): Promise<void> {
  return writeBeside(target, (beside) => {
    const bytes = owner.stream({ path: pathTo('exports'), query });
    return writeStream(beside, bytes, target.signal, (done) => {
      target.report({ what: 'bytes', done, total: null });
    });
  });
}

async function writeSource(
  owner: Connection,
  source: ExportFile['source'],
  to: {
    readonly path: string;
    readonly signal: AbortSignal;
    readonly report: (done: number) => void;
  },
): Promise<void> {
  if (source.kind === 'text') await writeFile(to.path, source.text);
  else {
    const path =
      source.kind === 'snapshot'
        ? pathTo('snapshotNotebook', { id: source.id })
        : pathTo('artifact', { sha256: source.sha256 });
    await writeStream(to.path, owner.stream({ path }), to.signal, to.report);
  }
}

async function writeStream(
  path: string,
  bytes: AsyncIterable<Buffer>,
  signal: AbortSignal,
  report: (done: number) => void,
): Promise<void> {
  const file = await open(path, 'wx');
  let done = 0;
  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      await file.writeFile(chunk);
      done += chunk.length;
      report(done);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes under another name beside the target, which then takes its place; nothing is left of what fails. */
async function writeBeside(
  { path, force, precious }: ExportTarget,
  write: (beside: string) => Promise<void>,
): Promise<void> {
  const mark = randomBytes(4).toString('hex');
  const [beside, old] = ['new', 'old'].map((word) =>
    join(dirname(path), `.${basename(path)}.${mark}.${word}`),
  ) as [string, string];
  try {
    const occupied = await checkPlace(path, force, precious);
    await ensureFolder(dirname(path));
    await write(beside);
    // A folder takes the place of nothing else than an empty one, so what is there goes aside first.
    const moved = occupied && (await moveIfThere(path, old));
    await rename(beside, path);
    if (moved) await rm(old, { recursive: true, force: true });
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    await moveIfThere(old, path).catch(() => undefined);
    throw toStorageError(error, path);
  }
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
