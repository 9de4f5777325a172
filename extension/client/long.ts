import type { ZodType } from 'zod';

import { longLineSchema, type Progress } from '../../contract/progress.js';
import { isClientError, toAwayError, toRefusal, toStrangeError } from './errors.js';
import { parse } from './request.js';

/** The server sends a line every 15 seconds at least: one that is silent for so many milliseconds hangs. */
const SILENCE_MS = 45_000;

/**
 * The result of a long operation from its answer, telling each progress as it comes. Throws the operation's own failure, and the away
 * error when the answer ends before its last line, falls silent, or something else answered; aborting its request leaves it, which
 * cancels most operations.
 */
export async function readLong<T>(
  answer: Response,
  schema: ZodType<T>,
  watch: { readonly report: (progress: Progress) => void; readonly signal?: AbortSignal },
): Promise<T> {
  if (answer.body === null) throw toAwayError();
  try {
    for await (const line of linesOf(answer.body)) {
      const read = longLineSchema.safeParse(parse(line));
      if (!read.success) throw toStrangeError(read.error);
      if ('progress' in read.data) watch.report(read.data.progress);
      else if ('error' in read.data) throw toRefusal(read.data.error);
      else {
        const result = schema.safeParse(read.data.result);
        if (!result.success) throw toStrangeError(result.error);
        return result.data;
      }
    }
  } catch (error) {
    if (watch.signal?.aborted === true || isClientError(error)) throw error;
    throw toAwayError(error);
  }
  throw toAwayError(new Error('the answer ended before its result'));
}

/** Lines without their ends, the last one also when nothing ends it. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
    }
    if (rest !== '') yield rest;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => {
      refuse(toAwayError(new Error('the answer fell silent')));
    }, SILENCE_MS);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
