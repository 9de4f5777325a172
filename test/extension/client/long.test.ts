import { expect, onTestFinished, test, vi } from 'vitest';
import * as z from 'zod';

import type { Progress } from '../../../contract/progress.js';
import { readLong } from '../../../extension/client/long.js';

const schema = z.object({ versions: z.number() });

/** An answer whose bytes come in pieces of `size`. */
function answer(text: string, size = 7): Response {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new Response(
    new ReadableStream<Uint8Array>({
      pull: (stream) => {
        if (at >= bytes.length) stream.close();
        else stream.enqueue(bytes.slice(at, (at += size)));
      },
    }),
  );
}

const lines = (...values: unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');
const half = { progress: { what: 'vérsions', done: 1, total: 2 } };

test.each([1, 7, 1000])(
  'tells progress and gives the result in pieces of %d bytes',
  async (size) => {
    const told: Progress[] = [];
    const report = (progress: Progress): void => void told.push(progress);
    const text = lines(half, { result: { versions: 2 } });
    expect(await readLong(answer(text, size), schema, { report })).toEqual({ versions: 2 });
    expect(told).toEqual([half.progress]);
  },
);

test.each([
  [
    'a failure',
    lines(half, { error: { status: 'error', code: 'disk_full', message: 'full' } }),
    'disk_full',
  ],
  ['an answer that was cut off', lines(half), 'server_away'],
  ['half a line', lines(half) + '{"resu', 'server_away'],
  ['a page of something else', '<html>', 'server_away'],
  ['an unknown result', lines({ result: { versions: 'two' } }), 'internal'],
])('throws for %s', async (_, text, code) => {
  await expect(readLong(answer(text), schema, { report: () => undefined })).rejects.toMatchObject({
    code,
  });
});

test('takes a server that falls silent for one that is away, and leaves it', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let left = false;
  let say = (): void => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => {
      say = () => {
        stream.enqueue(new TextEncoder().encode(lines(half)));
      };
    },
    cancel: () => {
      left = true;
    },
  });
  const reading = readLong(new Response(body), schema, { report: () => undefined });
  const caught = expect(reading).rejects.toMatchObject({ code: 'server_away' });
  await vi.advanceTimersByTimeAsync(40_000);
  say();
  await vi.advanceTimersByTimeAsync(40_000);
  expect(left).toBe(false);
  await vi.advanceTimersByTimeAsync(5_000);
  await caught;
  expect(left).toBe(true);
});
