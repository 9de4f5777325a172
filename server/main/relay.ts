import { request as openRequest, type RequestListener } from 'node:http';

import { PROXY_HEADER } from '../../contract/routes.js';
import { ACTING_HEADER, type Access } from '../access/access.js';
import { findAddress } from '../cli/address.js';
import { CellarError } from '../errors.js';
import type { Places } from '../store/places.js';

/** What a second server on one store needs to pass requests on to its owner. */
export interface RelayParts {
  readonly places: Places;
  readonly access: Access;
  readonly report: (error: unknown) => void;
}

/** Answers as the owner of the store does: checks who asks, then passes the request on in their name. */
export function createRelay({ places, access, report }: RelayParts): RequestListener {
  return (request, response) => {
    const refuse = (error: unknown): void => {
      const known = error instanceof CellarError;
      if (!known) report(error);
      const body = known
        ? error.toBody()
        : new CellarError('server_away', 'The owner of the store does not answer.').toBody();
      const status = known && error.code === 'unauthenticated' ? 401 : known ? 403 : 503;
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(status, { 'Content-Type': 'application/json' })
          .end(JSON.stringify(body));
    };
    const pass = async (): Promise<void> => {
      const caller = access.identify({
        method: request.method ?? 'GET',
        headers: request.headers,
        bySocket: request.socket.remoteAddress === undefined,
      });
      const address = await findAddress(places);
      if (address?.url === undefined) throw new Error('no owner has published its address');
      const { host, hostname, port } = new URL(address.url);
      const {
        cookie: _cookie,
        origin: _origin,
        [PROXY_HEADER]: _secret,
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
            authorization: `Bearer ${address.token}`,
            [ACTING_HEADER]: caller.grant,
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
