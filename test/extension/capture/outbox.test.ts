import { beforeEach, describe, expect, it } from 'vitest';

import type { Kept } from '../../../contract/capture.js';
import type { ErrorCode } from '../../../contract/errors.js';
import { createMemoryOutbox } from '../../../extension/capture/memory-outbox.js';
import { Outbox, type Outcome, type OutboxState } from '../../../extension/capture/outbox.js';
import type { OutboxStore, Parcel } from '../../../extension/capture/outbox-store.js';
import { ClientError } from '../../../extension/client/errors.js';
import { ManualClock, settle } from './manual-clock.js';

function burst(name: string, content = '{}', trigger: 'burst' | 'manual' = 'burst'): Parcel {
  return {
    kind: 'burst',
    burst: { key: `key-${name}`, path: `${name}.ipynb`, content, trigger, executions: [] },
  };
}

function nameOf(parcel: Parcel): string {
  return parcel.kind === 'burst' ? parcel.burst.key.slice(4) : `${parcel.kind} ${parcel.to}`;
}

/** A server that acknowledges a key once and answers a second delivery as the first; `failing` decides what goes wrong. */
class Server {
  readonly arrivals: string[] = [];
  readonly kept = new Map<string, Kept>();
  failing: (name: string) => ErrorCode | 'lost answer' | undefined = () => undefined;

  readonly deliver = async (parcel: Parcel): Promise<Kept | undefined> => {
    const name = nameOf(parcel);
    const failure = this.failing(name);
    await Promise.resolve();
    if (failure !== undefined && failure !== 'lost answer') throw new ClientError(failure, failure);
    this.arrivals.push(name);
    if (!this.kept.has(name)) this.kept.set(name, { created: true } as Kept);
    if (failure === 'lost answer') throw new ClientError('server_away', 'lost');
    return parcel.kind === 'burst' ? this.kept.get(name) : undefined;
  };
}

