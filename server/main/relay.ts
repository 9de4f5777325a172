import { request as openRequest, type IncomingMessage, type RequestListener } from 'node:http';

import { pathTo, PROXY_HEADER } from '../../contract/routes.js';
import { ACTING_HEADER, type Access } from '../access/access.js';
import type { Caller } from '../access/grant.js';
import { createLoginApp } from '../app.js';
import { findAddress } from '../cli/address.js';
import { CellarError } from '../errors.js';
import type { Places } from '../store/places.js';

/** What a second server on one store needs to pass requests on to its owner. */
export interface RelayParts {
  readonly places: Places;
  readonly access: Access;
  readonly report: (error: unknown) => void;
}

/**
 * Answers as the owner of the store does: lets browsers log in, checks who asks, then passes the request on in their name. Of
 * who proves nothing the owner decides: its page is for everybody.
 */
export function createRelay({ places, access, report }: RelayParts): RequestListener {
  const login = createLoginApp({ access, report });
  return (request, response) => {
    if (request.url?.split('?')[0] === `/${pathTo('login')}`) {
      login(request, response);
      return;
    }
    const refuse = (error: unknown): void => {
      const known = error instanceof CellarError;
      if (!known) report(error);
      const body = known
        ? error.toBody()
        : new CellarError('server_away', 'The owner of the store does not answer.').toBody();
      const status = known ? 403 : 503;
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(status, { 'Content-Type': 'application/json' })
          .end(JSON.stringify(body));
    };
    const pass = async (): Promise<void> => {
      const caller = findCaller(access, request);
      const address = await findAddress(places);
      if (address?.url === undefined) throw new Error('no owner has published its address');
      const { host, hostname, port } = new URL(address.url);
      const {
        cookie: _cookie,
        origin: _origin,
        authorization: _token,
        [PROXY_HEADER]: _secret,
        [ACTING_HEADER]: _acting,
        ...headers
      } = request.headers;
      const onward = openRequest(
        {
          host: hostname,
          port,
          method: request.method,
          path: request.url,
          headers: {
            ...headers,
            host,
            ...(caller === undefined
              ? {}
              : { authorization: `Bearer ${address.token}`, [ACTING_HEADER]: caller.grant }),
          },
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', refuse);
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    };
    pass().catch(refuse);
  };
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
