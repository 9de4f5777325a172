import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Grant } from './grant.js';

const SESSION_MS = 30 * 24 * 60 * 60 * 1000;
const LINK_MS = 24 * 60 * 60 * 1000;

/** One-time links and the browser sessions they open. Sessions are signed, so that they outlive a restart with the same token. */
export interface Sessions {
  /** A key that opens one session, for a day; to read, unless another grant is given. */
  createKey(grant?: Grant): string;
  /** The session's cookie value; undefined for a key that is unknown, used or too old. */
  openByKey(key: string): string | undefined;
  open(grant: Grant): string;
  /** Who a cookie value stands for; undefined when it was not signed here or has ended. */
  find(cookie: string): Grant | undefined;
}

export function createSessions(secret: string, now: () => number): Sessions {
  const keys = new Map<string, { readonly grant: Grant; readonly until: number }>();
  const sign = (text: string): string =>
    createHmac('sha256', `cellar session ${secret}`).update(text).digest('base64url');

  const open = (grant: Grant): string => {
    const text = `${grant}.${(now() + SESSION_MS).toString(36)}`;
    return `${text}.${sign(text)}`;
  };

  return {
    open,
    createKey: (grant = 'viewer') => {
      for (const [key, { until }] of keys) if (until < now()) keys.delete(key);
      const key = randomBytes(24).toString('base64url');
      keys.set(key, { grant, until: now() + LINK_MS });
      return key;
    },
    openByKey: (key) => {
      const found = keys.get(key);
      keys.delete(key);
      return found !== undefined && found.until >= now() ? open(found.grant) : undefined;
    },
    find: (cookie) => {
      const [grant, until, signature] = cookie.split('.');
      if (grant === undefined || until === undefined || signature === undefined) return undefined;
      if (!sameText(signature, sign(`${grant}.${until}`))) return undefined;
      if (Number.parseInt(until, 36) < now()) return undefined;
      return grant === 'viewer' || grant === 'owner' ? grant : undefined;
    },
  };
}

/** Compares secrets in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
