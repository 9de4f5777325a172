// @vitest-environment jsdom
import { ServerConnection, type Contents } from '@jupyterlab/services';
import { expect, test } from 'vitest';

import { watchRefusals } from '../../../extension/plugins/merge-refusals.js';

/** Jupyter's contents, of which every reading ends with this status. */
function contentsOf(status: number): Contents.IManager {
  return {
    driveName: (path: string) => (path.includes(':') ? (path.split(':')[0] ?? '') : ''),
    localPath: (path: string) => path,
    get: (path: string) =>
      status === 200
        ? Promise.resolve({ path })
        : Promise.reject(new ServerConnection.ResponseError(new Response(null, { status }))),
  } as unknown as Contents.IManager;
}

/** A reading: what Jupyter answers, what was asked for, and whether the refusal is taken. */
interface Reading {
  readonly status: number;
  readonly path?: string;
  readonly type?: string;
  readonly content?: boolean;
  readonly taken?: boolean;
}

async function read(
  { status, path = 'a.ipynb', type = 'notebook', content = true, taken = true }: Reading,
  asked: string[] = [],
): Promise<string> {
  const contents = contentsOf(status);
  watchRefusals(contents, (each) => {
    asked.push(each);
    return Promise.resolve(taken);
  });
  const ended = contents.get(path, { type, content }).then(
    () => 'read',
    () => 'refused',
  );
  const later = new Promise<string>((done) =>
    setTimeout(() => {
      done('nothing');
    }, 20),
  );
  return Promise.race([ended, later]);
}

test('ends a refused reading in nothing when it was taken', async () => {
  const asked: string[] = [];
  expect(await read({ status: 400 }, asked)).toBe('nothing');
  expect(asked).toEqual(['a.ipynb']);
});

test('passes a refusal on that was not taken', async () => {
  expect(await read({ status: 400, taken: false })).toBe('refused');
});

test.each<readonly [string, Reading, string]>([
  ['what can be read', { status: 200 }, 'read'],
  ['another failure', { status: 500 }, 'refused'],
  ['a plain file', { status: 400, type: 'file' }, 'refused'],
  ['a look without content', { status: 400, content: false }, 'refused'],
  ['another drive', { status: 400, path: 's3:a.ipynb' }, 'refused'],
])('asks nothing about %s', async (_, given, ends) => {
  const asked: string[] = [];
  expect(await read(given, asked)).toBe(ends);
  expect(asked).toEqual([]);
});
