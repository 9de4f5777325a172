import { constants } from 'node:fs';

import { CellarError } from '../../errors.js';
import { nodeDisk, type Disk } from './disk.js';

/**
 * Works in a folder that stays the same one whatever is put in its place meanwhile: on Linux it is reached by its open handle, which
 * follows no name. `real` is a path in which every link was followed and which was found to be allowed; `asked` is what people call the
 * file. Elsewhere names are followed, and looked at before and afterwards. Throws refused_path where the folder was exchanged.
 */
export async function inSteadyFolder<Result>(
  real: string,
  asked: string,
  work: (folder: string) => Promise<Result>,
  disk: Disk = nodeDisk,
): Promise<Result> {
  const check = async (place: string): Promise<void> => {
    if ((await disk.realpath(place)) === real) return;
    throw new CellarError(
      'refused_path',
      `${asked} was exchanged while it was written. Try again.`,
      {
        path: asked,
      },
    );
  };
  if (process.platform !== 'linux') {
    await check(real);
    const result = await work(real);
    await check(real);
    return result;
  }
  const handle = await disk.open(
    real,
    constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
  );
  try {
    const place = `/proc/self/fd/${handle.fd}`;
    // Only the last name is guarded by O_NOFOLLOW: a folder above it could be a link by now.
    await check(place);
    return await work(place);
  } finally {
    await handle.close();
  }
}
