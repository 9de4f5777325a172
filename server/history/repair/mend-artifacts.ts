import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import { artifactPath } from '../../store/backup/kept-files.js';
import { hashFile } from '../../store/artifacts/copy.js';
import { writeDurable } from '../../store/disk/durable.js';
import { mendBit } from '../../store/one-bit.js';
import type { EntryRow, RunRow } from '../../store/catalog/rows.js';
import type { DamagedArtifact } from '../verify-artifacts.js';
import type { Pointed } from '../verify-git.js';
import type { Mending } from './mending.js';

/** Folders deep in a workspace that are looked through. */
const DEPTH = 32;
const UNREADABLE = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR', 'EIO'];

/**
 * Puts damaged files aside, and brings them and missing ones back from backups, from stores that a restored backup took the place of,
 * and from the workspace's files of the same length. Each is proven by its SHA-256. Returns those that are still missing.
 */
export async function mendArtifacts(
  mending: Mending,
  damaged: readonly DamagedArtifact[],
  {
    owners,
    pointed,
  }: {
    readonly owners: readonly Pick<RunRow | EntryRow, 'artifacts'>[];
    readonly pointed: readonly Pointed[];
  },
): Promise<ReadonlySet<string>> {
  const sizes = new Map<string, number>();
  for (const { sha256, size } of [...owners.flatMap(({ artifacts }) => artifacts), ...pointed])
    sizes.set(sha256, size);
  const missing = new Set<string>();
  for (const [index, each] of damaged.entries()) {
    mending.signal.throwIfAborted();
    mending.report({ what: 'files', done: index, total: damaged.length });
    if (!(await putAside(mending, each))) missing.add(each.sha256);
  }
  for await (const path of listCandidates(mending, missing, sizes)) {
    const sha256 = await hashOf(mending, path, missing);
    if (sha256 === undefined) continue;
    await mending.history.store.artifacts.addFile(path);
    missing.delete(sha256);
    mending.note(`file ${sha256}`, `copied from ${path}`);
  }
  return missing;
}

/** True when one flipped bit was all that was. */
async function putAside(
  { history, aside, note }: Mending,
  { sha256, isMissing, reason }: DamagedArtifact,
): Promise<boolean> {
  if (isMissing) return false;
  const { store } = history;
  const path = artifactPath(sha256);
  const bytes = await store.disk
    .readFile(join(store.places.cellar, path))
    .catch((error: unknown) => {
      if (isErrno(error, 'ENOENT', 'EIO')) return Buffer.alloc(0);
      throw error;
    });
  const found = await mendBit(bytes, (tried) => {
    const hash = createHash('sha256').update(tried).digest('hex');
    return hash === sha256 ? Buffer.from(tried) : undefined;
  });
  if (found === undefined) {
    await aside.move(path, reason);
    return false;
  }
  await aside.copy(path, reason);
  await writeDurable(join(store.places.cellar, path), found, 0o644, store.disk);
  note(`file ${sha256}`, 'its one flipped bit was set right');
  return true;
}

/** Absolute paths of files that may be one of these, while some are missing. */
async function* listCandidates(
  { history, from }: Mending,
  missing: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): AsyncGenerator<string> {
  const { files, places, disk } = history.store;
  const names = await disk.readdir(places.root);
  const folders = [
    ...from,
    ...from.map((folder) => join(folder, '.cellar')),
    ...names
      .filter((name) => name.startsWith('.cellar.before-'))
      .map((name) => join(places.root, name)),
  ];
  for (const sha256 of [...missing])
    for (const folder of folders) yield join(folder, artifactPath(sha256));
  if (missing.size === 0) return;
  const wanted = new Set([...missing].map((sha256) => sizes.get(sha256)));
  for (const { path, size } of await files.list('', DEPTH, () => true)) {
    if (missing.size === 0) return;
    if (wanted.has(size)) yield await files.locate(path);
  }
}

/** Which of the missing files a file is; undefined where it is none, or cannot be read. */
async function hashOf(
  { history, signal }: Mending,
  path: string,
  missing: ReadonlySet<string>,
): Promise<string | undefined> {
  try {
    const handle = await history.store.disk.open(path, 'r');
    try {
      const { sha256 } = await hashFile(handle, (await handle.stat()).size, { signal });
      return missing.has(sha256) ? sha256 : undefined;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CellarError || isErrno(error, ...UNREADABLE)) return undefined;
    throw error;
  }
}
