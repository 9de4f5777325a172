import { request as openRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { pipeline } from 'node:stream';

import { pathTo, PROXY_HEADER } from '../../contract/routes.js';
import { ACTING_HEADER, PERSON_HEADER, type Access } from '../access/access.js';
import type { Caller } from '../access/grant.js';
import { toForwarded } from '../api/own-address.js';
import { createLoginApp } from '../app.js';
import { findAddress } from '../cli/address.js';
import { CellarError } from '../errors.js';
import type { Places } from '../store/places.js';
import { watchOwner } from './pulse.js';

/** What a second server on one store needs to pass requests on to its owner. */
export interface RelayParts {
  readonly places: Places;
  readonly access: Access;
  readonly report: (error: unknown) => void;
  /** Why this process does not own the store, in words; told where the owner cannot be reached. */
  readonly reason: () => string | undefined;
}

/**
 * Answers as the owner of the store does: lets browsers log in, checks who asks, then passes the request on in their name. Of
 * who proves nothing the owner decides: its page is for everybody. An owner that hangs or dies costs its requests an answer of
 * server_away, or their connection once they have begun to be answered; they are never left waiting.
 */
export function createRelay(parts: RelayParts): RequestListener {
  const { places, access, report } = parts;
  const login = createLoginApp({ access, report });
  return (request, response) => {
    if (request.url?.split('?')[0] === `/${pathTo('login')}`) {
      login(request, response);
      return;
    }
    const refuse = (error: unknown): void => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const known = error instanceof CellarError;
      const body = known ? error : toAway(error, parts.reason());
      response
        .writeHead(known ? 403 : 503, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(body.toBody()));
    };
    const pass = async (): Promise<void> => {
      const caller = findCaller(access, request);
      const address = await findAddress(places);
      if (address?.url === undefined) throw new Error('no owner has published its address');
      const { host, hostname, port } = new URL(address.url);
      const onward = openRequest(
        {
          host: hostname,
          port,
          method: request.method,
          path: request.url,
          // A connection of its own: a kept one may lead to an owner that is gone.
          agent: false,
          headers: {
            ...withoutSecrets(request),
            ...toForwarded(request),
            host,
            ...(caller === undefined
              ? {}
              : {
                  authorization: `Bearer ${address.token}`,
                  [ACTING_HEADER]: caller.grant,
                  ...(caller.person === undefined
                    ? {}
                    : { [PERSON_HEADER]: encodeURIComponent(caller.person) }),
                }),
          },
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          response.flushHeaders();
          // Where the owner ends in the midst, so does this answer: half of one must not pass for a whole one.
          pipeline(answer, response, () => undefined);
        },
      );
      const stop = watchOwner(address, () => {
        onward.destroy(new Error('the owner does not answer'));
      });
      onward.on('error', refuse);
      response.on('close', () => {
        stop();
        onward.destroy();
      });
      // Not a pipeline: an owner that answers before it has read all must still be heard.
      request.pipe(onward);
    };
    pass().catch(refuse);
  };
}

function withoutSecrets(request: IncomingMessage): IncomingMessage['headers'] {
  const {
    cookie: _cookie,
    origin: _origin,
    authorization: _token,
    [PROXY_HEADER]: _secret,
    [ACTING_HEADER]: _acting,
    [PERSON_HEADER]: _person,
    // Of proxies before this server: see toForwarded.
    'x-forwarded-host': _host,
    'x-forwarded-proto': _protocol,
    'x-forwarded-prefix': _prefix,
    ...headers
  } = request.headers;
  return headers;
}

function toAway(cause: unknown, reason: string | undefined): CellarError {
  const message = ['The owner of the store does not answer.', reason].filter(Boolean).join(' ');
  return new CellarError('server_away', message, {}, { cause });
}

/** Who asks; undefined for somebody who proves nothing. Throws forbidden, as the owner would. */
function findCaller(access: Access, request: IncomingMessage): Caller | undefined {
  try {
    return access.identify({
      method: request.method ?? 'GET',
      headers: request.headers,
      bySocket: request.socket.remoteAddress === undefined,
    });
  } catch (error) {
    if (error instanceof CellarError && error.code === 'unauthenticated') return undefined;
    throw error;
  }
}
