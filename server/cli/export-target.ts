import { randomBytes } from 'node:crypto';
import { open, rename, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';

import type { ExportFile, ExportPlan } from '../../contract/export.js';
import type { Progress } from '../../contract/progress.js';
import { pathTo } from '../../contract/routes.js';
import { streamZip } from '../api/zip.js';
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
    const total = sumOf(plan.files);
    let before = 0;
    for (const file of plan.files) {
      target.signal.throwIfAborted();
      const report = (done: number): void => {
        target.report({ what: 'bytes', done: before + done, total });
      };
      report(0);
      const path = join(beside, ...file.path.split('/'));
      await ensureFolder(dirname(path));
      await writeStream(path, readSource(owner, file.source), target.signal, report);
      before += sizeOf(file);
      const time = new Date(file.time);
      await utimes(path, time, time);
    }
  });
}

function sumOf(files: readonly ExportFile[]): number {
  return files.reduce((sum, file) => sum + sizeOf(file), 0);
}

function sizeOf({ source }: ExportFile): number {
  return source.kind === 'text' ? Buffer.byteLength(source.text) : source.size;
}

/** The same as one zip file. */
export function writeExportZip(
  owner: Connection,
  { files }: ExportPlan,
  { signal, report, ...target }: ExportTarget,
): Promise<void> {
  const total = sumOf(files);
  let read = 0;
  const count = async function* (bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      read += chunk.length;
      report({ what: 'bytes', done: Math.min(read, total), total });
      yield chunk;
    }
  };
  const entries = files.map(({ path, time, source }) => ({
    ...{ path, time: new Date(time), compress: source.kind !== 'artifact' },
    open: () => Promise.resolve(Readable.from(count(readSource(owner, source)))),
  }));
  return writeBeside({ ...target, signal, report }, (beside) =>
    writeStream(beside, streamZip(entries) as AsyncIterable<Buffer>, signal),
  );
}

async function* readSource(
  owner: Connection,
  source: ExportFile['source'],
): AsyncGenerator<Buffer> {
  if (source.kind === 'text') yield Buffer.from(source.text);
  else
    yield* owner.stream({
      path:
        source.kind === 'snapshot'
          ? pathTo('snapshotNotebook', { id: source.id })
          : pathTo('artifact', { sha256: source.sha256 }),
    });
}

async function writeStream(
  path: string,
  bytes: AsyncIterable<Buffer>,
  signal: AbortSignal,
  report: (done: number) => void = () => undefined,
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
