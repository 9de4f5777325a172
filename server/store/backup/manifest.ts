import { createHash } from 'node:crypto';
import { join } from 'node:path';

import * as z from 'zod';

import { CellarError, isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { writeDurable } from '../disk/durable.js';
import { checkNewest } from '../format.js';

/** Of the backup's own layout. */
const BACKUP_FORMAT = 1;
const MANIFEST = 'backup.json';
/** Written first: the folder is a backup's from then on, whose store's it says. */
const MARKER = 'cellar-backup.json';

const fileSchema = z.object({ path: z.string(), size: z.number(), sha256: z.string() });

const manifestSchema = z.object({
  format: z.number().int(),
  store: z.string().nullable(),
  storeFormat: z.number().int(),
  /** UTC, RFC 3339. */
  made: z.string(),
  generation: z.number().int(),
  /** Full names and commits. */
  refs: z.record(z.string(), z.string()),
  /** The folder of this backup's small files, relative to the backup. */
  set: z.string(),
  /** Files of the set: the journal, the operating state, and the lists of what the backup holds beside. */
  files: z.array(fileSchema),
});

/** What one backup consists of; written last, so that it is whole wherever it is there. */
export type Manifest = z.infer<typeof manifestSchema>;
/** A file of a set, relative to it. */
export type SetFile = z.infer<typeof fileSchema>;

const markerSchema = z.object({ store: z.string().nullable() });

/** The last whole backup in a folder; undefined when there is none yet. Throws store_newer, store_damaged. */
export async function findManifest(folder: string, disk: Disk): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST);
  const value = await readJson(path, disk);
  if (value === undefined) return undefined;
  const format = z.object({ format: z.number() }).safeParse(value);
  if (format.success && format.data.format > BACKUP_FORMAT)
    throw new CellarError(
      'store_newer',
      `${path} was written by a newer Cellar. Install a newer jupyterlab-cellar.`,
      { path },
    );
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success)
    throw new CellarError(
      'store_damaged',
      `${path} is damaged.`,
      { path },
      { cause: parsed.error },
    );
  checkNewest(parsed.data.storeFormat, path);
  return parsed.data;
}

export async function writeManifest(
  folder: string,
  manifest: Omit<Manifest, 'format'>,
  disk: Disk,
): Promise<void> {
  const text = `${JSON.stringify({ format: BACKUP_FORMAT, ...manifest }, undefined, 1)}\n`;
  await writeDurable(join(folder, MANIFEST), text, 0o600, disk);
}

/**
 * Makes a folder the backup's of this store, unless it is already. Throws conflict when it is another's, bad_request when it holds
 * anything else.
 */
export async function claimFolder(
  folder: string,
  store: string | undefined,
  disk: Disk,
): Promise<void> {
  const path = join(folder, MARKER);
  const writeMarker = (): Promise<void> =>
    writeDurable(path, `${JSON.stringify({ store: store ?? null })}\n`, 0o600, disk);
  const marker = markerSchema.safeParse(await readJson(path, disk));
  if (marker.success) {
    if (marker.data.store === (store ?? null)) {
      // Until a backup is whole nobody knows whether this name was synced, or lost by a sync that failed.
      if ((await readJson(join(folder, MANIFEST), disk)) === undefined) await writeMarker();
      return;
    }
    throw new CellarError(
      'conflict',
      `${folder} holds the backup of another store. Name a folder of its own.`,
      { path: folder },
    );
  }
  const names = await disk.readdir(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  });
  // What a kill in the midst of the very first write leaves is no reason to refuse.
  if (names.some((name) => !name.startsWith('tmp_obj_') && name !== 'lost+found'))
    throw new CellarError(
      'bad_request',
      `${folder} is no backup and not empty. Name an empty folder, or one that is to be made.`,
      { path: folder },
    );
  await writeMarker();
}

/** Writes a file of a set; gives its entry. */
export async function writeSetFile(
  set: string,
  path: string,
  bytes: Uint8Array,
  disk: Disk,
): Promise<SetFile> {
  await writeDurable(join(set, path), bytes, 0o600, disk);
  return { path, size: bytes.byteLength, sha256: hashOf(bytes) };
}

/** Reads a file of a set. Throws store_damaged when it is not what was written. */
export async function readSetFile(set: string, file: SetFile, disk: Disk): Promise<Buffer> {
  const path = join(set, file.path);
  const bytes = await disk.readFile(path).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return Buffer.alloc(0);
    throw error;
  });
  if (bytes.length === file.size && hashOf(bytes) === file.sha256) return bytes;
  throw new CellarError(
    'store_damaged',
    `${path} is missing or damaged: this backup cannot be restored whole.`,
    { path },
  );
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readJson(path: string, disk: Disk): Promise<unknown> {
  try {
    return JSON.parse(await disk.readFile(path, 'utf8'));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    // Half of one is never there: it was damaged, and reads as nothing that anybody wrote.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
