import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Chance } from '../fuzz/mutate.js';
import type { Change, Recording } from './recording-disk.js';

/**
 * What of the changes that nothing had synced yet is on the disk after a cut. `least`: nothing. `ordered`: changes of names up to
 * some moment, as on a file system with a journal, and any part of the bytes. `any`: any of both.
 */
export type Keeping = 'least' | 'ordered' | 'any';

const SECTOR = 512;

type Names = Map<number, Map<string, number>>;

/** Makes in `folder`, which is empty, one of the disks that a cut of the power after the first `cut` changes may leave. */
export async function restoreAfterCut(
  recording: Recording,
  cut: number,
  keeping: Keeping,
  chance: Chance,
  folder: string,
): Promise<void> {
  const changes = recording.changes.slice(0, cut);
  const fates = judge(changes);
  const names = keepNames(changes, fates, keeping, chance);
  const place = async (node: number, path: string): Promise<void> => {
    for (const [name, child] of names.get(node) ?? []) {
      const at = join(path, name);
      const kind = recording.nodes[child];
      if (kind?.kind === 'folder') {
        await mkdir(at);
        await place(child, at);
      } else if (kind?.kind === 'link') await symlink(kind.to, at);
      else {
        await writeFile(at, asAfterBoot(keepBytes(changes, fates, child, keeping, chance)));
        if (kind !== undefined) await chmod(at, kind.mode & 0o755);
      }
    }
  };
  await place(0, folder);
}

/** "safe": a sync covers it; "lost": the first sync that did has failed; "open": none has. */
type Fate = 'safe' | 'lost' | 'open';

function judge(changes: readonly Change[]): readonly Fate[] {
  const fates: Fate[] = changes.map(() => 'open');
  for (const change of changes) {
    if (change.kind !== 'sync' && change.kind !== 'failed sync') continue;
    for (let at = 0; at < change.before; at += 1)
      if (fates[at] === 'open' && concerns(changes[at], change.node))
        fates[at] = change.kind === 'sync' ? 'safe' : 'lost';
  }
  return fates;
}

function concerns(change: Change | undefined, node: number): boolean {
  if (change?.kind === 'names') return change.entries.some(({ folder }) => folder === node);
  return (change?.kind === 'write' || change?.kind === 'resize') && change.node === node;
}

function keepNames(
  changes: readonly Change[],
  fates: readonly Fate[],
  keeping: Keeping,
  chance: Chance,
): Names {
  const names: Names = new Map();
  const lastSafe = changes.findLastIndex(
    (change, at) => change.kind === 'names' && fates[at] === 'safe',
  );
  const until = lastSafe + 1 + chance.below(changes.length - lastSafe);
  for (const [at, change] of changes.entries()) {
    if (change.kind !== 'names') continue;
    const isKept = {
      least: fates[at] === 'safe',
      ordered: at < until,
      any: fates[at] === 'safe' || (fates[at] === 'open' && chance.next() < 0.5),
    }[keeping];
    if (!isKept) continue;
    for (const { folder, name, node } of change.entries) {
      const entries = names.get(folder) ?? new Map<string, number>();
      names.set(folder, entries);
      if (node === null) entries.delete(name);
      else entries.set(name, node);
    }
  }
  return names;
}

function keepBytes(
  changes: readonly Change[],
  fates: readonly Fate[],
  node: number,
  keeping: Keeping,
  chance: Chance,
): Buffer {
  let bytes = Buffer.alloc(0);
  // All of what is open is kept, or none, or some: torn writes alone would rarely leave a file that looks whole.
  const share = keeping === 'least' ? 0 : chance.pick([0, 0.5, 1]);
  for (const [at, change] of changes.entries()) {
    if (change.kind !== 'write' && change.kind !== 'resize') continue;
    if (change.node !== node) continue;
    const isSafe = fates[at] === 'safe';
    if (!isSafe && (fates[at] === 'lost' || chance.next() >= share)) continue;
    if (change.kind === 'resize') bytes = resize(bytes, change.size);
    else bytes = write(bytes, change.at, change.bytes, isSafe || share === 1 ? undefined : chance);
  }
  return bytes;
}

/** Writes; with `chance` each sector of it may be missing, and is then what was there before, or zeros. */
function write(
  old: Buffer,
  at: number,
  data: Buffer,
  chance: Chance | undefined,
): Buffer<ArrayBuffer> {
  const bytes = resize(old, Math.max(old.length, at + data.length));
  for (let start = 0; start < data.length; start += SECTOR)
    if (chance === undefined || chance.next() < 0.7)
      data.copy(bytes, at + start, start, Math.min(data.length, start + SECTOR));
  return bytes;
}

function resize(old: Buffer, size: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(size);
  old.copy(bytes, 0, 0, size);
  return bytes;
}

/** Lets the owner that died in this process's place be one of an earlier boot. */
export async function endBoot(root: string): Promise<void> {
  const lock = join(root, '.cellar', 'lock');
  const bytes = await readFile(lock).catch(() => undefined);
  // In place: by the number of its file a copy of a lock is recognised.
  if (bytes !== undefined) await writeFile(lock, asAfterBoot(bytes), { flag: 'r+' });
}

/** The power went, so whoever held a lock ran on an earlier boot; here it is this very process, which is still there. */
function asAfterBoot(bytes: Buffer): Buffer {
  if (bytes.length > 1_000 || !bytes.includes('"boot":"')) return bytes;
  return Buffer.from(bytes.toString('latin1').replace(/"boot":"/, '"boot":"before '), 'latin1');
}
