import type { RequestHandler } from 'express';

import type { Access } from '../../access/access.js';
import type { Grant } from '../../access/grant.js';
import { CellarError } from '../../errors.js';
import { toApproach } from '../operation.js';

/** Lets only those through who have one of these grants; owners may do everything. */
export function allow(access: Access, grants: readonly Grant[]): RequestHandler {
  return (request, _response, next) => {
    const { grant } = access.identify(toApproach(request));
    if (grant !== 'owner' && !grants.includes(grant))
      throw new CellarError('forbidden', `A ${grant} may not ${request.method} ${request.path}.`);
    next();
  };
}
