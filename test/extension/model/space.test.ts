import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { CellarEvent } from '../../../contract/events.js';
import type { Workspace } from '../../../contract/workspace.js';
import { ClientError } from '../../../extension/client/errors.js';
import { describeSpace, SpaceModel } from '../../../extension/model/space.js';

const workspaceOf = (history: number, limit = 0): Workspace => ({
  name: 'w',
  root: null,
  version: '0.0.0',
  snapshots: 3,
  notebooks: 1,
  space: { history, artifacts: 0, artifactCount: 0, limit, warn: limit > 0 && history >= limit },
  paused: { notebooks: [], folders: [] },
  readOnly: false,
  obstacle: null,
  link: null,
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('asks again soon after a version was kept, once for many', async () => {
  let asked = 0;
  let tell: (event: CellarEvent) => void = () => undefined;
  const model = new SpaceModel({
    workspace: () => Promise.resolve(workspaceOf((asked += 1))),
    events: (listener) => {
      tell = listener;
      return { dispose: () => undefined };
    },
  });
  await model.load();
  const kept: CellarEvent = { kind: 'snapshot', notebook: 'n', snapshot: 's' };
  for (let times = 0; times < 5; times += 1) tell(kept);
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toBe(2);
  expect(model.state.workspace?.space.history).toBe(2);
  tell(kept);
  model.dispose();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(asked).toBe(2);
});

test('keeps what it knew while the server is away', async () => {
  let away = false;
  const model = new SpaceModel({
    workspace: () =>
      away
        ? Promise.reject(new ClientError('server_away', 'away'))
        : Promise.resolve(workspaceOf(12_000_000)),
    events: () => ({ dispose: () => undefined }),
  });
  await model.load();
  away = true;
  await model.load();
  expect(model.state.workspace?.space.history).toBe(12_000_000);
});

test.each([
  [12_000_000, 0, '12 MB'],
  [12_000_000, 5_000_000_000, '12 MB of 5 GB'],
])('%d bytes with a limit of %d are "%s"', (used, limit, words) => {
  expect(describeSpace(workspaceOf(used, limit))).toBe(words);
});
