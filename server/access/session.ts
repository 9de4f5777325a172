import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Grant } from './grant.js';

const SESSION_MS = 30 * 24 * 60 * 60 * 1000;
const LINK_MS = 24 * 60 * 60 * 1000;

/** One-time links and the browser sessions they open. Sessions are signed, so that they outlive a restart with the same token. */
export interface Sessions {
  /** A key that opens one session, for a day; to read, and in the name of a person where one is given. */
  createKey(of?: Partial<Session>): string;
  /** The session's cookie value; undefined for a key that is unknown, used or too old. */
  openByKey(key: string): string | undefined;
  open(grant: Grant, person?: string): string;
  /** Who a cookie value stands for; undefined when it was not signed here or has ended. */
  find(cookie: string): Session | undefined;
}

/** Who a session is of. */
export interface Session {
  readonly grant: Grant;
  readonly person: string | undefined;
}

export function createSessions(secret: string, now: () => number): Sessions {
  const keys = new Map<string, { readonly of: Session; readonly until: number }>();
  const sign = (text: string): string =>
    createHmac('sha256', `cellar session ${secret}`).update(text).digest('base64url');

  const open = (grant: Grant, person?: string): string => {
    const name = person === undefined ? '' : `.${Buffer.from(person).toString('base64url')}`;
    const text = `${grant}.${(now() + SESSION_MS).toString(36)}${name}`;
    return `${text}.${sign(text)}`;
  };

  return {
    open,
    createKey: ({ grant = 'viewer', person } = {}) => {
      for (const [key, { until }] of keys) if (until < now()) keys.delete(key);
      const key = randomBytes(24).toString('base64url');
      keys.set(key, { of: { grant, person }, until: now() + LINK_MS });
      return key;
    },
    openByKey: (key) => {
      const found = keys.get(key);
      keys.delete(key);
      return found !== undefined && found.until >= now()
        ? open(found.of.grant, found.of.person)
        : undefined;
    },
    find: (cookie) => {
      const parts = cookie.split('.');
      const signature = parts.pop();
      const [grant, until, name] = parts;
      if (until === undefined || signature === undefined || parts.length > 3) return undefined;
      if (!sameText(signature, sign(parts.join('.')))) return undefined;
      if (Number.parseInt(until, 36) < now()) return undefined;
      if (grant !== 'viewer' && grant !== 'owner') return undefined;
      return {
        grant,
        person: name === undefined ? undefined : Buffer.from(name, 'base64url').toString(),
      };
    },
  };
}

/** Compares secrets in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
