import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { CellarError, toStorageError } from '../../errors.js';
import type { Artifacts } from '../artifacts/artifacts.js';
import { nodeDisk, type Disk } from '../disk/disk.js';
import { makeFolder } from '../disk/durable.js';
import { BODY, LOG, OpenUpload, RECORD } from './open-upload.js';
import { makePass, readPass } from './pass.js';
import { isUploadId, KEPT_MS, sweepUploads } from './sweep-uploads.js';
import { hashOf, writeRecord } from './upload-record.js';
import { missingUpload, type Uploads } from './uploads.js';

export interface UploadOptions {
  /** Where the files go; on the same disk. */
  readonly artifacts: Artifacts;
  readonly disk?: Disk;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/** The embedded default: a folder with one of its own for each upload, so that it goes on after a restart. */
export function openUploadFolder(
  folder: string,
  { artifacts, disk = nodeDisk, now }: UploadOptions,
): Uploads {
  const opened = new Map<string, Promise<OpenUpload>>();

  const get = async (id: string): Promise<OpenUpload> => {
    if (!isUploadId(id)) throw missingUpload(id);
    const opening =
      opened.get(id) ??
      OpenUpload.open({ id, folder: join(folder, id), disk, artifacts }).then((found) => {
        if (found === undefined) throw missingUpload(id);
        return found;
      });
    opened.set(id, opening);
    try {
      const upload = await opening;
      if (upload.hasEnded) opened.delete(id);
      return upload;
    } catch (error) {
      opened.delete(id);
      throw error;
    }
  };

  /** The upload, where it is of what it is said to be. */
  const getOf = async (id: string, of: string): Promise<OpenUpload> => {
    const upload = await get(id);
    if (upload.isOf(of)) return upload;
    throw missingUpload(id);
  };

  const start = async (of: string, count: number): ReturnType<Uploads['start']> => {
    const id = randomBytes(16).toString('hex');
    const key = randomBytes(32).toString('hex');
    const path = join(folder, id);
    await makeFolder(path, disk);
    try {
      for (const name of [BODY, LOG]) {
        const handle = await disk.open(join(path, name), 'wx', 0o644);
        await handle.close();
      }
      await writeRecord(
        join(path, RECORD),
        { of: hashOf(of), count, key, state: { kind: 'open' } },
        disk,
      );
    } catch (error) {
      await disk.rm(path, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
    const until = now() + KEPT_MS;
    return {
      id,
      passes: Array.from({ length: count }, (_, index) => makePass(key, index + 1, until)),
    };
  };

  const told = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw toStorageError(error, folder);
    }
  };

  return {
    start: (of, count) => told(() => start(of, count)),
    put: ({ id, number, pass }, bytes, intake = {}) =>
      told(async () => {
        const upload = await get(id);
        if (!Number.isInteger(number) || number < 1 || number > upload.count)
          throw new CellarError(
            'bad_request',
            `There is no part ${number}: the upload has ${upload.count}, counted from 1.`,
          );
        const until = readPass(upload.key, number, pass);
        if (until === undefined)
          throw new CellarError(
            'forbidden',
            `Part ${number} needs the headers that were given with its address.`,
          );
        if (until < now())
          throw new CellarError(
            'forbidden',
            'The time in which parts could be sent is over. Begin the upload anew.',
          );
        return upload.put(number, bytes, intake);
      }),
    complete: (completion) =>
      told(async () => {
        const upload = await getOf(completion.id, completion.of);
        await upload.complete(completion);
        opened.delete(completion.id);
      }),
    abort: (id, of) =>
      told(async () => {
        const upload = await getOf(id, of);
        await upload.abort();
        opened.delete(id);
      }),
    sweep: () =>
      told(async () => {
        const busy = new Set<string>();
        for (const [id, opening] of opened)
          if ((await opening.catch(() => undefined))?.isBusy === true) busy.add(id);
        const gone = await sweepUploads(folder, disk, now() - KEPT_MS, (id) => busy.has(id));
        for (const id of gone) {
          (await opened.get(id)?.catch(() => undefined))?.forget();
          opened.delete(id);
        }
      }),
  };
}
