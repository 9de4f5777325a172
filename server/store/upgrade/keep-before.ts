import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { makeFolder, syncFolder, writeDurable } from '../disk/durable.js';
import type { UpgradeParts } from './step.js';
import { listNames } from '../disk/list-names.js';

const REFS = 'refs';

/**
 * Puts aside, in `.cellar/backups/format-<n>-<day>`, what an upgrade may change: where every ref was (a file as git's packed-refs),
 * the operating state and the catalog. Objects and files never change and are not copied. After a kill what is whole is used again.
 */
export async function keepBefore(parts: UpgradeParts, format: number): Promise<void> {
  const { places, repository, disk, now } = parts;
  const backups = join(places.cellar, 'backups');
  const prefix = `format-${format}-${new Date(now()).toISOString().slice(0, 10)}`;
  const refs = formatRefs(await repository.listRefs('refs/'));
  const names = await listNames(backups, disk);
  for (const name of names)
    if (/^format-.*\.new$/.test(name))
      await disk.rm(join(backups, name), { recursive: true, force: true });
  const kept = names.filter((name) => name.startsWith(`format-${format}-`));
  for (const name of kept)
    if ((await disk.readFile(join(backups, name, REFS), 'utf8').catch(() => '')) === refs) return;

  const name = kept.includes(prefix) ? `${prefix}-${kept.length + 1}` : prefix;
  const fresh = join(backups, `${name}.new`);
  await makeFolder(fresh, disk);
  for (const folder of ['state', 'catalog'] as const)
    await copyFiles(places[folder], join(fresh, folder), disk);
  await writeDurable(join(fresh, 'format.json'), `${JSON.stringify({ format })}\n`, 0o600, disk);
  await writeDurable(join(fresh, REFS), refs, 0o600, disk);
  await disk.rename(fresh, join(backups, name));
  await syncFolder(backups, disk);
}

/** As git has them in packed-refs. */
function formatRefs(refs: ReadonlyMap<string, string>): string {
  const lines = [...refs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([ref, oid]) => `${oid} ${ref}`);
  return `# pack-refs with: sorted\n${lines.map((line) => `${line}\n`).join('')}`;
}

async function copyFiles(from: string, to: string, disk: Disk): Promise<void> {
  for (const name of await listNames(from, disk)) {
    const bytes = await disk.readFile(join(from, name)).catch((error: unknown) => {
      if (isErrno(error, 'EISDIR', 'ENOENT')) return undefined;
      throw error;
    });
    if (bytes !== undefined) await writeDurable(join(to, name), bytes, 0o600, disk);
  }
}
