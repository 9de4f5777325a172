import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { listLooseFolders, looseObjectPath } from './loose.js';
import { packFolderOf } from './make-packs.js';
import { NAME, OidTable } from './oid-table.js';
import { readEntries } from './pack-names.js';
import { listPacks } from './packs.js';
import { listNames } from '../disk/list-names.js';

/** A ref leads to it, or something that stays. */
export const REACHED = 1;
/** One of its copies stays where it is: it is young, or in a pack that whoever made it wants kept. */
export const STAYS = 2;
/** It was counted. */
export const COUNTED = 4;

/** A pack of which objects may go. */
export interface OldPack {
  readonly name: string;
  /** Of the pack itself. */
  readonly bytes: number;
}

/** What a repository has of its own. */
export interface Inventory {
  readonly table: OidTable;
  readonly packs: readonly OldPack[];
  /** Old parts of packs that lost their index, as a kill leaves them: nobody reads them. */
  readonly orphans: readonly { readonly path: string; readonly bytes: number }[];
  /** Whether anything is old enough to go. */
  readonly hasOld: boolean;
}

/** Lists all objects, and which of them are where they are since before `before` (milliseconds since 1970). */
export async function takeInventory(
  gitdir: string,
  {
    before,
    disk,
    signal,
  }: { readonly before: number; readonly disk: Disk; readonly signal: AbortSignal },
): Promise<Inventory> {
  const table = new OidTable();
  const objects = join(gitdir, 'objects');
  const packs: OldPack[] = [];
  let hasOld = false;
  for await (const oids of listLooseFolders(objects, disk))
    for (const oid of oids) {
      signal.throwIfAborted();
      const facts = await statOf(looseObjectPath(objects, oid), disk);
      if (facts === undefined) continue;
      const position = table.add(Buffer.from(oid, 'hex'));
      if (facts.mtimeMs < before) hasOld = true;
      else table.mark(position, STAYS);
    }
  for (const name of await listPacks(packFolderOf(gitdir), disk)) {
    signal.throwIfAborted();
    const facts = await findOld(gitdir, name, { before, disk });
    // Git has put its objects elsewhere since: they are found there.
    const { names } = (await readEntries(gitdir, name, disk)) ?? { names: Buffer.alloc(0) };
    for (let at = 0; at < names.length; at += NAME) {
      const position = table.add(names, at);
      if (facts === undefined) table.mark(position, STAYS);
    }
    if (facts !== undefined) packs.push(facts);
  }
  const orphans = await findOrphans(packFolderOf(gitdir), before, disk);
  return { table, packs, orphans, hasOld: hasOld || packs.length + orphans.length > 0 };
}

async function findOrphans(
  folder: string,
  before: number,
  disk: Disk,
): Promise<Inventory['orphans']> {
  const names = new Set(await listNames(folder, disk));
  const orphans: { path: string; bytes: number }[] = [];
  for (const name of names) {
    const [, pack] = /^(pack-[0-9a-f]{40})\.(?:pack|rev|bitmap|mtimes)$/.exec(name) ?? [];
    if (pack === undefined || names.has(`${pack}.idx`) || names.has(`${pack}.keep`)) continue;
    const path = join(folder, name);
    const facts = await statOf(path, disk);
    if (facts !== undefined && facts.mtimeMs < before) orphans.push({ path, bytes: facts.size });
  }
  return orphans;
}

/** A pack that is old and not to be kept; undefined for any other. */
export async function findOld(
  gitdir: string,
  name: string,
  { before, disk }: { readonly before: number; readonly disk: Disk },
): Promise<OldPack | undefined> {
  const path = join(packFolderOf(gitdir), name);
  for (const ending of ['keep', 'promisor'])
    if ((await statOf(`${path}.${ending}`, disk)) !== undefined) return undefined;
  const facts = await statOf(`${path}.pack`, disk);
  return facts !== undefined && facts.mtimeMs < before ? { name, bytes: facts.size } : undefined;
}

/** undefined when it is not there. */
export async function statOf(
  path: string,
  disk: Disk,
): Promise<{ readonly size: number; readonly mtimeMs: number } | undefined> {
  try {
    return await disk.stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
