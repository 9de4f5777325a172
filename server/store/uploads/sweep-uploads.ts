import { join } from 'node:path';

import type { Disk } from '../disk/disk.js';
import { listNames } from '../disk/list-names.js';

/** How long an upload waits for somebody to go on with it. */
export const KEPT_MS = 24 * 60 * 60 * 1000;

/** True for what names an upload. */
export function isUploadId(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

/** Takes away the uploads in a folder to which nothing has happened since `before`; gives their ids. Those that are in use stay. */
export async function sweepUploads(
  folder: string,
  disk: Disk,
  before: number,
  isInUse: (id: string) => boolean = () => false,
): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const id of await listNames(folder, disk, 'ENOTDIR')) {
    if (!isUploadId(id) || isInUse(id)) continue;
    const path = join(folder, id);
    if ((await findLast(path, disk)) >= before) continue;
    await disk.rm(path, { recursive: true, force: true });
    gone.push(id);
  }
  return gone;
}

/** When something in it was written last. */
async function findLast(path: string, disk: Disk): Promise<number> {
  const names = await listNames(path, disk, 'ENOTDIR');
  const paths = [path, ...names.map((name) => join(path, name))];
  const times = await Promise.all(
    paths.map((each) =>
      disk.stat(each).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}
