import { createHmac, timingSafeEqual } from 'node:crypto';

/** What lets its bearer send one part of the upload that has this key, until a moment in milliseconds since 1970. */
export function makePass(key: string, number: number, until: number): string {
  const text = `${number}.${until.toString(36)}`;
  return `${until.toString(36)}.${createHmac('sha256', key).update(text).digest('hex')}`;
}

/** Whether a pass is the one of this part, and when it ends; undefined for one that is not. */
export function readPass(key: string, number: number, pass: string): number | undefined {
  const [, time = ''] = /^([0-9a-z]{1,10})\.[0-9a-f]{64}$/.exec(pass) ?? [];
  const until = Number.parseInt(time, 36);
  if (!Number.isSafeInteger(until)) return undefined;
  const own = Buffer.from(makePass(key, number, until));
  const given = Buffer.from(pass);
  return own.length === given.length && timingSafeEqual(own, given) ? until : undefined;
}
