import { expect, test } from 'vitest';

import type { CellarEvent } from '../../../contract/events.js';
import type { Registration } from '../../../contract/models.js';
import {
  findOthers,
  findRegistered,
  RegistrationsModel,
} from '../../../extension/model/registrations.js';

const of = (version: number, run: string, ...files: readonly string[]): Registration => ({
  ...{ name: 'wine', version, aliases: [], run, files: [...files] },
});
const ALL = [of(3, 'r2'), of(2, 'r1', 'a', 'b'), of(1, 'r1', 'a')];

test('a file is known by its run and its bytes', () => {
  const versions = (run: string, sha256: string): readonly number[] =>
    findRegistered(ALL, { run, sha256 }).map(({ version }) => version);
  expect(versions('r1', 'a')).toEqual([2, 1]);
  expect(versions('r1', 'b')).toEqual([2]);
  expect(versions('r2', 'a')).toEqual([]);
});

test('what came of a run and of none of its files is told by itself', () => {
  const runs = [{ id: 'r1' }, { id: 'r2' }];
  const artifacts = [{ run: 'r1', sha256: 'a' }];
  expect(findOthers(ALL, { runs, artifacts }).map(({ version }) => version)).toEqual([3]);
  expect(findOthers(ALL, { runs: [], artifacts })).toEqual([]);
});

test('follows the server, and keeps what it knew while that is away', async () => {
  const listeners: ((event: CellarEvent) => void)[] = [];
  let answer: Promise<readonly Registration[]> = Promise.resolve(ALL.slice(2));
  const source = {
    events: (listener: (event: CellarEvent) => void) => {
      listeners.push(listener);
      return { dispose: () => undefined };
    },
  };
  const model = new RegistrationsModel(source, {
    registrations: async () => ({
      names: [],
      candidates: [],
      mayRegister: true,
      registrations: [...(await answer)],
    }),
  });
  await model.load();
  expect(model.state.registrations).toHaveLength(1);
  answer = Promise.resolve(ALL);
  for (const listener of listeners) listener({ kind: 'registry' });
  await expect.poll(() => model.state.registrations).toHaveLength(3);
  answer = Promise.reject(new Error('away'));
  await model.load();
  expect(model.state.registrations).toHaveLength(3);
  model.dispose();
});
