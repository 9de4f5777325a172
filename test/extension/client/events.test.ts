import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { EventStream, type Source } from '../../../extension/client/events.js';
import { id } from '../model/fixture.js';

class TestSource implements Source {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 1;
  closed = false;

  close(): void {
    this.closed = true;
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.();
  }
}

let opened: TestSource[] = [];
let stream: EventStream;
beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  stream = new EventStream(() => {
    const source = new TestSource();
    opened.push(source);
    return source;
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const snapshot = { kind: 'snapshot', notebook: id(1), snapshot: id(2) };

test('serves every listener over one connection, and closes it after the last', () => {
  const seen: unknown[] = [];
  const one = stream.listen((event) => seen.push(['one', event]));
  const two = stream.listen((event) => seen.push(['two', event]));
  expect(opened).toHaveLength(1);
  opened[0]?.onmessage?.({ data: JSON.stringify(snapshot) });
  expect(seen).toEqual([
    ['one', snapshot],
    ['two', snapshot],
  ]);
  one.dispose();
  one.dispose();
  expect(opened[0]?.closed).toBe(false);
  two.dispose();
  expect(opened[0]?.closed).toBe(true);
});

test('passes over what it does not know', () => {
  const seen: unknown[] = [];
  stream.listen((event) => seen.push(event));
  opened[0]?.onmessage?.({ data: '{"kind":"of another version"}' });
  opened[0]?.onmessage?.({ data: 'not json' });
  expect(seen).toEqual([]);
});

test('tells that anything may have changed once a lost connection is back', () => {
  const seen: unknown[] = [];
  stream.listen((event) => seen.push(event));
  opened[0]?.onopen?.();
  expect(seen).toEqual([]);
  opened[0]?.fail(0);
  opened[0]?.onopen?.();
  expect(seen).toEqual([{ kind: 'workspace' }]);
});

test('tries again with growing pauses when the browser has given up', () => {
  stream.listen(() => undefined);
  opened[0]?.fail(2);
  vi.advanceTimersByTime(999);
  expect(opened).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(opened).toHaveLength(2);
  opened[1]?.fail(2);
  vi.advanceTimersByTime(1999);
  expect(opened).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(opened).toHaveLength(3);
});

test('stops trying when nobody listens any more', () => {
  const subscription = stream.listen(() => undefined);
  opened[0]?.fail(2);
  subscription.dispose();
  vi.advanceTimersByTime(60_000);
  expect(opened).toHaveLength(1);
});

test('hears of a purge also where it happened while nobody listened', () => {
  const seen: unknown[] = [];
  const say = (at: number, event: object): void =>
    opened[at]?.onmessage?.({ data: JSON.stringify(event) });
  const first = stream.listen((event) => seen.push(event));
  say(0, { kind: 'generation', generation: 3 });
  first.dispose();
  stream.listen((event) => seen.push(event));
  say(1, { kind: 'generation', generation: 3 });
  say(1, { kind: 'purged', generation: 4 });
  say(1, { kind: 'generation', generation: 4 });
  say(1, { kind: 'generation', generation: 6 });
  expect(seen).toEqual([
    { kind: 'generation', generation: 3 },
    { kind: 'generation', generation: 3 },
    { kind: 'purged', generation: 4 },
    { kind: 'generation', generation: 4 },
    { kind: 'purged', generation: 6 },
    { kind: 'generation', generation: 6 },
  ]);
});

test('tells when the server is away for more than a moment, and when it is back', () => {
  const told: boolean[] = [];
  const tell = (isAway: boolean): void => {
    told.push(isAway);
  };
  const one = stream.listen(() => undefined, tell);
  opened[0]?.fail(0);
  vi.advanceTimersByTime(500);
  opened[0]?.onopen?.();
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
  opened[0]?.fail(0);
  vi.advanceTimersByTime(2_000);
  expect(told).toEqual([true]);
  // Whoever comes later hears it at once, and whoever has left hears nothing.
  stream.listen(() => undefined, tell);
  expect(told).toEqual([true, true]);
  one.dispose();
  opened[0]?.onopen?.();
  expect(told).toEqual([true, true, false]);
});
