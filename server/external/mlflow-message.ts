import { createHmac, timingSafeEqual } from 'node:crypto';

import { CellarError } from '../errors.js';
import type { SignedMessage } from './registry.js';

/** How far the clock of a message may be off, in milliseconds. */
const MOST_SKEW_MS = 5 * 60_000;

/** MLflow's webhooks follow Standard Webhooks: "v1," and the HMAC-SHA256 of "id.time.body" in base 64. */
export function checkMessage({ headers, body, now }: SignedMessage, secret: string): void {
  const get = (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  const [signature, time, id] = [
    get('x-mlflow-signature'),
    get('x-mlflow-timestamp'),
    get('x-mlflow-delivery-id'),
  ];
  const wanted = createHmac('sha256', secret)
    .update(`${id}.${time}.`)
    .update(body)
    .digest('base64');
  const isSigned = signature
    .split(' ')
    .some((each) => each.startsWith('v1,') && isSame(each.slice(3), wanted));
  const isNow = /^\d+$/.test(time) && Math.abs(now - Number(time) * 1000) <= MOST_SKEW_MS;
  if (isSigned && isNow) return;
  throw new CellarError(
    'unauthenticated',
    isSigned
      ? 'The message was signed too long ago, or the clocks of the two machines differ by minutes.'
      : 'The message is not signed with the secret that is set for this registry.',
  );
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