describe('Outbox', () => {
  let clock: ManualClock;
  let server: Server;
  let store: OutboxStore;
  let states: OutboxState[];
  let outcomes: string[];

  beforeEach(() => {
    clock = new ManualClock();
    server = new Server();
    store = createMemoryOutbox();
    states = [];
    outcomes = [];
  });

  function open(limit?: number): Outbox {
    return new Outbox({
      store,
      deliver: server.deliver,
      clock,
      ...(limit === undefined ? {} : { limit }),
      onState: (state) => {
        states.push(state);
      },
      onOutcome: (parcel, outcome) => {
        outcomes.push(`${nameOf(parcel)}: ${outcome.kind}`);
      },
    });
  }

  async function waiting(): Promise<number> {
    return (await store.slips()).length;
  }

  it('delivers in order, one after the other, and says what was kept', async () => {
    const outbox = open();
    const ends = await Promise.all(['a', 'b', 'c'].map((name) => outbox.put(burst(name))));
    expect(server.arrivals).toEqual(['a', 'b', 'c']);
    expect(ends.map((end) => end.kind)).toEqual(['kept', 'kept', 'kept']);
    expect(await waiting()).toBe(0);
    expect(outbox.state).toEqual({ kind: 'empty' });
  });

  it('keeps renames and copies in their place among versions', async () => {
    const outbox = open();
    server.failing = () => 'server_away';
    void outbox.put(burst('a'));
    void outbox.put({ kind: 'rename', from: 'a.ipynb', to: 'b.ipynb' });
    void outbox.put(burst('b'));
    await settle();
    server.failing = () => undefined;
    outbox.retry();
    await clock.pass(0);
    expect(server.arrivals).toEqual(['a', 'rename b.ipynb', 'b']);
    expect(outcomes).toEqual(['a: kept', 'rename b.ipynb: done', 'b: kept']);
  });

  it('waits while the server is away, tries again ever more slowly, and then delivers all', async () => {
    const outbox = open();
    let tries = 0;
    server.failing = () => {
      tries += 1;
      return 'server_away';
    };
    void outbox.put(burst('a'));
    void outbox.put(burst('b'));
    await clock.pass(0);
    expect(outbox.state).toEqual({ kind: 'held', waiting: 2, code: 'server_away' });
    const before = tries;
    await clock.pass(14_000);
    expect(tries - before).toBe(3);
    await clock.pass(600_000);
    expect(tries).toBeLessThan(20);
    server.failing = () => undefined;
    await clock.pass(60_000);
    expect(server.arrivals).toEqual(['a', 'b']);
    expect(await waiting()).toBe(0);
  });

  it('tries at once when it is told that the network is back', async () => {
    const outbox = open();
    server.failing = () => 'server_away';
    void outbox.put(burst('a'));
    await clock.pass(100_000);
    server.failing = () => undefined;
    outbox.retry();
    await clock.pass(0);
    expect(server.arrivals).toEqual(['a']);
  });

  it('delivers what an earlier page left behind, before what is new', async () => {
    await store.put(burst('old'));
    const outbox = open();
    outbox.retry();
    await outbox.put(burst('new'));
    expect(server.arrivals).toEqual(['old', 'new']);
    expect(outcomes).toEqual(['old: kept', 'new: kept']);
  });

  it('sends again under the same key when the answer was lost: one version in effect', async () => {
    const outbox = open();
    let first = true;
    server.failing = () => {
      const failure = first ? 'lost answer' : undefined;
      first = false;
      return failure;
    };
    const end = outbox.put(burst('a'));
    await clock.pass(1_000);
    expect(await end).toMatchObject({ kind: 'kept' });
    expect(server.arrivals).toEqual(['a', 'a']);
    expect(server.kept.size).toBe(1);
  });

  it.each<ErrorCode>([
    'disk_full',
    'store_read_only',
    'store_damaged',
    'store_busy',
    'unauthenticated',
  ])('keeps everything and says so while the server answers %s', async (code) => {
    const outbox = open();
    server.failing = () => code;
    void outbox.put(burst('a'));
    await clock.pass(300_000);
    expect(outbox.state).toEqual({ kind: 'held', waiting: 1, code });
    server.failing = () => undefined;
    await clock.pass(60_000);
    expect(server.arrivals).toEqual(['a']);
  });

  it.each<ErrorCode>([
    'too_large',
    'refused_path',
    'secret_found',
    'not_a_notebook',
    'outside_workspace',
    'paused',
  ])('gives up on a parcel that is refused as %s, and goes on with the next', async (code) => {
    const outbox = open();
    server.failing = (name) => (name === 'bad' ? code : undefined);
    const bad = outbox.put(burst('bad'));
    const good = outbox.put(burst('good'));
    expect(await bad).toMatchObject({ kind: 'refused', error: { code } });
    expect(await good).toMatchObject({ kind: 'kept' });
    expect(await waiting()).toBe(0);
  });

  it('lets no parcel that the server fails at for ever hold up the rest', async () => {
    const outbox = open();
    server.failing = (name) => (name === 'bad' ? 'internal' : undefined);
    const bad = outbox.put(burst('bad'));
    void outbox.put(burst('good'));
    await clock.pass(31_000);
    expect(await bad).toMatchObject({ kind: 'refused', error: { code: 'internal' } });
    expect(server.arrivals).toEqual(['good']);
  });

  it('makes room by giving up old automatic versions, never what a person asked for', async () => {
    const content = 'x'.repeat(1_000);
    const outbox = open(10_000);
    server.failing = () => 'server_away';
    const ends: Promise<Outcome>[] = [];
    for (const [name, trigger] of [
      ['a', 'burst'],
      ['mine', 'manual'],
      ['a', 'burst'],
      ['b', 'burst'],
    ] as const)
      ends.push(outbox.put(burst(name, content, trigger)));
    await clock.pass(0);
    server.failing = () => undefined;
    outbox.retry();
    await clock.pass(0);
    expect(server.arrivals).toEqual(['mine', 'a', 'b']);
    expect((await Promise.all(ends)).map((end) => end.kind)).toEqual([
      'elsewhere',
      'kept',
      'kept',
      'kept',
    ]);
  });

  it('says that it is full when only what must not be lost is in it', async () => {
    const content = 'x'.repeat(1_000);
    const outbox = open(6_000);
    server.failing = () => 'server_away';
    void outbox.put(burst('a', content, 'manual'));
    void outbox.put(burst('b', content, 'manual'));
    const end = await outbox.put(burst('c', content, 'manual'));
    expect(end).toMatchObject({ kind: 'refused', error: { code: 'disk_full' } });
    expect(await waiting()).toBe(2);
  });

  it('takes turns with another tab on the same store, so that order holds', async () => {
    const first = open();
    const second = open();
    const ends: Promise<Outcome>[] = [];
    for (const [at, name] of ['a', 'b', 'c', 'd'].entries())
      ends.push((at % 2 === 0 ? first : second).put(burst(name)));
    await Promise.all(ends);
    expect(server.arrivals).toEqual(['a', 'b', 'c', 'd']);
  });

  it('sends nothing once disposed', async () => {
    const outbox = open();
    server.failing = () => 'server_away';
    void outbox.put(burst('a'));
    await clock.pass(0);
    outbox.dispose();
    server.failing = () => undefined;
    await clock.pass(600_000);
    expect(server.arrivals).toEqual([]);
    expect(await waiting()).toBe(1);
  });
});
