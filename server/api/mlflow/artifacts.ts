import type { Request, RequestHandler } from 'express';
import { Router } from 'express';
import * as z from 'zod';

import { CellarError } from '../../errors.js';
import { changeFiles } from '../../registry/held-files.js';
import type { Store } from '../../store/store.js';
import { getRun } from '../../tracking/log-run.js';
import { changeModel } from '../../tracking/models.js';
import { artifactUri } from '../../tracking/run-fields.js';
import {
  findFile,
  isWithin,
  listFolder,
  removeRunFiles,
  type Listed,
} from '../../tracking/run-files.js';
import type { ApiParts } from '../parts.js';
import { sendArtifact } from '../send-artifact.js';
import { allow } from './allow.js';
import { checkPlace, filesOf, giveFile, type Files, type OwnerParts } from './artifact-owner.js';
import { checkName, decodePath, parseArtifactPath, type ArtifactPlace } from './artifact-path.js';
import { toMlflowBody } from './failure.js';
import { reading, type MlflowOperation } from './operation.js';
import type { MlflowParts } from './parts.js';
import { addUploads } from './uploads.js';
import { runSchema, textSchema } from './values.js';

const FILES = '/artifacts/';

/** The files of a run, told by the tracking API. */
export function artifactListOperations({
  history: { store },
}: MlflowParts): readonly MlflowOperation[] {
  return [
    reading({
      method: 'get',
      path: '/artifacts/list',
      input: runSchema.and(z.object({ path: textSchema })),
      run: async ({ id, path }) => {
        const row = await getRun(store, id);
        const folder = checkName(path);
        const files = listFolder(row.artifacts, folder).map((file) => ({
          ...toFile(file),
          path: folder === '' ? file.name : `${folder}/${file.name}`,
        }));
        return { root_uri: artifactUri(row), files };
      },
    }),
  ];
}

/** The proxy through which clients hand in and take out the files of runs and of logged models. */
export function createArtifactProxy(
  parts: OwnerParts,
  api: Pick<ApiParts, 'access' | 'ending'>,
): Router {
  const { access, ending } = api;
  const { history, registry, turns } = parts;
  const { store } = history;
  const router = Router();
  const read = allow(access, ['viewer', 'kernel']);
  const write = allow(access, ['kernel']);
  router.get(
    '/artifacts',
    read,
    answer((request) => list(store, request.query['path'])),
  );
  router.get(/^\/artifacts\/.*/, read, (request, response, next) => {
    find(store, placeOf(request))
      .then(({ sha256, name }) =>
        sendArtifact(store, { request, response, sha256, name, toBody: toMlflowBody }),
      )
      .catch(next);
  });
  router.put(/^\/artifacts\/.*/, write, (request, response, next) => {
    // A refusal may go out before the last byte came: the rest is not waited for.
    response.setHeader('Connection', 'close');
    take(request)
      .then(() => response.status(200).json({}))
      .catch(next);
  });
  router.delete(
    /^\/artifacts\/.*/,
    write,
    answer(async (request) => {
      const { owner, id, name } = placeOf(request);
      const going = { kind: owner, id, path: name, sha256: undefined };
      await changeFiles(registry, going, async () => {
        if (owner === 'run') {
          if (!(await removeRunFiles(history, id, name))) throw toMissing(name);
        } else
          await changeModel(history, turns, id, ({ artifacts }) => {
            const left = artifacts.filter((file) => !isWithin(file, name));
            if (left.length === artifacts.length) throw toMissing(name);
            return { artifacts: left };
          });
      });
      return {};
    }),
  );
  addUploads(router, parts, api);
  router.use((request) => {
    throw new CellarError('not_found', `The proxy has no ${request.method} ${request.path} here.`);
  });
  return router;

  async function take(request: Request): Promise<void> {
    const place = placeOf(request);
    // Before its bytes are taken in.
    await checkPlace(store, place);
    const length = Number(request.headers['content-length']);
    const size = Number.isFinite(length) ? length : undefined;
    const bytes: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }),
    };
    const stored = await store.artifacts.add(bytes, { signal: ending, size });
    if (size !== undefined && stored.size !== size)
      throw new CellarError(
        'bad_request',
        `${stored.size} of ${size} bytes arrived. Send the file again.`,
      );
    await giveFile(parts, request, place, stored);
  }
}

async function find(store: Store, place: ArtifactPlace): Promise<Files[number]> {
  const file = findFile(await filesOf(store, place), place.name);
  if (file === undefined) throw toMissing(place.name);
  return file;
}

async function list(store: Store, path: unknown): Promise<object> {
  const asked = z.string().safeParse(path ?? '').data ?? '';
  const place = parseArtifactPath(asked);
  const files = await filesOf(store, place).catch((error: unknown) => {
    // Clients ask for what may not be there.
    if (error instanceof CellarError && error.code === 'not_found') return [];
    throw error;
  });
  return { files: listFolder(files, place.name).map(toFile) };
}

function toFile({ name, size }: Listed): object {
  return size === undefined
    ? { path: name, is_dir: true }
    : { path: name, is_dir: false, file_size: size };
}

function placeOf(request: Request): ArtifactPlace {
  return parseArtifactPath(decodePath(request, FILES));
}

function toMissing(name: string): CellarError {
  return new CellarError('not_found', `There is no file ${JSON.stringify(name)} here.`);
}

function answer(work: (request: Request) => Promise<object>): RequestHandler {
  return (request, response, next) => {
    work(request).then((body) => response.json(body), next);
  };
}
