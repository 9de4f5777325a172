import { beforeEach, expect, test } from 'vitest';

import {
  followPurges,
  type FollowPurgesOptions,
} from '../../../extension/capture/follow-purges.js';
import { createMemoryOutbox } from '../../../extension/capture/memory-outbox.js';
import { Outbox } from '../../../extension/capture/outbox.js';
import type { OutboxStore, Parcel } from '../../../extension/capture/outbox-store.js';
import { ClientError } from '../../../extension/client/errors.js';
import { clientOf } from '../model/fixture.js';
import { ManualClock } from './manual-clock.js';

const SECRET = 'hunter 4711';
const MARK = '[redacted: purged]';

let clock: ManualClock;
let store: OutboxStore;
let outbox: Outbox;
let server: ReturnType<typeof clientOf>;
let arrived: Parcel[];
let isAway: boolean;

/** A server that cannot take versions now, and takes the secret out of what it is asked about. */
beforeEach(() => {
  clock = new ManualClock();
  store = createMemoryOutbox();
  arrived = [];
  isAway = true;
  outbox = new Outbox({
    store,
    clock,
    deliver: (parcel) => {
      if (isAway) return Promise.reject(new ClientError('disk_full', 'full'));
      arrived.push(parcel);
      return Promise.resolve(undefined);
    },
  });
  server = clientOf((url, { body }) => {
    expect(url.pathname).toBe('/api/v1/redactions');
    const { content } = JSON.parse(body as string) as { content: string };
    const parts = content.split(SECRET);
    return { content: parts.join(MARK), redactions: parts.length - 1 };
  });
  followPurges({ client: server.client, outbox, clock });
});

function burst(name: string, content: string, more: object = {}): Parcel {
  const path = `${SECRET} ${name}.ipynb`;
  return {
    kind: 'burst',
    burst: { key: `key ${SECRET} ${name}`, path, content, trigger: 'manual', ...more },
  };
}

async function waiting(): Promise<(Parcel | undefined)[]> {
  return Promise.all((await store.slips()).map(({ number }) => store.read(number)));
}

async function fill(): Promise<void> {
  void outbox.put(burst('a', `{"a": "${SECRET}"}`, { message: `say ${SECRET}` }));
  void outbox.put({ kind: 'rename', from: 'a.ipynb', to: 'b.ipynb' });
  const bundle = { metrics: { [`loss ${SECRET}`]: 1 }, params: { key: SECRET } };
  void outbox.put(burst('b', '{}', { bundles: [{ cell: 'c0', bundle }] }));
  void outbox.put(burst('c', '{"clean": 1}'));
  await clock.pass(0);
}

const bundle = { metrics: { [`loss ${MARK}`]: 1 }, params: { key: MARK } };
/** A key and a path are what the version and the file are known by, and stay. */
const CLEAN: readonly Parcel[] = [
  burst('a', `{"a": "${MARK}"}`, { message: `say ${MARK}` }),
  { kind: 'rename', from: 'a.ipynb', to: 'b.ipynb' },
  burst('b', '{}', { bundles: [{ cell: 'c0', bundle }] }),
  burst('c', '{"clean": 1}'),
];

test('what waits is without what is purged meanwhile, and is delivered so and in its order', async () => {
  await fill();
  server.emit({ kind: 'purged', generation: 1 });
  await clock.pass(0);
  expect(await waiting()).toEqual(CLEAN);
  expect((await store.slips()).map(({ size }) => size > 0)).toEqual([true, true, true, true]);
  isAway = false;
  outbox.retry();
  await clock.pass(0);
  expect(arrived).toEqual(CLEAN);
});

test('what waits is without what was purged while the server could not be heard', async () => {
  await fill();
  server.emit({ kind: 'generation', generation: 0 });
  await clock.pass(0);
  expect(server.asked).toEqual([]);
  server.emit({ kind: 'generation', generation: 2 });
  await clock.pass(0);
  expect(await waiting()).toEqual(CLEAN);
  const asked = server.asked.length;
  server.emit({ kind: 'generation', generation: 2 });
  await clock.pass(0);
  expect(server.asked).toHaveLength(asked);
});

test('is tried again where the server fails at it, and nothing is lost by that', async () => {
  let fails = 2;
  const client: FollowPurgesOptions['client'] = {
    events: (listener) => server.client.events(listener),
    redact: (content: string) => {
      fails -= 1;
      if (fails >= 0) throw new ClientError('server_away', 'away');
      return server.client.redact(content);
    },
  };
  store = createMemoryOutbox();
  outbox = new Outbox({
    ...{ store, clock },
    deliver: () => Promise.reject(new ClientError('disk_full', 'full')),
  });
  followPurges({ client, outbox, clock });
  await fill();
  server.emit({ kind: 'purged', generation: 1 });
  await clock.pass(0);
  expect(JSON.stringify(await waiting())).toContain(`say ${SECRET}`);
  await clock.pass(120_000);
  expect(await waiting()).toEqual(CLEAN);
});

test('a version that was sent meanwhile does not come back', async () => {
  await fill();
  const [, ...others] = await waiting();
  const number = (await store.slips())[0]?.number ?? 0;
  await store.remove(number);
  await store.replace(number, burst('a', 'again'));
  expect(await waiting()).toEqual(others);
  expect(await store.read(number)).toBeUndefined();
});
