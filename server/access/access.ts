import { createHmac } from 'node:crypto';

import { parseCookie } from 'cookie';

import { CLIENT_HEADER, PROXY_HEADER } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import type { Caller, Grant } from './grant.js';
import { createSessions, sameText, type Sessions } from './session.js';

export const ACTING_HEADER = 'x-cellar-acting-as';
/** The person whom a request is passed on for, percent-encoded. */
export const PERSON_HEADER = 'x-cellar-acting-person';

/** The secrets of a server; each is given by whoever starts it. */
export interface Secrets {
  /** Of the owner: commands, pipelines, the person who started the server. */
  readonly token: string;
  /** Narrow: what kernels inherit. */
  readonly kernelToken: string | undefined;
  /** What Jupyter's proxy adds to each request that Jupyter has authenticated. */
  readonly proxySecret: string | undefined;
}

/** A request, as far as access is concerned. */
export interface Approach {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Came through the unix socket, which only this person can open. */
  readonly bySocket: boolean;
}

export interface Access {
  readonly sessions: Sessions;
  cookieName(): string;
  /** Who asks. Throws unauthenticated; forbidden for a foreign host or origin, or a write that a browser could be tricked into. */
  identify(approach: Approach): Caller;
  /** Throws forbidden for a Host that is not this server's, or an Origin that is not its page's. */
  checkOrigin(approach: Approach): void;
  isOwnerToken(token: string): boolean;
}

export function createAccess(
  secrets: Secrets,
  options: {
    readonly hosts: () => readonly string[];
    readonly cookieName: () => string;
    readonly now: () => number;
  },
): Access {
  const sessions = createSessions(secrets.token, options.now);

  const checkOrigin = ({ headers, bySocket }: Approach): void => {
    // Behind the proxy the host is Jupyter's, which checks it.
    if (bySocket) return;
    const host = one(headers['host']);
    if (host === undefined || !options.hosts().includes(host.toLowerCase()))
      throw new CellarError(
        'forbidden',
        `This server does not answer for ${JSON.stringify(host ?? '')}. Use one of: ${options.hosts().join(', ')}.`,
      );
    const origin = one(headers['origin']);
    if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
      throw new CellarError('forbidden', `Requests from ${JSON.stringify(origin)} are not taken.`);
  };

  const find = ({ headers, bySocket }: Approach): Caller | undefined => {
    const bearer = findToken(one(headers['authorization']) ?? '');
    if (bearer !== undefined) {
      if (sameText(bearer, secrets.token)) return toActing(headers);
      return findKernel(bearer, secrets.kernelToken);
    }
    const proxy = one(headers[PROXY_HEADER]);
    if (proxy !== undefined && secrets.proxySecret !== undefined && bySocket)
      return sameText(proxy, secrets.proxySecret) ? { grant: 'owner', proof: 'proxy' } : undefined;
    const cookie = parseCookie(one(headers['cookie']) ?? '')[options.cookieName()];
    const session = cookie === undefined ? undefined : sessions.find(cookie);
    return session === undefined ? undefined : { ...session, proof: 'cookie' };
  };

  return {
    sessions,
    cookieName: options.cookieName,
    checkOrigin,
    isOwnerToken: (token) => sameText(token, secrets.token),
    identify: (approach) => {
      checkOrigin(approach);
      const caller = find(approach);
      if (caller === undefined)
        throw new CellarError(
          'unauthenticated',
          'This server needs a token. Send "Authorization: Bearer TOKEN", or open the link that "cellar serve" printed.',
        );
      const writes = !['GET', 'HEAD'].includes(approach.method);
      if (writes && caller.proof !== 'bearer' && approach.headers[CLIENT_HEADER] === undefined)
        throw new CellarError('forbidden', `A write needs the header ${CLIENT_HEADER}.`);
      return caller;
    },
  };
}

/** A kernel by what all of them inherit, or by its own token: its id, a dot, and the HMAC-SHA256 of that in hexadecimal. */
function findKernel(token: string, secret: string | undefined): Caller | undefined {
  if (secret === undefined) return undefined;
  if (sameText(token, secret)) return { grant: 'kernel', proof: 'bearer' };
  const [, kernel = '', proof = ''] = /^([\w-]{1,128})\.([0-9a-f]{64})$/.exec(token) ?? [];
  const expected = createHmac('sha256', secret).update(kernel).digest('hex');
  return kernel !== '' && sameText(proof, expected)
    ? { grant: 'kernel', proof: 'bearer', kernel }
    : undefined;
}

/** The token in a header: a bearer's, or the password of anybody, as clients send that know users alone. */
function findToken(authorization: string): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
  if (basic === undefined) return undefined;
  const text = Buffer.from(basic, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

function toActing(headers: Approach['headers']): Caller {
  const grant = toLowered(one(headers[ACTING_HEADER]));
  const person = one(headers[PERSON_HEADER]);
  const isNamed = grant === 'viewer' && person !== undefined;
  return { grant, proof: 'bearer', ...(isNamed ? { person: decode(person) } : {}) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** A second server on one store passes requests on with the owner's token, and says here for whom; it can only lower. */
function toLowered(acting: string | undefined): Grant {
  return acting === 'viewer' || acting === 'kernel' ? acting : 'owner';
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
