import { join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import type { GitObject } from './object.js';
import { listLooseFolders, looseObjectPath, openLooseObjects } from './loose.js';
import { packFolderOf, type PackOptions } from './make-packs.js';
import { writePack } from './pack-write.js';
import { openPacks } from './packs.js';

/** Of loose files in one pack; a pack holds about as many bytes. */
const MOST_BYTES = 128 * 1024 * 1024;
const MOST_OBJECTS = 50_000;

/** Writes the loose objects that no pack has into packs, by our own hand; they stay where they are. A damaged one is left out. */
export async function packLoose(gitdir: string, { disk, signal }: PackOptions): Promise<void> {
  const objects = join(gitdir, 'objects');
  const loose = openLooseObjects(objects, disk);
  const packs = openPacks(objects, disk);
  let chosen: string[] = [];
  let bytes = 0;
  const write = async (): Promise<void> => {
    const oids = chosen;
    chosen = [];
    bytes = 0;
    if (oids.length === 0) return;
    async function* read(): AsyncGenerator<GitObject> {
      for (const oid of oids) {
        signal.throwIfAborted();
        const object = await loose.find(oid);
        if (object !== undefined) yield object;
      }
    }
    await writePack(packFolderOf(gitdir), { count: oids.length, objects: read() }, disk);
  };
  const isSound = async (oid: string): Promise<boolean> => {
    try {
      return (await loose.find(oid)) !== undefined;
    } catch (error) {
      if (error instanceof CellarError) return false;
      throw error;
    }
  };
  const isPacked = async (oid: string): Promise<boolean> => {
    try {
      return (await packs.find(oid)) !== undefined;
    } catch (error) {
      if (error instanceof CellarError) return false;
      throw error;
    }
  };
  try {
    for await (const oids of listLooseFolders(objects, disk))
      for (const oid of oids) {
        signal.throwIfAborted();
        if ((await isPacked(oid)) || !(await isSound(oid))) continue;
        chosen.push(oid);
        bytes += await sizeOf(looseObjectPath(objects, oid));
        if (bytes >= MOST_BYTES || chosen.length >= MOST_OBJECTS) await write();
      }
    await write();
  } finally {
    packs.close();
  }

  async function sizeOf(path: string): Promise<number> {
    try {
      return (await disk.stat(path)).size;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return 0;
      throw error;
    }
  }
}
